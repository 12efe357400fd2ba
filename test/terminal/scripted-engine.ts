// An engine that answers from a script: the same figures every time, and jobs that stand still where a test wants them.

import {Counters, mapCode, type CounterName} from '../../source/engine/counters.js';
import type {JobEvent} from '../../source/engine/events.js';
import type {CheckReport, Finding} from '../../source/engine/finding.js';
import type {HealPlan, HealReport} from '../../source/engine/heal/heal-plan.js';
import type {JobRequest, JobResults, Probe, RecordCopy, RepositorySummary, RestoreReport, SnapshotSummary, TransferReport, Verb} from '../../source/engine/jobs.js';
import type {Plan, PlanRow} from '../../source/engine/plan.js';
import type {Matrix} from '../../source/engine/several/matrix.js';
import type {MeshTransfer} from '../../source/engine/several/mesh-plan.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {AnyQuestion} from '../../source/engine/browse/questions.js';
import type {PlainError} from '../../source/errors/revive.js';
import type {JobHandle, JobRunner} from '../../source/session/jobs/job-runner.js';
import {scriptedBrowser, type ScriptedTree} from './scripted-browser.js';

const hosts = ['web1', 'db1', 'laptop'];

/** Snapshot number `index`: older ones have higher numbers. */
export function makeSnapshot(index: number, {digest = `d${index}`, host = hosts[index % 3]!, path = '/srv', indexDigit = 'a'} = {}): SnapshotSummary {
	const snapshot = `${(0xa91c04 + (index * 0x31415)).toString(16).padStart(8, '0')}-0000-4000-8000-${String(index).padStart(12, '0')}` as never;
	return {
		snapshot, digest,
		header: {
			version: 1, snapshot, created: new Date(Date.parse('2026-02-11T02:00:04Z') - (index * 3_600_000 * 7)).toISOString(), host, user: 'root', commandLine: 'plakar-tui push /srv',
			...(index % 4 === 0 ? {tag: 'nightly'} : {}),
			paths: [path], roots: [path],
			totals: {files: 41_202 - index, directories: 3000, others: 12, errors: 0, sizeBytes: 1_700_000_000 + (index * 123_456_789), chunks: 61_220, objects: 311},
			index: {kind: 'chunk', id: indexDigit.repeat(64) as never, sizeBytes: 1000},
		},
	};
}

export function makeSummary(location: string, snapshots: readonly SnapshotSummary[], changes: Partial<RepositorySummary> = {}): RepositorySummary {
	return {
		location, scheme: 'file', repositoryId: `id of ${location}`, familyId: 'family', created: '2026-01-01T00:00:00Z', encrypted: true, opened: true, hashing: 'blake3',
		chunking: 'FastCDC 64K/256K/1M', compression: 'zstd', canary: 'canary', unfinishedClone: false, freeBytes: 41 * 2 ** 30, locks: [], unfinishedTransactions: 0, snapshots, ...changes,
	};
}

export function makePlan(rows: readonly PlanRow[]): Plan {
	const side = (location: string) => ({location, repositoryId: location, snapshots: {}, encrypted: true});
	return {
		version: 1, id: '8f21c0de', createdAtMs: 0, source: side('/srv/office'), target: side('/mnt/vault'), kinship: 'family', exact: true, rows,
		classes: [
			...rows.map((_, index) => ({runs: [index, index], missing: {chunks: 402 + index, objects: 20, bytes: 900_000_000 + (index * 77_777_777)}, present: {chunks: 100, objects: 3, bytes: 40_000_000}, fingerprint: '0'})),
			{runs: [0, rows.length - 1], missing: {chunks: 1204, objects: 311, bytes: 1_288_490_188}, present: {chunks: 57_189, objects: 900, bytes: 96_000_000_000}, fingerprint: '0'},
		],
		checks: [
			{level: 'ok', topic: 'identity', text: 'same family: ids comparable'}, {level: 'ok', topic: 'chunking', text: 'the same on both sides'},
			{level: 'ok', topic: 'encryption', text: 'same key, copied as stored'}, {level: 'ok', topic: 'lock', text: 'none held on the target'},
			{level: 'warn', topic: 'conflict', text: '1 skipped: same id, other content'}, {level: 'ok', topic: 'space', text: '33.9 GiB left afterwards'},
		],
		freeBytes: 41 * 2 ** 30, onlyInTarget: 1, inBoth: 5,
	};
}

export const planRow = ({snapshot, header, digest}: SnapshotSummary, state: PlanRow['state'] = 'send'): PlanRow => ({
	snapshot, state, digest, needs: {chunks: 58_895, objects: 1234, bytes: 98_000_000_000}, ownBytes: 2_400_000,
	shown: {created: header!.created, origin: `${header!.host}:/srv`, paths: ['/srv'], files: header!.totals.files, sizeBytes: header!.totals.sizeBytes},
	...(state === 'send' ? {} : {reason: 'the target holds another snapshot with this id; it is never overwritten'}),
});

export const transferReport: TransferReport = {sourceLocation: '/srv/office', targetLocation: '/mnt/vault', planId: '8f21c0de', snapshots: [], recordsWritten: 5053, bytesWritten: 7_301_444_403, retries: 0, damaged: [], receipt: true, durationMs: 411_000};

export const finding: Finding = {
	kind: 'corrupt-chunk', severity: 'damage', id: '9b1e77aa'.repeat(8), reason: 'the digest of its bytes differs', advice: 'Copy the files it affects from elsewhere, or heal it from a clone that holds a sound copy.', reads: 2,
	snapshots: [makeSnapshot(1).snapshot, makeSnapshot(3).snapshot], paths: [{snapshot: makeSnapshot(1).snapshot, path: '/var/lib/pg/base/16384/2619'}, {snapshot: makeSnapshot(3).snapshot, path: '/var/lib/pg/base/16384/2619'}], pathCount: 2,
};

const notReached: PlainError = {code: 'BACKEND_UNAVAILABLE', message: 'vault does not answer any more.', hint: 'Run it again once it does.', context: {}};

/**
 * The matrix of these repositories: each is the positions of the snapshots that it holds, or undefined when it cannot be
 * reached. `sealed` are positions that cannot be compared; `conflict` is the position of a snapshot that the first two hold with different content.
 */
export function makeMatrix(holders: Readonly<Record<string, readonly number[] | undefined>>, {conflict, path = '/srv', sealed = []}: {conflict?: number; path?: string; sealed?: readonly number[]} = {}): Matrix {
	const sides = Object.values(holders);
	const positions = [...new Set(sides.flatMap(side => side ?? []))].sort((a, b) => a - b);
	const transfers = sides.flatMap((mine, source): MeshTransfer[] => sides.flatMap((theirs, target) => {
		const sent = mine === undefined || theirs === undefined || sides.findIndex(side => side !== undefined && side !== theirs) !== source ? []
			: mine.filter(position => position !== conflict && !theirs.includes(position));
		const total = {snapshots: sent.length, chunks: sent.length * 402, objects: sent.length * 20, bytes: sent.length * 900_000_000};
		return sent.length === 0 ? [] : [{source, target, plan: makePlan([]), snapshots: sent.map(position => makeSnapshot(position).snapshot), total}];
	}));
	return {
		columns: Object.keys(holders).map((location, index) => ({location, snapshots: sides[index]?.length ?? 0, ...(sides[index] === undefined ? {error: notReached} : {})})),
		rows: positions.map(position => {
			const {snapshot, header} = makeSnapshot(position);
			return {
				snapshot, comparable: !sealed.includes(position), shown: {created: header!.created, origin: `${header!.host}:${path}`, paths: [path], files: header!.totals.files, sizeBytes: header!.totals.sizeBytes},
				cells: sides.map((side, index) => side === undefined ? 'unknown' : position === conflict && index < 2 ? 'conflict' : side.includes(position) ? 'held' : 'lacking'),
			};
		}),
		pairs: [],
		mesh: {
			heads: sides.map(side => side === undefined ? undefined : 'head'), transfers, exact: true, bytes: transfers.reduce((sum, {total: {bytes}}) => sum + bytes, 0),
			damaged: [],
			skipped: conflict === undefined ? [] : [{snapshot: makeSnapshot(conflict).snapshot, reason: 'the target holds another snapshot with this id; it is never overwritten'}],
		},
	};
}

export type Script = {
	readonly summaries: Readonly<Record<string, RepositorySummary | PlakarError>>;
	readonly plan?: Plan | PlakarError;
	/** How fast both sides are read before a plan; by default nothing could be measured. */
	readonly probe?: Probe;
	/** What is answered instead to a plan whose source is this location; a promise is answered when it is kept, also to who has given up. */
	readonly plansFrom?: Readonly<Record<string, Plan | PlakarError | Promise<Plan>>>;
	/** What a sync answers; by default a report of success. */
	readonly syncAnswer?: TransferReport | PlakarError;
	/** Jobs of these verbs never end by themselves. */
	readonly standing?: readonly Verb[];
	/** Counters of every job. */
	readonly counters?: Readonly<Partial<Record<CounterName, number>>>;
	readonly events?: readonly JobEvent[];
	readonly checkReport?: CheckReport | PlakarError;
	readonly restoreReport?: RestoreReport | PlakarError;
	/** What ends it once it writes; default: what was shown before. */
	readonly restoreEnd?: PlakarError;
	/** The same with what is in the way replaced; default: `restoreReport`. */
	readonly replaceReport?: RestoreReport;
	readonly tree?: ScriptedTree;
	readonly copies?: readonly RecordCopy[];
	readonly healPlan?: HealPlan | PlakarError | Promise<HealPlan>;
	readonly healReport?: HealReport | PlakarError;
	readonly matrix?: Matrix | PlakarError;
	/** The column that a mesh does not reach. */
	readonly failingTarget?: number;
	/** Why no demonstration can be built. */
	readonly demonstrated?: PlakarError;
	/** Why nothing can be created. */
	readonly created?: PlakarError;
	/** Passphrases that open; others are wrong. All do when absent. */
	readonly passphrases?: Readonly<Record<string, string>>;
};

export type ScriptedEngine = JobRunner & {
	readonly requests: JobRequest[];
	readonly cancelled: Verb[];
	/** Of the job started last. */
	counters: Counters | undefined;
	readonly questions: AnyQuestion[];
	/** Lets the last job that was started tell something. */
	emit(event: JobEvent): void;
};

const orThrow = async <Value>(value: Value | PlakarError | undefined): Promise<Value> => {
	if (value === undefined || value instanceof PlakarError) {
		throw value ?? new Error('the script has no answer');
	}

	return value;
};

export function scriptedEngine(script: Script): ScriptedEngine {
	const requests: JobRequest[] = [];
	const cancelled: Verb[] = [];
	const questions: AnyQuestion[] = [];
	let tell: (event: JobEvent) => void = () => undefined;
	const answer = async (request: JobRequest): Promise<unknown> => {
		switch (request.verb) {
			case 'describe': {
				const {location, passphrase} = request.repository;
				if (script.passphrases !== undefined && passphrase !== undefined && passphrase !== script.passphrases[location]) {
					throw new PlakarError('PASSPHRASE_WRONG', {message: `The passphrase of ${location} is another one.`, hint: 'Try again.'});
				}

				return orThrow(script.summaries[location]);
			}

			case 'plan': {
				return orThrow(script.plansFrom?.[request.source.location] ?? script.plan);
			}

			case 'probe': {
				return script.probe ?? {};
			}

			case 'check': {
				return orThrow(script.checkReport);
			}

			case 'demo': {
				return script.demonstrated instanceof PlakarError ? orThrow(script.demonstrated) : {source: `${request.folder}/office`, target: `${request.folder}/vault`, damagedChunk: '0'.repeat(64)};
			}

			case 'sync': {
				return orThrow(script.syncAnswer ?? transferReport);
			}

			case 'restore': {
				return orThrow(!request.dryRun && script.restoreEnd !== undefined ? script.restoreEnd : request.overwrite ? script.replaceReport ?? script.restoreReport : script.restoreReport);
			}

			case 'plan-heal': {
				return orThrow(script.healPlan);
			}

			case 'heal': {
				return orThrow(script.healReport);
			}

			case 'locate': {
				return script.copies ?? [];
			}

			case 'matrix': {
				return orThrow(script.matrix);
			}

			case 'mesh': {
				const {transfers, skipped, bytes} = request.plan;
				return {
					transfers: transfers.map(({source, target}) => ({source, target, location: request.repositories[target]!.location, report: transferReport, ...(target === script.failingTarget ? {error: notReached} : {})})),
					skipped, bytesWritten: bytes, equal: script.failingTarget === undefined, durationMs: 1000,
				};
			}

			case 'create': {
				return script.created instanceof PlakarError ? orThrow(script.created) : {location: request.location, repositoryId: 'new'};
			}

			default: {
				return transferReport;
			}
		}
	};

	const engine: ScriptedEngine = {
		requests, cancelled, questions, counters: undefined,
		browse() {
			return scriptedBrowser(script.tree ?? {paths: []}, question => {
				questions.push(question);
			});
		},
		emit(event) {
			tell(event);
		},
		start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V> {
			requests.push(request);
			tell = request.verb === 'locate' || request.verb === 'probe' ? tell : onEvent;
			const counters = new Counters();
			engine.counters = counters;
			for (const [name, value] of Object.entries(script.counters ?? {})) {
				counters.set(name as CounterName, value);
			}

			for (const event of request.verb === 'describe' || request.verb === 'plan' || request.verb === 'probe' || request.verb === 'locate' || request.verb === 'plan-heal' || request.verb === 'heal' || request.verb === 'matrix' ? [] : script.events ?? []) {
				onEvent(event);
			}

			let stop: (error: PlakarError) => void = () => undefined;
			const standing = new Promise<never>((_, reject) => {
				stop = reject;
			});
			standing.catch(() => undefined);
			const result = script.standing?.includes(request.verb) === true ? standing : answer(request);
			result.catch(() => undefined);
			return {
				counters,
				result: result as Promise<JobResults[V]>,
				cancel() {
					cancelled.push(request.verb);
					stop(new PlakarError('CANCELLED', {message: 'Stopped on request. 5 of 9 snapshots are complete in the target.', hint: 'Run the same command again to go on.'}));
				},
			};
		},
		async close() {
			// Nothing runs anywhere.
		},
	};
	return engine;
}

/** The day on which all scripted checks run: 2026-03-01. */
const today = 20_513;

/** A map of `count` chunks, read up to `read`, with some damage unless told otherwise; proofs of what was not read are up to 60 days old, or never. */
export function mapEvent(count: number, read: number, {trusted = 0, isDamaged = true} = {}): JobEvent & {readonly type: 'map'} {
	const states = new SharedArrayBuffer(count);
	const bytes = new Uint8Array(states);
	bytes.fill(mapCode.sound, 0, read);
	bytes.fill(mapCode.reading, read, read + Math.floor(count / 40));
	bytes.fill(mapCode.trusted, count - trusted, count);
	for (const [at, code] of !isDamaged ? [] : [[Math.floor(count / 6), mapCode.corrupt], [Math.floor(count / 6) + 3, mapCode.corrupt], [Math.floor(count / 4), mapCode.missing], [Math.floor(count / 10), mapCode['sound-on-second-read']]] as const) {
		bytes[at] = code;
	}

	const [ids, sizes, days] = [new SharedArrayBuffer(count * 32), new SharedArrayBuffer(count * 4), new SharedArrayBuffer(count * 2)];
	const [idView, sizeView, dayView] = [new DataView(ids), new Uint32Array(sizes), new Uint16Array(days)];
	for (let index = 0; index < count; index++) {
		idView.setUint32(index * 32, Math.floor((index / count) * 0xffff_ffff));
		idView.setUint32((index * 32) + 28, index);
		sizeView[index] = index < read ? 65_536 + ((index * 7919) % 400_000) : 0;
		// Older towards the end, but for the last fifth, which was never read.
		dayView[index] = index < read ? today : index > count * 0.8 ? 0 : today - Math.floor(((index - read) * 61) / count);
	}

	return {type: 'map', states, count, ids, sizes, days};
}

/** The id of the chunk at `index` of a scripted map. */
export const idInMap = ({ids}: JobEvent & {readonly type: 'map'}, index: number): string => Buffer.from(new Uint8Array(ids, index * 32, 32)).toString('hex');
