// The README's pictures: drawn from the screens as they are, so that they cannot show what is not there.

import {test} from 'vitest';
import {expectPicture} from '../terminal/golden.js';
import {finding, makePlan, makeSnapshot, makeSummary, mapEvent, planRow, scriptedEngine, type Script} from '../terminal/scripted-engine.js';
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
	const {settled, drawn, press, terminal} = open({standing: ['check'], events: [{type: 'phase', phase: 'reading'}, mapEvent(318_204, 121_004), {type: 'finding', finding}], counters: {chunksDone: 121_004, chunksTotal: 318_204}});
	await settled();
	press('v');
	await drawn();
	await expectPicture('check', 'An integrity check as a picture, damage found half way', terminal);
});
