// Reads files, cuts them into chunks and stages what the repository lacks. Many small files share one pass over the window.

import {closeSync, constants, openSync, readSync} from 'node:fs';
import {cancelled, isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import {createCutter, type Cutter} from '../../format/chunking/cutter.js';
import type {ChunkId, ObjectId, RecordId, SnapshotId} from '../../format/ids.js';
import {encodeObject} from '../../format/object-record.js';
import {displayPath, pathForSystem, type PathBytes} from '../../format/paths.js';
import type {Lane} from '../lane.js';
import {Arena, RecordWriter} from '../record-writer.js';
import type {FileToStore, StoredFile, TaskAnswer, Tasks} from '../task.js';

type Draft = {sizeBytes: number; object?: ObjectId; readonly chunks: ChunkId[]; readonly sizes: number[]; error?: PlakarError};

// O_NONBLOCK: a fifo that took a file's place must not stop the lane for ever. O_NOFOLLOW: nor may a symlink lead elsewhere.
const openFlags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

function attempt<Result>(path: PathBytes, action: () => Result): Result {
	try {
		return action();
	} catch (error) {
		const errno = (error as NodeJS.ErrnoException).code ?? 'unknown';
		throw new PlakarError('PATH_UNREADABLE', {
			message: `${displayPath(path)} cannot be read (${errno}).`,
			hint: 'The snapshot records the path without its content; mend the cause and push again.',
			context: {errno},
			cause: error,
		});
	}
}

/** One lane's storing: a cutter with its window, and the records that wait there for a flush. */
class FileStore {
	readonly #lane: Lane;
	readonly #cutter: Cutter;
	readonly #maximumChunkBytes: number;
	readonly #chunks: RecordWriter;
	readonly #objects: RecordWriter;
	readonly #stored = new Map<RecordId, number>();
	/** The window up to here holds chunks that were not flushed. */
	#used = 0;

	constructor(lane: Lane, {cutter, arena}: Bench, snapshot: SnapshotId) {
		const {backend, codec} = lane.side('target');
		const options = {backend, codec, snapshot, counters: lane.counters, arena};
		this.#lane = lane;
		this.#cutter = cutter;
		this.#maximumChunkBytes = codec.chunking.maximumBytes;
		this.#chunks = new RecordWriter('chunk', options);
		this.#objects = new RecordWriter('object', options);
	}

	/** Reads one file to its end, whatever its size was when it was listed. A file that cannot be read has `error`. */
	async read({path, sizeBytes}: FileToStore): Promise<Draft> {
		const draft: Draft = {sizeBytes: 0, chunks: [], sizes: []};
		this.#lane.counters.setLane(this.#lane.index, 'reading', '', sizeBytes);
		try {
			const handle = attempt(path, () => openSync(pathForSystem(path), openFlags));
			try {
				await this.#cutFile(path, handle, sizeBytes, draft);
			} finally {
				closeSync(handle);
			}
		} catch (error) {
			if (!isPlakarError(error, 'PATH_UNREADABLE')) {
				throw error;
			}

			draft.error = error;
			return draft;
		}

		if (draft.chunks.length > 1) {
			const parts = draft.chunks.map((id, index) => ({id, sizeBytes: draft.sizes[index]!}));
			draft.object = this.#objects.addObject(encodeObject(parts));
		}

		return draft;
	}

	/** Seals and stages what waits; the whole window is free afterwards. */
	async flush(): Promise<void> {
		this.#lane.counters.setLane(this.#lane.index, 'sealing');
		for (const writer of [this.#chunks, this.#objects]) {
			for (const [id, sizeBytes] of await writer.flush()) {
				this.#stored.set(id, sizeBytes);
			}
		}

		this.#used = 0;
	}

	/** The answer for a draft, once everything of it was flushed. */
	finish({sizeBytes, object, chunks, error}: Draft): StoredFile {
		const storedBytes = (id: RecordId): number => this.#stored.get(id)!;
		return {
			sizeBytes,
			chunks,
			storedBytes: chunks.map(id => storedBytes(id)),
			object: object === undefined ? undefined : {id: object, storedBytes: storedBytes(object)},
			error: error === undefined ? undefined : toPlainError(error),
		};
	}

	async #cutFile(path: PathBytes, handle: number, expectedBytes: number, draft: Draft): Promise<void> {
		const {window} = this.#cutter;
		let start = this.#used;
		let end = start;
		let readBytes = 0;
		let atEnd = false;
		for (;;) {
			while (!atEnd && end - start < this.#maximumChunkBytes) {
				if (end === window.length) {
					await this.flush();
					window.copyWithin(0, start, end);
					end -= start;
					start = 0;
				}

				const wanted = window.length - end;
				const count = attempt(path, () => readSync(handle, window, end, wanted, null));
				end += count;
				readBytes += count;
				// A short read that completes the expected length is the end; one more call would only say so.
				atEnd = count === 0 || (count < wanted && readBytes === expectedBytes);
				this.#lane.counters.add('bytesRead', count);
				this.#lane.counters.add('bytesDone', count);
			}

			if (start === end) {
				return;
			}

			start = await this.#cutChunk(draft, start, end);
		}
	}

	async #cutChunk(draft: Draft, start: number, end: number): Promise<number> {
		if (this.#lane.counters.isCancelled) {
			throw cancelled();
		}

		const cut = this.#cutter.cut(start, end);
		draft.chunks.push(this.#chunks.addChunk(this.#cutter.window.subarray(start, cut)));
		draft.sizes.push(cut - start);
		draft.sizeBytes += cut - start;
		this.#used = cut;
		if (this.#chunks.isFull) {
			await this.flush();
		}

		return cut;
	}
}

/** What a lane uses again for every task: memory that was touched before costs nothing. */
type Bench = {readonly cutter: Cutter; readonly arena: Arena};

const benches = new WeakMap<Lane, Bench>();

function benchOf(lane: Lane): Bench {
	const known = benches.get(lane);
	if (known !== undefined) {
		return known;
	}

	const bench = {cutter: createCutter(lane.side('target').codec.chunking), arena: new Arena()};
	benches.set(lane, bench);
	return bench;
}

/** Memory: the cutter's window and one batch of sealed records. */
export async function storeFiles(lane: Lane, {snapshot, files}: Tasks['store']['request']): Promise<TaskAnswer<'store'>> {
	const store = new FileStore(lane, benchOf(lane), snapshot);
	const drafts: Draft[] = [];
	for (const file of files) {
		lane.counters.waitWhilePaused();
		drafts.push(await store.read(file));
		lane.counters.add('filesDone', 1);
	}

	await store.flush();
	return {files: drafts.map(draft => store.finish(draft))};
}
