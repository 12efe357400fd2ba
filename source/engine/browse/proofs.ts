// When chunks were last proven, as far as the ledger of checks on this machine knows: read once for a browsed repository.

import {ledgerFile, prefixBytes, readLedger} from '../ledger/ledger-file.js';
import {believable, proofAt, secondsOf, type Ledger} from '../ledger/ledger.js';
import type {Repository} from '../repository.js';

/** What is known of some chunks. */
export type Proof = {
	/** Those whose content was never proven, or not since the clock was put back. */
	readonly unproven: number;
	/** The oldest proof among the others, RFC 3339; absent when there is none. */
	readonly oldestAt?: string | undefined;
};

export class ChunkProofs {
	readonly #repository: Repository;
	readonly #now: () => number;
	#ledger: Promise<Ledger | undefined> | undefined;

	constructor(repository: Repository, now: () => number = Date.now) {
		this.#repository = repository;
		this.#now = now;
	}

	/** Undefined when no check is known. O(ids * log chunks). */
	async of(ids: readonly string[]): Promise<Proof | undefined> {
		this.#ledger ??= this.#read();
		const ledger = await this.#ledger;
		if (ledger === undefined || ids.length === 0) {
			return undefined;
		}

		const now = secondsOf(this.#now());
		let unproven = 0;
		let oldest = Number.POSITIVE_INFINITY;
		for (const id of ids) {
			const index = indexOf(ledger, id);
			const at = index < 0 ? 0 : believable(proofAt(ledger, index, true), now);
			unproven += at === 0 ? 1 : 0;
			oldest = at === 0 ? oldest : Math.min(oldest, at);
		}

		return {unproven, ...(Number.isFinite(oldest) ? {oldestAt: new Date(oldest * 1000).toISOString()} : {})};
	}

	/** A ledger that cannot be used proves nothing; the next check says so. */
	async #read(): Promise<Ledger | undefined> {
		const {backend, config, location} = this.#repository;
		return backend.supports.reopenable ? readLedger(ledgerFile(config.repositoryId, location)).catch(() => undefined) : undefined;
	}
}

/** Where the ledger has `id`, in hex; -1 when it does not. */
function indexOf({ids, count}: Ledger, id: string): number {
	const wanted = Buffer.from(id, 'hex').subarray(0, prefixBytes);
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (Buffer.compare(ids.subarray(middle * prefixBytes, (middle + 1) * prefixBytes), wanted) < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}

	return low < count && wanted.equals(ids.subarray(low * prefixBytes, (low + 1) * prefixBytes)) ? low : -1;
}
