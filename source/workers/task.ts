// What a lane can be asked to do, and what it answers: plain messages that cross a thread.

import type {SharedKind, SnapshotId, RecordId, ChunkId, ObjectId} from '../format/ids.js';
import type {Content} from '../format/entry.js';
import type {PathBytes} from '../format/paths.js';
import type {PlainError} from '../errors/revive.js';
import type {FileRestore} from './tasks/restore-files.js';

/** A file to store, as the walk found it. */
export type FileToStore = {readonly path: PathBytes; readonly sizeBytes: number};

export type StoredContent = {
	/** Bytes that were really read. */
	readonly sizeBytes: number;
	/** The object's id when the content needs several chunks. */
	readonly object?: {readonly id: ObjectId; readonly storedBytes: number} | undefined;
	readonly chunks: readonly ChunkId[];
	/** Stored size of each of `chunks`. */
	readonly storedBytes: readonly number[];
};

export type StoredFile = StoredContent & {
	/** Why the file could not be read to its end; what was stored before is listed all the same, so that it is referenced. */
	readonly error?: PlainError | undefined;
};

/** Content of a repository, and its length. */
export type ContentToMove = {readonly content: Exclude<Content, {readonly kind: 'empty'}>; readonly sizeBytes: number};

/** What reading a record can show, in the order of `Examination.states`: position + 1 there, 0 for what was not read. */
export const verdicts = ['sound', 'sound-on-second-read', 'corrupt', 'missing', 'unreadable'] as const;
export type Verdict = {
	readonly state: (typeof verdicts)[number];
	readonly reason: string;
	readonly reads: number;
};

/** What was seen of the records of one task, in columns: nearly all of them are sound, and then one byte says it. */
export type Examination = {
	/** Stored bytes; -1 where the record is absent. */
	readonly sizes: Float64Array;
	/** As in `Inspection`. */
	readonly references: Int32Array;
	readonly reserved: Int32Array;
	readonly states: Uint8Array;
	/** The verdicts on those that are not sound at the first read. */
	readonly notes: ReadonlyMap<number, Verdict>;
	/** The distinct chunks that each opened object lists. */
	readonly parts: ReadonlyMap<number, readonly ChunkId[]>;
	readonly bytesRead: number;
};

/** A transaction of one of the job's targets. */
export type Destination = {readonly target: number; readonly snapshot: SnapshotId};

export type Tasks = {
	/** Copies stored records as they are, each read once and verified by its digest on the way. */
	copy: {
		readonly request: {readonly kind: SharedKind; readonly ids: readonly RecordId[]; readonly destinations: readonly Destination[]};
		/** By destination: stored bytes and records that were new there, or why it took none. */
		readonly answer: {readonly results: ReadonlyArray<{readonly bytes: number; readonly records: number} | PlainError>};
	};
	/** References records; answers those that are nowhere. */
	reference: {
		readonly request: {/** The first when absent. */ readonly target?: number | undefined; readonly snapshot: SnapshotId; readonly kind: SharedKind; readonly ids: readonly RecordId[]};
		readonly answer: {readonly absent: readonly RecordId[]};
	};
	/** Opens records and seals them anew under the same ids; refers to those that the target has. */
	reseal: {
		readonly request: {readonly snapshot: SnapshotId; readonly kind: SharedKind; readonly ids: readonly RecordId[]};
		/** The target's stored size of each of `ids`, and what was really written. */
		readonly answer: {readonly storedBytes: readonly number[]; readonly bytes: number; readonly records: number};
	};
	/** Opens content of the source and cuts, names and seals it for the target. */
	recut: {
		readonly request: {readonly snapshot: SnapshotId; readonly contents: readonly ContentToMove[]};
		/** One for each of `contents`, and what was really written. */
		readonly answer: {readonly files: readonly StoredContent[]; readonly bytes: number; readonly records: number};
	};
	/** Refers to content that the target has; answers nothing for what is not whole there. */
	hold: {
		readonly request: {readonly snapshot: SnapshotId; readonly contents: readonly ContentToMove[]};
		readonly answer: {readonly files: ReadonlyArray<StoredContent | undefined>};
	};
	/** Inspects and, where asked, reads and verifies records of the source side. */
	examine: {
		readonly request: {
			readonly kind: SharedKind;
			/** Ids of 32 bytes each. */
			readonly ids: Uint8Array;
			/** Which of them to read, one byte each; none when absent. */
			readonly read?: Uint8Array | undefined;
			/** Where the check map stands, and the position of the first id in it. */
			readonly map?: {readonly states: SharedArrayBuffer; readonly first: number} | undefined;
		};
		readonly answer: Examination;
	};
	/** Reads, cuts, names, seals and stages files. */
	store: {
		readonly request: {readonly snapshot: SnapshotId; readonly files: readonly FileToStore[]};
		readonly answer: {readonly files: readonly StoredFile[]};
	};
	/** Writes files from their chunks, with their metadata. */
	restore: {
		readonly request: {readonly files: readonly FileRestore[]};
		readonly answer: {readonly results: ReadonlyArray<{readonly bytes: number} | PlainError>};
	};
};

export type TaskName = keyof Tasks;
export type TaskRequest<Name extends TaskName = TaskName> = Name extends TaskName ? {readonly name: Name} & Tasks[Name]['request'] : never;
export type TaskAnswer<Name extends TaskName> = Tasks[Name]['answer'];
