// n and N from match to match, the same on every list: a filter gives its rows back, and what may not be hidden never is.

import {describe, expect, test} from 'vitest';
import {openOffice, plan, snapshots} from '../terminal/office.js';
import {finding, mapEvent} from '../terminal/scripted-engine.js';

const idAt = (index: number): string => snapshots[index]!.snapshot.slice(0, 6);
/** The id in the row that has the cursor. */
const current = (grid: readonly string[]): string | undefined => grid.map(line => /^[│|]>.*?([\da-f]{6}) /.exec(line)?.[1]).find(id => id !== undefined);

describe('on the compare screen', () => {
	test('a filter hides; n brings all rows back around the next match, N goes the other way, both round the end; Esc ends it', async () => {
		const {settled, press, application} = openOffice({}, [80, 30]);
		const all = (await settled()).filter(line => /^│[> ]/.test(line)).length;
		press('/', ...'laptop', 'enter');
		expect((await settled()).filter(line => /^│[> ].*laptop/.test(line)).length).toBe(4);
		press('n');
		const grid = await settled();
		expect(grid.filter(line => /^│[> ]/.test(line)).length).toBe(all);
		expect([current(grid), grid.at(-1)]).toEqual([idAt(5), ' laptop: match 2 of 4. n next, N before, Esc ends.']);
		press('n', 'n');
		expect(current(await settled())).toBe(idAt(11));
		press('n');
		expect([current(await settled()), application.state.notice]).toEqual([idAt(2), 'laptop: match 1 of 4, round the end. n next, N before, Esc ends.']);
		press('N');
		expect(current(await settled())).toBe(idAt(11));
		expect(application.state.dialog).toBeUndefined();
		press('escape', 'n');
		expect(current(await settled())).toBe(idAt(11));
		press('N');
		expect((await settled()).join('\n')).toContain('Create a repository');
	});

	test('what nothing holds is said', async () => {
		const {settled, press, application} = openOffice({}, [80, 24]);
		await settled();
		press('/', ...'zzz', 'enter', 'n');
		await settled();
		expect(application.state.notice).toBe('Nothing holds "zzz".');
	});
});

test('on the plan the cursor moves as it is typed, and no row that is sent is ever hidden', async () => {
	const {settled, press, application} = openOffice({}, [80, 24]);
	await settled();
	press('S');
	const rows = (await settled()).filter(line => line.includes('[x]')).length;
	press('/', ...'db1');
	const typed = await settled();
	expect([current(typed), typed.filter(line => line.includes('[x]')).length]).toEqual([plan.rows[0]!.snapshot.slice(0, 6), rows]);
	press('enter', 'n');
	expect(current(await settled())).toBe(plan.rows[2]!.snapshot.slice(0, 6));
	press('escape');
	expect(application.state.screen).toBe('plan');
	press('escape');
	expect(application.state.screen).toBe('compare');
});

test('among findings', async () => {
	const findings = ['aa', 'bb', 'ab'].map(id => ({...finding, id: id.repeat(32)}));
	const checkReport = {level: 'full', proof: 'plaintext', findings, findingCount: 3, chunks: 9, chunksRead: 9, chunksTrusted: 0, chunksSound: 6, objects: 1, bytesRead: 9, snapshots: 2, snapshotsAffected: 2, snapshotsProven: 0, soundOnSecondRead: 0, unfinished: 0, unfinishedClone: false, complete: true, durationMs: 1} as const;
	const {settled, press, application} = openOffice({checkReport, events: [mapEvent(9, 9)]}, [80, 24]);
	await settled();
	press('v');
	await settled();
	press('1', '/', ...'abab', 'enter');
	await settled();
	expect([application.state.check.focus, application.state.jobs[0]!.findingCursor, application.state.jobs[0]!.findings.length]).toEqual(['findings', 2, 3]);
	press('/', 'ctrl-u', ...'bb', 'enter', 'n');
	await settled();
	expect(application.state.jobs[0]!.findingCursor).toBe(1);
});

test('in the log and among the keys', async () => {
	const {settled, press, application} = openOffice({}, [100, 30]);
	await settled();
	for (const text of ['one', 'two', 'one more']) {
		application.log(text);
	}

	press('L', '/', ...'one', 'enter', 'n');
	await settled();
	expect([application.state.watch.logFilter, application.state.watch.logCursor]).toEqual(['', 0]);
	press('N');
	expect((await settled()).join('\n')).toContain('> 12:00:00  one more');
	press('escape', 'escape', '?', '/', ...'swap', 'enter', 'n');
	expect((await settled()).join('\n')).toMatch(/> x +swap/);
	expect(application.state.help.filter).toBe('');
});
