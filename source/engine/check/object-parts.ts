// Which chunks each opened object lists, kept while a check runs: from a damaged chunk to its objects without a read.

import type {RecordTable} from '../record-table.js';

const initialParts = 4096;

/** Positions in the record tables, packed: 4 bytes for each chunk that an object lists. */
export class ObjectParts {
	#parts = new Uint32Array(initialParts);
	#used = 0;
	/** Start in `#parts` by position of the object; its length stands there, its chunks behind it. */
	readonly #starts = new Map<number, number>();

	/** `parts`: positions of its distinct chunks. */
	add(object: number, parts: readonly number[]): void {
		if (this.#starts.has(object)) {
			return;
		}

		if (this.#used + parts.length + 1 > this.#parts.length) {
			const grown = new Uint32Array(Math.max(this.#parts.length * 2, this.#used + parts.length + 1));
			grown.set(this.#parts);
			this.#parts = grown;
		}

		this.#starts.set(object, this.#used);
		this.#parts[this.#used] = parts.length;
		this.#parts.set(parts, this.#used + 1);
		this.#used += parts.length + 1;
	}

	has(object: number): boolean {
		return this.#starts.has(object);
	}

	/** Calls `visit` with each known object that lists one of `chunks`, and that chunk. O(known objects and their chunks). */
	findOwners(chunks: ReadonlySet<number>, visit: (object: number, chunk: number) => void): void {
		for (const [object, start] of this.#starts) {
			const end = start + 1 + this.#parts[start]!;
			for (let at = start + 1; at < end; at++) {
				if (chunks.has(this.#parts[at]!)) {
					visit(object, this.#parts[at]!);
				}
			}
		}
	}
}

/** The positions of `ids`, and the first of them that `table` lacks. */
export function locate<Id extends string>(table: RecordTable, ids: readonly Id[]): {readonly positions: number[]; readonly unlisted: Id | undefined} {
	const positions: number[] = [];
	let unlisted: Id | undefined;
	for (const id of ids) {
		const position = table.find(id);
		if (position >= 0) {
			positions.push(position);
		} else {
			unlisted ??= id;
		}
	}

	return {positions, unlisted};
}
