// Puts what one check has read into what is known from before: its word replaces an older one, and nothing else changes.

import type {LedgerColumns} from './ledger.js';
import {prefixBytes} from './ledger-file.js';

/** In `proofs`: the record was read and is not sound, or could not be read. */
export const refuted = 0xffff_ffff;

/** What a check saw of chunks, in columns, ascending by id. */
export type Proofs = {
	readonly count: number;
	/** 32 bytes each. */
	readonly ids: Uint8Array;
	/** When it was proven by this check, in seconds; 0 when it was not read, `refuted` when it is not sound. */
	readonly proofs: Uint32Array;
	/** Stored bytes, where `proofs` says something. */
	readonly sizes: Uint32Array;
	/** Whether contents were hashed; else only stored bytes were proven. */
	readonly opens: boolean;
	/** These are all the chunks that there are: what is not among them is forgotten. */
	readonly isWhole: boolean;
};

const idBytes = 32;

/** The order of the first 16 bytes of a 32-byte id and an id of 16 bytes. */
export function comparePrefix(ids: Uint8Array, index: number, prefixes: Uint8Array, at: number): number {
	const left = index * idBytes;
	const right = at * prefixBytes;
	for (let byte = 0; byte < prefixBytes; byte++) {
		const difference = ids[left + byte]! - prefixes[right + byte]!;
		if (difference !== 0) {
			return difference;
		}
	}

	return 0;
}

class Columns implements LedgerColumns {
	count = 0;
	readonly ids: Uint8Array;
	readonly sizes: Uint32Array;
	readonly storedAt: Uint32Array;
	readonly contentAt: Uint32Array;

	constructor(capacity: number) {
		this.ids = new Uint8Array(capacity * prefixBytes);
		this.sizes = new Uint32Array(capacity);
		this.storedAt = new Uint32Array(capacity);
		this.contentAt = new Uint32Array(capacity);
	}

	add(ids: Uint8Array, offset: number, sizeBytes: number, storedAt: number, contentAt: number): void {
		for (let byte = 0; byte < prefixBytes; byte++) {
			this.ids[(this.count * prefixBytes) + byte] = ids[offset + byte]!;
		}

		this.sizes[this.count] = sizeBytes;
		this.storedAt[this.count] = storedAt;
		this.contentAt[this.count] = contentAt;
		this.count++;
	}
}

/** O(known + seen). */
export function mergeLedger(known: LedgerColumns | undefined, seen: Proofs): LedgerColumns {
	const merged = new Columns(seen.count + (known?.count ?? 0));
	const knownCount = known?.count ?? 0;
	let at = 0;
	const keep = (): void => {
		merged.add(known!.ids, at * prefixBytes, known!.sizes[at]!, known!.storedAt[at]!, known!.contentAt[at]!);
	};

	for (let index = 0; index < seen.count; index++) {
		let order = -1;
		while (at < knownCount && (order = comparePrefix(seen.ids, index, known!.ids, at)) > 0) {
			if (!seen.isWhole) {
				keep();
			}

			at++;
		}

		const isKnown = at < knownCount && order === 0;
		const proof = seen.proofs[index]!;
		if (proof === 0) {
			if (isKnown) {
				keep();
			}
		} else if (proof !== refuted) {
			const sizeBytes = seen.sizes[index]!;
			// Other bytes than those whose content was hashed: that proof is about something that is gone.
			const contentBefore = isKnown && known!.sizes[at] === sizeBytes ? known!.contentAt[at]! : 0;
			merged.add(seen.ids, index * idBytes, sizeBytes, proof, seen.opens ? proof : contentBefore);
		}

		at += isKnown ? 1 : 0;
	}

	for (; at < knownCount && !seen.isWhole; at++) {
		keep();
	}

	return merged;
}

/** The position of the chunk `id`, or -1. O(log n). */
export function findInLedger({ids, count}: LedgerColumns, id: string): number {
	const wanted = Buffer.from(id, 'hex');
	let [low, high] = [0, count - 1];
	while (low <= high) {
		const middle = (low + high) >>> 1;
		const order = comparePrefix(wanted, 0, ids, middle);
		if (order === 0) {
			return middle;
		}

		[low, high] = order < 0 ? [low, middle - 1] : [middle + 1, high];
	}

	return -1;
}
