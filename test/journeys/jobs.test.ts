// Jobs in the real program: in the background, paused, out of date, hung up on, and with nobody reading the terminal.

import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {readdirSync, readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, plan, push, run} from '../support/engine.js';
import {isAlive} from '../support/program.js';
import {makeTree} from '../support/trees.js';
import {until} from '../support/until.js';
import {program, startTerminal, type Terminal} from '../terminal/pty.js';

type Scene = {readonly folder: string; readonly tree: string; readonly source: string; readonly target: string};

/** A source of three snapshots, the last two of `bytes` each, and a target that has the first. */
async function makeScene(bytes = 100_000): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const source = await makeRepository(join(folder, 'office'));
	const target = join(folder, 'vault');
	makeTree(tree, [{path: 'first', content: randomBytes(20_000)}]);
	await push(source, [tree]);
	await run({verb: 'clone', source: {location: source}, target});
	for (const path of ['second', 'third']) {
		makeTree(tree, [{path, content: randomBytes(bytes)}]);
		await push(source, [tree]);
	}

	return {folder, tree, source, target};
}

const open = ({source, target, folder}: Scene, size: {columns?: number; rows?: number} = {}, flags: readonly string[] = []): Terminal =>
	startTerminal(process.execPath, [program, ...flags, source, target], {columns: 100, rows: 30, ...size, cwd: folder, env: {XDG_CONFIG_HOME: folder, XDG_STATE_HOME: join(folder, 'state')}});

/** Opens the plan of all that is missing and starts it. It takes no `y` when it has just appeared: pressed until it runs. */
async function startSync(terminal: Terminal): Promise<void> {
	terminal.press('S');
	await terminal.until('2 of 2 ticked');
	await terminal.insist('y', 'Syncing');
}

const limit = async (terminal: Terminal, rate: string): Promise<void> => {
	terminal.press('l');
	await terminal.until('Limit the rate');
	await terminal.answer(rate);
	await terminal.until(text => !text.includes('Limit the rate'));
};

/** The same, paused before any of it is complete: it starts too slow for that. */
async function startPaused(terminal: Terminal): Promise<void> {
	terminal.press('S');
	await terminal.until('2 of 2 ticked');
	await limit(terminal, '1K');
	await terminal.insist('y', 'Syncing');
	terminal.press('p');
	await terminal.until('paused');
	await limit(terminal, '0');
}

test('a check waits in the background while a sync comes to its end, then goes on', async () => {
	const scene = await makeScene();
	const terminal = open(scene);
	await terminal.until('-> 2 only source');
	terminal.press('v', 'p');
	await terminal.until('paused');
	terminal.press('escape');
	await terminal.until('check office');
	await startSync(terminal);
	await terminal.until('both sides hold them alike');
	terminal.press('J');
	const jobs = await terminal.until(text => text.includes('Jobs of this session') && text.includes('done'));
	expect(jobs).toMatch(/sync office -> vault +done/);
	expect(jobs).toMatch(/check office +paused/);
	terminal.press('G');
	await terminal.until(text => />\s+1 {2}check/.test(text));
	terminal.press('enter');
	await terminal.until('Integrity check');
	terminal.press('p');
	await terminal.until('No defect found.');
	terminal.press('escape', 'escape', 'escape', 'q');
	expect(await terminal.exit).toMatchObject({exitCode: 0});
});

test('on a slow line there is no graph; a paused sync writes no snapshot, and resumed it comes to its end', async () => {
	const scene = await makeScene();
	const terminal = open(scene, {}, ['--slow']);
	await terminal.until('-> 2 only source');
	await startPaused(terminal);
	// Where there is a graph, its scale has ticks.
	expect(await terminal.until('paused   mean')).not.toContain('\u2524');
	expect((await plan(scene.source, scene.target)).inBoth).toBe(1);
	terminal.press('p');
	await terminal.until('both sides hold them alike');
	expect((await plan(scene.source, scene.target)).inBoth).toBe(3);
	terminal.press('escape', 'q');
	await terminal.exit;
});

test('a plan that another process made out of date is refused, planned again and carried out', async () => {
	const scene = await makeScene();
	const terminal = open(scene);
	await terminal.until('-> 2 only source');
	terminal.press('S');
	await terminal.until('2 of 2 ticked');
	// The same files arrive in the target by another way: it has now what the plan would send.
	execFileSync(process.execPath, [program, 'on', scene.target, 'push', scene.tree], {env: {...process.env, XDG_CACHE_HOME: scene.folder}});
	expect(await terminal.insist('y', 'The plan no longer fits')).toContain('the target has gained');
	expect((await plan(scene.source, scene.target)).inBoth).toBe(1);
	terminal.press('r');
	await terminal.until('What was ticked is ticked');
	await terminal.until('2 of 2 ticked');
	await terminal.insist('y', 'both sides hold them alike');
	expect((await plan(scene.source, scene.target)).inBoth).toBe(3);
	terminal.press('escape', 'q');
	await terminal.exit;
});

describe('a sync whose terminal hangs up', () => {
	test('stops safely, is offered by the next start, and is carried to its end', async () => {
		const scene = await makeScene();
		const first = open(scene);
		await first.until('-> 2 only source');
		await startPaused(first);
		const {pid} = first.pty;
		(first.pty as unknown as {destroy(): void}).destroy();
		await until('the program ended', () => !isAlive(pid));
		expect((await check(scene.target)).findings).toEqual([]);

		const second = open(scene);
		expect(await second.until('A sync was interrupted')).toContain('0 of 2 snapshots');
		await second.insist('y', 'both sides hold them alike');
		second.press('escape', 'q');
		await second.exit;
		expect((await plan(scene.source, scene.target)).inBoth).toBe(3);
		expect((await check(scene.target)).findings).toEqual([]);

		const third = open(scene);
		const compared = await third.until('-> 0 only source');
		expect(compared).not.toContain('interrupted');
		third.press('q');
		await third.exit;
	});
});

/** Snapshots of a store on disk: their folders appear by one rename each. */
const visibleSnapshots = (store: string): number => {
	const folder = join(store, 'snapshots');
	return readdirSync(folder).reduce((count, shard) => count + readdirSync(join(folder, shard)).length, 0);
};

test('a reader of the terminal that stalls does not stop the sync', async () => {
	const scene = await makeScene(4_000_000);
	const terminal = open(scene, {columns: 300, rows: 100});
	await terminal.until('-> 2 only source');
	const {pid} = terminal.pty;
	const isStuck = (): boolean => {
		// The system call that the main thread is in: write, to the terminal.
		const [call, file] = readFileSync(`/proc/${pid}/task/${pid}/syscall`, 'utf8').split(' ');
		return process.arch === 'x64' ? call === '1' && readlinkSync(`/proc/${pid}/fd/${Number(file)}`).startsWith('/dev/pts/') : call !== 'running';
	};

	await startPaused(terminal);
	// So slow that the reader stalls long before the end, however busy the machine is.
	await limit(terminal, '1M');
	terminal.pty.pause();
	// It goes on and draws all anew: more than a terminal takes that nobody reads.
	terminal.pty.write('p\u000C');
	await until('the program waits for its terminal', isStuck);
	const wasComplete = visibleSnapshots(scene.target) === 3;
	await until('the target has all snapshots', () => visibleSnapshots(scene.target) === 3);
	expect({wasComplete, isStuck: isStuck()}).toEqual({wasComplete: false, isStuck: true});
	expect((await check(scene.target)).findings).toEqual([]);
	terminal.pty.resume();
	await terminal.until('both sides hold them alike');
	terminal.press('escape', 'q');
	await terminal.exit;
});
