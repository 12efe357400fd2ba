// Cuts content into chunks and stages what the target lacks. Many small contents share one pass over the window.

import {cancelled} from '../errors/plakar-error.js';
import {createCutter, type Cutter} from '../format/chunking/cutter.js';
import type {ChunkId, ObjectId, RecordId, SnapshotId} from '../format/ids.js';
import {encodeObject} from '../format/object-record.js';
import type {Lane} from './lane.js';
import {Arena, RecordWriter} from './record-writer.js';
import type {StoredContent} from './task.js';

/** What became of one content so far. */
export type Draft = {sizeBytes: number; object?: ObjectId; readonly chunks: ChunkId[]; readonly sizes: number[]};

export const emptyDraft = (): Draft => ({sizeBytes: 0, chunks: [], sizes: []});

/** Puts the content's next bytes at the start of `space` and answers how many; 0 at its end. */
export type Fill = (space: Uint8Array) => number | Promise<number>;

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

/** One task's storing: the lane's cutter with its window, and the records that wait there for a flush. */
export class ContentStore {
	readonly #lane: Lane;
	readonly #cutter: Cutter;
	readonly #maximumChunkBytes: number;
	readonly #chunks: RecordWriter;
	readonly #objects: RecordWriter;
	readonly #stored = new Map<RecordId, number>();
	/** The window up to here holds chunks that were not flushed. */
	#used = 0;

	constructor(lane: Lane, snapshot: SnapshotId) {
		const {backend, codec} = lane.side('target');
		const {cutter, arena} = benchOf(lane);
		const options = {backend, codec, snapshot, counters: lane.counters, arena};
		this.#lane = lane;
		this.#cutter = cutter;
		this.#maximumChunkBytes = codec.chunking.maximumBytes;
		this.#chunks = new RecordWriter('chunk', options);
		this.#objects = new RecordWriter('object', options);
	}

	/**
	 * Takes one content to its end. When `fill` throws, `draft` has what was cut before. A short answer of `fill` that
	 * completes `expectedBytes` is the end; when that is not given, only 0 is.
	 */
	async add(draft: Draft, fill: Fill, expectedBytes?: number): Promise<void> {
		await this.#cutAll(draft, fill, expectedBytes);
		if (draft.chunks.length > 1) {
			const parts = draft.chunks.map((id, index) => ({id, sizeBytes: draft.sizes[index]!}));
			draft.object = this.#objects.addObject(encodeObject(parts));
		}
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
	finish({sizeBytes, object, chunks}: Draft): StoredContent {
		const storedBytes = (id: RecordId): number => this.#stored.get(id)!;
		return {
			sizeBytes,
			chunks,
			storedBytes: chunks.map(id => storedBytes(id)),
			object: object === undefined ? undefined : {id: object, storedBytes: storedBytes(object)},
		};
	}

	/** What was really written so far. */
	get written(): {readonly bytes: number; readonly records: number} {
		const [chunks, objects] = [this.#chunks.written, this.#objects.written];
		return {bytes: chunks.bytes + objects.bytes, records: chunks.records + objects.records};
	}

	async #cutAll(draft: Draft, fill: Fill, expectedBytes: number | undefined): Promise<void> {
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
				const count = await fill(window.subarray(end));
				end += count;
				readBytes += count;
				// One more call would only say so.
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
