// Writes a snapshot's index as it grows: entries become bytes, bytes become chunks, chunks become records.

import {createCutter, type Cutter} from '../../format/chunking/cutter.js';
import {ByteWriter} from '../../format/byte-writer.js';
import type {Entry} from '../../format/entry.js';
import {encodeEntry, indexPreamble} from '../../format/index-stream.js';
import {encodeObject, type ChunkPart} from '../../format/object-record.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import type {RecordId, SharedKind} from '../../format/ids.js';
import {RecordWriter, type RecordWriterOptions} from '../../workers/record-writer.js';

export type OnStored = (kind: SharedKind, id: RecordId, storedBytes: number) => void;

/** Entries wait here until they are worth a cut. */
const pieceBytes = 256 * 1024;

export class IndexWriter {
	readonly #cutter: Cutter;
	readonly #maximumChunkBytes: number;
	readonly #entries = new ByteWriter(pieceBytes * 2);
	readonly #chunks: RecordWriter;
	readonly #objects: RecordWriter;
	readonly #onStored: OnStored;
	readonly #parts: ChunkPart[] = [];
	#start = 0;
	#end = 0;
	#sizeBytes = 0;

	constructor(options: RecordWriterOptions, onStored: OnStored) {
		this.#cutter = createCutter(options.codec.chunking);
		this.#maximumChunkBytes = options.codec.chunking.maximumBytes;
		this.#chunks = new RecordWriter('chunk', options);
		this.#objects = new RecordWriter('object', options);
		this.#onStored = onStored;
		this.#entries.raw(indexPreamble);
	}

	add(entry: Entry): void {
		encodeEntry(this.#entries, entry);
	}

	/** What the medium really took so far. */
	get written(): {readonly bytes: number; readonly records: number} {
		const [chunks, objects] = [this.#chunks.written, this.#objects.written];
		return {bytes: chunks.bytes + objects.bytes, records: chunks.records + objects.records};
	}

	/** Whether `write` is due. */
	get isFull(): boolean {
		return this.#entries.length >= pieceBytes;
	}

	/** Cuts and stages what was added so far, as far as whole chunks are sure. */
	async write(): Promise<void> {
		await this.#feed(this.#entries.take());
	}

	/** Ends the index. Returns where it lies, for the header. */
	async finish(): Promise<SnapshotHeader['index']> {
		await this.write();
		while (this.#end > this.#start) {
			this.#cut();
		}

		await this.#flush();
		const [first] = this.#parts;
		if (this.#parts.length === 1) {
			return {kind: 'chunk', id: first!.id, sizeBytes: this.#sizeBytes};
		}

		const id = this.#objects.addObject(encodeObject(this.#parts));
		await this.#flush();
		return {kind: 'object', id, sizeBytes: this.#sizeBytes};
	}

	async #feed(bytes: Uint8Array): Promise<void> {
		const {window} = this.#cutter;
		for (let offset = 0; offset < bytes.length;) {
			if (this.#end === window.length) {
				await this.#flush();
				window.copyWithin(0, this.#start, this.#end);
				this.#end -= this.#start;
				this.#start = 0;
			}

			const count = Math.min(bytes.length - offset, window.length - this.#end);
			window.set(bytes.subarray(offset, offset + count), this.#end);
			this.#end += count;
			offset += count;
			while (this.#end - this.#start >= this.#maximumChunkBytes) {
				this.#cut();
			}
		}
	}

	#cut(): void {
		const end = this.#cutter.cut(this.#start, this.#end);
		const id = this.#chunks.addChunk(this.#cutter.window.subarray(this.#start, end));
		this.#parts.push({id, sizeBytes: end - this.#start});
		this.#sizeBytes += end - this.#start;
		this.#start = end;
	}

	async #flush(): Promise<void> {
		for (const [kind, writer] of [['chunk', this.#chunks], ['object', this.#objects]] as const) {
			for (const [id, storedBytes] of await writer.flush()) {
				this.#onStored(kind, id, storedBytes);
			}
		}
	}
}
