// The way to the first frame: what is not loaded on it, and that what stands in for it answers alike.

import {spawnSync} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type AddressInfo} from 'node:net';
import {dirname, join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {build} from 'esbuild';
import fc from 'fast-check';
import realStringWidth from 'string-width';
import {expect, onTestFinished, test} from 'vitest';
import {headBytes} from '../bundle/layout.js';
import {createThreadRunner} from '../source/session/jobs/thread-runner.js';
import {isNarrow, isSingle} from '../stand-ins/narrow.js';
import type {Segmenter} from '../stand-ins/segmenter.js';
import {makeRepository} from './support/engine.js';
import {temporaryFolder} from './support/folders.js';
import {program, startTerminal} from './terminal/pty.js';

/** Loaded before the program: tells what V8 was given for each piece of it. */
const watchPieces = `
	const vm = require('node:vm');
	const compiled = [];
	const taken = [];
	vm.Script = class extends vm.Script {
		constructor(source, options) {
			super(source, options);
			(options.cachedData !== undefined && this.cachedDataRejected === false ? taken : compiled).push(require('node:path').basename(options.filename));
		}
	};
`;

test('the first frame needs no slow module of Node, no native module, no tables of Unicode, and compiles no piece', async () => {
	const folder = temporaryFolder();
	mkdirSync(join(folder, 'config'));
	const [hook, report] = [join(folder, 'hook.cjs'), join(folder, 'report.json')];
	writeFileSync(hook, `
		const {writeFileSync} = require('node:fs');
		const {isMainThread} = require('node:worker_threads');
		if (isMainThread) {
			${watchPieces}
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
					writeFileSync(${JSON.stringify(report)}, JSON.stringify({segmenters, emojis, compiled, taken: taken.length, loaded: process.moduleLoadList, opened: process.report.getReport().sharedObjects.filter(name => name.endsWith('.node'))}));
				}

				return write.call(this, text, ...rest);
			};
		}
	`);
	const environment = {HOME: folder, ...Object.fromEntries(['CONFIG', 'DATA', 'STATE', 'CACHE'].map(name => [`XDG_${name}_HOME`, join(folder, name.toLowerCase())]))};
	const terminal = startTerminal(process.execPath, ['--require', hook, program], {cwd: folder, env: environment});
	await terminal.until('No repositories yet');
	const {loaded, taken, ...rest} = JSON.parse(readFileSync(report, 'utf8')) as {loaded: string[]; taken: number};
	expect(rest).toEqual({segmenters: 0, emojis: [], compiled: [], opened: []});
	expect(taken).toBeGreaterThan(10);
	expect(loaded.filter(name => /undici|http|tls|zlib|crypto|child_process|fs\/promises/.test(name))).toEqual([]);
});

type Head = {runtime: string; pieces: Record<string, {mark: string; offsetBytes: number; sizeBytes: number}>};

test('bytecode that is damaged, cut, of another source or of another Node is left alone, and the program runs without', () => {
	const folder = temporaryFolder();
	const hook = join(folder, 'hook.cjs');
	writeFileSync(hook, `
		${watchPieces}
		process.on('exit', () => {
			process.stderr.write(JSON.stringify({taken, compiled: compiled.length}));
		});
	`);
	const built = dirname(program);
	const [copy, sound] = [join(folder, 'dist'), readFileSync(join(built, 'code.cache'))];
	cpSync(built, copy, {recursive: true});
	const cacheFile = join(copy, 'code.cache');
	const head = JSON.parse(sound.toString('latin1', 0, headBytes)) as Head;
	const version = (): {readonly answer: string; readonly taken: string[]; readonly compiled: number} => {
		const {status, stdout, stderr} = spawnSync(process.execPath, ['--require', hook, join(copy, 'main.js'), 'version'], {encoding: 'utf8'});
		expect(status, stderr).toBe(0);
		return {answer: stdout, ...JSON.parse(stderr) as {taken: string[]; compiled: number}};
	};

	const usual = version();
	expect(usual.taken.length).toBeGreaterThan(5);
	expect(usual.compiled).toBe(0);
	const without = {answer: usual.answer, taken: [], compiled: usual.taken.length};
	const damage = (change: (cache: Buffer) => Buffer): void => {
		writeFileSync(cacheFile, change(Buffer.from(sound)));
	};

	// One bit of each piece, at another place in each.
	damage(cache => {
		for (const [index, {offsetBytes, sizeBytes}] of Object.values(head.pieces).entries()) {
			const at = offsetBytes + ((index * 7919) % sizeBytes);
			cache[at] = cache[at]! ^ (1 << (index % 8));
		}

		return cache;
	});
	expect(version()).toEqual(without);
	const {offsetBytes, sizeBytes} = head.pieces['main-piece.js']!;
	damage(cache => cache.subarray(0, offsetBytes + sizeBytes - 1));
	expect(version().taken).not.toContain('main-piece.js');
	for (const useless of [sound.subarray(0, 1000), Buffer.alloc(0), Buffer.alloc(sound.length), Buffer.concat([Buffer.from(sound.toString('latin1', 0, headBytes).replace(head.runtime, head.runtime.replace('v', 'w')), 'latin1'), sound.subarray(headBytes)])]) {
		damage(() => useless);
		expect(version()).toEqual(without);
	}

	rmSync(cacheFile);
	expect(version()).toEqual(without);
	// As long as before, which is all that V8 itself looks at.
	damage(cache => cache);
	const piece = join(copy, 'main-piece.js');
	const {mark} = head.pieces['main-piece.js']!;
	writeFileSync(piece, readFileSync(piece, 'utf8').replace(mark, `/*${'0'.repeat(mark.length - 4)}*/`).replace('"0.1.0"', '"9.9.9"'));
	expect(version()).toEqual({answer: '9.9.9\n', taken: usual.taken.filter(name => name !== 'main-piece.js'), compiled: 1});
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
