// The real program in a real terminal on real repositories, by keys alone.

import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {describe, expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, plan, push, run} from '../support/engine.js';
import {isAlive} from '../support/program.js';
import {makeTree} from '../support/trees.js';
import {until} from '../support/until.js';
import {program, startTerminal, type Terminal} from '../terminal/pty.js';

type Scene = {readonly folder: string; readonly source: string; readonly target: string};

/** A source of three snapshots and a target that has the first. */
async function makeScene(): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const source = await makeRepository(join(folder, 'office'));
	const target = join(folder, 'vault');
	for (const [index, step] of ['one', 'two', 'three'].entries()) {
		makeTree(tree, [{path: step, content: Buffer.alloc(50_000, `${step} `)}, {path: 'same', content: Buffer.alloc(90_000, 'same ')}]);
		await push(source, [tree]);
		if (index === 0) {
			await run({verb: 'clone', source: {location: source}, target});
		}
	}

	return {folder, source, target};
}

const open = ({source, target, folder}: Scene, size: {columns?: number; rows?: number} = {}): Terminal =>
	startTerminal(process.execPath, [program, source, target], {...size, cwd: folder, env: {XDG_CONFIG_HOME: folder, XDG_STATE_HOME: join(folder, 'state')}});

/** What a terminal must be given back: no alternate screen, a cursor, line wrap. Bracketed paste a shell takes again itself. */
function expectRestored(terminal: Terminal): void {
	const raw = terminal.raw();
	expect(raw).toContain('\u001B[?2004l');
	for (const [on, off] of [['\u001B[?1049h', '\u001B[?1049l'], ['\u001B[?25l', '\u001B[?25h'], ['\u001B[?7l', '\u001B[?7h']] as const) {
		expect(raw.lastIndexOf(off)).toBeGreaterThan(raw.lastIndexOf(on));
	}
}

describe.each([[80, 24], [100, 30]])('at %ix%i', (columns, rows) => {
	test('compare, plan, run, check, quit', async () => {
		const scene = await makeScene();
		const terminal = open(scene, {columns, rows});
		await terminal.until('-> 2 only source');
		terminal.press('S');
		await terminal.until('2 of 2 ticked');
		terminal.press('space');
		await terminal.until('1 of 2 ticked');
		const screen = await terminal.until(text => /y sends 1 snapshot, [\d.]+ [KM]iB/.test(text));
		const [, shown] = /y sends 1 snapshot, ([\d.]+ [KM]iB)/.exec(screen)!;
		terminal.press('i');
		await terminal.until('Why this costs');
		terminal.press('escape');
		// What was under the dialog is in sight all the time.
		await terminal.until(text => !text.includes('Why this costs'));
		// The plan takes no answer in the moment in which it appears.
		await terminal.insist('y', 'Syncing');
		const done = await terminal.until('both sides hold them alike');
		expect(done).toContain(`1 snapshot, ${shown!} written`);
		terminal.press('escape', 'escape');
		await terminal.until('-> 1 only source');
		terminal.press('tab', 'v');
		await terminal.until('No defect found.');
		terminal.press('escape', 'q');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expectRestored(terminal);
		expect((await plan(scene.source, scene.target)).inBoth).toBe(2);
		expect((await check(scene.target)).findings).toEqual([]);
	});
});

test('a damaged chunk is seen in the map, with what it affects', async () => {
	const scene = await makeScene();
	const chunks = readdirSync(join(scene.source, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
	const file = chunks[0]!;
	const bytes = readFileSync(file);
	bytes[20]! ^= 1;
	writeFileSync(file, bytes);
	const terminal = open(scene, {columns: 100, rows: 30});
	await terminal.until('-> 2 only source');
	terminal.press('v');
	const screen = await terminal.until(text => /Findings {2}[1-9]/.test(text) && text.includes('done'));
	expect(screen).toContain('corrupt-chunk');
	await terminal.until(text => /needed by \d snapshot/.test(text));
	terminal.press('escape', 'q');
	await terminal.exit;
});

test.each([['a folder', ''], ['a SQLite file', 'sqlite:']])('a clone by keys to %s', async (_, prefix) => {
	const scene = await makeScene();
	const third = prefix + join(scene.folder, 'third');
	const terminal = open(scene);
	await terminal.until('-> 2 only source');
	terminal.press('c');
	await terminal.until('Clone the source');
	terminal.pty.write(`\u001B[200~${third}\u001B[201~`);
	await terminal.until('third');
	terminal.press('enter');
	await terminal.until('All 3 snapshots are copied');
	await terminal.insist('y', text => text.includes('Cloning') || text.includes('both sides hold them alike'));
	await terminal.until('both sides hold them alike');
	terminal.press('ctrl-c', 'ctrl-c');
	await terminal.exit;
	// The name under which it was filled is nobody's concern.
	expect(terminal.raw()).not.toContain('.clone.part');
	expect((await plan(scene.source, third)).inBoth).toBe(3);
});

describe('the terminal is given back', () => {
	test.each([['SIGTERM', 143], ['SIGHUP', 129], ['SIGINT', 130]] as const)('after %s', async (signal, status) => {
		const terminal = open(await makeScene());
		await terminal.until('-> 2 only source');
		terminal.pty.kill(signal);
		expect(await terminal.exit).toMatchObject({exitCode: status});
		expectRestored(terminal);
	});

	test('after Ctrl-C twice', async () => {
		const terminal = open(await makeScene());
		await terminal.until('-> 2 only source');
		terminal.press('ctrl-c');
		await terminal.until('Ctrl-C again quits');
		// On a busy machine it may come too late to be the second one, and is the first of two then.
		for (let isOver = false; !isOver;) {
			terminal.press('ctrl-c');
			isOver = await Promise.race([terminal.exit.then(() => true), setTimeout(1500, false)]);
		}

		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expectRestored(terminal);
	});

	test('after a crash, with its reason on the main screen', async () => {
		const {folder, source, target} = await makeScene();
		const crash = join(folder, 'crash.mjs');
		writeFileSync(crash, 'process.on("SIGUSR2", () => { throw new Error("crash on purpose"); });');
		const terminal = startTerminal(process.execPath, ['--import', crash, program, source, target]);
		await terminal.until('-> 2 only source');
		process.kill(terminal.pty.pid, 'SIGUSR2');
		expect(await terminal.exit).toMatchObject({exitCode: 1});
		expectRestored(terminal);
		expect(terminal.raw().slice(terminal.raw().lastIndexOf('\u001B[?1049l'))).toContain('crash on purpose');
	});

	test('when the other end hangs up, the program ends', async () => {
		const terminal = open(await makeScene());
		await terminal.until('-> 2 only source');
		const {pid} = terminal.pty;
		(terminal.pty as unknown as {destroy(): void}).destroy();
		await until('the program ended', () => !isAlive(pid));
	});

	test('while it is suspended, and taken again afterwards', async () => {
		const {source, target, folder} = await makeScene();
		const terminal = startTerminal('bash', ['--norc', '-i'], {env: {PS1: 'PROMPT> '}, cwd: folder});
		await terminal.until('PROMPT>');
		terminal.pty.write(`${process.execPath} ${program} ${source} ${target}\r`);
		await terminal.until('-> 2 only source');
		terminal.press('ctrl-z');
		await terminal.until('Stopped');
		expectRestored(terminal);
		terminal.pty.write('fg\r');
		await terminal.until('-> 2 only source');
		terminal.press('down');
		terminal.press('q');
		await terminal.until(text => text.trimEnd().endsWith('PROMPT>'));
		expectRestored(terminal);
		terminal.pty.write('exit\r');
		await terminal.exit;
	});
});

test('a resize is drawn at once', async () => {
	const terminal = open(await makeScene());
	await terminal.until('-> 2 only source');
	terminal.resize(100, 30);
	await terminal.until('Repositories');
	terminal.resize(60, 16);
	await terminal.until(text => !text.includes('Repositories') && text.includes('SOURCE'));
	terminal.resize(40, 10);
	await terminal.until('needs 60x16');
	terminal.press('q');
	await terminal.exit;
});

test('without a terminal it says so and ends with 2', () => {
	try {
		execFileSync(process.execPath, [program, '/nowhere'], {stdio: ['ignore', 'pipe', 'pipe']});
		expect.unreachable();
	} catch (error) {
		expect(error).toMatchObject({status: 2});
		expect(String((error as {stderr: Buffer}).stderr)).toContain('terminal');
	}
});

describe('without a screen', () => {
	test('a dumb terminal is told everything in plain lines, and a sync is done by the same keys', async () => {
		const scene = await makeScene();
		const terminal = startTerminal(process.execPath, [program, scene.source, scene.target], {cwd: scene.folder, env: {XDG_CONFIG_HOME: scene.folder, TERM: 'dumb'}});
		await terminal.until('1 of 3: ');
		terminal.press('S');
		await terminal.until('y sends 2');
		await terminal.insist('y', text => text.includes('== Syncing') || text.includes('Compared again'));
		await terminal.until('Compared again');
		terminal.press('ctrl-c', 'ctrl-c');
		await terminal.exit;
		expect(terminal.raw()).not.toContain('\u001B');
		expect((await plan(scene.source, scene.target)).inBoth).toBe(3);
	});

	test('--plain leaves the main screen and its scrollback alone', async () => {
		const scene = await makeScene();
		const terminal = startTerminal(process.execPath, [program, '--plain', scene.source, scene.target], {cwd: scene.folder, env: {XDG_CONFIG_HOME: scene.folder}});
		await terminal.until('1 of 3: ');
		terminal.press('q');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expect(terminal.raw()).not.toContain('\u001B[?1049h');
		expect(terminal.raw().lastIndexOf('\u001B[?2004l')).toBeGreaterThan(terminal.raw().lastIndexOf('\u001B[?2004h'));
	});
});

test('the mouse is off unless it is asked for; then the wheel and clicks move the cursor', async () => {
	const quiet = open(await makeScene());
	await quiet.until('-> 2 only source');
	quiet.press('q');
	await quiet.exit;
	expect(quiet.raw()).not.toContain('\u001B[?1000h');
	const scene = await makeScene();
	const terminal = startTerminal(process.execPath, [program, '--mouse', scene.source, scene.target], {cwd: scene.folder, env: {XDG_CONFIG_HOME: scene.folder}});
	await terminal.until('-> 2 only source');
	const row = (): number => terminal.grid().findIndex(line => line.startsWith('│>'));
	const first = row();
	terminal.pty.write(`\u001B[<0;10;${first + 3}M`);
	await terminal.until(() => row() === first + 2);
	terminal.pty.write('\u001B[<64;10;5M');
	await terminal.until(() => row() === first);
	terminal.press('q');
	await terminal.exit;
	expect(terminal.raw().lastIndexOf('\u001B[?1000l')).toBeGreaterThan(terminal.raw().lastIndexOf('\u001B[?1000h'));
});
