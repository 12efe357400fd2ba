// A job as the screen knows it: what it does, how far it is, and how it ended.

import type {CounterValues, LaneState, LaneView} from '../../engine/counters.js';
import type {Phase} from '../../engine/events.js';
import type {CheckLevel, CheckReport, Finding} from '../../engine/finding.js';
import type {HealReport} from '../../engine/heal/heal-plan.js';
import type {RecordCopy, RestoreReport, TransferReport} from '../../engine/jobs.js';
import type {PlainError} from '../../errors/revive.js';
import type {SnapshotId} from '../../format/ids.js';
import type {Estimate} from '../rate.js';

export type JobSample = {
	readonly values: CounterValues;
	readonly lanes: readonly LaneView[];
	/** What lanes were found doing lately, as shares of 1; late samples weigh most. */
	readonly doing: Readonly<Partial<Record<LaneState, number>>>;
	readonly rateBytesPerSecond: number;
	readonly meanBytesPerSecond: number;
	readonly readBytesPerSecond: number;
	readonly history: readonly number[];
	/** How far back `history` reaches. */
	readonly historyMs: number;
	readonly estimate?: Estimate | undefined;
	/** Without the time in which the job was paused. */
	readonly elapsedMs: number;
};

/** What a sync or clone was asked to do. */
export type TransferFacts = {
	readonly planId?: string | undefined;
	/** Canonical, without credentials. */
	readonly sourceLocation: string;
	readonly targetLocation: string;
	/** What it sends; empty when that is found out by the job itself. */
	readonly snapshots: readonly SnapshotId[];
	/** What the target has already of what they need. */
	readonly sparedBytes: number;
	readonly conflicts: number;
	/** What starts when this is done, in words; '' when nothing does. */
	readonly next: string;
};

/** One place a chunk in shared memory that changes without events; see `SharedMap`. */
export type CheckMap = {
	readonly count: number;
	readonly states: Uint8Array;
	readonly ids: Uint8Array;
	readonly sizes: Uint32Array;
	readonly days: Uint16Array;
};

export type CheckKind = {
	readonly level: CheckLevel;
	readonly samplePercent?: number | undefined;
	/** Goes on with a check that was stopped: what was proven since is not read again. */
	readonly resumes: boolean;
};

export type Job = {
	readonly id: number;
	readonly verb: 'sync' | 'clone' | 'check' | 'restore' | 'mesh' | 'heal' | 'demo';
	readonly title: string;
	readonly sourceName: string;
	readonly targetName: string;
	readonly status: 'running' | 'stopping' | 'done' | 'failed' | 'stopped';
	readonly phase: Phase;
	readonly startedAtMs: number;
	readonly endedAtMs?: number | undefined;
	readonly sample?: JobSample | undefined;
	readonly isPaused: boolean;
	/** What all its lanes together may write; absent or 0 for no limit. */
	readonly limitBytesPerSecond?: number | undefined;
	readonly findings: readonly Finding[];
	readonly findingCursor: number;
	readonly map?: CheckMap | undefined;
	/** How a check was started. */
	readonly check?: CheckKind | undefined;
	/** Other repositories that hold damaged records, by the record's id; absent where nobody has looked yet. */
	readonly copies?: ReadonlyMap<string, readonly RecordCopy[]> | undefined;
	/** Records that were healed since this check, as kind and id. */
	readonly healed?: ReadonlySet<string> | undefined;
	/** Counts up with every sample, so that the map is drawn anew. */
	readonly mapVersion: number;
	readonly transfer?: TransferFacts | undefined;
	readonly report?: TransferReport | undefined;
	readonly checkReport?: CheckReport | undefined;
	readonly restoreReport?: RestoreReport | undefined;
	readonly healReport?: HealReport | undefined;
	readonly problem?: PlainError | undefined;
	/** The repository that is checked, or written to. */
	readonly repositoryIndex: number;
};

/** Jobs that are over and still listed. */
const maximumEndedJobs = 100;

export const isRunning = ({status}: Job): boolean => status === 'running' || status === 'stopping';

/** The jobs worth keeping: all that run, and the latest of those that are over. */
export function boundedJobs(jobs: readonly Job[]): readonly Job[] {
	const over = jobs.filter(job => !isRunning(job));
	const dropped = new Set(over.slice(0, Math.max(0, over.length - maximumEndedJobs)));
	return dropped.size === 0 ? jobs : jobs.filter(job => !dropped.has(job));
}

/** "sync office -> vault", "check office": a job in a sentence. */
export const jobWords = ({verb, sourceName, targetName}: Pick<Job, 'verb' | 'sourceName' | 'targetName'>): string =>
	`${verb} ${sourceName}${targetName === '' ? '' : ` -> ${targetName}`}`;

/** How much of a job is done, and of how much; a check counts chunks. */
export const progressOf = ({verb, sample}: Job): {readonly done: number; readonly total: number} => verb === 'check'
	? {done: sample?.values.chunksDone ?? 0, total: sample?.values.chunksTotal ?? 0}
	: {done: sample?.values.bytesDone ?? 0, total: sample?.values.bytesTotal ?? 0};
