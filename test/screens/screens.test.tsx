// What holds of every screen whatever is pressed: nothing is written unasked, and everything fits.

import {describe, expect, test} from 'vitest';
import {finding, makePlan, makeSnapshot, makeSummary, mapEvent, planRow, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {scenes} from './scenes/all.js';
import {walk} from './scenes/scene.js';

const repositories = [{location: '/srv/office'}, {location: '/mnt/vault'}];
const snapshots = Array.from({length: 12}, (_, index) => makeSnapshot(index));
const conflict = makeSnapshot(3, {digest: 'other', indexDigit: 'b'});
const summaries = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 11)),
	'/mnt/vault': makeSummary('/mnt/vault', [conflict, ...snapshots.slice(5)]),
};
const plan = makePlan([...[4, 2, 1, 0].map(index => planRow(snapshots[index]!)), planRow(snapshots[3]!, 'conflict')]);
const counters = {bytesTotal: 7_301_444_403, bytesDone: 4_724_464_025, chunksTotal: 4031, chunksDone: 2613, objectsTotal: 1022, objectsDone: 594, referencesTotal: 57_189, recordsReferenced: 31_782, snapshotsTotal: 9, snapshotsDone: 5, bytesWritten: 4_724_464_025, recordsWritten: 3207, bytesRead: 4_724_464_025, queueDepth: 4, queueLimit: 4, retries: 3};

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine} {
	const engine = scriptedEngine({summaries, plan, ...script});
	return {engine, ...show({columns, rows, jobs: engine, repositories, ...options})};
}

describe('without the niceties of a terminal', () => {
	test('a window that is too small says what is needed', async () => {
		const {settled} = open({}, [59, 20]);
		expect((await settled())[0]).toBe('plakar-tui needs 60x16; this is 59x20.');
	});

	test('no screen is wider or higher than its window, whatever it is resized to', async () => {
		const {settled, press, terminal} = open({standing: ['check', 'sync'], events: [mapEvent(5000, 2500), {type: 'finding', finding}], counters}, [80, 24]);
		await settled();
		for (const keys of [[], ['1'], ['3', 'z'], ['z', 'w'], ['?'], ['escape', 'L'], ['escape', 'J'], ['escape', ':'], ['escape', 'i'], ['escape', '/', 'w']]) {
			press(...keys);
			for (const [columns, rows] of [[60, 16], [200, 60], [81, 17], [120, 25]] as const) {
				terminal.resize(columns, rows);
				const grid = await settled();
				expect(grid).toHaveLength(rows);
				// The last line is the footer's sentence or a dialog's surroundings: never a frame cut off by the edge.
				expect(grid.filter(line => line.startsWith('┌')).length).toBe(grid.filter(line => line.startsWith('└')).length);
			}
		}
	});
});

describe('keys', () => {
	test('nothing is written before y, and then exactly what is ticked', async () => {
		const {settled, press, wait, engine} = open({}, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('space');
		await settled();
		expect(engine.requests.map(({verb}) => verb)).toEqual(['describe', 'describe', 'plan', 'probe']);
		wait(1000);
		press('y');
		await settled();
		const sync = engine.requests.find(request => request.verb === 'sync');
		expect(sync).toMatchObject({ticked: plan.rows.slice(1, 4).map(({snapshot}) => snapshot), plan: {id: plan.id}});
	});

	test('a key that was on its way when the plan appeared does not start it', async () => {
		const {settled, press, engine, wait} = open({}, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('y', 'y');
		expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(false);
		expect((await settled()).at(-1)).toBe(' The plan has just appeared: look at it, then press y again.');
		wait(400);
		press('y');
		expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(true);
	});

	test('a paste never presses keys', async () => {
		const {settled, press, paste, wait, engine} = open({}, [100, 30]);
		await settled();
		press('S');
		await settled();
		wait(1000);
		paste('yyyy\n');
		await settled();
		expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(false);
	});

	test('a clone asks for the place, then once more, and Enter alone goes back', async () => {
		const {settled, press, paste, wait, engine} = open({}, [100, 30]);
		await settled();
		press('c');
		paste('/mnt/new');
		press('enter');
		wait(1000);
		press('enter');
		expect(engine.requests.some(({verb}) => verb === 'clone')).toBe(false);
		press('c');
		paste('/mnt/new');
		press('enter');
		wait(1000);
		press('y');
		expect(engine.requests.find(({verb}) => verb === 'clone')).toMatchObject({target: '/mnt/new'});
	});

	test('read-only leaves every writing action visible and off', async () => {
		const {settled, press, wait, engine, application} = open({}, [100, 30], {readOnly: true});
		await settled();
		press('c');
		expect((await settled()).at(-1)).toContain('started with --read-only');
		press('S');
		await settled();
		wait(1000);
		press('y');
		expect((await settled()).at(-1)).toContain('--read-only');
		expect(application.state.screen).toBe('plan');
		expect(engine.requests.every(({verb}) => verb === 'describe' || verb === 'plan' || verb === 'probe')).toBe(true);
	});

	test('Esc goes back and never quits; q asks while a job runs', async () => {
		const {settled, press, wait, quits, engine} = open({standing: ['check']}, [80, 24]);
		await settled();
		press('escape', 'escape');
		expect(quits).toEqual([]);
		press('v', 'escape', 'q');
		wait(1000);
		press('enter');
		expect(quits).toEqual([]);
		press('q');
		wait(1000);
		press('y');
		await settled();
		expect(engine.cancelled).toEqual(['check']);
		expect(quits).toHaveLength(1);
	});

	test('Ctrl-C stops the job safely; twice it ends the program', async () => {
		const {settled, press, quits, engine} = open({standing: ['check']}, [80, 24]);
		await settled();
		press('v', 'ctrl-c');
		await settled();
		expect({cancelled: engine.cancelled, quits}).toEqual({cancelled: ['check'], quits: []});
		press('ctrl-c');
		expect(quits).toHaveLength(1);
	});

	test('two seconds later the offer to end at once is gone, and Ctrl-C stops safely again', async () => {
		const {settled, drawn, press, wait, quits, engine, application} = open({standing: ['check']}, [80, 24]);
		await settled();
		press('v', 'ctrl-c');
		expect((await drawn()).at(-1)).toContain('Stopping safely: check office.');
		wait(1999);
		expect(application.state.notice).toContain('Ctrl-C again');
		wait(1);
		expect((await drawn()).at(-1)).not.toContain('Ctrl-C');
		press('escape', 'v');
		wait(5000);
		press('ctrl-c');
		expect({cancelled: engine.cancelled, quits}).toEqual({cancelled: ['check', 'check'], quits: []});
		expect((await drawn()).at(-1)).toContain('Stopping safely');
		await settled();
		press('escape');
		wait(5000);
		press('ctrl-c');
		expect(application.state.notice).toBe('Ctrl-C again quits; q quits too.');
		wait(2000);
		expect(application.state.notice).toBe('');
		press('ctrl-c');
		expect(quits).toEqual([]);
		press('ctrl-c');
		expect(quits).toHaveLength(1);
	});

	test('the user may move keys, but not the reserved ones', async () => {
		const {settled, press, engine} = open({}, [100, 30], {keys: {'sync.planAll': ['P']}});
		await settled();
		press('S');
		expect(engine.requests.some(({verb}) => verb === 'plan')).toBe(false);
		press('P');
		expect(engine.requests.some(({verb}) => verb === 'plan')).toBe(true);
		expect(() => open({}, [80, 24], {keys: {'sync.planAll': ['q']}})).toThrow(expect.objectContaining({code: 'CONFIG_CORRUPT'}));
		expect(() => open({}, [80, 24], {keys: {'no.such': ['z']}})).toThrow(expect.objectContaining({code: 'CONFIG_CORRUPT'}));
	});

	test('random keys never write and never break the screen', async () => {
		const pool = ['up', 'down', 'space', 'a', 's', 'S', 'x', 'i', '/', 'enter', 'escape', '?', ':', 'J', 'L', 'g', 'G', 'tab', 'v', 'p', 'r', '*', 'pagedown', 'backspace', 'z', 'w', 'o', 'O', '1', '2', '3', 'A', 'N', 't', 'f5', 'ctrl-l', 'left', 'right'];
		const {settled, press, engine, terminal} = open({}, [80, 24]);
		await settled();
		let seed = 12_345;
		const next = (count: number): number => {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
			return seed % count;
		};

		for (let step = 0; step < 1500; step++) {
			press(pool[next(pool.length)]!);
			if (step % 50 === 0) {
				terminal.resize(60 + next(140), 16 + next(40));
				await settled();
			}
		}

		expect(await settled()).toHaveLength(terminal.rows);
		expect(engine.requests.every(({verb}) => ['describe', 'plan', 'check', 'locate'].includes(verb))).toBe(true);
	});
});

describe('the line', () => {
	test('nothing is written while nothing changes', async () => {
		const {settled, terminal, application} = open({}, [80, 24]);
		await settled();
		const {bytes} = terminal;
		application.update(state => ({...state}));
		await settled();
		expect(terminal.bytes).toBe(bytes);
	});

	test('while the terminal takes nothing, only the newest frame waits', async () => {
		const {settled, terminal, press} = open({}, [80, 24]);
		await settled();
		terminal.isStalled = true;
		press('down');
		for (let turns = 0; turns < 50; turns++) {
			await new Promise(next => {
				setImmediate(next);
			});
		}

		const {writes} = terminal;
		for (let index = 0; index < 20; index++) {
			press('down', 'up', 'down');
			await new Promise(next => {
				setImmediate(next);
			});
		}

		expect(terminal.writes - writes).toBeLessThanOrEqual(1);
		terminal.isStalled = false;
		terminal.emit('drain');
		await settled();
		expect(terminal.writes - writes).toBeLessThanOrEqual(2);
	});
});

test.each(['inspect', 'inspect-many-paths', 'check-many-paths', 'browse-binary', 'restore-many'])('G shows the end of what is scrolled, and up leaves it at once: %s', async name => {
	const {press, draw, drawn} = await walk(scenes[name]!, [80, 24]);
	await draw();
	press('G');
	const end = await drawn();
	press('down', 'pagedown');
	expect(await drawn()).toEqual(end);
	press('up');
	expect(await drawn()).not.toEqual(end);
	press('down');
	expect(await drawn()).toEqual(end);
});
