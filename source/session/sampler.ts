// Reads the shared counters of running jobs a few times a second and puts them into the state. Idle, it does nothing.

import {counterNames, laneStates, type Counters, type LaneState, type LaneView} from '../engine/counters.js';
import {availableLanes} from '../engine/lane-count.js';
import {RateMeter} from './rate.js';
import type {JobSample} from './state.js';
import type {Store} from './store.js';

const historyParts = 48;
const historyMs = 180_000;
const rateMs = 5000;

/** The graph and the rates: they take half a screen and change wholly, so they are drawn less often than what is done. */
type Pace = Pick<JobSample, 'rateBytesPerSecond' | 'readBytesPerSecond' | 'meanBytesPerSecond' | 'history' | 'historyMs' | 'estimate'> & {readonly atMs: number};
const paceEveryMs = 1000;

type Watched = {
	readonly counters: Counters;
	readonly done: RateMeter;
	readonly read: RateMeter;
	readonly startedMs: number;
	/** What of the time since then it was paused. */
	pausedMs: number;
	lastMs: number;
	/** The last sample of a pause that nothing moved in any more: shown until it goes on. */
	still: JobSample | undefined;
	last: JobSample | undefined;
	pace: Pace | undefined;
	doing: Partial<Record<LaneState, number>>;
};

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
		const nowMs = performance.now();
		this.#watched.set(id, {counters, done: new RateMeter(), read: new RateMeter(), startedMs: nowMs, pausedMs: 0, lastMs: nowMs, still: undefined, last: undefined, pace: undefined, doing: {}});
		this.#timer ??= setInterval(() => {
			this.sample();
		}, this.#everyMs);
		this.#timer.unref();
	}

	/** Takes a last sample, whose rates are of all that was done, and forgets the job. */
	remove(id: number): void {
		const watched = this.#watched.get(id);
		if (watched !== undefined) {
			watched.pace = undefined;
		}

		this.sample();
		this.#watched.delete(id);
		if (this.#watched.size === 0) {
			clearInterval(this.#timer);
			this.#timer = undefined;
		}
	}

	/** A job that stands still in a pause stays the same value: nothing of it is drawn again. */
	sample(): void {
		const samples = new Map([...this.#watched].map(([id, watched]) => [id, sampleOf(watched)]));
		this.#store.update(state => {
			const jobs = state.jobs.map(job => {
				const sample = samples.get(job.id);
				return sample === undefined || sample === job.sample ? job : {...job, sample, mapVersion: job.mapVersion + 1};
			});
			return jobs.every((job, index) => job === state.jobs[index]) ? state : {...state, jobs};
		});
	}
}

function sampleOf(watched: Watched): JobSample {
	const {counters, done, read, startedMs, last} = watched;
	const values = counters.sample();
	const nowMs = performance.now();
	if (counters.isPaused) {
		watched.pausedMs += nowMs - watched.lastMs;
	}

	watched.lastMs = nowMs;
	const isStill = counters.isPaused && last !== undefined && counterNames.every(name => values[name] === last.values[name]);
	if (isStill && watched.still !== undefined) {
		return watched.still;
	}

	const elapsedMs = nowMs - startedMs - watched.pausedMs;
	done.add(elapsedMs, values.bytesDone);
	read.add(elapsedMs, values.bytesRead);
	const lanes = Array.from({length: availableLanes()}, (_, lane) => counters.lane(lane));
	watched.doing = blended(watched.doing, lanes);
	if (watched.pace === undefined || counters.isPaused || nowMs - watched.pace.atMs >= paceEveryMs) {
		watched.pace = paceOf(watched, nowMs, elapsedMs);
	}

	const {atMs: _, ...pace} = watched.pace;
	watched.last = {values, lanes, doing: watched.doing, ...pace, elapsedMs};
	watched.still = isStill ? watched.last : undefined;
	return watched.last;
}

function paceOf({counters, done, read}: Watched, nowMs: number, elapsedMs: number): Pace {
	const {bytesDone, bytesTotal} = counters.sample();
	const shownMs = Math.min(historyMs, Math.max(elapsedMs, 1000));
	return {
		atMs: nowMs,
		rateBytesPerSecond: counters.isPaused ? 0 : done.rate(rateMs),
		readBytesPerSecond: counters.isPaused ? 0 : read.rate(rateMs),
		meanBytesPerSecond: elapsedMs > 0 ? (bytesDone / elapsedMs) * 1000 : 0,
		history: done.history(historyParts, shownMs),
		historyMs: shownMs,
		estimate: done.estimate(Math.max(0, bytesTotal - bytesDone)),
	};
}

/** What a new sample counts against all before it: the words made of it change within seconds, not with every sample. */
const blend = 0.1;

function blended(former: Readonly<Partial<Record<LaneState, number>>>, lanes: readonly LaneView[]): Partial<Record<LaneState, number>> {
	return Object.fromEntries(laneStates.map(name => {
		const share = lanes.filter(({state}) => state === name).length / Math.max(1, lanes.length);
		return [name, ((former[name] ?? share) * (1 - blend)) + (share * blend)];
	}));
}
