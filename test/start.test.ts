// The way to the first frame: what is not loaded on it, and that what stands in for it answers alike.

import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import fc from 'fast-check';
import realStringWidth from 'string-width';
import {expect, onTestFinished, test} from 'vitest';
import {createThreadRunner} from '../source/session/jobs/thread-runner.js';
import {isNarrow, isSingle} from '../stand-ins/narrow.js';
import type {Segmenter} from '../stand-ins/segmenter.js';
import {makeRepository} from './support/engine.js';
import {temporaryFolder} from './support/folders.js';
import {program, startTerminal} from './terminal/pty.js';

test('the first frame needs no HTTP client, no native module and no tables of Unicode', async () => {
	const folder = temporaryFolder();
	mkdirSync(join(folder, 'config'));
	const [hook, report] = [join(folder, 'hook.mjs'), join(folder, 'report.json')];
	writeFileSync(hook, `
		import {writeFileSync} from 'node:fs';
		import {isMainThread} from 'node:worker_threads';
		if (isMainThread) {
			let segmenters = 0;
			Intl.Segmenter = class extends Intl.Segmenter {
				constructor(...settings) {
					super(...settings);
					segmenters++;
				}
			};
			const emojis = [];
			globalThis.RegExp = new Proxy(RegExp, {construct(target, settings) {
				emojis.push(...String(settings[0]).includes('RGI_Emoji') ? settings : []);
				return new target(...settings);
			}});
			const write = process.stdout.write;
			process.stdout.write = function (text, ...rest) {
				if (String(text).includes('\\u001B[?2026l')) {
					process.stdout.write = write;
					writeFileSync(${JSON.stringify(report)}, JSON.stringify({segmenters, emojis, loaded: process.moduleLoadList, opened: process.report.getReport().sharedObjects.filter(name => name.endsWith('.node'))}));
				}

				return write.call(this, text, ...rest);
			};
		}
	`);
	const environment = {HOME: folder, ...Object.fromEntries(['CONFIG', 'DATA', 'STATE', 'CACHE'].map(name => [`XDG_${name}_HOME`, join(folder, name.toLowerCase())]))};
	const terminal = startTerminal(process.execPath, ['--import', hook, program], {cwd: folder, env: environment});
	await terminal.until('No repositories yet');
	const {loaded, ...rest} = JSON.parse(readFileSync(report, 'utf8')) as {loaded: string[]};
	expect(rest).toEqual({segmenters: 0, emojis: [], opened: []});
	expect(loaded.filter(name => /undici|http|tls|zlib/.test(name))).toEqual([]);
});

/** What is drawn alone, and what makes one of several: colours, line ends, accents, flags, families, wide and hidden characters. */
const parts = ['a', 'Z', ' ', '~', 'é', '─', '│', '█', '▸', '■', '…', 'ř', '·', '\u001B[36m', '\u001B[0m', '\u001B[1;2m', '\r', '\n', '\t', '\u0301', '\u200D', '\uFE0F', '\u00AD', '©', '👩', '👧', '🇩', '🇪', '漢', 'ﾞ', '한', '\u1100', '\u1161', '\uD800', '1', '\u20E3', '▪', '▶', '◾'];

test('what stands in for string-width and Intl.Segmenter answers as they do', async () => {
	const file = join(temporaryFolder(), 'stand-ins.mjs');
	await build({
		stdin: {contents: "export {default as stringWidth} from './stand-ins/string-width.ts'; export {Segmenter} from './stand-ins/segmenter.ts';", resolveDir: new URL('..', import.meta.url).pathname},
		bundle: true, format: 'esm', platform: 'node', outfile: file,
	});
	const {stringWidth, Segmenter: StandIn} = await import(pathToFileURL(file).href) as {stringWidth: typeof realStringWidth; Segmenter: typeof Segmenter};
	const [real, standIn] = [new Intl.Segmenter(undefined, {granularity: 'grapheme'}), new StandIn(undefined, {granularity: 'grapheme'})];
	const isAlike = (text: string): void => {
		expect(stringWidth(text), JSON.stringify(text)).toBe(realStringWidth(text));
		expect([...standIn.segment(text)], JSON.stringify(text)).toEqual([...real.segment(text)]);
		for (let index = -1; index <= text.length; index++) {
			expect(standIn.segment(text).containing(index)).toEqual(real.segment(text).containing(index));
		}
	};

	// Each of the characters that are taken for simple, beside a letter and beside a line.
	const simple = Array.from({length: 0x1_00_00}, (_, code) => String.fromCharCode(code)).filter(character => isSingle(character));
	expect(simple.filter(character => isNarrow(character)).length).toBeGreaterThan(700);
	for (const character of simple) {
		isAlike(`${character}a${character}│${character}`);
	}

	fc.assert(fc.property(fc.array(fc.constantFrom(...parts), {maxLength: 12}), texts => {
		isAlike(texts.join(''));
	}), {numRuns: 500});
});

test('repositories are read ahead in one thread; one that does not answer keeps no other waiting', async () => {
	const folder = temporaryFolder();
	const [one, two, three] = await Promise.all(['one', 'two', 'three'].map(async name => makeRepository(join(folder, name)))) as [string, string, string];
	const silent = createServer();
	await new Promise<void>(resolve => {
		silent.listen(0, '127.0.0.1', resolve);
	});
	onTestFinished(() => {
		silent.close();
	});
	let threads = 0;
	const count = (): void => {
		threads++;
	};

	process.on('worker', count);
	const runner = createThreadRunner();
	onTestFinished(async () => {
		process.off('worker', count);
		await runner.close();
	});
	const describe = async (location: string) => runner.start({verb: 'describe', repository: {location}}, () => undefined).result;
	runner.describeAhead([{location: one}, {location: two}]);
	expect(await describe(one)).toMatchObject({location: one});
	expect(await describe(two)).toMatchObject({location: two});
	expect(await describe(three)).toMatchObject({location: three});
	expect(threads).toBe(1);
	runner.describeAhead([{location: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`}, {location: two}]);
	expect(await describe(two)).toMatchObject({location: two});
	expect(threads).toBe(2);
});
