// Why a row of the plan costs what it costs, in full.

import {isInRuns, tickCounter, type Price} from '../../engine/plan.js';
import {countOf, formatBytes, formatTime} from '../figures.js';
import type {Leg} from '../plan/plan-state.js';
import {pricesOf} from '../plan/prices.js';
import {targetOf, type State} from '../state.js';

/** Other rows named as sharing records with this one. */
const maximumSharing = 5;

/** The ticked rows that share most bytes of what the target lacks with `row`. O(classes x rows). */
function sharingLines({plan: {classes, rows}, ticked}: Leg, row: number): string[] {
	const shared = new Float64Array(rows.length);
	for (const {runs, missing} of classes) {
		if (missing.bytes > 0 && isInRuns(runs, row)) {
			for (let at = 0; at < runs.length; at += 2) {
				for (let other = runs[at]!; other <= runs[at + 1]!; other++) {
					shared[other]! += missing.bytes;
				}
			}
		}
	}

	const others = [...ticked].filter(other => other !== row && shared[other]! > 0).sort((a, b) => shared[b]! - shared[a]!);
	return others.length === 0 ? [] : [
		'', 'Shares what the target lacks with:', ...others.slice(0, maximumSharing).map(other => `  ${rows[other]!.snapshot}  ${formatBytes(shared[other]!)}`),
		...(others.length > maximumSharing ? [`  and ${countOf(others.length - maximumSharing, 'other ticked snapshot')}`] : []),
	];
}

const notSent = {
	conflict: 'Both sides hold a snapshot with this id, and their contents differ. Neither is ever overwritten. Look at both with i on the compare screen; check both repositories; remove the one that is wrong.',
	damaged: 'Its header or its list of references cannot be read, so it cannot be sent. Check the repository that holds it; heal mends it from one that holds it sound.',
	'damaged-there': 'The copy in the target cannot be read, the one in the source can. A sync never overwrites; heal puts the sound one in its place.',
} as const;

function explainLegRow(leg: Leg, row: number): string[] {
	const {plan: {classes, rows}, ticked} = leg;
	const {snapshot, shown, state, reason, needs, ownBytes} = rows[row]!;
	const head = [snapshot, ...(shown === undefined ? [] : [`${formatTime(shown.created)}  ${shown.origin}  ${countOf(shown.files, 'file')}, ${formatBytes(shown.sizeBytes)} of files`]), ''];
	if (state !== 'send') {
		return [...head, `It is not sent: ${reason ?? state}.`, '', notSent[state]];
	}

	const ticks = tickCounter(rows.length, ticked);
	const needed = classes.filter(({runs}) => isInRuns(runs, row));
	const sum = (parts: typeof needed, price: (part: typeof needed[number]) => Price): number => parts.reduce((bytes, part) => bytes + price(part).bytes, 0);
	const alone = needed.filter(({runs}) => ticks.count(runs) - (ticked.has(row) ? 1 : 0) === 0);
	return [
		...head,
		`needs           ${countOf(needs.chunks, 'chunk')}, ${countOf(needs.objects, 'object')}: ${formatBytes(needs.bytes)} stored`,
		`already there   ${formatBytes(sum(needed, ({present}) => present))}`,
		`missing there   ${formatBytes(sum(needed, ({missing}) => missing))}`,
		`  only for it   ${formatBytes(sum(alone, ({missing}) => missing))}: no other ticked snapshot needs it`,
		`own lists       ${formatBytes(ownBytes)} (its header and references)`,
		ticked.has(row)
			? `sends           ${formatBytes(pricesOf(leg).sends[row]!.bytes)}: what no ticked snapshot above it sends already`
			: 'sends           nothing: it is not ticked',
		...sharingLines(leg, row),
	];
}

/** Why the row under the cursor costs what it costs; empty where there is none. */
export function explainRow(state: State): string[] {
	const {legs, entries, cursor} = state.plan;
	const entry = entries[cursor];
	if (entry?.kind === 'row') {
		return explainLegRow(legs[entry.leg]!, entry.row);
	}

	return entry === undefined ? [] : [entry.snapshot, '', `Only ${targetOf(state)?.name ?? 'the target'} has it. A sync never removes anything, so it stays there. Press t to plan both ways: it is then sent to the source.`];
}
