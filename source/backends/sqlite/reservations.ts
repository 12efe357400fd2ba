// References that open transactions hold: packed record numbers, appended as they are made.

import {corruptFile} from './failure.js';
import type {ReadConnection, WriteConnection} from './connection.js';

const numberBytes = 4;
const firstBitsBytes = 1024;
/** Rows read at a time: a row has the references of one batch, some tens of KiB at most. */
const pageRows = 64;

/** Record numbers in `numberBytes` bytes each. */
export function packNumbers(numbers: readonly number[]): Buffer {
	const packed = Buffer.allocUnsafe(numbers.length * numberBytes);
	for (const [index, number] of numbers.entries()) {
		packed.writeUInt32LE(number, index * numberBytes);
	}

	return packed;
}

/** The numbers of one row. Throws BACKEND_CORRUPT. */
export function unpackNumbers(path: string, packed: unknown): number[] {
	if (!Buffer.isBuffer(packed) || packed.length % numberBytes !== 0) {
		throw corruptFile(path, 'a reservation is no list of records');
	}

	return Array.from({length: packed.length / numberBytes}, (_, index) => packed.readUInt32LE(index * numberBytes));
}

/** A set of record numbers: one bit for each number up to the largest. */
class NumberSet {
	#bits = new Uint8Array(firstBitsBytes);

	add(number: number): void {
		const place = number >>> 3;
		if (place >= this.#bits.length) {
			const grown = new Uint8Array(Math.max(place + 1, this.#bits.length * 2));
			grown.set(this.#bits);
			this.#bits = grown;
		}

		this.#bits[place]! |= 1 << (number & 7);
	}

	has(number: number): boolean {
		return ((this.#bits[number >>> 3] ?? 0) & (1 << (number & 7))) !== 0;
	}
}

type Row = {readonly number: number; readonly snapshot: number; readonly records: unknown};

/**
 * Which open transactions reserve a record. Rows are only ever appended, so each look reads what is new since the last;
 * a transaction's number is never used again, so what has ended is simply forgotten.
 */
export class Reservations {
	#seen = 0;
	#sets = new Map<number, NumberSet>();

	/** Call inside a read or write of `connection`. O(reservations made since the last look). */
	refresh(connection: ReadConnection | WriteConnection): void {
		const open = connection.prepare('SELECT number FROM snapshot WHERE visible = 0').pluck().all() as number[];
		this.#sets = new Map(open.map(number => [number, this.#sets.get(number) ?? new NumberSet()]));
		if (open.length === 0) {
			return;
		}

		const next = connection.prepare(`SELECT number, snapshot, records FROM reservation WHERE number > ? ORDER BY number LIMIT ${pageRows}`);
		let rows: Row[];
		do {
			rows = next.all(this.#seen) as Row[];
			for (const {number, snapshot, records} of rows) {
				this.#seen = number;
				const set = this.#sets.get(snapshot);
				for (const record of set === undefined ? [] : unpackNumbers(connection.path, records)) {
					set!.add(record);
				}
			}
		} while (rows.length === pageRows);
	}

	/** Numbers of the open transactions that reserve `record`. */
	holders(record: number): number[] {
		return [...this.#sets].flatMap(([snapshot, set]) => set.has(record) ? [snapshot] : []);
	}

	get isEmpty(): boolean {
		return this.#sets.size === 0;
	}
}
