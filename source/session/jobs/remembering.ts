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

export function rememberRate(memory: RunMemory, facts: TransferFacts, {bytesWritten, durationMs}: TransferReport): void {
	if (bytesWritten >= tellingBytes && durationMs >= tellingMs) {
		memory.keep({...recordOf(memory, facts), rateBytesPerSecond: (bytesWritten / durationMs) * 1000});
	}
}
