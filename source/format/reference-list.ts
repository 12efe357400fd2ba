// A snapshot's reference list: the sorted ids and stored sizes of every chunk and object it needs, readable without a key.
//
// Layout: u32 chunk count, u32 object count, then per record 32 bytes id and u32 stored size; chunks first, each kind ascending.

import {corrupt} from './corrupt.js';
import {hashIdAt, hashSizeBytes, type RecordId, type SharedKind, type SnapshotId} from './ids.js';

export const referenceEntryBytes = hashSizeBytes + 4;
const headBytes = 8;
/** 50 M references in one snapshot: more than the memory bound of a job allows. */
export const maximumReferenceListBytes = 1800 * 1024 * 1024;

export type Reference = {readonly id: RecordId; readonly sizeBytes: number};

/** The sorted entries of one kind in one packed buffer. Entry access is O(1). */
export class PackedReferences {
	readonly count: number;
	readonly #bytes: Buffer;

	constructor(bytes: Uint8Array) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
		this.count = bytes.length / referenceEntryBytes;
	}

	/** The packed form, entry after entry. */
	get bytes(): Uint8Array {
		return this.#bytes;
	}

	idAt(index: number): RecordId {
		return hashIdAt(this.#bytes, index * referenceEntryBytes) as RecordId;
	}

	sizeAt(index: number): number {
		return this.#bytes.readUInt32LE((index * referenceEntryBytes) + hashSizeBytes);
	}

	/** The sizes of all. O(n). */
	totalBytes(): number {
		const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length);
		let total = 0;
		for (let at = hashSizeBytes; at < view.byteLength; at += referenceEntryBytes) {
			total += view.getUint32(at, true);
		}

		return total;
	}

	/** The position of `id`, or -1. O(log n). */
	find(id: string): number {
		const wanted = Buffer.from(id, 'hex');
		let low = 0;
		let high = this.count - 1;
		while (low <= high) {
			const middle = (low + high) >>> 1;
			const offset = middle * referenceEntryBytes;
			const order = this.#bytes.compare(wanted, 0, hashSizeBytes, offset, offset + hashSizeBytes);
			if (order === 0) {
				return middle;
			}

			if (order < 0) {
				low = middle + 1;
			} else {
				high = middle - 1;
			}
		}

		return -1;
	}

	* [Symbol.iterator](): Generator<Reference> {
		for (let index = 0; index < this.count; index++) {
			yield {id: this.idAt(index), sizeBytes: this.sizeAt(index)};
		}
	}
}

export type ReferenceList = Readonly<Record<SharedKind, PackedReferences>>;

/** Collects references in any order, then sorts and removes duplicates. 36 bytes a reference; O(n log n) at the end. */
export class ReferenceCollector {
	#bytes = Buffer.allocUnsafeSlow(referenceEntryBytes * 1024);
	#count = 0;

	add(id: string, sizeBytes: number): void {
		const offset = this.#count * referenceEntryBytes;
		if (offset + referenceEntryBytes > this.#bytes.length) {
			const grown = Buffer.allocUnsafeSlow(this.#bytes.length * 2);
			this.#bytes.copy(grown);
			this.#bytes = grown;
		}

		this.#bytes.write(id, offset, hashSizeBytes, 'hex');
		this.#bytes.writeUInt32LE(sizeBytes, offset + hashSizeBytes);
		this.#count++;
	}

	get count(): number {
		return this.#count;
	}

	/** The sorted, distinct references. */
	finish(): PackedReferences {
		const order = sortedOrder(this.#bytes, this.#count);
		const sorted = Buffer.allocUnsafeSlow(this.#count * referenceEntryBytes);
		let length = 0;
		for (const index of order) {
			const from = index * referenceEntryBytes;
			const isRepeated = length > 0 && this.#bytes.compare(sorted, length - referenceEntryBytes, length - 4, from, from + hashSizeBytes) === 0;
			if (!isRepeated) {
				this.#bytes.copy(sorted, length, from, from + referenceEntryBytes);
				length += referenceEntryBytes;
			}
		}

		return new PackedReferences(sorted.subarray(0, length));
	}
}

/** Positions in ascending order of id: sorts by the first 6 bytes as numbers, then settles ties by all bytes. */
function sortedOrder(bytes: Buffer, count: number): Uint32Array {
	// 48 bits of hash and the low bits of the position share one double exactly only up to 2^53, so sort keys beside positions.
	const keys = new Float64Array(count);
	for (let index = 0; index < count; index++) {
		keys[index] = bytes.readUIntBE(index * referenceEntryBytes, 6);
	}

	const order = new Uint32Array(count);
	for (let index = 0; index < count; index++) {
		order[index] = index;
	}

	return order.sort((a, b) => (keys[a]! - keys[b]!)
		|| bytes.compare(bytes, b * referenceEntryBytes, (b * referenceEntryBytes) + hashSizeBytes, a * referenceEntryBytes, (a * referenceEntryBytes) + hashSizeBytes));
}

/** The plaintext of a REFERENCES record. */
export function encodeReferenceList({chunk, object}: ReferenceList): Buffer {
	const head = Buffer.alloc(headBytes);
	head.writeUInt32LE(chunk.count, 0);
	head.writeUInt32LE(object.count, 4);
	return Buffer.concat([head, chunk.bytes, object.bytes]);
}

/** Throws RECORD_CORRUPT unless the counts fit and both kinds ascend strictly. O(n). */
export function decodeReferenceList(snapshot: SnapshotId, body: Uint8Array): ReferenceList {
	const subject = `The reference list of ${snapshot}`;
	const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
	if (bytes.length < headBytes) {
		throw corrupt(subject, 'it is too short');
	}

	const chunks = bytes.readUInt32LE(0);
	const objects = bytes.readUInt32LE(4);
	if (headBytes + ((chunks + objects) * referenceEntryBytes) !== bytes.length) {
		throw corrupt(subject, 'its counts do not fit its length');
	}

	const border = headBytes + (chunks * referenceEntryBytes);
	assertAscending(subject, bytes, headBytes, border);
	assertAscending(subject, bytes, border, bytes.length);
	return {chunk: new PackedReferences(bytes.subarray(headBytes, border)), object: new PackedReferences(bytes.subarray(border))};
}

/** Ids are hashes, so nearly always their first bytes decide: comparing these here is ten times faster than a call. */
function assertAscending(subject: string, bytes: Buffer, start: number, end: number): void {
	for (let offset = start + referenceEntryBytes; offset < end; offset += referenceEntryBytes) {
		const previous = offset - referenceEntryBytes;
		let index = 0;
		while (index < hashSizeBytes && bytes[offset + index] === bytes[previous + index]) {
			index++;
		}

		if (index === hashSizeBytes || bytes[offset + index]! < bytes[previous + index]!) {
			throw corrupt(subject, 'it is not sorted');
		}
	}
}
