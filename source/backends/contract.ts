// What every storage medium promises to the engine. The conformance suite (test/suites/backend-suite.ts) proves it.
//
// Records are opaque bytes here: a backend never looks inside one. Shared records (chunks, objects) are named by a hash
// and counted; `header` and `references` belong to one snapshot. A snapshot is visible when its header is listed.
//
// Batches: the caller bounds a batch to `batchRecords` records and about `batchBytes` bytes; a backend may rely on it.

import type {RecordId, RecordKind, SharedKind, SnapshotId} from '../format/ids.js';

/** The largest batch a caller hands over: enough to hide a network round trip, small enough for memory. */
export const batchRecords = 512;
export const batchBytes = 8 * 1024 * 1024;

export type BackendManifest = Readonly<{
	/** `links`: a reference is a hard link or row that the medium counts by itself. `lists`: only reference lists say who needs what. */
	references: 'links' | 'lists';
	/** `freeSpace()` answers with a number. */
	freeSpace: boolean;
	/** Several threads or connections may stage at once and gain from it. */
	parallelWrites: boolean;
	/** Locks are seen by other processes. */
	locks: boolean;
	/** Another thread can open the same `location` again. False for memory. */
	reopenable: boolean;
	/** A difference with another backend of the same scheme is computed by the medium itself. */
	nativeDifference: boolean;
}>;

/** Handed to a backend, `bytes` are the caller's: they are valid until the call has resolved. */
export type StoredRecord = {readonly id: RecordId; readonly bytes: Uint8Array};

/** The bytes of one record, or why it could not be read. A batch read never fails as a whole because of one record. */
export type ReadResult = Uint8Array | Error;

export type Inspection = {
	/** Stored size, or -1 when the record is absent. */
	readonly sizeBytes: number;
	/** Snapshots that hold a reference, unfinished transactions not counted; -1 when the medium does not count. */
	readonly references: number;
	/** References held by unfinished transactions. */
	readonly reserved: number;
};

export type Page<Item> = readonly Item[];

/** A transaction that was begun and neither committed nor rolled back; its records are reserved, not orphaned. */
export type UnfinishedTransaction = {
	readonly snapshot: SnapshotId;
	/** Whether a live lock of another process stands behind it. */
	readonly active: boolean;
	readonly startedAtMs: number;
};

/** Not `exact`: estimated from a sample, to some percent. */
export type StoredSize = {readonly bytes: number; readonly exact: boolean};

export type StagedRecord = {readonly kind: SharedKind; readonly id: RecordId; readonly sizeBytes: number};

export type LockMode = 'shared' | 'exclusive';
export type LockHolder = Readonly<{mode: LockMode; host: string; pid: number; purpose: string; sinceMs: number; refreshedMs: number; /** What makes `pid` one process among all machines; see process-mark.ts. */ processMark?: string | undefined}>;

export type Lock = {
	readonly holder: LockHolder;
	/** Never throws; a lock that cannot be removed goes stale. */
	release(): Promise<void>;
};

export type CallOptions = {readonly signal?: AbortSignal | undefined};

export type StageOptions = CallOptions & {
	/**
	 * `sizes` has just found none of these to be visible: a second look may be saved. One that becomes visible in between
	 * is then written, and is one record again after the commit.
	 */
	readonly areAbsent?: boolean | undefined;
};

export type ReplaceOptions = CallOptions & {
	/** Snapshots that need the shared record, where the medium itself may have lost their references. */
	readonly holders?: readonly SnapshotId[] | undefined;
};

/**
 * Reading. Every method throws a PlakarError: BACKEND_NOT_FOUND, BACKEND_SHORT_READ, BACKEND_IO, BACKEND_DENIED,
 * BACKEND_UNAVAILABLE (retryable), BACKEND_CORRUPT (the medium, not one record), CANCELLED. Reading never changes what
 * the medium holds.
 */
export type BackendReader = {
	/** For display and for reopening; credentials are already removed. */
	readonly location: string;
	/** Absolute paths of this machine that the medium itself consists of: a push leaves them out. */
	readonly places?: readonly string[];
	/** Frozen at construction. */
	readonly supports: BackendManifest;
	/** Nobody may write through this one, and it is known already; absent where only writing tells. */
	readonly refusesWrites?: boolean;
	readConfig(options?: CallOptions): Promise<Uint8Array>;
	/** The whole record. BACKEND_NOT_FOUND when it is not there. */
	read(kind: RecordKind, id: RecordId, options?: CallOptions): Promise<Uint8Array>;
	/** One result per id, in order. */
	readBatch(kind: RecordKind, ids: readonly RecordId[], options?: CallOptions): Promise<ReadResult[]>;
	/**
	 * Like `readBatch`, but hands each result to `visit`, in order, in memory that is valid only during that call: a check
	 * reads everything and keeps nothing.
	 */
	visit(kind: RecordKind, ids: readonly RecordId[], visit: (result: ReadResult, index: number) => void, options?: CallOptions): Promise<void>;
	/** Every visible record's id in ascending byte order, starting after `after`. Only `chunk`, `object` and `header` are listed. */
	list(kind: RecordKind, after?: RecordId, options?: CallOptions): AsyncIterable<Page<RecordId>>;
	/** What `list` yields for `chunk` and `object`, from the beginning, 32 bytes an id and in any order: several times cheaper where there are millions. */
	listPacked?(kind: SharedKind, options?: CallOptions): AsyncIterable<Uint8Array>;
	/** Sizes in the order of `ids`, -1 for what is absent. Cheaper than `inspect`. */
	sizes(kind: RecordKind, ids: readonly RecordId[], options?: CallOptions): Promise<number[]>;
	/** Size and reference counts in the order of `ids`. */
	inspect(kind: SharedKind, ids: readonly RecordId[], options?: CallOptions): Promise<Inspection[]>;
	/**
	 * `inspect` and, for the ids that `read` marks with 1, `visit` in one pass, where finding a record twice costs more than
	 * finding it once. `visit` is called for each id in order, with what was read in memory that is valid only during that
	 * call, or undefined for what is absent or not marked; the pass ends when it answers false.
	 */
	survey?(kind: SharedKind, ids: readonly RecordId[], read: Uint8Array, visit: (inspection: Inspection, result: ReadResult | undefined, index: number) => boolean, options?: CallOptions): Promise<void>;
	/** Ids that `snapshot` references according to the medium, ascending; empty pages when `references` is `lists`. */
	listReferences(snapshot: SnapshotId, kind: SharedKind, options?: CallOptions): AsyncIterable<Page<RecordId>>;
	unfinished(options?: CallOptions): Promise<UnfinishedTransaction[]>;
	/** What an unfinished transaction staged and `list` does not show yet; not verified. */
	listStaged(snapshot: SnapshotId, options?: CallOptions): AsyncIterable<Page<StagedRecord>>;
	/** Free bytes for this user, or undefined when the medium cannot say. */
	freeSpace(options?: CallOptions): Promise<number | undefined>;
	/** What the repository takes on its medium; undefined where that cannot be told in a moment, absent where it never can. The cost does not grow with the repository: a medium that would have to look at every record estimates. */
	storedSize?(options?: CallOptions): Promise<StoredSize | undefined>;
	/** The medium's own examination, beside what a check reads: one sentence a problem, none when all is well. Absent where it has none. O(size); it may not listen to the signal before it is through. */
	examineMedium?(options?: CallOptions): Promise<readonly string[]>;
	/**
	 * Where `supports.nativeDifference`: the ids of `kind` that this backend lists and the one of the same scheme at
	 * `target` does not go to `visit` in pages, 32 bytes each, ascending, computed by the medium in one pass over both.
	 * False, and nothing visited, when this backend does not hold as many references of each snapshot in `counts` as stand
	 * there: it may then lack some of them itself.
	 */
	difference?(target: string, kind: SharedKind, counts: ReadonlyMap<SnapshotId, number>, visit: (ids: Uint8Array) => void, options?: CallOptions): Promise<boolean>;
	/** Live locks of all processes. */
	locks(options?: CallOptions): Promise<LockHolder[]>;
	close(): Promise<void>;
};

/**
 * Writing, beside the errors of reading: BACKEND_FULL, BACKEND_READ_ONLY, BACKEND_LOCKED (retryable).
 *
 * The order is always begin, stage, reference, putSnapshot, commit. Several threads may call `stage` and `reference`
 * for one transaction through backends of their own on the same location, once `begin` has resolved.
 */
export type BackendWriter = {
	/** Shared: writers that only add. Exclusive: whatever removes. Throws BACKEND_LOCKED naming the holder. */
	lock(mode: LockMode, purpose: string, options?: CallOptions): Promise<Lock>;
	/**
	 * Opens the transaction that will become `snapshot`, or an unfinished one of that name again. Records that a dead
	 * process had staged are handed to `accept` in batches; those it refuses are dropped, the others are kept. A server
	 * verifies envelopes itself, so that nothing has to come back over the network: only what it dropped is handed over
	 * then, as records without bytes.
	 * Throws BACKEND_LOCKED when a live process holds that very transaction, REPOSITORY_EXISTS when the snapshot is committed.
	 */
	begin(snapshot: SnapshotId, accept: (kind: SharedKind, records: readonly StoredRecord[]) => Promise<boolean[]>, options?: CallOptions): Promise<void>;
	/**
	 * Writes records into the transaction, which then holds references to all of them. A record that is visible already,
	 * or staged by this transaction already, is left as it is. Returns, per record, whether it was written.
	 */
	stage(snapshot: SnapshotId, kind: SharedKind, records: readonly StoredRecord[], options?: StageOptions): Promise<boolean[]>;
	/**
	 * Makes the transaction hold references to records that are visible, or staged by it or by another open transaction
	 * of this process. Returns the ids that are nowhere; idempotent.
	 */
	reference(snapshot: SnapshotId, kind: SharedKind, ids: readonly RecordId[], options?: CallOptions): Promise<RecordId[]>;
	/** Stores the snapshot's reference list, then its header, still invisible. */
	putSnapshot(snapshot: SnapshotId, parts: {readonly references: Uint8Array; readonly header: Uint8Array}, options?: CallOptions): Promise<void>;
	/**
	 * Makes transactions durable and visible, in order, each by one atomic step: flush once, publish their records, then
	 * rename. After it resolves, a power cut loses nothing of them. A crash inside leaves each whole or unfinished.
	 */
	commit(snapshots: readonly SnapshotId[], options?: CallOptions): Promise<void>;
	/** Forgets an unfinished transaction; records that only it reserved become unreferenced. */
	rollback(snapshot: SnapshotId, options?: CallOptions): Promise<void>;
	/**
	 * Replaces a damaged record by sound bytes, or restores a missing one, atomically and durably. Whoever referenced it
	 * still does, and so do the visible snapshots among `holders`. A crash inside leaves the record as it was or whole; the
	 * same call again ends what was begun. Only heal calls it, under the exclusive lock.
	 */
	replace(kind: RecordKind, id: RecordId, bytes: Uint8Array, options?: ReplaceOptions): Promise<void>;
	/** Replaces CONFIG atomically and durably (passphrase change). */
	writeConfig(bytes: Uint8Array, options?: CallOptions): Promise<void>;
	/** Makes a visible snapshot invisible and drops its references. Needs the exclusive lock. */
	dereference(snapshot: SnapshotId, options?: CallOptions): Promise<void>;
	/** Removes shared records nobody references; ids that are referenced or reserved are refused and returned. Needs the exclusive lock. */
	remove(kind: SharedKind, ids: readonly RecordId[], options?: CallOptions): Promise<RecordId[]>;
};

export type Backend = BackendReader & BackendWriter;

/** A place beside a place, where a clone is filled until it is whole. */
export type Aside = {
	/** Where a clone to `location` is filled: a location of the same scheme, always the same one, for `open` and `create`. */
	locationOf(location: string): string;
	/**
	 * Ends a `publish` that died in its last step and left the repository a second name. Throws REPOSITORY_EXISTS when the
	 * place aside is a second name of some other repository, or a link.
	 */
	tidy(location: string, options?: CallOptions): Promise<void>;
	/**
	 * Gives the repository that was filled aside its place: durable, in one step, and never over anything. It is closed in
	 * this process, which has its exclusive lock still; the lock ends here. Throws REPOSITORY_EXISTS when
	 * something has come to that place, BACKEND_LOCKED when somebody is at work in the repository; it is still aside then.
	 * A matter of a moment, which no signal stops half way.
	 */
	publish(location: string): Promise<void>;
};

/** How a scheme is recognised, opened and created. One per medium, listed in registry.ts. */
export type BackendFactory = {
	readonly scheme: string;
	/** Whether this factory is meant by `location`; purely textual. */
	matches(location: string): boolean;
	/** The canonical form: absolute, without credentials. Two spellings of one place become equal where that can be seen. */
	canonical(location: string): string;
	/** Free bytes where a new repository would lie, or undefined when that cannot be told before it is there. Throws what reaching the place throws. */
	freeSpaceAt?(location: string, options?: CallOptions): Promise<number | undefined>;
	/**
	 * Throws what `create` would because of the place, as far as that shows without writing: REPOSITORY_EXISTS,
	 * BACKEND_READ_ONLY, BACKEND_DENIED and what reaching it throws. Absent where a place is always free.
	 */
	assertFree?(location: string, options?: CallOptions): Promise<void>;
	/** Absent: a clone is filled in its place, and marked as unfinished until it is whole. */
	readonly aside?: Aside;
	/** Throws REPOSITORY_NOT_FOUND when nothing is there, REPOSITORY_UNRECOGNISED when something else is. */
	open(location: string, options?: CallOptions): Promise<Backend>;
	/**
	 * Makes an empty repository with this CONFIG; CONFIG appears last, atomically. Throws REPOSITORY_EXISTS when the place
	 * is taken (an empty directory is not).
	 */
	create(location: string, config: Uint8Array, options?: CallOptions): Promise<Backend>;
};
