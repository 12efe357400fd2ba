// What keys do with a plan, and the plan in the smallest window.

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {decodePlan} from '../../source/engine/plan-file.js';
import {stalePlan} from '../../source/engine/plan.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {createForgetfulMemory} from '../../source/session/jobs/run-memory.js';
import {temporaryFolder} from '../support/folders.js';
import {expectGolden} from '../terminal/golden.js';
import {openOffice, plan, planBack, snapshots, summaries} from '../terminal/office.js';
import {makePlan, makeSnapshot, planRow} from '../terminal/scripted-engine.js';
import {bothWays, exposing} from './scenes/plan.js';

/** Opens the plan of all that is missing, both ways, and waits until a key may start it. */
async function planBothWays({settled, press, wait}: Pick<ReturnType<typeof openOffice>, 'settled' | 'press' | 'wait'>): Promise<void> {
	await settled();
	press('S');
	await settled();
	press('t');
	await settled();
	wait(1000);
}

describe('both ways', () => {
	test('one y sends there, then back, each with its own ticks', async () => {
		const {settled, press, wait, engine} = openOffice(bothWays, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('space', 't');
		await settled();
		wait(1000);
		press('y');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toMatchObject([
			{source: {location: '/srv/office'}, target: {location: '/mnt/vault'}, plan: {id: plan.id}, ticked: plan.rows.slice(1, 4).map(({snapshot}) => snapshot)},
			{source: {location: '/mnt/vault'}, target: {location: '/srv/office'}, plan: {id: planBack.id}, ticked: [snapshots[11]!.snapshot]},
		]);
	});

	test('when the way there was asked to stop and came to its end all the same, the way back is not begun', async () => {
		const {settled, press, wait, engine, application} = openOffice(bothWays, [100, 30]);
		await planBothWays({settled, press, wait});
		press('y');
		application.jobs.stop([1]);
		await settled();
		expect(application.state.jobs).toMatchObject([{status: 'done'}]);
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toHaveLength(1);
	});

	test('when the way there fails, the way back is not begun', async () => {
		const {settled, press, wait, engine} = openOffice({...bothWays, syncAnswer: new PlakarError('BACKEND_FULL', {message: 'No space left.', hint: 'Free some.'})}, [100, 30]);
		await planBothWays({settled, press, wait});
		press('y');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toHaveLength(1);
	});

	test('a key that was on its way when the second plan appeared starts nothing', async () => {
		const {settled, press, wait, engine} = openOffice(bothWays, [100, 30]);
		await settled();
		press('S');
		await settled();
		wait(1000);
		press('t', 'y');
		await settled();
		press('y');
		expect((await settled()).at(-1)).toContain('The plan has just appeared');
		expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(false);
	});

	test('t again goes back to one way, and export writes each plan to a file of its own', async () => {
		const {settled, press, application} = openOffice(bothWays, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('t');
		await settled();
		const file = join(temporaryFolder(), 'plan.json');
		press('e', 'ctrl-u', ...file, 'enter');
		await settled();
		expect([file, file.replace('.json', '-back.json')].map(name => decodePlan(readFileSync(name), name).id)).toEqual([plan.id, planBack.id]);
		press('t');
		expect(application.state.plan.legs).toHaveLength(1);
	});
});

describe('a limit', () => {
	test('holds from the start of the run on, each way, as it is then', async () => {
		const {settled, drawn, press, wait, engine, application} = openOffice({...bothWays, standing: ['sync']}, [80, 24]);
		await settled();
		press('S');
		await settled();
		press('l', ...'2MiB', 'enter', 'l', ...'fast', 'enter');
		expect((await settled()).at(-1)).toContain('"fast" is no size; the limit stays as it was.');
		press('t');
		expect((await settled()).join('\n')).toContain('limit 2.0 MiB/s each way');
		wait(1000);
		press('y');
		await drawn();
		expect(engine.counters!.limit).toBe(2 * 2 ** 20);
		expect(application.state.jobs.at(-1)).toMatchObject({verb: 'sync', limitBytesPerSecond: 2 * 2 ** 20});
	});

	test('that was changed on the way there holds on the way back', async () => {
		const {settled, press, wait, engine, application} = openOffice(bothWays, [80, 24]);
		await planBothWays({settled, press, wait});
		press('y', 'l', ...'5K', 'enter');
		await settled();
		expect(application.state.jobs.filter(({verb}) => verb === 'sync')).toMatchObject([{limitBytesPerSecond: 5 * 1024}, {limitBytesPerSecond: 5 * 1024}]);
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toHaveLength(2);
	});
});

test('the smallest screen shows what is ticked, and y start', async () => {
	const {settled, press} = openOffice(bothWays, [60, 16]);
	await settled();
	press('S');
	await settled();
	press('l', ...'2MiB', 'enter', 'down', 'space');
	const grid = await settled();
	expectGolden('plan.60x16', grid);
	expect(grid.at(-2)).toContain(' y start ');
	press('t');
	await settled();
	press('G');
	expectGolden('plan-two-way.60x16', await settled());
});

describe('a plan that is out of date', () => {
	test('r plans again, with the ticks kept where the rows are still there', async () => {
		const without = {...plan, id: '00000001', rows: [...plan.rows.slice(1), planRow(makeSnapshot(20))], classes: []};
		const plans = [plan, without];
		const script = {summaries, syncAnswer: stalePlan('the target has received a snapshot meanwhile'), get plan() {
			return plans.shift()!;
		}};
		const {settled, press, wait, application} = openOffice(script, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('down', 'space');
		wait(1000);
		press('y');
		expect((await settled()).join('\n')).toContain('The plan no longer fits');
		press('r');
		await settled();
		const [leg] = application.state.plan.legs;
		expect(leg!.plan.id).toBe('00000001');
		// The row that has gone was ticked, the next was not, the last of the sendable ones is new.
		expect([...leg!.ticked].map(row => leg!.plan.rows[row]!.snapshot)).toEqual([plan.rows[2]!.snapshot, plan.rows[3]!.snapshot]);
		expect(application.state.notice).toContain('1 row gone, 1 new row, not ticked');
	});
});

test('unticking makes room: what blocks is the space for what is ticked', async () => {
	const {settled, press, wait, engine} = openOffice({plan: {...plan, freeBytes: 4.5 * 2 ** 30}}, [100, 30]);
	await settled();
	press('S');
	await settled();
	wait(1000);
	press('y');
	expect((await settled()).at(-1)).toContain('space');
	expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(false);
	press('down', 'down', 'space', 'y');
	expect(engine.requests.some(({verb}) => verb === 'sync')).toBe(true);
});

describe('sealed content for a target that is not encrypted', () => {
	test('is sent only after the word was typed; y alone, Enter, and another word write nothing', async () => {
		const {settled, press, wait, engine} = openOffice({plan: exposing}, [80, 24]);
		await settled();
		press('S');
		await settled();
		wait(1000);
		const writes = (): number => engine.requests.filter(({verb}) => verb === 'sync').length;
		press('y', 'enter', 'y', 'enter', 'escape');
		press('y', ...'yes', 'enter');
		expect((await settled()).join('\n')).toContain('That is another word. Nothing was written.');
		press('escape');
		expect(writes()).toBe(0);
		press('y', ...'readable', 'enter');
		await settled();
		expect(writes()).toBe(1);
	});

	test('is sent without it where nothing sealed is ticked', async () => {
		const {settled, press, wait, engine} = openOffice({plan: exposing, plansFrom: {'/mnt/vault': planBack}}, [80, 24]);
		await settled();
		press('S');
		await settled();
		press('t');
		await settled();
		press('a', 'G', 'space');
		wait(1000);
		press('y');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toMatchObject([{source: {location: '/mnt/vault'}}]);
	});
});

describe('how long it may take', () => {
	test('is told by a run from elsewhere to the same target, and says so', async () => {
		const memory = createForgetfulMemory();
		memory.keep({source: '/srv/elsewhere', target: plan.target.location, rateBytesPerSecond: 10_905_190});
		const {settled, press} = openOffice({}, [100, 30], {memory});
		await settled();
		press('S');
		expect((await settled()).join('\n')).toContain('* last run to this target');
	});

	test.each([
		['the slower of both', {sourceBytesPerSecond: 42_000_000, targetBytesPerSecond: 10_905_190}, '10.4 MiB/s*', '* up to 16 MiB read on both sides'],
		['one side alone', {sourceBytesPerSecond: 42_000_000}, '40.1 MiB/s*', '* up to 16 MiB read in the source'],
		['the other side alone', {targetBytesPerSecond: 42_000_000}, '40.1 MiB/s*', '* up to 16 MiB read in the target'],
		['no more than is usual', {sourceBytesPerSecond: 4e9, targetBytesPerSecond: 2e9}, '100.0 MiB/s*', '* usual pace; both are read faster'],
	] as const)('is told by a probe: %s', async (_, probe, rate, basis) => {
		const {settled, press, engine} = openOffice({probe}, [120, 30]);
		await settled();
		press('S');
		const text = (await settled()).join('\n');
		expect(text).toContain(rate);
		expect(text).toContain(basis);
		expect(engine.requests.filter(({verb}) => verb === 'probe')).toEqual([{verb: 'probe', source: {location: '/srv/office'}, target: {location: '/mnt/vault'}, snapshot: plan.rows[0]!.snapshot}]);
	});

	test('is asked of no probe where a run has told', async () => {
		const memory = createForgetfulMemory();
		memory.keep({source: '/srv/elsewhere', target: plan.target.location, rateBytesPerSecond: 10_905_190});
		const {settled, press, engine} = openOffice({}, [100, 30], {memory});
		await settled();
		press('S');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'probe')).toEqual([]);
	});

	test('is not waited for, and not measured any further once the plan is left or started', async () => {
		for (const keys of [['escape'], ['y']]) {
			const {drawn, press, wait, engine, application} = openOffice({standing: ['probe']}, [100, 30]);
			await drawn();
			press('S');
			expect((await drawn()).join('\n')).toContain('being measured');
			wait(1000);
			press('?');
			press('escape');
			expect(engine.cancelled).toEqual([]);
			press(...keys);
			await drawn();
			expect(application.state.screen).not.toBe('plan');
			expect(engine.cancelled).toEqual(['probe']);
		}
	});

	test('both ways are measured one after the other', async () => {
		const {settled, press, engine} = openOffice({...bothWays, probe: {sourceBytesPerSecond: 1e6, targetBytesPerSecond: 2e6}}, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('t');
		expect((await settled()).join('\n').match(/time about .*\*/g)).toHaveLength(2);
		expect(engine.requests.filter(({verb}) => verb === 'probe')).toMatchObject([{source: {location: '/srv/office'}}, {source: {location: '/mnt/vault'}}]);
	});

	test('a way that sends nothing takes no time, and is measured once something of it is ticked', async () => {
		const {settled, press, engine} = openOffice({...bothWays, probe: {sourceBytesPerSecond: 1e6, targetBytesPerSecond: 2e6}, plansFrom: {'/mnt/vault': makePlan([])}}, [100, 30]);
		await settled();
		press('S');
		await settled();
		press('t');
		const text = (await settled()).join('\n');
		expect(text).not.toContain('unknown until it runs');
		expect(text.match(/time about .*\*/g)).toHaveLength(1);
		expect(text).toContain('time none, nothing is sent');
		expect(engine.requests.filter(({verb}) => verb === 'probe')).toHaveLength(1);
	});

	test('of what is ticked later is measured then', async () => {
		const made = [makePlan([]), plan];
		const {settled, press, engine} = openOffice({get plan() {
			return made.shift()!;
		}}, [100, 30]);
		const probes = (): number => engine.requests.filter(({verb}) => verb === 'probe').length;
		await settled();
		press('S');
		expect((await settled()).join('\n')).toContain('time     none, nothing is sent');
		press('r');
		await settled();
		expect(probes()).toBe(0);
		press('a');
		await settled();
		expect(probes()).toBe(1);
	});

	test('the word that lets content become readable holds when it was measured meanwhile', async () => {
		const {drawn, press, wait, engine, application} = openOffice({plan: exposing, standing: ['probe', 'sync']}, [100, 30]);
		await drawn();
		press('S');
		await drawn();
		wait(1000);
		press('y');
		application.update(state => ({...state, plan: {...state.plan, legs: state.plan.legs.map(leg => ({...leg, isMeasuring: false}))}}));
		press(...'readable', 'enter');
		await drawn();
		expect(engine.requests.filter(({verb}) => verb === 'sync')).toHaveLength(1);
	});

	test('is not told where nothing is known', async () => {
		const {settled, press} = openOffice({}, [100, 30]);
		await settled();
		press('S');
		expect((await settled()).join('\n')).toContain('time     unknown until it runs');
	});
});

describe('a plan that is left before it is made', () => {
	test('is given up, and never shown in place of the one made after it', async () => {
		let keep: (made: typeof plan) => void = () => undefined;
		const plansFrom = {
			'/srv/office': new Promise<typeof plan>(resolve => {
				keep = resolve;
			}),
			'/mnt/vault': planBack,
		};
		const {drawn, settled, press, engine, application} = openOffice({plansFrom}, [100, 30]);
		await drawn();
		press('S');
		await drawn();
		press('escape', 'x', 'S');
		expect((await drawn()).join('\n')).toContain(`plan ${planBack.id}`);
		expect(engine.cancelled).toEqual(['plan']);
		keep(plan);
		expect((await settled()).join('\n')).toContain(`plan ${planBack.id}`);
		expect(application.state.plan).toMatchObject({source: 1, target: 0, status: 'ready', legs: [{plan: {id: planBack.id}}]});
	});

	test('is nobody\'s way back', async () => {
		let keep: (made: typeof plan) => void = () => undefined;
		const plansFrom = {
			'/srv/office': plan,
			'/mnt/vault': new Promise<typeof plan>(resolve => {
				keep = resolve;
			}),
		};
		const {drawn, settled, press, application} = openOffice({plansFrom}, [100, 30]);
		await drawn();
		press('S');
		await drawn();
		press('t', 'escape', 'S');
		await drawn();
		expect(application.state.plan.isAddingBack).toBe(false);
		keep(planBack);
		await settled();
		expect(application.state.plan.legs.map(({plan: {id}}) => id)).toEqual([plan.id]);
	});
});

test.each([60, 70, 79])('at %i columns, no line of the boxes and no sentence is cut, whatever is shown', async columns => {
	const memory = createForgetfulMemory();
	memory.keep({source: plan.source.location, target: plan.target.location, rateBytesPerSecond: 1_090_519});
	memory.keep({source: plan.target.location, target: plan.source.location, rateBytesPerSecond: 1_090_519});
	for (const [made, rows] of [[plan, 16], [plan, 24], [exposing, 16], [exposing, 24], [{...plan, freeBytes: 2 ** 30}, 16]] as const) {
		const {settled, press} = openOffice({plan: made, ...bothWays}, [columns, rows], {memory});
		await settled();
		press('S');
		const one = await settled();
		press('t');
		const two = await settled();
		press('tab', 'G');
		for (const grid of [one, two, await settled()]) {
			const boxes = grid.slice(grid.findIndex(line => line.includes('─ Total ')));
			expect(boxes.filter(line => line.includes('…'))).toEqual([]);
			expect(boxes.join('\n')).toMatch(/time/);
		}
	}
});
