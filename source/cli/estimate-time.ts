// How long a plan may take, for who reads it on the command line: by the screen's earlier runs, else measured where that was asked for.

import {Counters} from '../engine/counters.js';
import type {Probe} from '../engine/jobs.js';
import type {Plan} from '../engine/plan.js';
import {runJob} from '../engine/run-job.js';
import {throwIfAborted} from '../errors/plakar-error.js';
import {createRunMemory} from '../session/jobs/run-memory.js';
import {heaviestOf, rateOfProbe, rateOfRuns} from '../session/plan/known-rates.js';
import {legOf, type Leg} from '../session/plan/plan-state.js';
import {expectedTime, timeSentence, type ExpectedTime} from '../session/plan/time-words.js';
import {limitOf, type Command} from './command.js';
import {runMemoryFolder} from './places.js';

/** A script that did not ask is not kept waiting. */
const mayMeasure = ({flags}: Command): boolean => flags['estimate'] === true || process.stdout.isTTY;

/** Reads both sides for about 2 s; a plan is as good where they cannot be read. Records are read as they are stored, so no passphrase is needed. */
async function probe({signal}: Command, leg: Leg): Promise<Probe> {
	const {plan: {source, target}} = leg;
	const request = {verb: 'probe', source: {location: source.location}, target: {location: target.location}, snapshot: heaviestOf(leg)} as const;
	const measured = await runJob(request, {signal, counters: new Counters(), onEvent: () => undefined}).catch(() => ({}));
	throwIfAborted(signal);
	return measured;
}

/** The time as figures, absent where it is not known, and in words. Nothing is written anywhere. Throws CANCELLED. */
export async function estimateTime(command: Command, plan: Plan): Promise<{readonly time: ExpectedTime | undefined; readonly words: string}> {
	const limit = limitOf(command.flags);
	const leg = legOf(plan, rateOfRuns(createRunMemory(runMemoryFolder()), plan));
	const isOpen = leg.ticked.size > 0 && leg.rate === undefined;
	const rate = isOpen && mayMeasure(command) ? rateOfProbe(await probe(command, leg)) : leg.rate;
	const known = {...leg, rate, isMeasuring: false};
	return {time: expectedTime(known, limit), words: `${timeSentence(known, limit)}${isOpen && !mayMeasure(command) && limit === 0 ? ' (--estimate measures it)' : ''}`};
}
