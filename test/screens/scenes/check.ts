// A check: the map, its orders and its zoom, the findings and what they affect.

import {findingOf} from '../../../source/engine/check/judge.js';
import type {CheckReport, Finding} from '../../../source/engine/finding.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import {counterNames, type CounterName} from '../../../source/workers/counters.js';
import type {OpenedOffice} from '../../terminal/office.js';
import {idInMap, makeSnapshot, makeSummary, mapEvent} from '../../terminal/scripted-engine.js';
import type {Scene, Scenes, Step} from './scene.js';

export const snapshots = Array.from({length: 12}, (_, index) => makeSnapshot(index));
export const summaries = {'/srv/office': makeSummary('/srv/office', snapshots), '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(3))};
export const count = 318_204;
export const map = mapEvent(count, 121_004);
export const damaged = [Math.floor(count / 6), Math.floor(count / 6) + 3, Math.floor(count / 4)].map(index => idInMap(map, index));
const path = (index: number, name: string) => ({snapshot: snapshots[index]!.snapshot, path: name});
export const findings: readonly Finding[] = [
	findingOf({kind: 'wrong-reference-count', id: idInMap(map, 77), reason: 'it has 1 reference where 2 snapshots need it', reads: 0, snapshots: [snapshots[1]!.snapshot, snapshots[3]!.snapshot]}),
	findingOf({kind: 'corrupt-chunk', id: damaged[0]!, reason: 'the digest of its bytes differs', reads: 2, snapshots: [1, 3, 5].map(index => snapshots[index]!.snapshot), paths: [1, 3, 5].map(index => path(index, '/var/lib/pg/base/16384/2619')), pathCount: 3}),
	findingOf({kind: 'missing-chunk', id: damaged[2]!, reason: 'it is not in the store', reads: 1, snapshots: [snapshots[2]!.snapshot]}),
	findingOf({kind: 'corrupt-chunk', id: damaged[1]!, reason: 'its content is not what its name says', reads: 2, snapshots: [snapshots[1]!.snapshot], paths: [path(1, '/srv/evil\\x1b[31m/日本語 📦/a-file-with-a-name-that-does-not-fit-into-any-frame-of-any-terminal-at-all')], pathCount: 1}),
];
export const copies = [{id: damaged[0]! as never, location: '/mnt/vault', sizeBytes: 1, provenAt: '2026-02-03T00:00:00Z'}, {id: damaged[1]! as never, location: '/mnt/vault', sizeBytes: 1}];
export const report: CheckReport = {
	level: 'full', proof: 'plaintext', findings: [], findingCount: 0, chunks: count, chunksRead: count, chunksTrusted: 0, chunksSound: count, objects: 900, bytesRead: 443_000_000_000, snapshots: 12,
	snapshotsAffected: 0, snapshotsProven: 12, soundOnSecondRead: 0, unfinished: 0, unfinishedClone: false, complete: true, durationMs: 5_400_000,
};
export const events = [{type: 'phase', phase: 'reading'}, map, ...findings.map(finding => ({type: 'finding', finding}) as const)] as const;

export type Sampled = Partial<Record<CounterName, number>>;
export const half: Sampled = {chunksDone: 121_004, chunksTotal: count, findings: 4, snapshotsTotal: 12, snapshotsAffected: 4, snapshotsDone: 3, bytesTotal: 443e9, bytesDone: 168e9};

/** Gives every job these figures, after ten minutes at a steady rate. */
export const sampled = (values: Sampled) => ({application}: Pick<OpenedOffice, 'application'>): void => {
	application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {
		values: {...Object.fromEntries(counterNames.map(name => [name, 0])), ...values} as never, elapsedMs: 600_000, rateBytesPerSecond: 11_744_051, meanBytesPerSecond: 11_744_051,
		history: [], historyMs: 1000, readBytesPerSecond: 0, doing: {}, estimate: {lowMs: 1_500_000, highMs: 2_400_000}, lanes: [],
	}}))}));
};

const toChunk = (at: number) => ({application}: OpenedOffice): void => {
	application.update(state => ({...state, check: {...state.check, at}}));
};

type Own = Omit<Scene, 'screen'> & {readonly screen?: Scene['screen']};
/** A check that runs, and has found something half way. */
const halfway = ({steps = [], script = {}, ...own}: Own): Scene => ({screen: 'check', ...own, script: {summaries, copies, standing: ['check'], events, ...script}, steps: [['v'], sampled(half), ...steps]});
/** A check that has ended, or has nothing to tell yet. */
const ended = ({script = {}, ...own}: Own): Scene => ({screen: 'check', ...own, script: {summaries, copies, ...script}, steps: [['v']]});

const zoomed: readonly Step[] = [['1'], toChunk(Math.floor(count / 6)), ['z', 'right', 'right']];
const manyFindings = Array.from({length: 3000}, (_, index) => findingOf({
	kind: 'corrupt-chunk', id: index.toString(16).padStart(8, '0').repeat(8), reason: 'the digest of its bytes differs', reads: 2, snapshots: [snapshots[0]!.snapshot],
	paths: Array.from({length: index === 2999 ? 5000 : 1}, (__, at) => path(0, `/srv/data/file-${at}`)), pathCount: index === 2999 ? 7000 : 1,
}));
const many = {script: {events: [map, ...manyFindings.map(finding => ({type: 'finding', finding}) as const)], copies: []}, steps: [sampled({...half, findings: 45_000, snapshotsAffected: 1}), ['G']]} as const;
const verified = {chunks: count, recent: 100_000, isCurrent: true, unfinishedSince: '2026-02-28T10:00:00.000Z'};

export const checkScenes: Scenes = {
	// Found, and not yet counted among the snapshots.
	'check-found': halfway({steps: [sampled({...half, findings: 4, snapshotsAffected: 0, snapshotsDone: 0})]}),
	'check-half': halfway({moves: 'down'}),
	'check-listing': ended({shows: ['loading'], script: {standing: ['check']}}),
	'check-medium': ended({shows: ['loading'], script: {standing: ['check'], events: [{type: 'phase', phase: 'medium'}]}}),
	'check-map': halfway({steps: [['1', 'down', 'right', 'right']], moves: 'right'}),
	'check-age': halfway({steps: [['o']]}),
	'check-freshness': halfway({steps: [['o', 'o']]}),
	'check-zoom': halfway({steps: zoomed, moves: 'down'}),
	'check-zoom-chunk': halfway({steps: [...zoomed, ['3']]}),
	'check-affected': halfway({shows: ['long names'], steps: [['j', '3']]}),
	'check-affected-all': halfway({screen: 'affected', shows: ['long names'], steps: [['j', '3', 'enter']]}),
	'check-affected-yet-unknown': halfway({screen: 'affected', shows: ['loading'], script: {events: [map, {type: 'finding', finding: findings[2]!}]}, steps: [['enter']]}),
	'check-many': halfway({shows: ['thousands of rows'], ...many}),
	'check-many-paths': halfway({screen: 'affected', shows: ['thousands of rows'], moves: 'down', ...many, steps: [...many.steps, ['enter', 'pagedown']]}),
	'check-done': ended({shows: ['empty'], script: {events: [mapEvent(count, count, {isDamaged: false}), {type: 'phase', phase: 'reading'}], checkReport: report}}),
	// It went on where one was stopped.
	'check-resumed': ended({script: {
		summaries: {...summaries, '/srv/office': makeSummary('/srv/office', snapshots, {verified})}, events: [mapEvent(count, 218_204, {trusted: 100_000, isDamaged: false})],
		checkReport: {...report, chunksRead: 218_204, chunksTrusted: 100_000, trustedSince: '2026-02-28T10:00:00.000Z'},
	}}),
	'check-failed': ended({shows: ['error'], script: {checkReport: new PlakarError('REPOSITORY_NOT_FOUND', {message: 'There is no repository at /srv/office.', hint: 'Is the disk mounted?'})}}),
};
