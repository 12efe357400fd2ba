// What a running verb tells while it runs: rare facts only; numbers live in the counters.

import type {PlainError} from '../errors/revive.js';
import type {SnapshotId} from '../format/ids.js';
import type {Finding} from './finding.js';

export const phases = ['open', 'scan', 'plan', 'chunks', 'objects', 'references', 'snapshots', 'listing', 'reading', 'structure', 'files', 'finish', 'receipt'] as const;
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
	/** The check map: one state byte per chunk (see workers/counters.ts), chunks in ascending order of id. */
	| {readonly type: 'map'; readonly states: SharedArrayBuffer; readonly count: number};

export type VerbOptions = {
	readonly signal: AbortSignal;
	readonly onEvent: (event: JobEvent) => void;
};
