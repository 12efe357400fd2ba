// A plan in plain lines: the same words and figures as on the screen.

import {isBlocked, pricePlan, sendableRows, type Plan, type PlanCheck, type PlanPrices, type PlanRow} from '../engine/plan.js';
import {countOf, formatBytes, formatCount} from './figures.js';

/** The 6 digits of an id that a list shows. */
export const shortId = (id: string): string => id.slice(0, 6);

/** "02-11 02:00": month, day and time of an RFC 3339 time, in UTC. */
export const shortTime = (iso: string): string => `${iso.slice(5, 10)} ${iso.slice(11, 16)}`;

/** "2026-02-11 02:00": the same with its year. */
export const longTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

const conclusions: Readonly<Record<PlanCheck['level'], string>> = {ok: 'ok   ', note: 'note ', warn: 'WARN ', block: 'BLOCK'};

export const checkLine = (check: PlanCheck): string => `${conclusions[check.level]} ${check.topic.padEnd(10)} ${check.text}`;

const rowLine = ({snapshot, shown, state, reason}: PlanRow, sends: string, saves: string): string => state === 'send'
	? `  ${snapshot}  ${shown === undefined ? 'sealed'.padEnd(20) : `${shown.created.slice(0, 19)}Z`}  ${sends.padStart(10)}  ${saves.padStart(12)}  ${shown?.origin ?? ''}`.trimEnd()
	: `  ${snapshot}  not sent: ${reason ?? state}`;

/** Totals for `--json`. */
export function planSummary(plan: Plan): {readonly total: PlanPrices['total']; readonly alreadyThere: PlanPrices['alreadyThere']; readonly blocked: boolean} {
	const {total, alreadyThere} = pricePlan(plan, new Set(sendableRows(plan)));
	return {total, alreadyThere, blocked: isBlocked(plan)};
}

/** The whole plan, for people; `time` says how long it may take. */
export function planLines(plan: Plan, time: string): string[] {
	const {sends, untickSaves, total, alreadyThere} = pricePlan(plan, new Set(sendableRows(plan)));
	const lines = [
		`plan ${plan.id}: ${plan.source.location} -> ${plan.target.location}`,
		...(plan.rows.length === 0 ? [] : [`  ${'snapshot'.padEnd(36)}  ${'taken'.padEnd(20)}  ${'sends'.padStart(10)}  ${'untick saves'.padStart(12)}  origin`]),
		...plan.rows.map((row, index) => rowLine(row, formatBytes(sends[index]!.bytes), formatBytes(untickSaves[index]!.bytes))),
		`${countOf(total.snapshots, 'snapshot')} to send: ${countOf(total.chunks, 'chunk')}, ${countOf(total.objects, 'object')}, ${formatBytes(total.bytes)}`,
		`time: ${time}`,
		`already there: ${formatCount(alreadyThere.chunks)} of ${countOf(alreadyThere.chunks + total.chunks, 'chunk')}, ${formatBytes(alreadyThere.bytes)}`,
		`in both: ${countOf(plan.inBoth, 'snapshot')}; only in the target: ${formatCount(plan.onlyInTarget)}`,
		...plan.checks.map(check => checkLine(check)),
	];
	if (!plan.exact) {
		lines.push(plan.kinship === 'same-ids'
			? 'The bytes are an estimate: the two repositories store the same records in different sizes.'
			: 'The figures are an estimate by the names of the source: the two repositories name content differently.');
	}

	return lines;
}
