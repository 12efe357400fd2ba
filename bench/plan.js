// What a plan of 1,000 snapshots and 1,000,000 chunks costs: one tick, the way between threads, the file. npm run bench:plan
//
// The chunks are spread as real ones are: most are new in one snapshot and live for some, for many, or for ever.

import {loadEngine} from './engine.js';

const {engine, remove} = await loadEngine({
	'engine/plan-file.ts': 'decodePlan, encodePlan', 'session/plan/plan-state.ts': 'entriesOf, legOf', 'session/state.ts': 'initialState', 'session/actions/all.ts': 'actions',
	'session/view/plan-view.ts': 'planSentence, planTable', 'session/view/plan-totals.ts': 'totalLines', 'session/view/plan-checks-view.ts': 'checkLines', 'session/view/explain-view.ts': 'explainRow',
});
remove();

const snapshotCount = 1000;
const chunkCount = 1_000_000;
let seed = 1;
const random = () => {
	seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
	return seed / 0x7fff_ffff;
};

const chunksByRun = new Map();
for (let chunk = 0; chunk < chunkCount; chunk++) {
	const first = Math.floor(random() * snapshotCount);
	const kind = random();
	const life = kind < 0.4 ? 1 + Math.floor(random() * 3) : kind < 0.7 ? 1 + Math.floor(-Math.log(random() + 1e-9) * 50) : snapshotCount;
	const key = (first * snapshotCount) + Math.min(snapshotCount - 1, first + life - 1);
	chunksByRun.set(key, (chunksByRun.get(key) ?? 0) + 1);
}

const classes = [...chunksByRun].map(([key, chunks]) => ({
	runs: [Math.floor(key / snapshotCount), key % snapshotCount], missing: {chunks, objects: 0, bytes: chunks * 100_000}, present: {chunks: 0, objects: 0, bytes: 0}, fingerprint: '0123456789abcdef',
}));
const idOf = index => `${index.toString(16).padStart(8, '0')}-0000-4000-8000-000000000000`;
const rows = Array.from({length: snapshotCount}, (_, index) => ({
	snapshot: idOf(index), state: 'send', digest: 'd'.repeat(64), needs: {chunks: 1, objects: 0, bytes: 100_000}, ownBytes: 40_000,
	shown: {created: '2026-01-01T00:00:00Z', origin: 'web1:/srv', paths: ['/srv'], files: 40_000, sizeBytes: 1e11},
}));
const side = {location: '/srv/office', repositoryId: 'id', snapshots: Object.fromEntries(rows.map(({snapshot, digest}) => [snapshot, digest])), encrypted: true};
const plan = {version: 1, id: '8f21c0de', createdAtMs: 0, source: side, target: {...side, snapshots: {}}, kinship: 'family', exact: true, rows, classes, checks: [{level: 'ok', topic: 'space', text: ''}], freeBytes: 1e15, onlyInTarget: 0, inBoth: 0};

/** Milliseconds of processor time: what else runs on the machine does not count. */
const medianOf = (count, action) => {
	const times = Array.from({length: count}, (_, index) => {
		const before = process.cpuUsage();
		action(index);
		const {user, system} = process.cpuUsage(before);
		return (user + system) / 1000;
	}).sort((a, b) => a - b);
	return times[Math.floor(count / 2)];
};

const leg = engine.legOf(plan);
const base = engine.initialState([{location: '/srv/office', name: 'office', status: 'ready'}, {location: '/mnt/vault', name: 'vault', status: 'ready'}], false, engine.actions, {colours: '256 colours', encoding: 'UTF-8'});
let state = {...base, plan: {...base.plan, status: 'ready', legs: [leg], entries: engine.entriesOf([leg])}};
const tick = index => {
	const ticked = new Set(state.plan.legs[0].ticked);
	const row = (index * 7) % snapshotCount;
	if (!ticked.delete(row)) {
		ticked.add(row);
	}

	state = {...state, plan: {...state.plan, cursor: row, legs: [{...leg, ticked}]}};
	engine.planTable(state, 98, 20);
	engine.totalLines(state);
	engine.checkLines(state);
	engine.planSentence(state, undefined);
};

const text = engine.encodePlan(plan);
const line = (name, value) => {
	console.log(`${name.padEnd(44)}${value}`);
};

line('classes', String(classes.length));
line('one tick with its view, median of 101', `${medianOf(101, tick).toFixed(1)} ms`);
line('a row explained, median of 21', `${medianOf(21, () => engine.explainRow(state)).toFixed(1)} ms`);
line('to another thread and back again', `${medianOf(5, () => structuredClone(plan)).toFixed(0)} ms`);
line('as a file', `${(text.length / 2 ** 20).toFixed(1)} MiB`);
line('written', `${medianOf(5, () => engine.encodePlan(plan)).toFixed(0)} ms`);
line('read', `${medianOf(5, () => engine.decodePlan(Buffer.from(text), 'plan.json')).toFixed(0)} ms`);
