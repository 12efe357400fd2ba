// The lanes of one job: threads that carry out tasks, or this thread where a medium lives in this process only.

import {Worker} from 'node:worker_threads';
import type {Backend} from '../backends/contract.js';
import type {PlakarError} from '../errors/plakar-error.js';
import {settleCalls, type Waiting} from './calls.js';
import type {Counters} from './counters.js';
import {availableLanes} from './lane-count.js';
import type {ToLane} from './lane-thread.js';
import {openLane, type LaneSetup, type Sides, type SideSetup} from './lane.js';
import {perform} from './perform.js';
import {stoppable, type LeavableLanes} from './stoppable.js';
import type {TaskAnswer, TaskName, TaskRequest} from './task.js';
import {tellWait} from '../backends/waits.js';
import {threadFile} from '../backends/thread-file.js';

/** A lane's objects die young, its bytes lie outside the heap: a small nursery keeps both from piling up. */
const youngGenerationMb = 8;
/** Tasks given to one lane ahead: one in hand and some waiting, so that it never idles while this thread is at work. */
const tasksPerLane = 4;
/** One sentence within this time is one wait, whoever tells it. */
const sameWaitMs = 10_000;

export type Lanes = {
	/** How many tasks may run or wait in the lanes at once; `run` beyond it only queues. */
	readonly capacity: number;
	run<Name extends TaskName>(request: TaskRequest<Name>): Promise<TaskAnswer<Name>>;
	close(): Promise<void>;
};

type OpenedSide = SideSetup & {readonly backend: Backend};

export type LanesOptions = {
	readonly counters: Counters;
	readonly sides: Sides<OpenedSide>;
	/** Stops the lanes: tasks in hand end soon, or fail with CANCELLED. */
	readonly signal: AbortSignal;
	/** Default: one per core, at most 8. */
	readonly count?: number;
};

/** The first thread starts at once and opens its sides while the caller goes on; each other once there is a task that all before it have no hand free for. */
export async function openLanes({counters, sides, signal, count = availableLanes()}: LanesOptions): Promise<Lanes> {
	const {source, targets = []} = sides;
	const setup = {
		counters: counters.buffer,
		sides: {source: source === undefined ? undefined : setupOf(source), targets: targets.map(side => setupOf(side))},
	};
	const isShared = [...(source === undefined ? [] : [source]), ...targets].every(({backend}) => backend.supports.reopenable);
	return stoppable(isShared
		? new ThreadLanes(Array.from({length: count}, (_, lane) => ({...setup, lane})), counters)
		: await openInlineLane({...setup, lane: 0}, {source: source?.backend, targets: targets.map(({backend}) => backend)}), counters, signal);
}

const setupOf = ({backend: _, ...setup}: OpenedSide): SideSetup => setup;

/** Tasks that keep nothing between their calls to a backend: several wait for a network at once. */
const overlapping: ReadonlySet<TaskName> = new Set(['copy', 'reference', 'examine']);
/** Each holds a batch in memory. */
const inlineOverlap = 4;

async function openInlineLane(setup: LaneSetup, opened: Sides<Backend>): Promise<LeavableLanes> {
	const lane = await openLane(setup, opened);
	const slots: Array<Promise<unknown>> = Array.from({length: inlineOverlap}, async () => undefined);
	let turn = 0;
	return {
		capacity: inlineOverlap,
		async run(request) {
			const slot = turn++ % inlineOverlap;
			const before = overlapping.has(request.name) ? slots[slot]! : Promise.all(slots);
			const result = before.then(async () => perform(lane, request));
			const settled = result.catch(() => undefined);
			if (overlapping.has(request.name)) {
				slots[slot] = settled;
			} else {
				slots.fill(settled);
			}

			return result;
		},
		leave() {
			// They end when their backends are closed.
			slots.length = 0;
		},
		async close() {
			await Promise.all(slots);
		},
	};
}

type Queued = Waiting & {readonly request: TaskRequest};
type Thread = {readonly worker: Worker; readonly taken: Map<number, Waiting>; exited: boolean};

class ThreadLanes implements LeavableLanes {
	readonly capacity: number;
	/** Those that have started. */
	readonly #threads: Thread[] = [];
	/** Those that have not. A thread takes longer to start than a small job to run. */
	readonly #resting: LaneSetup[];
	readonly #queue: Queued[] = [];
	readonly #counters: Counters;
	#number = 0;
	#isClosing = false;
	#toldWait: {readonly words: string; readonly atMs: number} | undefined;
	/** Why a thread has ended by itself. */
	#failure: PlakarError | undefined;

	constructor(setups: readonly LaneSetup[], counters: Counters) {
		this.capacity = setups.length * tasksPerLane;
		this.#counters = counters;
		counters.set('queueLimit', this.capacity);
		this.#resting = [...setups];
		this.#start();
	}

	async run<Name extends TaskName>(request: TaskRequest<Name>): Promise<TaskAnswer<Name>> {
		return new Promise((resolve, reject) => {
			this.#queue.push({request: request as TaskRequest, resolve: resolve as (answer: never) => void, reject});
			this.#dispatch();
		});
	}

	leave(): void {
		// Closing ends the threads in any case.
	}

	async close(): Promise<void> {
		this.#isClosing = true;
		await Promise.all(this.#threads.map(async ({worker}) => worker.terminate()));
	}

	/** Starts one that rests; undefined when all have started. */
	#start(): Thread | undefined {
		const workerData = this.#resting.shift();
		if (workerData === undefined) {
			return undefined;
		}

		const worker = new Worker(threadFile('lane-thread'), {workerData, resourceLimits: {maxYoungGenerationSizeMb: youngGenerationMb}});
		const thread: Thread = {worker, taken: new Map(), exited: false};
		settleCalls(worker, thread.taken, {
			name: 'A worker thread',
			onAnswer: () => {
				this.#dispatch();
			},
			onWait: words => {
				this.#tellWait(words);
			},
			onEnd: error => {
				this.#end(thread, error);
			},
		});
		this.#threads.push(thread);
		return thread;
	}

	/** All lanes wait for the same, and each tells it. */
	#tellWait(words: string): void {
		const nowMs = performance.now();
		if (words !== this.#toldWait?.words || nowMs - this.#toldWait.atMs > sameWaitMs) {
			this.#toldWait = {words, atMs: nowMs};
			tellWait(words, Infinity);
		}
	}

	#end(thread: Thread, error: PlakarError): void {
		thread.exited = true;
		if (!this.#isClosing) {
			this.#failure = error;
			this.#dispatch();
		}
	}

	#dispatch(): void {
		while (this.#queue.length > 0) {
			const thread = this.#freest();
			if (thread === undefined) {
				break;
			}

			const waiting = this.#queue.shift()!;
			const number = this.#number++;
			thread.taken.set(number, waiting);
			thread.worker.postMessage({number, request: waiting.request} satisfies ToLane);
		}

		// Without any thread, what is queued would wait for ever; also what comes after the last one has ended.
		if (this.#failure !== undefined && this.#threads.every(({exited}) => exited)) {
			for (const {reject} of this.#queue.splice(0)) {
				reject(this.#failure);
			}
		}

		this.#counters.set('queueDepth', this.#queue.length);
	}

	#freest(): Thread | undefined {
		let best: Thread | undefined;
		for (const thread of this.#threads) {
			if (!thread.exited && thread.taken.size < tasksPerLane && (best === undefined || thread.taken.size < best.taken.size)) {
				best = thread;
			}
		}

		return best?.taken.size === 0 ? best : this.#start() ?? best;
	}
}

/** Runs tasks with bounded look-ahead: `add` waits for room, `drain` for all; the first failure is thrown by both. */
export class TaskStream {
	readonly #lanes: Lanes;
	readonly #running = new Set<Promise<void>>();
	readonly #limit: number;
	#failure: {readonly error: unknown} | undefined;

	constructor(lanes: Lanes, limit = lanes.capacity * 2) {
		this.#lanes = lanes;
		this.#limit = limit;
	}

	/** With `onFailure`, a failure of this task is handed to it and the stream goes on. */
	async add<Name extends TaskName>(request: TaskRequest<Name>, onAnswer?: (answer: TaskAnswer<Name>) => void, onFailure?: (error: unknown) => void): Promise<void> {
		while (this.#running.size >= this.#limit) {
			await Promise.race(this.#running);
		}

		this.#throwFailure();
		const task = this.#lanes.run(request).then(onAnswer).catch(onFailure ?? ((error: unknown) => {
			this.#failure ??= {error};
		})).then(() => {
			this.#running.delete(task);
		});
		this.#running.add(task);
	}

	/** Waits for every task; also after a failure, so that nothing runs behind the caller's back. */
	async drain(): Promise<void> {
		await Promise.all(this.#running);
		this.#throwFailure();
	}

	#throwFailure(): void {
		if (this.#failure !== undefined) {
			throw this.#failure.error;
		}
	}
}
