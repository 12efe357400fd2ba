// A scene for the screens: an office with eleven snapshots, a vault with a part of them and one in conflict, and a plan between the two.

import {counterNames} from '../../source/workers/counters.js';
import type {JobSample} from '../../source/session/state.js';
import {makePlan, makeSnapshot, makeSummary, planRow, scriptedEngine, type Script, type ScriptedEngine} from './scripted-engine.js';
import {show, type Shown, type ShowOptions} from './show.js';

export const sizes = [[80, 24], [100, 30], [160, 45]] as const;
export const repositories = [{location: '/srv/office'}, {location: '/mnt/vault'}];
export const snapshots = Array.from({length: 12}, (_, index) => makeSnapshot(index));
const conflict = makeSnapshot(3, {digest: 'other'});
export const summaries = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 11)),
	'/mnt/vault': makeSummary('/mnt/vault', [conflict, ...snapshots.slice(5)]),
};
const digests = (held: readonly typeof conflict[]) => Object.fromEntries(held.map(({snapshot, digest}) => [snapshot, digest]));
const rows = [...[4, 2, 1, 0].map(index => planRow(snapshots[index]!)), planRow(snapshots[3]!, 'conflict')];
const made = makePlan(rows);
export const plan = {
	...made,
	source: {...made.source, snapshots: digests(snapshots.slice(0, 11))},
	target: {...made.target, snapshots: digests([conflict, ...snapshots.slice(5)])},
};
/** From the vault to the office: the one snapshot that only the vault has. */
export const planBack = {...makePlan([planRow(snapshots[11]!)]), id: '77aa00bc', source: {...plan.target}, target: {...plan.source}};

export const counters = {
	bytesTotal: 7_301_444_403, bytesDone: 4_724_464_025, chunksTotal: 4031, chunksDone: 2613, objectsTotal: 1022, objectsDone: 594, referencesTotal: 57_189, recordsReferenced: 31_782, snapshotsTotal: 9, snapshotsDone: 5,
	bytesWritten: 4_724_464_025, recordsWritten: 3207, bytesRead: 4_724_464_025, queueDepth: 4, queueLimit: 4, retries: 3,
};

/** What a machine of four lanes shows in the middle of a run. */
export const sample: JobSample = {
	values: {...Object.fromEntries(counterNames.map(name => [name, 0])), ...counters} as JobSample['values'],
	elapsedMs: 411_000, rateBytesPerSecond: 10_905_190, meanBytesPerSecond: 11_429_478, readBytesPerSecond: 11_744_051, historyMs: 180_000,
	history: Array.from({length: 48}, (_, index) => Math.abs(Math.sin(index / 5)) * 16_000_000), estimate: {lowMs: 180_000, highMs: 360_000},
	doing: {writing: 0.6, reading: 0.2, idle: 0.2},
	lanes: [
		{state: 'writing', subject: '51aa90c2', sizeBytes: 1_258_291, sinceMs: 320, bytesDone: 2_000_000_000}, {state: 'verifying', subject: '0c93be77', sizeBytes: 943_718, sinceMs: 20, bytesDone: 1_900_000_000},
		{state: 'reading', subject: '6641f0da', sizeBytes: 1_048_576, sinceMs: 130, bytesDone: 1_100_000_000}, {state: 'idle', subject: '', sizeBytes: 0, sinceMs: 400, bytesDone: 900_000_000},
	],
};

export type OpenedOffice = Shown & {readonly engine: ScriptedEngine; /** Gives every job the sample of the scene. */ midway(): void};

export function openOffice(script: Partial<Script>, [columns, height]: readonly [number, number], options: Partial<ShowOptions> = {}): OpenedOffice {
	// A script may answer each time anew: its getters stay getters.
	const engine = scriptedEngine(Object.defineProperties({summaries, plan}, Object.getOwnPropertyDescriptors(script)) as Script);
	const shown = show({columns, rows: height, jobs: engine, repositories, ...options});
	return {
		engine, ...shown,
		midway() {
			shown.application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample}))}));
		},
	};
}
