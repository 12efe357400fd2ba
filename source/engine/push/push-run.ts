// One attempt at a snapshot: the walk feeds a line of entries, lanes store files, the front of the line becomes the index.

import {hostname} from 'node:os';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {batchBytes, batchRecords} from '../../backends/contract.js';
import {PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import type {Entry} from '../../format/entry.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {displayPath, type PathBytes} from '../../format/paths.js';
import {encodeReferenceList, ReferenceCollector} from '../../format/reference-list.js';
import {encodeHeader, type SnapshotHeader} from '../../format/snapshot-header.js';
import type {Counters} from '../../workers/counters.js';
import {TaskStream, type Lanes} from '../../workers/lanes.js';
import type {FileToStore, StoredFile} from '../../workers/task.js';
import type {VerbOptions} from '../events.js';
import type {PushReport} from '../jobs.js';
import type {Repository} from '../repository.js';
import {ownName, readAccountNames} from './accounts.js';
import {contentOf, EntryLine, type Slot} from './entry-line.js';
import type { CacheReader} from './file-cache.js';
import {cacheFile, CacheWriter, sameStamp, type CachedFile} from './file-cache.js';
import {IndexWriter} from './index-writer.js';
import {placesOf, walkRoots, type Root, type WalkedEntry} from './walk.js';

/** Files of one task: enough to outweigh a message, few enough that lanes share the work evenly. */
const filesPerTask = 64;
/** Entries that may wait behind a large file before the walk pauses. */
const maximumWaitingEntries = 50_000;
/** Entries between two turns of the event loop, in which answers of the lanes are taken in. */
const entriesPerTurn = 256;
/** A file that changed this shortly before it was seen may change again within one tick of the filesystem's clock. */
const clockTickNs = 20_000_000n;

/** The cache named a record that the repository no longer has. */
export class CacheOutdated extends Error {}

export type PushInput = {
	readonly repository: Repository;
	/** Relative ones are taken from the working directory. */
	readonly paths: readonly string[];
	readonly tag?: string | undefined;
	readonly useCache: boolean;
	/** False for what is pushed once and never again: then nothing is written outside of the repository. Default: true. */
	readonly keepCache?: boolean | undefined;
	readonly commandLine: string;
	readonly counters: Counters;
};

export type RunSetup = {
	readonly input: PushInput;
	readonly snapshot: SnapshotId;
	readonly roots: readonly Root[];
	readonly lanes: Lanes;
	readonly cache: CacheReader | undefined;
	readonly options: VerbOptions;
};

type Waiting = {readonly slot: Slot; readonly file: FileToStore};

export class PushRun {
	readonly #setup: RunSetup;
	readonly #counters: Counters;
	readonly #startedNs = BigInt(Date.now()) * 1_000_000n;
	readonly #startedMs = performance.now();
	readonly #line = new EntryLine();
	readonly #stream: TaskStream;
	readonly #index: IndexWriter;
	readonly #cacheWriter: CacheWriter;
	readonly #references: Record<SharedKind, ReferenceCollector> = {chunk: new ReferenceCollector(), object: new ReferenceCollector()};
	readonly #cached: Record<SharedKind, RecordId[]> = {chunk: [], object: []};
	readonly #hardLinks = new Map<string, Slot>();
	readonly #totals = {files: 0, directories: 0, others: 0, errors: 0, sizeBytes: 0};
	#batch: Waiting[] = [];
	#batchBytes = 0;

	constructor(setup: RunSetup) {
		const {input: {repository: {backend, codec, config}, counters, keepCache = true}, snapshot, roots, lanes, options: {signal}} = setup;
		this.#setup = setup;
		this.#counters = counters;
		this.#stream = new TaskStream(lanes);
		this.#cacheWriter = new CacheWriter(keepCache ? cacheFile(config.repositoryId, roots.map(({resolved}) => resolved)) : undefined);
		this.#index = new IndexWriter({backend, codec, snapshot, counters, signal}, (kind, id, storedBytes) => {
			this.#references[kind].add(id, storedBytes);
		});
	}

	/** Throws CacheOutdated when the cache cannot be trusted; the transaction must then be rolled back. */
	async run(): Promise<PushReport> {
		try {
			await this.#walk();
			const header = await this.#finish();
			this.#cacheWriter.commit();
			return {
				snapshot: header.snapshot,
				totals: header.totals,
				bytesWritten: this.#counters.get('bytesWritten'),
				recordsWritten: this.#counters.get('recordsWritten'),
				filesUnchanged: this.#counters.get('filesUnchanged'),
				unreadable: header.totals.errors,
				durationMs: performance.now() - this.#startedMs,
			};
		} finally {
			this.#cacheWriter.discard();
			await this.#stream.drain().catch(() => undefined);
		}
	}

	async #walk(): Promise<void> {
		const {input: {repository: {backend}}, roots, options} = this.#setup;
		options.onEvent({type: 'phase', phase: 'scan'});
		const excluded = new Set(placesOf(backend));
		let isTold = false;
		const onExcluded = (path: PathBytes): void => {
			if (!isTold) {
				options.onEvent({type: 'notice', text: `${displayPath(path)} is left out: it is the repository itself.`});
				isTold = true;
			}
		};

		let count = 0;
		for (const walked of walkRoots(roots, {accounts: readAccountNames(), excluded, onExcluded})) {
			this.#take(walked);
			if (this.#batch.length >= filesPerTask || this.#batchBytes >= batchBytes) {
				await this.#sendBatch();
			}

			if (++count % entriesPerTurn === 0) {
				options.onEvent({type: 'path', path: displayPath(walked.entry.path)});
				await this.#turn();
			}
		}

		await this.#sendBatch();
		await this.#referenceCached(0);
		await this.#stream.drain();
		await this.#advance();
	}

	/** Lets the lanes' answers in, and holds the walk back while too much waits behind one file. */
	async #turn(): Promise<void> {
		do {
			await nextTurn();
			throwIfAborted(this.#setup.options.signal);
			await this.#advance();
			if (this.#line.length > maximumWaitingEntries) {
				// The file that all the others wait behind may stand in a batch that is not full.
				await this.#sendBatch();
			}
		} while (this.#line.length > maximumWaitingEntries);

		await this.#referenceCached(batchRecords);
	}

	#take({entry, stamp}: WalkedEntry): void {
		const twin = entry.type === 'file' && entry.hardLink !== undefined ? this.#hardLinks.get(entry.hardLink) : undefined;
		const slot: Slot = {entry, stamp, waits: false, twin};
		this.#line.add(slot);
		this.#tally(entry, twin !== undefined);
		if (entry.error !== undefined) {
			this.#trouble(entry.path, entry.error);
		} else if (entry.type === 'file' && twin === undefined) {
			if (entry.hardLink !== undefined) {
				this.#hardLinks.set(entry.hardLink, slot);
			}

			this.#takeFile(slot);
		}
	}

	#takeFile(slot: Slot): void {
		const {entry, stamp} = slot;
		const known = this.#setup.cache?.find(entry.path);
		if (known !== undefined && stamp !== undefined && sameStamp(known.stamp, stamp)) {
			this.#takeCached(slot, known);
		} else {
			slot.waits = true;
			this.#batch.push({slot, file: {path: entry.path, sizeBytes: entry.sizeBytes}});
			this.#batchBytes += entry.sizeBytes;
			this.#counters.add('bytesTotal', entry.sizeBytes);
			this.#counters.add('filesTotal', 1);
		}
	}

	#takeCached(slot: Slot, known: CachedFile): void {
		this.#counters.add('filesUnchanged', 1);
		this.#settle(slot, known);
		this.#cached.chunk.push(...known.chunks);
		if (known.object !== undefined) {
			this.#cached.object.push(known.object.id);
		}
	}

	#settle(slot: Slot, stored: NonNullable<Slot['stored']>): void {
		slot.stored = stored;
		slot.entry = {...slot.entry, content: contentOf(stored)};
		slot.waits = false;
		this.#collect(stored);
	}

	#collect({chunks, storedBytes, object}: NonNullable<Slot['stored']>): void {
		for (const [index, id] of chunks.entries()) {
			this.#references.chunk.add(id, storedBytes[index]!);
		}

		if (object !== undefined) {
			this.#references.object.add(object.id, object.storedBytes);
		}
	}

	async #sendBatch(): Promise<void> {
		const batch = this.#batch;
		if (batch.length === 0) {
			return;
		}

		this.#batch = [];
		this.#batchBytes = 0;
		await this.#stream.add({name: 'store', snapshot: this.#setup.snapshot, files: batch.map(({file}) => file)}, ({files}) => {
			for (const [index, file] of files.entries()) {
				this.#takeStored(batch[index]!.slot, file);
			}
		});
	}

	#takeStored(slot: Slot, file: StoredFile): void {
		if (file.error === undefined) {
			this.#settle(slot, file);
			this.#totals.sizeBytes += file.sizeBytes - slot.entry.sizeBytes;
			slot.entry = {...slot.entry, sizeBytes: file.sizeBytes};
		} else {
			// What was stored before the failure is referenced all the same, so that nothing is left over.
			this.#collect(file);
			const errno = String(file.error.context['errno'] ?? file.error.code);
			slot.entry = {...slot.entry, error: errno};
			slot.waits = false;
			this.#totals.sizeBytes -= slot.entry.sizeBytes;
			this.#trouble(slot.entry.path, errno);
		}
	}

	/** Makes the transaction hold what the cache named, once more than `threshold` ids wait. */
	async #referenceCached(threshold: number): Promise<void> {
		for (const kind of ['chunk', 'object'] as const) {
			while (this.#cached[kind].length > threshold) {
				const ids = this.#cached[kind].splice(0, batchRecords);
				await this.#stream.add({name: 'reference', snapshot: this.#setup.snapshot, kind, ids}, ({absent}) => {
					if (absent.length > 0) {
						throw new CacheOutdated(`${absent.length} records`);
					}
				});
			}
		}
	}

	async #advance(): Promise<void> {
		for (const {entry, stamp, stored} of this.#line.take()) {
			this.#index.add(entry);
			if (stored !== undefined && stamp !== undefined && this.#isSettled(stamp) && stamp.sizeBytes === entry.sizeBytes) {
				this.#cacheWriter.add({path: entry.path, stamp, ...stored});
			}

			if (this.#index.isFull) {
				await this.#index.write();
			}
		}
	}

	#isSettled({ctimeNs, mtimeNs}: NonNullable<Slot['stamp']>): boolean {
		const border = this.#startedNs - clockTickNs;
		return ctimeNs < border && mtimeNs < border;
	}

	#tally({type, isAncestor, sizeBytes, error}: Entry, isTwin: boolean): void {
		if (isAncestor) {
			return;
		}

		if (type === 'directory') {
			this.#totals.directories++;
			this.#counters.add('directoriesDone', 1);
		} else {
			this.#totals[type === 'file' ? 'files' : 'others']++;
			this.#totals.sizeBytes += isTwin || error !== undefined ? 0 : sizeBytes;
		}
	}

	#trouble(path: PathBytes, errno: string): void {
		this.#totals.errors++;
		this.#counters.add('errors', 1);
		this.#setup.options.onEvent({
			type: 'trouble',
			path: displayPath(path),
			error: toPlainError(new PlakarError('PATH_UNREADABLE', {
				message: `${displayPath(path)} cannot be read (${errno}).`,
				hint: 'The snapshot records the path without its content; mend the cause and push again.',
				context: {errno},
			})),
		});
	}

	async #finish(): Promise<SnapshotHeader> {
		const {input: {repository: {backend, codec}, commandLine, tag}, snapshot, roots, options} = this.#setup;
		options.onEvent({type: 'phase', phase: 'snapshots'});
		const index = await this.#index.finish();
		const references = {chunk: this.#references.chunk.finish(), object: this.#references.object.finish()};
		const header: SnapshotHeader = {
			version: 1,
			snapshot,
			created: new Date().toISOString(),
			host: hostname(),
			user: ownName(),
			commandLine,
			...(tag === undefined ? {} : {tag}),
			paths: roots.map(({given}) => given),
			roots: [...new Set(roots.map(({resolved}) => resolved))],
			totals: {...this.#totals, chunks: references.chunk.count, objects: references.object.count},
			index,
		};
		const stored = {
			references: codec.sealer.seal('references', snapshot, encodeReferenceList(references)),
			header: codec.sealer.seal('header', snapshot, encodeHeader(header)),
		};
		throwIfAborted(options.signal);
		await backend.putSnapshot(snapshot, stored, options);
		options.onEvent({type: 'phase', phase: 'finish'});
		await backend.commit([snapshot]);
		this.#counters.add('bytesWritten', stored.references.length + stored.header.length);
		return header;
	}
}
