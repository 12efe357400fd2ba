// Threads that write what clients send: the disk is at work while the next bytes come from the network.

import {availableParallelism} from 'node:os';
import {Worker} from 'node:worker_threads';
import type {Backend, BackendManifest, StoredRecord} from '../backends/contract.js';
import type {SharedKind} from '../format/ids.js';
import {settleCalls, type Waiting} from '../workers/calls.js';
import {threadFile} from '../backends/thread-file.js';
import type {Place, StagerCall, StagerCalls, StagerRequest, ToStager} from './stager-thread.js';

/** Disks gain little from more writers, and reading the network needs a core too. */
const mostThreads = 4;
/** A thread's objects die young, its bytes lie outside the heap. */
const youngGenerationMb = 8;

export const availableStagers = (): number => Math.min(availableParallelism(), mostThreads);

type Thread = {readonly worker: Worker; readonly waiting: Map<number, Waiting>};

/** How many calls wait is bounded by the server, which holds their bytes. */
export class Stagers {
	readonly #count: number;
	readonly #threads = new Set<Thread>();
	#number = 0;

	constructor(count = availableStagers()) {
		this.#count = count;
	}

	/** Whether a medium can be written by several threads, and gains from it. */
	static suit({reopenable, parallelWrites}: BackendManifest): boolean {
		return reopenable && parallelWrites;
	}

	/** `stage` and `reference` of the transaction at `place`, as the contract has them. The memory of the records is given away. */
	writer(place: Place): Pick<Backend, 'stage' | 'reference'> {
		return {
			stage: async (_, kind, records) => this.#stage(place, kind, records),
			reference: async (_, kind, ids) => this.#run(this.#freest(), {call: 'reference', place, kind, ids}),
		};
	}

	/** The transaction at `place` has ended. Throws what `#run` throws. */
	async forget(place: Place): Promise<void> {
		await Promise.all([...this.#threads].map(async thread => this.#run(thread, {call: 'forget', place})));
	}

	/** Calls that are still waiting fail. */
	async close(): Promise<void> {
		await Promise.all([...this.#threads].map(async ({worker}) => worker.terminate()));
	}

	async #stage(place: Place, kind: SharedKind, records: readonly StoredRecord[]): Promise<boolean[]> {
		return this.#run(this.#freest(), {call: 'stage', place, kind, records}, [...new Set(records.map(({bytes}) => bytes.buffer as ArrayBuffer))]);
	}

	async #run<Call extends StagerCall>(thread: Thread, request: StagerRequest<Call>, given: readonly ArrayBuffer[] = []): Promise<StagerCalls[Call]['answer']> {
		return new Promise((resolve, reject) => {
			const number = this.#number++;
			thread.worker.postMessage({number, request: request as StagerRequest} satisfies ToStager, given);
			thread.waiting.set(number, {resolve, reject});
		});
	}

	/** The thread with the least to do; a new one as long as there may be more and none is idle. */
	#freest(): Thread {
		const [best] = [...this.#threads].sort((one, other) => one.waiting.size - other.waiting.size);
		return best === undefined || (best.waiting.size > 0 && this.#threads.size < this.#count) ? this.#start() : best;
	}

	#start(): Thread {
		const worker = new Worker(threadFile('stager-thread'), {resourceLimits: {maxYoungGenerationSizeMb: youngGenerationMb}});
		const thread: Thread = {worker, waiting: new Map()};
		settleCalls(worker, thread.waiting, {
			name: 'A thread of the server',
			// The next call starts another.
			onEnd: () => {
				this.#threads.delete(thread);
			},
		});
		this.#threads.add(thread);
		return thread;
	}
}
