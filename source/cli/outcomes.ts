// How transfers to several targets ended, in lines: each report, each failure by name, and the exit status of all together.

import {reviveError} from '../errors/revive.js';
import {displayText} from '../format/paths.js';
import type {TargetOutcome} from '../engine/jobs.js';
import {pricePlan, sendableRows, type Plan} from '../engine/plan.js';
import {countOf, formatBytes, formatDuration} from '../session/figures.js';
import {exitCodes, type Command} from './command.js';

/** One target that could not be served, beside others that were. */
export function noteFailure({output}: Command, location: string, error: NonNullable<TargetOutcome['error']>): void {
	const {stack: _, ...plain} = error;
	output.json('failed', {location, ...plain});
	output.note(`${displayText(location)}: ${displayText(plain.message)}\n${displayText(plain.hint)}`);
}

/** The exit status of work that could go on past a trouble; damage that was seen is the news. */
export const statusOf = ({failed, sawDamage}: {readonly failed: boolean; readonly sawDamage: boolean}): number =>
	sawDamage ? exitCodes.findings : failed ? exitCodes.failed : exitCodes.done;

/** Tells one report, beside what `plan` had shown. Answers whether the two sides were found equal afterwards. */
export function tellReport({output}: Command, report: NonNullable<TargetOutcome['report']>, type: 'cloned' | 'synced', plan?: Plan): boolean {
	const plannedBytes = plan === undefined ? 0 : pricePlan(plan, new Set(sendableRows(plan))).total.bytes;
	output.json(type, plan === undefined ? report : {...report, plannedBytes, exact: plan.exact});
	const estimate = plan === undefined || plan.exact ? '' : ` (the estimate was ${formatBytes(plannedBytes)})`;
	const sent = `${countOf(report.snapshots.length, 'snapshot')}, ${formatBytes(report.bytesWritten)}${estimate}`;
	output.tell(`${sent} written to ${report.targetLocation} in ${formatDuration(report.durationMs)}`);
	for (const {snapshot, reason} of report.damaged) {
		output.note(`not sent to ${displayText(report.targetLocation)}: ${snapshot}: ${displayText(reason)}`);
	}

	if (type === 'cloned' && report.damaged.length > 0) {
		output.note(`${displayText(report.targetLocation)} stays an unfinished clone: mend the source, then run the same command again.`);
	}

	if (!report.receipt) {
		output.note(`Compared again afterwards, ${displayText(report.sourceLocation)} and ${displayText(report.targetLocation)} differ: run check on both.`);
	}

	return report.receipt;
}

/**
 * The exit status. A single target's failure is thrown as it is; of several, each is named and the status is 1, or 3 when a
 * snapshot was left out because it is damaged. Throws CANCELLED when the job was stopped.
 */
export function concludeTargets(command: Command, outcomes: readonly TargetOutcome[], type: 'cloned' | 'synced', plans: readonly Plan[] = []): number {
	const {output, signal} = command;
	const failed = outcomes.filter(({error}) => error !== undefined);
	const [first] = failed;
	if (first !== undefined && (outcomes.length === 1 || signal.aborted)) {
		throw reviveError(first.error!);
	}

	let differ = 0;
	let damaged = 0;
	for (const {location, report, error} of outcomes) {
		damaged += report?.damaged.length ?? 0;
		if (error !== undefined) {
			noteFailure(command, location, error);
		} else if (!tellReport(command, report!, type, plans.find(({id}) => id === report!.planId))) {
			differ++;
		}
	}

	if (outcomes.length > 1) {
		output.json('targets', {done: outcomes.length - failed.length, failed: failed.map(({location}) => location)});
	}

	return statusOf({failed: failed.length + differ > 0, sawDamage: damaged > 0});
}
