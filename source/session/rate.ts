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

	/** Bytes per second in `count` equal parts of the last `overMs`, oldest first; between two samples the rate is taken as even. O(samples). */
	history(count: number, overMs: number): number[] {
		const last = this.#samples.at(-1)?.atMs ?? 0;
		const stepMs = overMs / count;
		let position = 0;
		const bytesAt = (atMs: number): number => {
			while (position < this.#samples.length - 1 && this.#samples[position + 1]!.atMs <= atMs) {
				position++;
			}

			const [before, after] = [this.#samples[position], this.#samples[position + 1]];
			if (before === undefined || atMs <= before.atMs || after === undefined) {
				return before?.bytes ?? 0;
			}

			return before.bytes + ((after.bytes - before.bytes) * (atMs - before.atMs)) / (after.atMs - before.atMs);
		};

		let former = bytesAt(last - overMs);
		return Array.from({length: count}, (_, index) => {
			const now = bytesAt(last - ((count - 1 - index) * stepMs));
			const rate = Math.max(0, ((now - former) / stepMs) * 1000);
			former = now;
			return rate;
		});
	}
}
