// What a lane can be asked to do, and what it answers: plain messages that cross a thread.

import type {SharedKind, SnapshotId, RecordId, ChunkId, ObjectId} from '../format/ids.js';
import type {Inspection} from '../backends/contract.js';
import type {PathBytes} from '../format/paths.js';
import type {PlainError} from '../errors/revive.js';
import type {FileRestore} from './tasks/restore-files.js';

/** A file to store, as the walk found it. */
export type FileToStore = {readonly path: PathBytes; readonly sizeBytes: number};

export type StoredFile = {
	/** Bytes that were really read. */
	readonly sizeBytes: number;
	/** The object's id when the content needs several chunks. */
	readonly object?: {readonly id: ObjectId; readonly storedBytes: number} | undefined;
	readonly chunks: readonly ChunkId[];
	/** Stored size of each of `chunks`. */
	readonly storedBytes: readonly number[];
	/** Why the file could not be read to its end; what was stored before is listed all the same, so that it is referenced. */
	readonly error?: PlainError | undefined;
};

export type ExaminedRecord = {
	readonly inspection: Inspection;
	/** What reading it showed; absent when it was not read. */
	readonly verdict?: Verdict;
	/** The distinct chunks that an opened object lists. */
	readonly parts?: readonly ChunkId[];
};

export type Verdict = {
	readonly state: 'sound' | 'sound-on-second-read' | 'corrupt' | 'missing' | 'unreadable';
	readonly reason: string;
	readonly reads: number;
};

export type Tasks = {
	/** Copies stored records as they are, each verified by its digest on the way. */
	copy: {
		readonly request: {readonly snapshot: SnapshotId; readonly kind: SharedKind; readonly ids: readonly RecordId[]};
		/** Stored bytes written. */
		readonly answer: {readonly bytes: number; readonly records: number};
	};
	/** References records; answers those that are nowhere. */
	reference: {
		readonly request: {readonly snapshot: SnapshotId; readonly kind: SharedKind; readonly ids: readonly RecordId[]};
		readonly answer: {readonly absent: readonly RecordId[]};
	};
	/** Inspects and, where asked, reads and verifies records of the source side. */
	examine: {
		readonly request: {
			readonly kind: SharedKind;
			readonly ids: readonly RecordId[];
			readonly read: readonly boolean[];
			/** Where the check map stands, and the position of the first id in it. */
			readonly map?: {readonly states: SharedArrayBuffer; readonly first: number} | undefined;
		};
		readonly answer: {readonly records: readonly ExaminedRecord[]; readonly bytesRead: number};
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
