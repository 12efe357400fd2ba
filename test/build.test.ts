// What a build leaves: a whole program, also when it is stopped in the middle or when two build at the same time.

import {spawn, spawnSync, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {cpSync, readdirSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {expect, test} from 'vitest';
import {temporaryFolder} from './support/folders.js';
import {until} from './support/until.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How `build` ends, and what it says. */
async function endOf(build: ChildProcess): Promise<{readonly status: number; readonly said: string}> {
	let said = '';
	build.stderr!.on('data', (text: Buffer) => {
		said += text.toString();
	});
	const [status] = await once(build, 'close') as [number];
	return {status, said};
}

test('a build that is stopped leaves the program as it was; two at once leave one; nothing lies beside it', async () => {
	const folder = temporaryFolder();
	for (const name of ['build.js', 'bundle', 'package.json', 'source', 'stand-ins', 'dist']) {
		cpSync(join(root, name), join(folder, name), {recursive: true});
	}

	symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
	const before = readdirSync(folder).sort();
	// Bytecode has nowhere to be recorded, which takes most of the time of a build and is told.
	const build = (): ChildProcess => spawn(process.execPath, ['build.js'], {cwd: folder, env: {...process.env, TMPDIR: join(folder, 'nowhere')}, stdio: ['ignore', 'ignore', 'pipe']});
	const check = (): void => {
		expect(readdirSync(folder).sort()).toEqual(before);
		const {stdout, stderr} = spawnSync(process.execPath, [join(folder, 'dist', 'main.js'), 'version'], {encoding: 'utf8'});
		expect(stdout, stderr).toBe('0.1.0\n');
	};

	const {ino} = statSync(join(folder, 'dist', 'package.json'));
	const stopped = build();
	const end = endOf(stopped);
	// It has begun to write, there or elsewhere.
	await until('a build begins to write', () => readdirSync(folder).length > before.length || statSync(join(folder, 'dist', 'package.json'), {throwIfNoEntry: false})?.ino !== ino);
	stopped.kill();
	expect((await end).status).not.toBe(0);
	check();
	for (const {status, said} of await Promise.all([build(), build()].map(endOf))) {
		expect(status, said).toBe(0);
		expect(said).toContain('could not be recorded');
	}

	check();
});
