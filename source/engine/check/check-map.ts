// The check map: what is known of each chunk, in memory that the screen reads while the check goes on.

import {hashSizeBytes} from '../../format/ids.js';
import {mapCode} from '../../workers/counters.js';
import type {SharedMap} from '../events.js';
import type {PackedIds} from './inventory.js';
import type {ProofKeeper} from './proof-keeper.js';

const dayMs = 86_400_000;
/** Days are told in two bytes: until the year 2149. */
const maximumDay = 0xffff;

export class CheckMap {
	readonly states: SharedArrayBuffer;
	readonly #held: PackedIds;
	readonly #days: Uint16Array;
	readonly #sizes: Uint32Array;
	#ids: SharedArrayBuffer;
	#count: number;

	/** `capacity`: room for chunks that are not in the store. */
	constructor(held: PackedIds, capacity: number, proofs: ProofKeeper) {
		this.states = new SharedArrayBuffer(capacity);
		this.#held = held;
		this.#ids = held.shared;
		this.#count = held.count;
		this.#days = new Uint16Array(new SharedArrayBuffer(capacity * 2));
		this.#sizes = new Uint32Array(new SharedArrayBuffer(capacity * 4));
		for (let position = 0; position < held.count; position++) {
			this.#days[position] = Math.min(maximumDay, proofs.dayBefore(position));
		}
	}

	view(): SharedMap {
		return {
			count: this.#count, states: this.states, ids: this.#ids,
			sizes: this.#sizes.buffer as unknown as SharedArrayBuffer, days: this.#days.buffer as unknown as SharedArrayBuffer,
		};
	}

	/** States of the chunks from `first` on. */
	cells(first: number): Uint8Array {
		return new Uint8Array(this.states, first);
	}

	/** Takes the sizes of chunks, and the day of those that were just proven. */
	take(first: number, sizes: Float64Array, isProven: (index: number) => boolean, nowMs: number): void {
		const today = Math.min(maximumDay, Math.floor(nowMs / dayMs));
		for (const [index, sizeBytes] of sizes.entries()) {
			this.#sizes[first + index] = Math.max(0, sizeBytes);
			if (isProven(index)) {
				this.#days[first + index] = today;
			}
		}
	}

	/** Adds chunks that are needed and not in the store, as many as there is room for. */
	addMissing(missing: PackedIds): void {
		const added = Math.min(missing.count, this.states.byteLength - this.#held.count);
		this.#count = this.#held.count + added;
		this.#ids = new SharedArrayBuffer(this.#count * hashSizeBytes);
		const ids = new Uint8Array(this.#ids);
		ids.set(this.#held.packed(0, this.#held.count));
		ids.set(missing.packed(0, added), this.#held.count * hashSizeBytes);
		this.cells(this.#held.count).fill(mapCode.missing, 0, added);
	}
}
