// A clock that only moves when everybody waits for it: hours go by in no time, and the same way each run.

import {setImmediate} from 'node:timers/promises';

export class VirtualClock {
	#nowMs = 0;
	readonly #sleepers: Array<{readonly atMs: number; readonly wake: () => void}> = [];

	get nowMs(): number {
		return this.#nowMs;
	}

	readonly nowUs = (): bigint => BigInt(Math.round(this.#nowMs * 1000));

	readonly pause = async (ms: number): Promise<void> => new Promise(wake => {
		this.#sleepers.push({atMs: this.#nowMs + ms, wake});
	});

	/** Lets time pass until `work` has ended. Throws when `work` waits for something that is not this clock. */
	async run<Result>(work: Promise<Result>): Promise<Result> {
		let ended = false;
		const end = (): void => {
			ended = true;
		};

		work.then(end, end);
		for (;;) {
			await setImmediate();
			if (ended) {
				return work;
			}

			const [first] = this.#sleepers.sort((a, b) => a.atMs - b.atMs);
			if (first === undefined) {
				throw new Error('nobody waits for the clock, and the work has not ended');
			}

			this.#sleepers.shift();
			this.#nowMs = Math.max(this.#nowMs, first.atMs);
			first.wake();
		}
	}
}
