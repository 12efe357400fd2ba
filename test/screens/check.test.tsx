// The check screen in every state: the map, its orders and its zoom, the findings and what they affect.

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {counterNames, type CounterName} from '../../source/workers/counters.js';
import {findingOf} from '../../source/engine/check/judge.js';
import type {CheckReport, Finding} from '../../source/engine/finding.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {temporaryFolder} from '../support/folders.js';
import {expectGolden} from '../terminal/golden.js';
import {idInMap, makeSnapshot, makeSummary, mapEvent, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';

const sizes = [[80, 24], [100, 30], [160, 45]] as const;
const repositories = [{location: '/srv/office'}, {location: '/mnt/vault'}];
const snapshots = Array.from({length: 12}, (_, index) => makeSnapshot(index));
const summaries = {'/srv/office': makeSummary('/srv/office', snapshots), '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(3))};
const count = 318_204;
const map = mapEvent(count, 121_004);
const damaged = [Math.floor(count / 6), Math.floor(count / 6) + 3, Math.floor(count / 4)].map(index => idInMap(map, index));
const path = (index: number, name: string) => ({snapshot: snapshots[index]!.snapshot, path: name});
const findings: readonly Finding[] = [
	findingOf({kind: 'wrong-reference-count', id: idInMap(map, 77), reason: 'it has 1 reference where 2 snapshots need it', reads: 0, snapshots: [snapshots[1]!.snapshot, snapshots[3]!.snapshot]}),
	findingOf({kind: 'corrupt-chunk', id: damaged[0]!, reason: 'the digest of its bytes differs', reads: 2, snapshots: [1, 3, 5].map(index => snapshots[index]!.snapshot), paths: [1, 3, 5].map(index => path(index, '/var/lib/pg/base/16384/2619')), pathCount: 3}),
	findingOf({kind: 'missing-chunk', id: damaged[2]!, reason: 'it is not in the store', reads: 1, snapshots: [snapshots[2]!.snapshot]}),
	findingOf({kind: 'corrupt-chunk', id: damaged[1]!, reason: 'its content is not what its name says', reads: 2, snapshots: [snapshots[1]!.snapshot], paths: [path(1, '/srv/evil\\x1b[31m/日本語 📦/a-file-with-a-name-that-does-not-fit-into-any-frame-of-any-terminal-at-all')], pathCount: 1}),
];
const copies = [{id: damaged[0]! as never, location: '/mnt/vault', sizeBytes: 1, provenAt: '2026-02-03T00:00:00Z'}, {id: damaged[1]! as never, location: '/mnt/vault', sizeBytes: 1}];
const report: CheckReport = {
	level: 'full', proof: 'plaintext', findings: [], findingCount: 0, chunks: count, chunksRead: count, chunksTrusted: 0, chunksSound: count, objects: 900, bytesRead: 443_000_000_000, snapshots: 12,
	snapshotsAffected: 0, snapshotsProven: 12, soundOnSecondRead: 0, unfinished: 0, complete: true, durationMs: 5_400_000,
};
const events = [{type: 'phase', phase: 'reading'}, map, ...findings.map(finding => ({type: 'finding', finding}) as const)] as const;

type Sampled = Partial<Record<CounterName, number>>;
const half: Sampled = {chunksDone: 121_004, chunksTotal: count, findings: 4, snapshotsTotal: 12, snapshotsAffected: 4, snapshotsDone: 3, bytesTotal: 443e9, bytesDone: 168e9};

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine; sample(values: Sampled): void} {
	const engine = scriptedEngine({summaries, copies, ...script});
	const shown = show({columns, rows, jobs: engine, repositories, ...options});
	return {engine, ...shown, sample(values) {
		shown.application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {
			values: {...Object.fromEntries(counterNames.map(name => [name, 0])), ...values} as never, elapsedMs: 600_000, rateBytesPerSecond: 11_744_051, meanBytesPerSecond: 11_744_051,
			history: [], historyMs: 1000, readBytesPerSecond: 0, doing: {}, estimate: {lowMs: 1_500_000, highMs: 2_400_000}, lanes: [],
		}}))}));
	}};
}

async function running(size: readonly [number, number], script: Partial<Script> = {}, options: Partial<Parameters<typeof show>[0]> = {}): Promise<ReturnType<typeof open>> {
	const shown = open({standing: ['check'], events, ...script}, size, options);
	await shown.settled();
	shown.press('v');
	shown.sample(half);
	await shown.drawn();
	return shown;
}

describe.each(sizes)('at %ix%i', (columns, rows) => {
	const size = [columns, rows] as const;
	const golden = (name: string, grid: readonly string[]): void => {
		expectGolden(`check-${name}.${columns}x${rows}`, grid);
	};

	test('half way, with damage and a copy elsewhere', async () => {
		golden('half', await (await running(size)).drawn());
	});

	test('listing the store', async () => {
		golden('listing', await (await running(size, {events: []})).drawn());
	});

	test('the map with the keys', async () => {
		const {press, drawn} = await running(size);
		press('1', 'down', 'right', 'right');
		golden('map', await drawn());
	});

	test('oldest proof first', async () => {
		const {press, drawn} = await running(size);
		press('o');
		golden('age', await drawn());
	});

	test('by age of proof, in storage order', async () => {
		const {press, drawn} = await running(size);
		press('o', 'o');
		golden('freshness', await drawn());
	});

	test('zoomed into one cell', async () => {
		const {press, drawn, application} = await running(size);
		press('1');
		application.update(state => ({...state, check: {...state.check, at: Math.floor(count / 6)}}));
		press('z', 'right', 'right');
		golden('zoom', await drawn());
		press('3');
		golden('zoom-chunk', await drawn());
	});

	test('what is affected', async () => {
		const {press, drawn} = await running(size);
		press('j', '3');
		golden('affected', await drawn());
		press('enter');
		golden('affected-all', await drawn());
	});

	test('thousands of findings and paths', async () => {
		const many = Array.from({length: 3000}, (_, index) => findingOf({
			kind: 'corrupt-chunk', id: index.toString(16).padStart(8, '0').repeat(8), reason: 'the digest of its bytes differs', reads: 2, snapshots: [snapshots[0]!.snapshot],
			paths: Array.from({length: index === 2999 ? 5000 : 1}, (__, at) => path(0, `/srv/data/file-${at}`)), pathCount: index === 2999 ? 7000 : 1,
		}));
		const {press, drawn, sample} = await running(size, {events: [map, ...many.map(finding => ({type: 'finding', finding}) as const)], copies: []});
		sample({...half, findings: 45_000, snapshotsAffected: 1});
		press('G');
		golden('many', await drawn());
		press('enter', 'pagedown');
		golden('many-paths', await drawn());
	});

	test('done, sound', async () => {
		const {press, settled} = open({events: [mapEvent(count, count, {isDamaged: false}), {type: 'phase', phase: 'reading'}], checkReport: report}, size);
		await settled();
		press('v');
		golden('done', await settled());
	});

	test('going on where it was stopped, done', async () => {
		const verified = {chunks: count, recent: 100_000, isCurrent: true, unfinishedSince: '2026-02-28T10:00:00.000Z'};
		const {press, settled, engine} = open({
			summaries: {...summaries, '/srv/office': makeSummary('/srv/office', snapshots, {verified})}, events: [mapEvent(count, 218_204, {trusted: 100_000, isDamaged: false})],
			checkReport: {...report, chunksRead: 218_204, chunksTrusted: 100_000, trustedSince: '2026-02-28T10:00:00.000Z'},
		}, size);
		await settled();
		press('v');
		golden('resumed', await settled());
		expect(engine.requests.find(({verb}) => verb === 'check')).toMatchObject({resume: {withinDays: 30}});
	});

	test('a check that failed', async () => {
		const problem = new PlakarError('REPOSITORY_NOT_FOUND', {message: 'There is no repository at /srv/office.', hint: 'Is the disk mounted?'});
		const {press, settled} = open({checkReport: problem as never}, size);
		await settled();
		press('v');
		golden('failed', await settled());
	});
});

test('in ASCII alone', async () => {
	const {press, drawn} = await running([80, 24], {events: [{type: 'phase', phase: 'reading'}, mapEvent(count, 121_004, {trusted: 90_000}), {type: 'finding', finding: findings[0]!}]}, {ascii: true});
	const grid = await drawn();
	expectGolden('check-ascii.80x24', grid);
	press('o');
	const byAge = await drawn();
	expectGolden('check-age-ascii.80x24', byAge);
	expect([...grid, ...byAge].join('')).toMatch(/^[\u0020-\u007E]*$/);
});

describe('keys', () => {
	test('the cursor of the findings stays on its finding when graver ones come', async () => {
		const {press, drawn, engine} = await running([160, 45], {events: [map, {type: 'finding', finding: findings[0]!}]});
		const current = async (): Promise<string> => (await drawn()).find(text => text.includes('│ >'))!;
		// The first place stays the first: the gravest finding is to be seen at once.
		engine.emit({type: 'finding', finding: findings[2]!});
		expect(await current()).toContain('it is not in the');
		press('j');
		expect(await current()).toContain('it has 1 reference');
		engine.emit({type: 'finding', finding: findings[1]!});
		engine.emit({type: 'finding', finding: findings[3]!});
		expect(await current()).toContain('it has 1 reference');
		// What becomes better known stays one finding.
		engine.emit({type: 'finding', finding: {...findings[1]!, pathCount: 77}});
		press('g');
		const grid = await drawn();
		expect(grid.join('\n')).toContain('2 Findings  4 ');
		expect(grid.join('\n')).toContain('77 paths');
	});

	test('Enter goes into the cell, Esc out of it and only then out of the screen', async () => {
		const {press, drawn, application} = await running([100, 30]);
		press('1', 'enter');
		expect((await drawn()).join('\n')).toContain('chunks 1 to ');
		press('escape');
		expect(application.state).toMatchObject({screen: 'check', check: {zoom: undefined, focus: 'map'}});
		press('escape');
		expect(application.state.screen).toBe('compare');
	});

	test('in the zoomed cell, Enter on a damaged chunk shows what it affects', async () => {
		const {press, drawn, application} = await running([100, 30]);
		press('1');
		application.update(state => ({...state, check: {...state.check, at: Math.floor(count / 6)}}));
		press('enter');
		application.update(state => ({...state, check: {...state.check, at: Math.floor(count / 6)}}));
		press('enter');
		expect((await drawn()).join('\n')).toContain(damaged[0]!);
		press('escape', 'left', 'left', 'left', 'left', 'enter');
		expect((await drawn()).at(-1)).toContain('Nothing is known to be wrong');
	});

	test('the cursor never leaves the map, whatever is pressed and however the window changes', async () => {
		const {press, drawn, application, terminal} = await running([80, 24], {events: [mapEvent(5000, 2500)]});
		let seed = 7;
		for (let step = 0; step < 400; step++) {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
			press(['1', '2', '3', 'tab', 'o', 'z', 'enter', 'escape', 'up', 'down', 'left', 'right', 'pagedown', 'pageup', 'g', 'G', 'v'][seed % 17]!);
			if (step % 40 === 0) {
				terminal.resize(60 + (seed % 120), 16 + (seed % 40));
			}

			expect(application.state.check.at).toBeGreaterThanOrEqual(0);
			expect(application.state.check.at).toBeLessThan(5000);
		}

		expect(await drawn()).toHaveLength(terminal.rows);
	});

	test('a sample is asked for in percent, says that it is unbiased, and refuses nonsense', async () => {
		const {press, settled, engine, paste} = open({events: [map], checkReport: report}, [100, 30]);
		await settled();
		press('v');
		await settled();
		press('s');
		expect((await settled()).join('\n')).toContain('unbiased');
		press('ctrl-u');
		paste('120');
		press('enter');
		expect((await settled()).at(-1)).toContain('percentage');
		press('s', 'ctrl-u');
		paste('12.5%');
		press('enter');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'check').at(-1)).toMatchObject({samplePercent: 12.5, level: 'full'});
		press('f');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'check').at(-1)).toMatchObject({level: 'fast'});
	});

	test('a check that was stopped is gone on with', async () => {
		const {press, settled, engine} = open({events: [map], standing: ['check']}, [100, 30]);
		await settled();
		press('v', 'ctrl-c');
		await settled();
		press('v');
		expect(engine.requests.filter(({verb}) => verb === 'check').map(request => 'resume' in request && request.resume)).toEqual([undefined, {withinDays: 30}]);
	});

	test('another check is not started while one runs, and the key says why', async () => {
		const {press, drawn, engine} = await running([100, 30]);
		for (const key of ['s', 'f', 'v']) {
			press(key);
			expect((await drawn()).at(-1)).toContain('this check still runs');
		}

		expect(engine.requests.filter(({verb}) => verb === 'check')).toHaveLength(1);
	});

	test('the report is written to a new file only, as check --json prints it', async () => {
		const folder = temporaryFolder();
		const {press, settled, paste} = open({events: [map], checkReport: {...report, findings, findingCount: 4}}, [100, 30]);
		await settled();
		press('v');
		await settled();
		const file = join(folder, 'report.jsonl');
		press('e', 'ctrl-u');
		paste(file);
		press('enter');
		expect((await settled()).at(-1)).toContain('4 findings written');
		const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(text => JSON.parse(text) as {type: string; findings?: unknown});
		expect(lines.map(({type}) => type)).toEqual(['finding', 'finding', 'finding', 'finding', 'checked']);
		expect(lines.at(-1)).toMatchObject({findings: 4, snapshotsProven: 12});
		press('e', 'ctrl-u');
		paste(file);
		press('enter');
		expect((await settled()).at(-1)).toContain('not written');
	});
});
