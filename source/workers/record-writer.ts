// Turns plaintext into stored records of one transaction: names it, skips what the store has, seals and stages the rest.

import {batchRecords, type Backend, type StoredRecord} from '../backends/contract.js';
import type {Codec} from '../format/codec.js';
import type {ChunkId, ObjectId, RecordId, SharedKind, SnapshotId} from '../format/ids.js';
import {sealedBound} from '../format/sealing.js';
import type {Counters} from './counters.js';

export type WrittenRecord = {readonly id: RecordId; readonly storedBytes: number};

export type RecordWriterOptions = {
	readonly backend: Backend;
	readonly codec: Codec;
	readonly snapshot: SnapshotId;
	readonly counters: Counters;
	readonly signal?: AbortSignal | undefined;
	/** Shared by writers that take turns. */
	readonly arena?: Arena;
};

/** So that an arena grows a few times only, not by a little with every batch. */
const arenaStepBytes = 2 * 1024 * 1024;

/** Memory that sealed records lie in until they are staged: used again by every flush, for new pages cost more than sealing. */
export class Arena {
	#bytes = new Uint8Array(0);

	/** At least `sizeBytes`, with whatever it held before. */
	take(sizeBytes: number): Uint8Array {
		if (this.#bytes.length < sizeBytes) {
			this.#bytes = new Uint8Array(Math.ceil(sizeBytes / arenaStepBytes) * arenaStepBytes);
		}

		return this.#bytes;
	}
}

/** Holds plaintext by reference until `flush`: the caller keeps those bytes unchanged until then. */
export class RecordWriter {
	readonly #options: RecordWriterOptions;
	readonly #kind: SharedKind;
	readonly #pending = new Map<RecordId, Uint8Array>();
	readonly #arena: Arena;
	#bytesWritten = 0;
	#recordsWritten = 0;

	constructor(kind: SharedKind, options: RecordWriterOptions) {
		this.#arena = options.arena ?? new Arena();
		this.#kind = kind;
		this.#options = options;
	}

	get pendingRecords(): number {
		return this.#pending.size;
	}

	/** What the medium really took so far. */
	get written(): {readonly bytes: number; readonly records: number} {
		return {bytes: this.#bytesWritten, records: this.#recordsWritten};
	}

	/** Whether a flush is due: batches are bounded by what a backend takes. */
	get isFull(): boolean {
		return this.#pending.size >= batchRecords;
	}

	addChunk(plain: Uint8Array): ChunkId {
		const id = this.#options.codec.hashing.chunkId(plain);
		this.#pending.set(id, plain);
		return id;
	}

	addObject(body: Uint8Array): ObjectId {
		const id = this.#options.codec.hashing.objectId(body);
		this.#pending.set(id, body);
		return id;
	}

	/** Stages what is missing, references what is there. Returns the stored size of every record added since the last flush. */
	async flush(): Promise<Map<RecordId, number>> {
		const {backend, snapshot, signal} = this.#options;
		const ids = [...this.#pending.keys()];
		if (ids.length === 0) {
			return new Map();
		}

		const sizes = await backend.sizes(this.#kind, ids, {signal});
		const present = ids.filter((_, index) => sizes[index]! >= 0);
		const vanished = present.length === 0 ? [] : await backend.reference(snapshot, this.#kind, present, {signal});
		const stored = new Map<RecordId, number>(ids.map((id, index) => [id, sizes[index]!]));
		const missing = [...ids.filter((_, index) => sizes[index]! < 0), ...vanished];
		await this.#stage(missing, stored);
		this.#pending.clear();
		return stored;
	}

	#sealAll(ids: readonly RecordId[], {sealer}: Codec): StoredRecord[] {
		const arena = this.#arena.take(ids.reduce((sum, id) => sum + sealedBound(this.#pending.get(id)!.length), 0));
		let offset = 0;
		return ids.map(id => {
			const bytes = sealer.seal(this.#kind, id, this.#pending.get(id)!, arena.subarray(offset));
			offset += bytes.length;
			return {id, bytes};
		});
	}

	async #stage(ids: readonly RecordId[], stored: Map<RecordId, number>): Promise<void> {
		if (ids.length === 0) {
			return;
		}

		const {backend, codec, snapshot, counters, signal} = this.#options;
		const records = this.#sealAll(ids, codec);
		const written = await backend.stage(snapshot, this.#kind, records, {signal, areAbsent: true});
		let bytes = 0;
		let count = 0;
		for (const [index, record] of records.entries()) {
			stored.set(record.id, record.bytes.length);
			if (written[index]) {
				bytes += record.bytes.length;
				count++;
			}
		}

		this.#bytesWritten += bytes;
		this.#recordsWritten += count;
		counters.add('bytesWritten', bytes);
		counters.add('recordsWritten', count);
	}
}
