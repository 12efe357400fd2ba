// Reads the shared counters of running jobs a few times a second and puts them into the state. Idle, it does nothing.

import type {Counters} from '../engine/counters.js';
import {availableLanes} from '../engine/lane-count.js';
import {RateMeter} from './rate.js';
import type {JobSample} from './state.js';
import type {Store} from './store.js';

const historyParts = 48;
const historyMs = 180_000;
const rateMs = 5000;

type Watched = {readonly counters: Counters; readonly meter: RateMeter; readonly startedMs: number};

export class Sampler {
	readonly #store: Store;
	readonly #everyMs: number;
	readonly #watched = new Map<number, Watched>();
	#timer: NodeJS.Timeout | undefined;

	constructor(store: Store, everyMs: number) {
		this.#store = store;
		this.#everyMs = everyMs;
	}

	add(id: number, counters: Counters): void {
		this.#watched.set(id, {counters, meter: new RateMeter(), startedMs: performance.now()});
		this.#timer ??= setInterval(() => {
			this.sample();
		}, this.#everyMs);
		this.#timer.unref();
	}

	/** Takes a last sample and forgets the job. */
	remove(id: number): void {
		this.sample();
		this.#watched.delete(id);
		if (this.#watched.size === 0) {
			clearInterval(this.#timer);
			this.#timer = undefined;
		}
	}

	sample(): void {
		const samples = new Map([...this.#watched].map(([id, watched]) => [id, sampleOf(watched)]));
		this.#store.update(state => ({
			...state,
			jobs: state.jobs.map(job => {
				const sample = samples.get(job.id);
				return sample === undefined ? job : {...job, sample, mapVersion: job.mapVersion + 1};
			}),
		}));
	}
}

function sampleOf({counters, meter, startedMs}: Watched): JobSample {
	const values = counters.sample();
	const nowMs = performance.now();
	meter.add(nowMs, values.bytesDone);
	const elapsedMs = nowMs - startedMs;
	return {
		values,
		lanes: Array.from({length: availableLanes()}, (_, lane) => counters.lane(lane)),
		rateBytesPerSecond: meter.rate(rateMs),
		meanBytesPerSecond: elapsedMs > 0 ? (values.bytesDone / elapsedMs) * 1000 : 0,
		history: meter.history(historyParts, Math.min(historyMs, Math.max(elapsedMs, 1000))),
		estimate: meter.estimate(Math.max(0, values.bytesTotal - values.bytesDone)),
		elapsedMs,
	};
}
