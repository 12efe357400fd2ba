// Reads a snapshot's index from any offset: only the chunks that hold what is asked for, each proven, some kept.

import type {CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {ByteReader} from '../../format/byte-reader.js';
import {corrupt} from '../../format/corrupt.js';
import type {Content, Entry} from '../../format/entry.js';
import type {ChunkId} from '../../format/ids.js';
import {decodeEntry, indexPreamble, maximumEntryBytes, passEntry} from '../../format/index-stream.js';
import type {ChunkPart} from '../../format/object-record.js';
import type {PathBytes} from '../../format/paths.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import {partsOf, readParts} from '../../workers/content.js';
import type {Repository} from '../repository.js';

/** Opened chunks of one index that are kept: a screen's worth of moving around comes from here. */
const cachedBytes = 16 * 1024 * 1024;

/** Chunks read at once when the index is read forward: hides the round trips of a network. */
const aheadParts = 8;

/** Where entries begin, after the version byte. */
export const firstEntryOffset = indexPreamble.length;

export type Landmark = {readonly chunk: ChunkId; readonly inside: number};

export class IndexReader {
	readonly subject: string;
	readonly sizeBytes: number;
	readonly #repository: Repository;
	readonly #parts: readonly ChunkPart[];
	/** Where each part begins. */
	readonly #starts: Float64Array;
	/** By position, the least lately used one first. */
	readonly #cache = new Map<number, Uint8Array>();
	#cachedBytes = 0;
	#lastRead = -1;

	private constructor(repository: Repository, {snapshot, index}: SnapshotHeader, parts: readonly ChunkPart[]) {
		this.subject = `The index of ${snapshot}`;
		this.sizeBytes = index.sizeBytes;
		this.#repository = repository;
		this.#parts = parts;
		this.#starts = new Float64Array(parts.length);
		let offset = 0;
		for (const [position, {sizeBytes}] of parts.entries()) {
			this.#starts[position] = offset;
			offset += sizeBytes;
		}

		if (offset !== index.sizeBytes) {
			throw corrupt(this.subject, `it has ${offset} bytes where ${index.sizeBytes} are recorded`);
		}
	}

	/** Reads the list of its chunks and its version. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
	static async open(repository: Repository, header: SnapshotHeader, options: CallOptions = {}): Promise<IndexReader> {
		const {kind, id, sizeBytes} = header.index;
		const reader = new IndexReader(repository, header, await partsOf(repository, {kind, id} as Content, sizeBytes, options));
		const start = await reader.bytesFrom(0, options);
		if (!indexPreamble.equals(start.subarray(0, firstEntryOffset))) {
			throw corrupt(reader.subject, 'its version is unknown');
		}

		return reader;
	}

	/** The bytes from `offset` to the end of its chunk, and more where that is less than an entry may have. */
	async bytesFrom(offset: number, options: CallOptions): Promise<Uint8Array> {
		let position = this.#positionOf(offset);
		let bytes = (await this.#part(position, options)).subarray(offset - this.#starts[position]!);
		while (bytes.length < maximumEntryBytes && ++position < this.#parts.length) {
			bytes = Buffer.concat([bytes, await this.#part(position, options)]);
		}

		return bytes;
	}

	/** The entry at `offset`. Throws RECORD_CORRUPT when none begins there. */
	async entryAt(offset: number, options: CallOptions = {}): Promise<Entry> {
		if (!Number.isSafeInteger(offset) || offset < firstEntryOffset || offset >= this.sizeBytes) {
			throw corrupt(this.subject, 'an entry was looked for outside it');
		}

		return decodeEntry(new ByteReader(await this.bytesFrom(offset, options), this.subject), this.subject);
	}

	/** Where in which chunk `offset` lies: the same entry stands there in every index that has the chunk. */
	landmarkOf(offset: number): Landmark {
		const position = this.#positionOf(offset);
		return {chunk: this.#parts[position]!.id, inside: offset - this.#starts[position]!};
	}

	/** The offset of a landmark of another index; undefined when this one does not have its chunk. O(chunks). */
	offsetOf({chunk, inside}: Landmark): number | undefined {
		const position = this.#parts.findIndex(({id}) => id === chunk);
		return position < 0 ? undefined : this.#starts[position]! + inside;
	}

	#positionOf(offset: number): number {
		let low = 0;
		let high = this.#parts.length - 1;
		while (low < high) {
			const middle = Math.ceil((low + high) / 2);
			if (this.#starts[middle]! <= offset) {
				low = middle;
			} else {
				high = middle - 1;
			}
		}

		return low;
	}

	async #part(position: number, options: CallOptions): Promise<Uint8Array> {
		const kept = this.#cache.get(position);
		if (kept !== undefined) {
			this.#cache.delete(position);
			this.#cache.set(position, kept);
			return kept;
		}

		const count = position === this.#lastRead + 1 ? aheadParts : 1;
		let next = position;
		let wanted: Uint8Array | undefined;
		for await (const plain of readParts(this.#repository, this.#parts.slice(position, position + count), options)) {
			wanted ??= plain;
			this.#keep(next++, plain);
		}

		this.#lastRead = next - 1;
		return wanted!;
	}

	#keep(position: number, plain: Uint8Array): void {
		if (!this.#cache.has(position)) {
			this.#cachedBytes += plain.length;
		}

		this.#cache.set(position, plain);
		for (const [oldest, bytes] of this.#cache) {
			if (this.#cachedBytes <= cachedBytes || oldest === position) {
				break;
			}

			this.#cache.delete(oldest);
			this.#cachedBytes -= bytes.length;
		}
	}
}

/** Takes entry after entry from a place that can be set. */
export class IndexCursor {
	readonly #index: IndexReader;
	readonly #options: CallOptions;
	#reader: ByteReader;
	/** Offset in the index of the first byte in hand. */
	#base: number;
	#end: number;

	constructor(index: IndexReader, options: CallOptions = {}, offset = firstEntryOffset) {
		this.#index = index;
		this.#options = options;
		this.#reader = new ByteReader(new Uint8Array(0), index.subject);
		this.#base = offset;
		this.#end = offset;
	}

	/** Offset of the next entry. */
	get at(): number {
		return this.#base + this.#reader.offset;
	}

	seek(offset: number): void {
		if (offset >= this.#base && offset <= this.#end) {
			this.#reader.offset = offset - this.#base;
		} else {
			this.#reader = new ByteReader(new Uint8Array(0), this.#index.subject);
			this.#base = offset;
			this.#end = offset;
		}
	}

	/** Whether an entry is in hand as a whole: then `take` and `pass` may be called. Promises cost more than decoding does. */
	get isReady(): boolean {
		return this.#reader.remaining >= maximumEntryBytes || (this.#end === this.#index.sizeBytes && this.#reader.remaining > 0);
	}

	/** Makes the next entry ready; false at the end. Throws RECORD_CORRUPT. */
	async fill(): Promise<boolean> {
		const {at} = this;
		if (!this.isReady && at < this.#index.sizeBytes) {
			throwIfAborted(this.#options.signal);
			const bytes = await this.#index.bytesFrom(at, this.#options);
			this.#reader = new ByteReader(bytes, this.#index.subject);
			this.#base = at;
			this.#end = at + bytes.length;
		}

		return at < this.#index.sizeBytes;
	}

	/** The next entry. Throws RECORD_CORRUPT. */
	take(): Entry {
		return decodeEntry(this.#reader, this.#index.subject);
	}

	/** The path of the next entry, which is passed over: several times faster than `take`. */
	pass(): PathBytes {
		return passEntry(this.#reader, this.#index.subject);
	}
}
