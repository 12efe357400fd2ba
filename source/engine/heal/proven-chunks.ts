// What heal has proven by reading it again, for the ledger: a chunk that was written and not read stands nowhere in it.

import type {RecordId} from '../../format/ids.js';
import {verdicts} from '../../workers/task.js';
import {ProofKeeper} from '../check/proof-keeper.js';
import {packedIds, type Examined} from './prove.js';

export class ProvenChunks {
	readonly #file: string | undefined;
	readonly #opens: boolean;
	readonly #onNotice: (text: string) => void;
	readonly #seen = new Map<RecordId, Examined>();

	/** `opens`: contents were hashed, not only stored bytes. */
	constructor(file: string | undefined, opens: boolean, onNotice: (text: string) => void) {
		this.#file = file;
		this.#opens = opens;
		this.#onNotice = onNotice;
	}

	take(seen: ReadonlyMap<RecordId, Examined>): void {
		for (const [id, examined] of seen) {
			this.#seen.set(id, examined);
		}
	}

	/** Never throws: a ledger that cannot be written is told of. O(chunks of the ledger). */
	async save(): Promise<void> {
		if (this.#seen.size === 0) {
			return;
		}

		const ids = packedIds(this.#seen.keys());
		const keeper = await ProofKeeper.open({file: this.#file, ids, opens: this.#opens, snapshots: undefined, isFull: false, now: Date.now, onNotice: this.#onNotice});
		const seen = Array.from({length: ids.count}, (_, index) => this.#seen.get(ids.at(index))!);
		keeper.take(0, {states: Uint8Array.from(seen, ({state}) => verdicts.indexOf(state) + 1), sizes: Float64Array.from(seen, ({sizeBytes}) => sizeBytes)});
		await keeper.finish(false);
	}
}
