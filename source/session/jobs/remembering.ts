// What a transfer leaves for the next start of the program: that it began, that it was done, and how fast it went.

import type {TransferReport} from '../../engine/jobs.js';
import type {TransferFacts} from './job-state.js';
import type {PairOfLocations, RunMemory, RunRecord} from './run-memory.js';

/** Less than this tells nothing about the speed of a medium. */
const tellingBytes = 4 * 1024 * 1024;
const tellingMs = 500;

const pairOf = ({sourceLocation, targetLocation}: TransferFacts): PairOfLocations => ({source: sourceLocation, target: targetLocation});
const recordOf = (memory: RunMemory, facts: TransferFacts): RunRecord => memory.find(pairOf(facts)) ?? pairOf(facts);

/** Before the first byte: so that even a power cut leaves word. */
export function rememberUnfinished(memory: RunMemory, verb: 'sync' | 'clone', facts: TransferFacts, startedAtMs: number): void {
	memory.keep({...recordOf(memory, facts), unfinished: {verb, snapshots: facts.snapshots, startedAtMs, pid: process.pid}});
}

export function forgetUnfinished(memory: RunMemory, facts: TransferFacts): void {
	const {unfinished: _, ...rest} = recordOf(memory, facts);
	memory.keep(rest);
}

/** Remembers how fast transfers went; not of those that were held back, by a pause or a limit: that tells nothing of the next one. */
export class Rates {
	readonly #memory: RunMemory;
	/** By the job's number. */
	readonly #heldBack = new Set<number>();

	constructor(memory: RunMemory) {
		this.#memory = memory;
	}

	holdBack(job: number): void {
		this.#heldBack.add(job);
	}

	remember(job: number, facts: TransferFacts, {bytesWritten, durationMs}: TransferReport): void {
		if (!this.#heldBack.delete(job) && bytesWritten >= tellingBytes && durationMs >= tellingMs) {
			this.#memory.keep({...recordOf(this.#memory, facts), rateBytesPerSecond: (bytesWritten / durationMs) * 1000});
		}
	}
}
