// The README's pictures: drawn from the screens as they are, so that they cannot show what is not there.

import {test} from 'vitest';
import {expectPicture} from '../terminal/golden.js';
import {counterNames} from '../../source/workers/counters.js';
import {finding, idInMap, makePlan, makeSnapshot, makeSummary, mapEvent, planRow, scriptedEngine, type Script} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';

const snapshots = Array.from({length: 16}, (_, index) => makeSnapshot(index));
const summaries = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 15)),
	'/mnt/vault': makeSummary('/mnt/vault', [makeSnapshot(3, {digest: 'other', indexDigit: 'b'}), ...snapshots.slice(5)]),
};
const plan = makePlan([...[4, 2, 1, 0].map(index => planRow(snapshots[index]!)), planRow(snapshots[3]!, 'conflict')]);

const open = (script: Partial<Script> = {}): Shown =>
	show({columns: 100, rows: 30, jobs: scriptedEngine({summaries, plan, ...script}), repositories: [{location: '/srv/office'}, {location: '/mnt/vault'}]});

test('repositories side by side', async () => {
	const {settled, press, terminal} = open();
	await settled();
	press('space', 'space');
	await settled();
	await expectPicture('compare', 'Two repositories side by side; two snapshots are marked', terminal);
});

test('the plan', async () => {
	const {settled, press, terminal} = open();
	await settled();
	press('S');
	await settled();
	press('down');
	await settled();
	await expectPicture('plan', 'A sync plan: what each snapshot sends, and what unticking it saves', terminal);
});

test('the check map', async () => {
	const map = mapEvent(318_204, 121_004);
	const damaged = [53_034, 53_037, 79_551].map(index => idInMap(map, index));
	const {settled, drawn, press, terminal, application} = open({
		standing: ['check'], copies: [{id: damaged[0]! as never, location: '/mnt/vault', sizeBytes: 1, provenAt: '2026-02-03T00:00:00Z'}],
		events: [map, ...damaged.map((id, index) => ({type: 'finding', finding: {...finding, id, ...(index === 2 ? {kind: 'missing-chunk', reason: 'it is not in the store'} as const : {})}} as const))],
	});
	await settled();
	press('v');
	application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {
		values: {...Object.fromEntries(counterNames.map(name => [name, 0])), chunksDone: 121_004, chunksTotal: 318_204, findings: 3, snapshotsTotal: 15, snapshotsAffected: 2, snapshotsDone: 5} as never,
		elapsedMs: 600_000, rateBytesPerSecond: 117_440_512, meanBytesPerSecond: 117_440_512, history: [], historyMs: 1000, readBytesPerSecond: 0, doing: {}, lanes: [], estimate: {lowMs: 1_500_000, highMs: 2_400_000},
	}}))}));
	await drawn();
	await expectPicture('check', 'An integrity check as a picture, damage found half way', terminal);
});
