// Hands the chunks of a check to the lanes, without those that the ledger spares, and takes what they saw.

import {hashSizeBytes} from '../../format/ids.js';
import {mapCode} from '../../workers/counters.js';
import type {TaskStream} from '../../workers/lanes.js';
import type {Examination} from '../../workers/task.js';
import type {CheckMap} from './check-map.js';
import type {PackedIds} from './inventory.js';
import {isProven, type ProofKeeper} from './proof-keeper.js';
import type {RecordJudge} from './record-judge.js';

/** Records of one task: each is a read, and a cancel waits for the task at hand. */
export const recordsPerTask = 256;

export type ChunkReadingOptions = {
	readonly stream: TaskStream;
	readonly ids: PackedIds;
	readonly map: CheckMap;
	readonly proofs: ProofKeeper;
	readonly judge: RecordJudge;
	/** Which of so many records to read, one byte each; none of them when undefined. */
	readonly choose: (count: number) => Uint8Array | undefined;
	/** Called after each task. */
	readonly onAnswer: () => void;
	readonly now: () => number;
	readonly signal: AbortSignal;
};

export class ChunkReading {
	readonly #options: ChunkReadingOptions;
	/** Batches with chunks that are not what they were when they were proven, and which of their chunks those are. */
	readonly #changed: Array<{readonly first: number; readonly read: Uint8Array}> = [];

	constructor(options: ChunkReadingOptions) {
		this.#options = options;
	}

	/** Resolves once every chunk is handed over. */
	async feed(): Promise<void> {
		const {ids, choose, signal} = this.#options;
		for (let first = 0; first < ids.count && !signal.aborted; first += recordsPerTask) {
			const read = choose(Math.min(recordsPerTask, ids.count - first));
			await this.#add(first, read, this.#trust(first, read));
		}
	}

	/** To be called once all answers are there: reads what turned out to have changed since it was proven. */
	async feedChanged(): Promise<void> {
		for (const {first, read} of this.#changed.splice(0)) {
			await this.#add(first, read, undefined);
		}
	}

	async #add(first: number, read: Uint8Array | undefined, trusted: Uint8Array | undefined): Promise<void> {
		const {stream, ids, map, proofs, judge, onAnswer, now} = this.#options;
		const batch = Uint8Array.prototype.slice.call(ids.packed(first, first + recordsPerTask));
		await stream.add({name: 'examine', kind: 'chunk', ids: batch, read, map: {states: map.states, first}}, seen => {
			if (trusted !== undefined) {
				this.#distrust(first, seen, trusted);
			}

			proofs.take(first, seen);
			map.take(first, seen.sizes, index => isProven(seen.states[index]!), now());
			judge.take('chunk', batch, seen, map.cells(first), trusted);
			onAnswer();
		});
	}

	/** Which chunks of a batch need no read; they are taken out of `read`. */
	#trust(first: number, read: Uint8Array | undefined): Uint8Array | undefined {
		const {proofs, map} = this.#options;
		if (read === undefined || proofs.trustedSince === undefined) {
			return undefined;
		}

		const cells = map.cells(first);
		const trusted = new Uint8Array(read.length);
		for (let index = 0; index < read.length; index++) {
			if (proofs.isTrusted(first + index)) {
				trusted[index] = 1;
				read[index] = 0;
				cells[index] = mapCode.trusted;
			}
		}

		return trusted;
	}

	/** A chunk of another size than when it was proven is another one: it is to be read after all. */
	#distrust(first: number, {sizes}: Examination, trusted: Uint8Array): void {
		const {proofs, map} = this.#options;
		const read = new Uint8Array(trusted.length);
		for (let index = 0; index < trusted.length; index++) {
			if (trusted[index] === 1 && sizes[index] !== proofs.sizeBefore(first + index)) {
				trusted[index] = 0;
				read[index] = 1;
				map.cells(first)[index] = mapCode.unread;
			}
		}

		if (read.includes(1)) {
			this.#changed.push({first, read});
		}
	}
}

/** Records of `ids` as tasks: the ids of each, 32 bytes apiece, and how many they are. */
export function* batchesOf(ids: PackedIds): Generator<{readonly batch: Uint8Array; readonly count: number}> {
	for (let first = 0; first < ids.count; first += recordsPerTask) {
		const batch = Uint8Array.prototype.slice.call(ids.packed(first, first + recordsPerTask));
		yield {batch, count: batch.length / hashSizeBytes};
	}
}
