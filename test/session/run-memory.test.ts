// What one start of the program leaves for the next, and what the next makes of it.

import {readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {createForgetfulMemory, createRunMemory, type RunRecord} from '../../source/session/jobs/run-memory.js';
import {temporaryFolder} from '../support/folders.js';
import {expectGolden} from '../terminal/golden.js';
import {openOffice, snapshots, summaries} from '../terminal/office.js';
import {makeSummary, transferReport} from '../terminal/scripted-engine.js';

const record = (target = '/mnt/vault', changes: Partial<RunRecord> = {}): RunRecord => ({source: '/srv/office', target, ...changes});
const ids = snapshots.slice(0, 3).map(({snapshot}) => snapshot);
/** A process that has surely ended. */
const endedPid = 2 ** 22 + 1;
const unfinished = {verb: 'sync' as const, snapshots: ids, startedAtMs: Date.parse('2026-02-28T23:59:00Z'), pid: endedPid};

describe('on disk', () => {
	test('a record is read back by another start, and only its owner may read it', () => {
		const folder = join(temporaryFolder(), 'deep', 'runs');
		createRunMemory(folder).keep(record('/mnt/vault', {rateBytesPerSecond: 1000, unfinished}));
		const later = createRunMemory(folder);
		expect(later.find({source: '/srv/office', target: '/mnt/vault'})).toEqual(record('/mnt/vault', {rateBytesPerSecond: 1000, unfinished}));
		expect(later.find({source: '/mnt/vault', target: '/srv/office'})).toBeUndefined();
		const [name, ...others] = readdirSync(folder);
		expect(others).toEqual([]);
		expect(statSync(join(folder, name!)).mode & 0o777).toBe(0o600);
		expect(statSync(folder).mode & 0o777).toBe(0o700);
	});

	test.each([
		['not JSON', '{'], ['nothing', 'null'], ['other fields', '{"source": 1, "target": "x"}'],
		['a snapshot that is none', JSON.stringify({...record(), unfinished: {...unfinished, snapshots: ['../../etc']}})],
		['a process that is none', JSON.stringify({...record(), unfinished: {...unfinished, pid: -1}})],
	])('%s is as if it were not there', (_, text) => {
		const folder = temporaryFolder();
		const memory = createRunMemory(folder);
		memory.keep(record('/mnt/vault', {unfinished}));
		writeFileSync(join(folder, readdirSync(folder)[0]!), text);
		expect(memory.all().every(found => found.unfinished === undefined)).toBe(true);
	});

	test('it is bounded: the pairs not used for longest are forgotten', () => {
		const folder = temporaryFolder();
		const memory = createRunMemory(folder);
		for (let index = 0; index < 70; index++) {
			memory.keep(record(`/mnt/${index}`));
			const newest = readdirSync(folder).find(name => readFileSync(join(folder, name), 'utf8').includes(`"/mnt/${index}"`))!;
			utimesSync(join(folder, newest), index, index);
		}

		memory.keep(record('/mnt/last'));
		expect(readdirSync(folder)).toHaveLength(64);
		expect(memory.find(record('/mnt/0'))).toBeUndefined();
		expect(memory.find(record('/mnt/69'))).toBeDefined();
	});

	test('a folder that cannot be made stops nothing', () => {
		const file = join(temporaryFolder(), 'file');
		writeFileSync(file, '');
		const memory = createRunMemory(join(file, 'runs'));
		memory.keep(record());
		expect(memory.all()).toEqual([]);
	});
});

describe('an interrupted sync', () => {
	const held = {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(2, 5))};
	const interrupted = (changes: Partial<RunRecord['unfinished'] & object> = {}) => {
		const memory = createForgetfulMemory();
		memory.keep(record('/mnt/vault', {rateBytesPerSecond: 5, unfinished: {...unfinished, ...changes}}));
		return memory;
	};

	test('is offered with what is complete; y plans the rest and writes nothing', async () => {
		const {settled, press, wait, engine} = openOffice({summaries: held}, [80, 24], {memory: interrupted()});
		expectGolden('interrupted.80x24', await settled());
		press('y');
		expect(engine.requests.some(({verb}) => verb === 'plan')).toBe(false);
		wait(1000);
		press('y');
		await settled();
		expect(engine.requests.at(-1)).toMatchObject({verb: 'plan', snapshots: ids.slice(0, 2), source: {location: '/srv/office'}, target: {location: '/mnt/vault'}});
		expect(engine.requests.every(({verb}) => verb === 'describe' || verb === 'plan')).toBe(true);
	});

	test('n forgets it, Esc asks again the next time; the known rate stays', async () => {
		const memory = interrupted();
		const {settled, press, wait} = openOffice({summaries: held}, [80, 24], {memory});
		await settled();
		wait(1000);
		press('escape');
		expect(memory.all()[0]!.unfinished).toBeDefined();
		const again = openOffice({summaries: held}, [80, 24], {memory});
		await again.settled();
		again.wait(1000);
		again.press('n');
		expect(memory.all()).toEqual([record('/mnt/vault', {rateBytesPerSecond: 5})]);
	});

	test('is not offered while the program that runs it lives, nor to who may only read', async () => {
		const alive = openOffice({summaries: held}, [80, 24], {memory: interrupted({pid: process.pid})});
		await alive.settled();
		expect(alive.application.state.dialog).toBeUndefined();
		const reader = openOffice({summaries: held}, [80, 24], {memory: interrupted(), readOnly: true});
		await reader.settled();
		expect(reader.application.state.dialog).toBeUndefined();
	});

	test('is forgotten once another run has completed it', async () => {
		const memory = interrupted();
		const {settled, application} = openOffice({summaries: {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots)}}, [80, 24], {memory});
		await settled();
		expect(application.state.dialog).toBeUndefined();
		expect(memory.all()[0]!.unfinished).toBeUndefined();
	});

	test('an interrupted clone goes on after y', async () => {
		const memory = createForgetfulMemory();
		memory.keep(record('/mnt/new', {unfinished: {...unfinished, verb: 'clone', snapshots: []}}));
		const {settled, press, wait, engine} = openOffice({}, [80, 24], {memory});
		expect((await settled()).join('\n')).toContain('A clone was interrupted');
		wait(1000);
		press('y');
		await settled();
		expect(engine.requests.find(({verb}) => verb === 'clone')).toMatchObject({source: {location: '/srv/office'}, target: '/mnt/new'});
	});
});

describe('a sync', () => {
	const start = async (syncAnswer: typeof transferReport | PlakarError, limit?: string) => {
		const memory = createForgetfulMemory();
		const {settled, press, wait, application} = openOffice({syncAnswer}, [80, 24], {memory});
		await settled();
		press('S');
		await settled();
		press(...(limit === undefined ? [] : ['l', ...limit, 'enter']));
		wait(1000);
		press('y');
		const during = memory.all();
		await settled();
		return {during, after: memory.all(), sent: application.state.jobs[0]!.transfer!.snapshots};
	};

	test('is remembered before its first byte and forgotten when it is done; its rate is kept', async () => {
		const {during, after, sent} = await start(transferReport);
		expect(during).toMatchObject([{source: '/srv/office', target: '/mnt/vault', unfinished: {verb: 'sync', snapshots: sent, pid: process.pid}}]);
		expect(after).toEqual([record('/mnt/vault', {rateBytesPerSecond: (transferReport.bytesWritten / transferReport.durationMs) * 1000})]);
	});

	test('that was held back leaves no rate: the next one may be faster', async () => {
		expect((await start(transferReport, '1M')).after).toEqual([record('/mnt/vault')]);
	});

	test('that fails stays remembered', async () => {
		const {after} = await start(new PlakarError('BACKEND_FULL', {message: 'No space left.', hint: 'Free some.'}));
		expect(after).toMatchObject([{unfinished: {verb: 'sync'}}]);
	});
});
