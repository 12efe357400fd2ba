// A heal: the plan before anything is written, the run, and the findings afterwards.

import {identified, type HealPlan, type HealReport, type HealRow} from '../../../source/engine/heal/heal-plan.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import type {RecordId} from '../../../source/format/ids.js';
import {counterNames} from '../../../source/workers/counters.js';
import {sample, type OpenedOffice} from '../../terminal/office.js';
import {copies, damaged, events, half, sampled, snapshots, summaries, type Sampled} from './check.js';
import {longNames, type Scene, type Scenes, type Step} from './scene.js';

const corrupt: HealRow = {kind: 'chunk', id: damaged[0]!, damage: 'corrupt', reason: 'the digest of its bytes differs', sizeBytes: 12_288, origin: 'source', snapshots: 3, paths: 3};
const rows: readonly HealRow[] = [
	corrupt,
	{kind: 'chunk', id: damaged[1]!, damage: 'corrupt', reason: 'its content is not what its name says', sizeBytes: 1_153_434, origin: 'source', snapshots: 1, paths: 1},
	{kind: 'references', id: snapshots[4]!.snapshot, damage: 'missing', reason: 'it is not there', sizeBytes: 2_400_000, origin: 'source', snapshots: 1, paths: 0},
	{kind: 'object', id: '0b1e77aa'.repeat(8), damage: 'unlinked', reason: 'it has 1 reference where 2 snapshots need it', sizeBytes: 412, origin: 'own', snapshots: 2, paths: 0},
	{kind: 'chunk', id: damaged[2]!, damage: 'missing', reason: 'it is not in the store', sizeBytes: 0, cannot: 'the other repository does not hold it', snapshots: 1, paths: 0},
	{kind: 'chunk', id: 'd15c0000'.repeat(8), damage: 'unreadable', reason: 'The disk failed', sizeBytes: 0, cannot: 'the medium failed to read it, which is no proof of corruption; look at the disk and its cable, or have it rewritten all the same', snapshots: 2, paths: 14},
];
export const makeHealPlan = (own: readonly HealRow[], changes: Partial<HealPlan> = {}): HealPlan => identified({
	version: 1, createdAtMs: 0, source: {location: '/mnt/vault', repositoryId: 'vault'}, target: {location: '/srv/office', repositoryId: 'office'}, kinship: 'family', proof: 'plaintext', rewritesUnreadable: false,
	rows: own, whole: own.length === 0 ? [] : [3, 5].map(index => snapshots[index]!.snapshot), broken: own.length === 0 ? [] : [2].map(index => snapshots[index]!.snapshot), ...changes,
});
export const healPlan = makeHealPlan(rows);
export const healReport: HealReport = {
	sourceLocation: '/mnt/vault', targetLocation: '/srv/office', planId: healPlan.id, healed: 4, unproven: [], left: 0, cannot: 2, bytesWritten: 3_566_134, retries: 0, receipt: true, durationMs: 12_000,
};

const many = Array.from({length: 9000}, (_, index): HealRow => ({...corrupt, id: index.toString(16).padStart(8, '0').repeat(8), sizeBytes: 200_000 + index}));
const unrelated = new PlakarError('PLAN_BLOCKED', {
	message: '/mnt/vault cannot heal /srv/office: they are unrelated (they have different keys), so the same content has other ids there.',
	hint: 'Heal from a clone of it. Snapshots that are damaged can still be restored from the other repository.',
});

/** From the findings to the plan. */
const toPlan: readonly Step[] = [['v'], sampled(half), ['H']];
const planned = ({script = {}, steps = [], ...own}: Omit<Scene, 'screen'> & {readonly screen?: Scene['screen']}): Scene =>
	({screen: 'heal', ...own, script: {summaries, copies, standing: ['check'], events, healPlan, healReport, ...script}, steps: [...toPlan, ...steps]});

const told = ({engine}: OpenedOffice): void => {
	engine.emit({type: 'healed', kind: 'chunk', ids: [damaged[0], damaged[1]] as RecordId[]});
};

/** Gives the heal these figures, after so many seconds; the check beside it keeps its own. */
const healing = (values: Sampled, seconds: number) => ({application}: OpenedOffice): void => {
	application.update(state => ({...state, jobs: state.jobs.map(job => job.verb !== 'heal' ? job : {...job, sample: {
		...sample, values: {...Object.fromEntries(counterNames.map(name => [name, 0])), ...values} as typeof sample.values, elapsedMs: seconds * 1000, estimate: undefined,
		rateBytesPerSecond: 291_000, meanBytesPerSecond: 297_000, readBytesPerSecond: 594_000, history: Array.from({length: seconds}, (_, second) => 260_000 + ((second % 2) * 60_000)), historyMs: seconds * 1000,
	}})}));
};
const allHealed: Sampled = {chunksDone: 4, chunksTotal: 4, objectsDone: 4, objectsTotal: 4, recordsWritten: 4, bytesWritten: 3_566_134, bytesDone: 10_698_402, bytesTotal: 10_698_402};

const notSound: HealReport = {...healReport, healed: 3, receipt: false, unproven: [{kind: 'chunk', id: damaged[1]! as RecordId, reason: 'the digest of its bytes differs'}]};

export const healScenes: Scenes = {
	heal: planned({steps: [['down']], moves: 'down', picture: {name: 'heal', title: 'What a clone can mend, before anything is written'}}),
	'heal-cannot': planned({steps: [['G']]}),
	'heal-unreadable-too': planned({script: {healPlan: makeHealPlan(rows.slice(0, 1), {rewritesUnreadable: true, broken: []})}, steps: [['r'], office => {
		office.application.update(state => ({...state, heal: {...state.heal, rewritesUnreadable: true}}));
	}]}),
	'heal-computing': planned({shows: ['loading'], script: {standing: ['check', 'plan-heal']}}),
	'heal-refused': planned({shows: ['error'], script: {healPlan: unrelated}}),
	'heal-nothing': planned({shows: ['empty'], script: {healPlan: makeHealPlan([])}}),
	'heal-many': planned({shows: ['thousands of rows'], script: {healPlan: makeHealPlan(many, {broken: []})}, steps: [['pagedown', 'pagedown', 'down']]}),
	'heal-long-names': planned({shows: ['long names'], options: {repositories: longNames}, script: {healPlan: makeHealPlan(rows.map(row => ({...row, reason: `${row.reason} \\x1b[31m 日本語のとても長い理由です`, paths: 1_234_567})), {proof: 'stored'})}}),
	'heal-read-only': planned({options: {readOnly: true}}),
	'heal-running': planned({screen: 'run', script: {standing: ['check', 'heal']}, steps: [['y'], healing({...allHealed, objectsDone: 2, recordsWritten: 2, bytesWritten: 1_165_722, bytesDone: 6_000_000}, 7)]}),
	'heal-done': planned({screen: 'run', steps: [['y'], healing(allHealed, 12)]}),
	'heal-not-sound': planned({screen: 'run', script: {healReport: notSound}, steps: [['y'], healing({...allHealed, objectsDone: 3, errors: 1}, 12)]}),
	'heal-findings': planned({screen: 'check', script: {standing: ['check', 'heal']}, steps: [['y'], told, ['escape']]}),
};
