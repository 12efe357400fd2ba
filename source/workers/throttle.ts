// One limit for all lanes of a job: a token bucket in the job's shared memory. An idle lane leaves its share to the others.

import {setTimeout as delay} from 'node:timers/promises';
import type {CallOptions} from '../backends/contract.js';
import type {Throttle} from '../backends/wrap/limit.js';
import {bucketWords, type Counters} from './counters.js';
import {sliceMs, throwIfStopped} from './rest.js';

/** What moves at once, as a part of a second's worth: a quarter looks even to a line and is not felt in round trips. */
const stepsPerSecond = 4;

export type ThrottleOptions = {
	/** Told when waiting begins and when it has ended. */
	readonly onWait?: ((isWaiting: boolean) => void) | undefined;
	/** Microseconds of a clock that all threads share and that never goes back. */
	readonly nowUs?: () => bigint;
	readonly pause?: (ms: number) => Promise<unknown>;
};

const monotonicUs = (): bigint => process.hrtime.bigint() / 1000n;

/**
 * Leave to write, shared by every thread that holds the same counters. Whoever finds anything in the bucket may take all
 * that it needs, and the debt is waited for by whoever comes next: in any time t, at most limit x t + one step + one
 * record go through. A pause of the job is a wait too.
 */
export class SharedThrottle implements Throttle {
	readonly #counters: Counters;
	readonly #onWait: (isWaiting: boolean) => void;
	readonly #nowUs: () => bigint;
	readonly #pause: (ms: number) => Promise<unknown>;

	constructor(counters: Counters, {onWait = () => undefined, nowUs = monotonicUs, pause = delay}: ThrottleOptions = {}) {
		this.#counters = counters;
		this.#onWait = onWait;
		this.#nowUs = nowUs;
		this.#pause = pause;
	}

	get stepBytes(): number {
		const {limit} = this.#counters;
		return limit === 0 ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(limit / stepsPerSecond));
	}

	async take(sizeBytes: number, {signal}: CallOptions = {}): Promise<void> {
		let isWaiting = false;
		for (;;) {
			throwIfStopped(this.#counters, signal);
			const waitMs = this.#counters.isPaused ? sliceMs : this.#takeNow(sizeBytes);
			if (waitMs === 0) {
				break;
			}

			if (!isWaiting) {
				isWaiting = true;
				this.#onWait(true);
			}

			await this.#pause(waitMs);
		}

		if (isWaiting) {
			this.#onWait(false);
		}
	}

	/** Takes and answers 0, or takes nothing and answers how long to wait before asking again. */
	#takeNow(sizeBytes: number): number {
		const {limit, bucket} = this.#counters;
		if (limit === 0) {
			return 0;
		}

		this.#fill(BigInt(limit));
		for (;;) {
			const balance = Atomics.load(bucket, bucketWords.balance);
			if (balance <= 0n) {
				return Math.min(sliceMs, Math.max(1, Math.ceil((Number(1n - balance) / limit) * 1000)));
			}

			if (Atomics.compareExchange(bucket, bucketWords.balance, balance, balance - BigInt(sizeBytes)) === balance) {
				return 0;
			}
		}
	}

	/** Adds what has come in since the last filling, up to one step. The thread that moves the time adds the bytes. */
	#fill(limit: bigint): void {
		const {bucket} = this.#counters;
		const filledUs = Atomics.load(bucket, bucketWords.filledUs);
		const gained = ((this.#nowUs() - filledUs) * limit) / 1_000_000n;
		if (gained < 1n || Atomics.compareExchange(bucket, bucketWords.filledUs, filledUs, filledUs + ((gained * 1_000_000n) / limit)) !== filledUs) {
			return;
		}

		const most = BigInt(this.stepBytes);
		for (;;) {
			const balance = Atomics.load(bucket, bucketWords.balance);
			const next = balance + gained > most ? most : balance + gained;
			if (Atomics.compareExchange(bucket, bucketWords.balance, balance, next) === balance) {
				return;
			}
		}
	}
}
