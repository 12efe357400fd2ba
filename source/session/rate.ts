// How fast a job goes and how long it may take, from samples of its counters.

/** Samples older than this no longer tell how fast it goes now: long enough to smooth a disk's cache, short enough to follow it. */
const windowMs = 120_000;
/** Before this much time an estimate is a guess. */
const estimateAfterMs = 20_000;
const maximumSamples = 2400;

type Sample = {readonly atMs: number; readonly bytes: number};
export type Estimate = {readonly lowMs: number; readonly highMs: number};

export class RateMeter {
	#samples: Sample[] = [];
	#startedMs: number | undefined;

	/** Times must not go back. */
	add(atMs: number, bytes: number): void {
		this.#startedMs ??= atMs;
		this.#samples.push({atMs, bytes});
		while (this.#samples.length > maximumSamples || (this.#samples.length > 2 && atMs - this.#samples[0]!.atMs > windowMs)) {
			this.#samples.shift();
		}
	}

	/** Bytes per second over the last `overMs`. */
	rate(overMs = windowMs): number {
		const last = this.#samples.at(-1);
		if (last === undefined) {
			return 0;
		}

		const first = this.#samples.find(({atMs}) => last.atMs - atMs <= overMs) ?? last;
		return last.atMs === first.atMs ? 0 : ((last.bytes - first.bytes) / (last.atMs - first.atMs)) * 1000;
	}

	/** How long `bytes` more may take, as a range; undefined while that would be a guess. */
	estimate(bytes: number): Estimate | undefined {
		const last = this.#samples.at(-1);
		if (last === undefined || last.atMs - this.#startedMs! < estimateAfterMs) {
			return undefined;
		}

		const rates = [this.rate(), this.rate(windowMs / 4)].filter(rate => rate > 0);
		if (rates.length === 0) {
			return undefined;
		}

		return {lowMs: (bytes / Math.max(...rates)) * 800, highMs: (bytes / Math.min(...rates)) * 1250};
	}

	/** Bytes per second in `count` equal parts of the last `overMs`, oldest first. */
	history(count: number, overMs: number): number[] {
		const last = this.#samples.at(-1)?.atMs ?? 0;
		const stepMs = overMs / count;
		return Array.from({length: count}, (_, index) => {
			const endMs = last - ((count - 1 - index) * stepMs);
			const [before, after] = [this.#at(endMs - stepMs), this.#at(endMs)];
			return Math.max(0, ((after - before) / stepMs) * 1000);
		});
	}

	#at(atMs: number): number {
		let bytes = 0;
		for (const sample of this.#samples) {
			if (sample.atMs > atMs) {
				break;
			}

			bytes = sample.bytes;
		}

		return bytes;
	}
}
