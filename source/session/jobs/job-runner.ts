// Runs verbs away from the screen: what the session needs of a job, whoever carries it out.

import type {Counters} from '../../engine/counters.js';
import type {JobEvent} from '../../engine/events.js';
import type {Answer, AnyQuestion, Question, QuestionName} from '../../engine/browse/questions.js';
import type {PlainError} from '../../errors/revive.js';
import type {JobRequest, JobResults, RepositoryAccess, Verb} from '../../engine/jobs.js';

export type JobHandle<V extends Verb> = {
	readonly counters: Counters;
	readonly result: Promise<JobResults[V]>;
	/** Stops safely: what is finished is kept. */
	cancel(): void;
};

/** A repository that stays open, to be asked about. */
export type BrowseHandle = {
	/** Questions are answered in the order in which they are asked. Throws what opening and reading throw; CANCELLED once closed. */
	ask<Name extends QuestionName>(question: Question<Name>): Promise<Answer<Name>>;
	/** Ends it at once: reading leaves nothing behind. */
	close(): void;
};

export type JobRunner = {
	browse(repository: RepositoryAccess): BrowseHandle;
	start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V>;
	/** Ends every thread at once. */
	close(): Promise<void>;
};

/** What the job thread is told and tells. A cancel means the request before it. */
export type ToJob = {readonly type: 'request'; readonly setup: JobSetup} | {readonly type: 'cancel'};
export type FromJob =
	| {readonly type: 'event'; readonly event: JobEvent}
	| {readonly type: 'result'; readonly result: JobResults[Verb]}
	| {readonly type: 'error'; readonly error: PlainError};

/** What the browse thread is told and tells; an answer carries its question's number. */
export type BrowseSetup = {readonly repository: RepositoryAccess};
export type ToBrowse = {readonly number: number; readonly question: AnyQuestion};
export type FromBrowse = {readonly number: number} & ({readonly answer: Answer<QuestionName>} | {readonly error: PlainError});

export type JobSetup = {readonly request: JobRequest; readonly counters: SharedArrayBuffer; readonly readOnly: boolean};

/** Whether the thread of `request` waits for another afterwards: to start one costs as much as to read a repository. */
export const leavesThread = ({verb}: JobRequest): boolean => verb === 'describe';
