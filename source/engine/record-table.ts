// Every record that some snapshots need, once, with the set of those snapshots: packed, so that millions fit in memory.

import {hashSizeBytes, type RecordId} from '../format/ids.js';
import {referenceEntryBytes, type PackedReferences} from '../format/reference-list.js';

/** A set of owners (positions), as a node of a trie: the same owners in the same order are one number. */
class OwnerSets {
	readonly #parents: number[] = [-1];
	readonly #owners: number[] = [-1];
	readonly #sizes: number[] = [0];
	readonly #children = new Map<number, number>();
	/** The last answer: records come in runs that the same owners need. */
	#lastKey = -1;
	#lastSet = -1;

	/** The set `set` with `owner`, which must be greater than all in it, added. */
	extend(set: number, owner: number): number {
		// Sets and owners are far below 2^26, so the pair is one safe integer.
		const key = (set * 0x400_0000) + owner;
		if (key !== this.#lastKey) {
			this.#lastKey = key;
			this.#lastSet = this.#children.get(key) ?? this.#make(set, owner, key);
		}

		return this.#lastSet;
	}

	#make(set: number, owner: number, key: number): number {
		const made = this.#parents.length;
		this.#parents.push(set);
		this.#owners.push(owner);
		this.#sizes.push(this.#sizes[set]! + 1);
		this.#children.set(key, made);
		return made;
	}

	/** The last owner added to `set`, -1 for the empty set. O(1). */
	last(set: number): number {
		return this.#owners[set]!;
	}

	/** How many owners are in `set`. O(1). */
	size(set: number): number {
		return this.#sizes[set]!;
	}

	/** Ascending. */
	list(set: number): number[] {
		const owners: number[] = [];
		for (let at = set; at > 0; at = this.#parents[at]!) {
			owners.push(this.#owners[at]!);
		}

		return owners.reverse();
	}
}

const initialCapacity = 1024;

/**
 * Open addressing over entries as reference lists have them: 32 bytes of id, then the size. Ids are hashes, so their first
 * bits are the hash: sorted ids then walk through the slots in order, which is several times faster than jumping about in
 * them. About 60 bytes a record.
 */
export class RecordTable {
	#capacity = initialCapacity;
	#entries: Buffer = Buffer.alloc(initialCapacity * referenceEntryBytes);
	#view = viewOf(this.#entries);
	#sets = new Uint32Array(initialCapacity);
	/** Free for the caller: one byte a record. */
	#marks = new Uint8Array(initialCapacity);
	/** Position + 1 of the record in this slot; 0 is free. At least twice the capacity, a power of two. */
	#slots = new Uint32Array(initialCapacity * 2);
	/** Bits of an id's first four bytes that do not choose the slot. */
	#shift = Math.clz32((initialCapacity * 2) - 1);
	readonly #owners = new OwnerSets();
	#count = 0;

	get count(): number {
		return this.#count;
	}

	/**
	 * Adds every reference of `owner`. Owners come in ascending order; one owner's references are distinct. Their memory must
	 * not change any more: an empty table keeps it for its own, so that the ids of one snapshot are in memory once.
	 */
	addAll(owner: number, {bytes, count}: PackedReferences): void {
		// What is the lesser part of its memory would keep all of it.
		if (this.#count === 0 && count > this.#capacity && bytes.length * 2 >= bytes.buffer.byteLength) {
			this.#entries = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
			this.#view = viewOf(this.#entries);
			this.#count = count;
			this.#resize(count);
			this.#sets.fill(this.#owners.extend(0, owner));
			return;
		}

		if (count > this.#capacity) {
			this.#resize(count);
		}

		const view = viewOf(bytes);
		for (let index = 0; index < count; index++) {
			this.#own(this.#insert(view, index * referenceEntryBytes), owner);
		}
	}

	/** Adds one record of `owner`; answers its position. */
	add(owner: number, id: RecordId, sizeBytes: number): number {
		const entry = Buffer.alloc(referenceEntryBytes);
		entry.write(id, 'hex');
		entry.writeUInt32LE(sizeBytes, hashSizeBytes);
		const position = this.#insert(viewOf(entry), 0);
		this.#own(position, owner);
		return position;
	}

	/** The position of `id`, or -1. */
	find(id: string): number {
		return this.findPacked(Buffer.from(id, 'hex'), 0);
	}

	/** The position of the packed id at `offset` of `bytes`, or -1. */
	findPacked(bytes: Uint8Array, offset: number): number {
		return Math.max(-1, this.#locate(viewOf(bytes), offset));
	}

	/** Marks those of the packed ids, 32 bytes each, that are in the table. */
	markPacked(ids: Uint8Array, mark: number): void {
		const view = viewOf(ids);
		for (let offset = 0; offset < ids.length; offset += hashSizeBytes) {
			const position = this.#locate(view, offset);
			if (position >= 0) {
				this.#marks[position] = mark;
			}
		}
	}

	markAll(mark: number): void {
		this.#marks.fill(mark, 0, this.#count);
	}

	idAt(position: number): RecordId {
		const start = position * referenceEntryBytes;
		return this.#entries.toString('hex', start, start + hashSizeBytes) as RecordId;
	}

	sizeAt(position: number): number {
		return this.#entries.readUInt32LE((position * referenceEntryBytes) + hashSizeBytes);
	}

	markAt(position: number): number {
		return this.#marks[position]!;
	}

	setMark(position: number, mark: number): void {
		this.#marks[position] = mark;
	}

	/** The owners of a record as a number: equal numbers mean equal owners. */
	setAt(position: number): number {
		return this.#sets[position]!;
	}

	/** How many owners need the record. O(1). */
	ownerCountAt(position: number): number {
		return this.#owners.size(this.#sets[position]!);
	}

	/** The owners behind a set's number, ascending. O(owners). */
	ownersOf(set: number): number[] {
		return this.#owners.list(set);
	}

	/** The first 8 bytes of the id, for fingerprints. */
	prefixAt(position: number): bigint {
		return this.#entries.readBigUInt64BE(position * referenceEntryBytes);
	}

	#own(position: number, owner: number): void {
		if (this.#owners.last(this.#sets[position]!) !== owner) {
			this.#sets[position] = this.#owners.extend(this.#sets[position]!, owner);
		}
	}

	/** The position of the entry at `offset` of `bytes`, which is added where the table has none of this id. */
	#insert(bytes: DataView, offset: number): number {
		const found = this.#locate(bytes, offset);
		if (found >= 0) {
			return found;
		}

		const position = this.#count;
		if (position === this.#capacity) {
			this.#resize(this.#capacity * 2);
			this.#slots[-1 - this.#locate(bytes, offset)] = position + 1;
		} else {
			this.#slots[-1 - found] = position + 1;
		}

		// A call into native code, as Buffer's own copying is, takes several times as long.
		for (let index = 0; index < referenceEntryBytes; index += 4) {
			this.#view.setUint32((position * referenceEntryBytes) + index, bytes.getUint32(offset + index));
		}

		return this.#count++;
	}

	/** The position of the id at `offset` of `bytes`; where it is absent, -1 less the slot that waits for it. */
	#locate(bytes: DataView, offset: number): number {
		const mask = this.#slots.length - 1;
		for (let slot = bytes.getUint32(offset) >>> this.#shift; ; slot = (slot + 1) & mask) {
			const taken = this.#slots[slot]!;
			if (taken === 0) {
				return -1 - slot;
			}

			if (isSameId(this.#view, (taken - 1) * referenceEntryBytes, bytes, offset)) {
				return taken - 1;
			}
		}
	}

	/** Makes room for `capacity` records; the memory of the entries stays where it has just that. */
	#resize(capacity: number): void {
		this.#capacity = capacity;
		if (this.#entries.length !== capacity * referenceEntryBytes) {
			const entries = Buffer.alloc(capacity * referenceEntryBytes);
			this.#entries.copy(entries);
			this.#entries = entries;
			this.#view = viewOf(entries);
		}

		const sets = new Uint32Array(capacity);
		sets.set(this.#sets);
		this.#sets = sets;
		const marks = new Uint8Array(capacity);
		marks.set(this.#marks);
		this.#marks = marks;
		this.#slots = new Uint32Array(2 ** Math.ceil(Math.log2(capacity * 2)));
		const mask = this.#slots.length - 1;
		this.#shift = Math.clz32(mask);
		for (let position = 0; position < this.#count; position++) {
			let slot = this.#view.getUint32(position * referenceEntryBytes) >>> this.#shift;
			while (this.#slots[slot] !== 0) {
				slot = (slot + 1) & mask;
			}

			this.#slots[slot] = position + 1;
		}
	}
}

const viewOf = ({buffer, byteOffset, byteLength}: Uint8Array): DataView => new DataView(buffer, byteOffset, byteLength);

/** Four bytes at a time. Buffer's own comparison crosses into native code, which takes many times as long for so few. */
function isSameId(a: DataView, aOffset: number, b: DataView, bOffset: number): boolean {
	for (let index = 0; index < hashSizeBytes; index += 4) {
		if (a.getUint32(aOffset + index) !== b.getUint32(bOffset + index)) {
			return false;
		}
	}

	return true;
}
