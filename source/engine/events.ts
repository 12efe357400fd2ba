// What a running verb tells while it runs: rare facts only; numbers live in the counters.

import type {PlainError} from '../errors/revive.js';
import type {RecordId, RecordKind, SnapshotId} from '../format/ids.js';
import type {Finding} from './finding.js';

export const phases = ['open', 'scan', 'plan', 'chunks', 'objects', 'references', 'snapshots', 'medium', 'listing', 'reading', 'structure', 'files', 'finish', 'receipt'] as const;
export type Phase = (typeof phases)[number];

export type JobEvent =
	| {readonly type: 'phase'; readonly phase: Phase}
	/** At most 20 a second; escaped for display. */
	| {readonly type: 'path'; readonly path: string}
	| {readonly type: 'finding'; readonly finding: Finding}
	/** One sentence for the log. */
	| {readonly type: 'notice'; readonly text: string}
	/** A path that could not be read or made; the verb goes on. */
	| {readonly type: 'trouble'; readonly path: string; readonly error: PlainError}
	| {readonly type: 'snapshot'; readonly snapshot: SnapshotId; readonly done: number; readonly of: number}
	/** Records that heal wrote, after they were read again and proven. */
	| {readonly type: 'healed'; readonly kind: RecordKind; readonly ids: readonly RecordId[]}
	| {readonly type: 'map'} & SharedMap;

/** The check map in shared memory, chunks in ascending order of id; those that are not in the store stand at the end. */
export type SharedMap = {
	readonly count: number;
	/** One state byte a chunk, see workers/counters.ts. */
	readonly states: SharedArrayBuffer;
	/** 32 bytes a chunk. */
	readonly ids: SharedArrayBuffer;
	/** Stored bytes as far as they are known, 4 bytes a chunk; 0 before. */
	readonly sizes: SharedArrayBuffer;
	/** The day of the last proof, since 1970, 2 bytes a chunk; 0 for never. */
	readonly days: SharedArrayBuffer;
};

export type VerbOptions = {
	readonly signal: AbortSignal;
	readonly onEvent: (event: JobEvent) => void;
};
