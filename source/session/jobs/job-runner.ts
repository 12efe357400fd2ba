// Runs verbs away from the screen: what the session needs of a job, whoever carries it out.

import type {Counters} from '../../engine/counters.js';
import type {JobEvent} from '../../engine/events.js';
import type {PlainError} from '../../errors/revive.js';
import type {JobRequest, JobResults, Verb} from '../../engine/jobs.js';

export type JobHandle<V extends Verb> = {
	readonly counters: Counters;
	readonly result: Promise<JobResults[V]>;
	/** Stops safely: what is finished is kept. */
	cancel(): void;
};

export type JobRunner = {
	start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V>;
	/** Ends every thread at once. */
	close(): Promise<void>;
};

/** What the job thread is told and tells. */
export type ToJob = {readonly type: 'cancel'};
export type FromJob =
	| {readonly type: 'event'; readonly event: JobEvent}
	| {readonly type: 'result'; readonly result: JobResults[Verb]}
	| {readonly type: 'error'; readonly error: PlainError};

export type JobSetup = {readonly request: JobRequest; readonly counters: SharedArrayBuffer; readonly readOnly: boolean};
