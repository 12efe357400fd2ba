// The compare screen in a narrow window, and what its keys do.

import {describe, expect, test} from 'vitest';
import {currentPair} from '../../source/session/pairs.js';
import {expectGolden} from '../terminal/golden.js';
import {makeSnapshot, makeSummary, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {all, pair, snapshots, summaries, unreachable} from './scenes/compare.js';

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine} {
	const engine = scriptedEngine({summaries, ...script});
	return {engine, ...show({columns, rows, jobs: engine, repositories: pair, ...options})};
}

describe('in a narrow window', () => {
	test('the source half and the marks', async () => {
		expectGolden('compare.60x16', await open({}, [60, 16]).settled());
	});

	test('the target half, and the list alone', async () => {
		const {settled, press} = open({}, [64, 20], {repositories: all});
		await settled();
		press('3');
		expectGolden('compare-target.64x20', await settled());
		press('1');
		expectGolden('compare-list.64x20', await settled());
	});

	test('the list alone in the smallest window', async () => {
		const {settled, press} = open({}, [60, 16], {repositories: all});
		await settled();
		press('1', 'down');
		expectGolden('compare-list.60x16', await settled());
	});
});

/** Rows of the list, by the id in their source half. */
const idsOf = (grid: readonly string[]): string[] => grid.flatMap(line => /^│[ >][ *] ?([\da-f]{6,8}) /.exec(line)?.[1]?.slice(0, 6) ?? []);

describe('the order of the list', () => {
	test('by size, by origin, by mark, and reversed', async () => {
		const {settled, press} = open({}, [80, 40]);
		const newest = idsOf(await settled());
		expect(newest.slice(0, 3)).toEqual(snapshots.slice(0, 3).map(({snapshot}) => snapshot.slice(0, 6)));
		press('O');
		expect(idsOf(await settled())).toEqual([...newest].reverse());
		press('O', 'o');
		const bySize = idsOf(await settled());
		expect(bySize[0]).toBe(snapshots[27]!.snapshot.slice(0, 6));
		press('o');
		expect((await settled()).filter(line => / db1 /.test(line)).length).toBeGreaterThan(3);
		expect(idsOf(await settled())[0]).toBe(snapshots[1]!.snapshot.slice(0, 6));
		press('o');
		expect((await settled())[3]).toContain('!=');
		press('o');
		expect(idsOf(await settled())).toEqual(newest);
	});

	test('a filter narrows as it is typed; Esc while typing clears it, Enter keeps it and Esc clears it then', async () => {
		const {settled, press, application} = open({}, [80, 40]);
		const everything = idsOf(await settled());
		press('/', '-', '>');
		expect(idsOf(await settled())).toHaveLength(5);
		press('escape');
		expect(idsOf(await settled())).toEqual(everything);
		press('/', 'd', 'b', '1', 'enter');
		expect(idsOf(await settled()).length).toBeLessThan(everything.length);
		expect(application.state.dialog).toBeUndefined();
		press('escape');
		expect(idsOf(await settled())).toEqual(everything);
	});
});

describe('panes', () => {
	test('digits, Tab and arrows move between them; without a target there are two', async () => {
		const {settled, press, application} = open({}, [100, 30]);
		await settled();
		const visited = (keys: readonly string[]): string[] => keys.map(key => {
			press(key);
			return application.state.compare.focus;
		});
		expect(visited(['1', '3', '2', 'tab', 'tab', 'tab', 'shift-tab', 'left', 'left', 'h', 'l', 'right', 'l'])).toEqual(
			['list', 'target', 'source', 'target', 'list', 'source', 'list', 'list', 'list', 'list', 'source', 'target', 'target']);
		const alone = open({}, [100, 30], {repositories: pair.slice(0, 1)});
		await alone.settled();
		alone.press('3', 'tab', 'tab', 'right');
		expect(alone.application.state.compare.focus).toBe('source');
	});

	test('the list chooses source and target, and the two change places rather than coincide', async () => {
		const {settled, press, application} = open({}, [100, 30], {repositories: all});
		await settled();
		const sides = (): readonly unknown[] => [application.state.source, application.state.target];
		press('1', 'G', 'enter');
		expect(sides()).toEqual([0, 3]);
		press('space');
		expect(sides()).toEqual([3, 0]);
		press('g', 'down', 'enter');
		expect(sides()).toEqual([3, 1]);
		press('x');
		expect(sides()).toEqual([1, 3]);
		press('enter');
		expect(sides()).toEqual([3, 1]);
		expect((await settled())[0]).toContain('usb-2024 ──> vault');
	});
});

describe('a repository that cannot be read', () => {
	test('keeps what was read before, says since when, and nothing is planned from what is not known', async () => {
		const answers: Record<string, unknown> = {...summaries};
		const {settled, press, wait} = open({summaries: answers as never}, [100, 30]);
		await settled();
		answers['/mnt/vault'] = unreachable;
		wait(60_000);
		press('r');
		const stale = await settled();
		expect(stale.join('\n')).toContain('as of 12:00Z');
		expect(stale.join('\n')).toContain('since 12:01Z');
		expect(stale.at(-1)).toContain('vault cannot be read');
		wait(60_000);
		press('r');
		expect((await settled()).join('\n')).toContain('since 12:01Z');
		answers['/mnt/vault'] = summaries['/mnt/vault'];
		press('r');
		expect((await settled()).join('\n')).not.toContain('since');
	});

	test('says why a key does nothing while it is being read, and no longer', async () => {
		const {settled, press, application} = open({}, [100, 30]);
		press('S');
		expect(application.state.notice).toBe('plan all missing: it takes a source and a target that can be read.');
		expect((await settled()).at(-1)).toContain('S shows what sending');
	});

	test('moves no cursor once it is read: it stays on its snapshot, and the first row stays the first', async () => {
		const answers: Record<string, unknown> = {...summaries, '/mnt/vault': unreachable};
		const {settled, press, application} = open({summaries: answers as never}, [100, 30]);
		await settled();
		const current = (): string | undefined => currentPair(application.state)?.snapshot;
		press('down', 'down');
		const chosen = current();
		answers['/mnt/vault'] = makeSummary('/mnt/vault', [makeSnapshot(-2), makeSnapshot(-1), makeSnapshot(3)]);
		press('r');
		await settled();
		expect({cursor: application.state.compare.cursor, current: current()}).toEqual({cursor: 4, current: chosen});
		press('g');
		answers['/mnt/vault'] = makeSummary('/mnt/vault', [makeSnapshot(-3)]);
		press('r');
		await settled();
		expect(current()).toBe(makeSnapshot(-3).snapshot);
	});

	test('is not called empty: what it lacks is not known', async () => {
		const {settled, press, engine} = open({}, [100, 30], {repositories: [pair[0]!, all[2]!]});
		const grid = await settled();
		expect(grid.join('\n')).not.toContain('->  │');
		press('S', 's');
		expect((await settled()).at(-1)).toContain('it takes a source and a target that can be read');
		expect(engine.requests.every(({verb}) => verb === 'describe')).toBe(true);
	});
});

/** A snapshot that counts how often anything of it is looked at. */
function counted(index: number, looks: {count: number}): ReturnType<typeof makeSnapshot> {
	const snapshot = makeSnapshot(index);
	return new Proxy(snapshot, {
		get(object, name, receiver): unknown {
			looks.count++;
			return Reflect.get(object, name, receiver);
		},
	});
}

test('a key looks at the rows in sight, however many there are', async () => {
	const looks = {count: 0};
	const many = Array.from({length: 5000}, (_, index) => counted(index, looks));
	const {settled, press} = open({summaries: {'/srv/office': makeSummary('/srv/office', many), '/mnt/vault': makeSummary('/mnt/vault', many.slice(2500))}}, [160, 45]);
	await settled();
	// What each side gives is computed when it is first looked at, and remembered.
	press('G', '3');
	await settled();
	press('g', '2', 'w');
	await settled();
	press('w');
	await settled();
	for (const key of ['down', 'G', 'space', 'pageup', '1', '3', 'w', 'w', 'p', 'escape']) {
		looks.count = 0;
		press(key);
		await settled();
		// Some ten facts of each of the forty rows, on both sides, and of the row that is shown in full.
		expect(looks.count, key).toBeLessThan(4000);
	}
});

test('what a repository takes on its medium stands in the list where it is known', async () => {
	const known = {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots, {scheme: 'sqlite', stored: {bytes: 435_841_667_072, exact: true}}), '/srv/office': {...summaries['/srv/office'], stored: {bytes: 443_023_000_000, exact: false}}};
	const {settled, press, terminal} = open({summaries: known}, [100, 30]);
	expect((await settled()).join('\n')).toMatch(/│ {3}28 snap ~412\.6 G +││.*\n.*\n.*\n│ {3}30 snap {2}405\.9 G/);
	terminal.resize(80, 24);
	press('1');
	expect((await settled()).join('\n')).toContain('about 412.6 GiB stored');
	press('down');
	expect((await settled()).join('\n')).toMatch(/ 405\.9 GiB stored/);
});

test.each([
	['all of it was proven', {recent: 900, isCurrent: true}, 'verified all <30d'],
	['a part of it was', {recent: 890, isCurrent: true}, 'verified 98% <30d'],
	['snapshots came after all was proven', {recent: 900, isCurrent: false}, 'verified in part'],
	['snapshots came after proofs that are old', {recent: 0, isCurrent: false}, 'verified 0% <30d'],
])('the list says no more than was read: %s', async (_, verified, words) => {
	const {settled} = open({summaries: {...summaries, '/srv/office': makeSummary('/srv/office', snapshots, {verified: {chunks: 900, ...verified}})}}, [100, 30]);
	expect((await settled()).find(text => text.includes('verified'))).toMatch(new RegExp(`^│ {3}${words} *│`));
});
