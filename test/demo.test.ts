// The demonstration without a terminal, as a newcomer's machine or a build server runs it: it leaves nothing behind, however it ends.

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {temporaryFolder} from './support/folders.js';

const demo = fileURLToPath(new URL('../demo/demo.js', import.meta.url));

type Ended = {readonly code: number | null; readonly output: string; readonly leftover: readonly string[]};

/** Runs it in a home of its own, and sends `signal` once it has said `when`. */
async function runDemo(signal?: NodeJS.Signals, when = '', words: readonly string[] = []): Promise<Ended> {
	const folder = temporaryFolder();
	const [home, temporary] = ['home', 'temporary'].map(name => join(folder, name)) as [string, string];
	mkdirSync(home);
	mkdirSync(temporary);
	const {XDG_CACHE_HOME: _cache, XDG_CONFIG_HOME: _config, XDG_DATA_HOME: _share, XDG_STATE_HOME: _state, ...inherited} = process.env;
	const child = spawn(process.execPath, [demo, ...words], {env: {...inherited, HOME: home, TMPDIR: temporary}, stdio: ['ignore', 'pipe', 'pipe']});
	let output = '';
	let isSent = false;
	for (const stream of [child.stdout, child.stderr]) {
		stream.on('data', (bytes: Buffer) => {
			output += bytes.toString();
			if (signal !== undefined && !isSent && output.includes(when)) {
				isSent = true;
				child.kill(signal);
			}
		});
	}

	const [code] = await once(child, 'close') as [number | null];
	return {code, output, leftover: readdirSync(folder, {recursive: true}).map(String).filter(path => !['home', 'temporary'].includes(path))};
}

test('tells its story to the end, and leaves nothing', async () => {
	const {code, output, leftover} = await runDemo();
	expect({code, leftover}).toEqual({code: 0, leftover: []});
	expect(output).toContain('corrupt-chunk');
	expect(output).toContain('The target has a sound copy of everything.');
});

test.each([
	['SIGINT', 'Making a source'], ['SIGTERM', 'Making a source'], ['SIGHUP', 'Making a source'], ['SIGINT', '$ plakar-tui'], ['SIGTERM', 'compare'],
] as const)('%s after "%s" ends it, and leaves nothing', async (signal, when) => {
	const {code, output, leftover} = await runDemo(signal, when);
	expect({code, leftover}).toEqual({code: 130, leftover: []});
	expect(output).toMatch(/^Stopped; \S+ is removed\.$/m);
});

test.each([[['--help'], 0], [['here'], 2]])('makes nothing when it is given %j', async (words, expected) => {
	const {code, output, leftover} = await runDemo(undefined, '', words);
	expect(code).toBe(expected);
	expect(output).toContain('usage: ');
	expect(output).not.toContain('Making');
	expect(leftover).toEqual([]);
});
