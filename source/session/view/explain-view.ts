// Why a row of the plan costs what it costs, in full.

import {isInRuns, tickCounter, type Price} from '../../engine/plan.js';
import {countOf, formatBytes, formatTime} from '../figures.js';
import {keyOf} from '../key-of.js';
import {foldedLines, foldText, type Line} from '../line.js';
import {memo} from '../memo.js';
import {shortId} from '../plan-text.js';
import type {Leg, PlanEntry} from '../plan/plan-state.js';
import {pricesOf} from '../plan/prices.js';
import {targetOf, type State} from '../state.js';

/** A sentence, or a figure with its name before it. */
type Fact = string | readonly [name: string, text: string];
type NameOf = (snapshot: string) => string;
/** The row that is explained, what it is named after, and the keys that are offered for it. */
type Explained = {readonly legs: readonly Leg[]; readonly entry: PlanEntry | undefined; readonly target: string | undefined; readonly inspect: string; readonly twoWay: string};

const explainedIn = (state: State): Explained => {
	const {legs, entries, cursor} = state.plan;
	return {legs, entry: entries[cursor], target: targetOf(state)?.name, inspect: keyOf(state, 'compare.inspect'), twoWay: keyOf(state, 'plan.twoWay')};
};

/** Of the names of figures, the gap after them included. */
const nameColumns = 15;

/** Other rows named as sharing records with this one. */
const maximumSharing = 5;

/** The ticked rows that share most bytes of what the target lacks with `row`. O(classes x rows). */
function sharingFacts({plan: {classes, rows}, ticked}: Leg, row: number, nameOf: NameOf): Fact[] {
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
		'', 'Shares what the target lacks with:', ...others.slice(0, maximumSharing).map(other => `  ${nameOf(rows[other]!.snapshot)}  ${formatBytes(shared[other]!)}`),
		...(others.length > maximumSharing ? [`  and ${countOf(others.length - maximumSharing, 'other ticked snapshot')}`] : []),
	];
}

const notSent = {
	conflict: (inspect: string) => `Both sides hold a snapshot with this id, and their contents differ. Neither is ever overwritten. Look at both with ${inspect} on the compare screen; check both repositories; remove the one that is wrong.`,
	damaged: () => 'Its header or its list of references cannot be read, so it cannot be sent. Check the repository that holds it; heal mends it from one that holds it sound.',
	'damaged-there': () => 'The copy in the target cannot be read, the one in the source can. A sync never overwrites; heal puts the sound one in its place.',
} as const;

function explainLegRow(leg: Leg, row: number, inspect: string, nameOf: NameOf): Fact[] {
	const {plan: {classes, rows}, ticked} = leg;
	const {snapshot, shown, state, reason, needs, ownBytes} = rows[row]!;
	const head: Fact[] = [
		snapshot, ...(shown === undefined ? [] : [['taken', formatTime(shown.created)], ['origin', shown.origin], ['holds', `${countOf(shown.files, 'file')}, ${formatBytes(shown.sizeBytes)}`]] as const), '',
	];
	if (state !== 'send') {
		return [...head, `It is not sent: ${reason ?? state}.`, '', notSent[state](inspect)];
	}

	const ticks = tickCounter(rows.length, ticked);
	const needed = classes.filter(({runs}) => isInRuns(runs, row));
	const sum = (parts: typeof needed, price: (part: typeof needed[number]) => Price): number => parts.reduce((bytes, part) => bytes + price(part).bytes, 0);
	const alone = needed.filter(({runs}) => ticks.count(runs) - (ticked.has(row) ? 1 : 0) === 0);
	return [
		...head,
		['needs', `${countOf(needs.chunks, 'chunk')}, ${countOf(needs.objects, 'object')}: ${formatBytes(needs.bytes)} stored`],
		['already there', formatBytes(sum(needed, ({present}) => present))],
		['missing there', formatBytes(sum(needed, ({missing}) => missing))],
		['  only for it', `${formatBytes(sum(alone, ({missing}) => missing))}: no other ticked snapshot needs it`],
		['own lists', `${formatBytes(ownBytes)} (its header and references)`],
		['sends', ticked.has(row) ? `${formatBytes(pricesOf(leg).sends[row]!.bytes)}: what no ticked snapshot above it sends already` : 'nothing: it is not ticked'],
		...sharingFacts(leg, row, nameOf),
	];
}

function factsOf({legs, entry, target, inspect, twoWay}: Explained, nameOf: NameOf): Fact[] {
	if (entry?.kind === 'row') {
		return explainLegRow(legs[entry.leg]!, entry.row, inspect, nameOf);
	}

	return entry === undefined ? [] : [entry.snapshot, '', `Only ${target ?? 'the target'} has it. A sync never removes anything, so it stays there. Press ${twoWay} to plan both ways: it is then sent to the source.`];
}

/** Why the row under the cursor costs what it costs, ids in full; empty where there is none. */
export const explainRow = (state: State): string[] => {
	return factsOf(explainedIn(state), snapshot => snapshot).map(fact => typeof fact === 'string' ? fact : fact[0].padEnd(nameColumns) + fact[1]);
};

/** The screen is drawn more often than what it explains changes. */
const rememberedFacts = memo((legs: readonly Leg[], entry: PlanEntry | undefined, target: string | undefined, inspect: string, twoWay: string) => factsOf({legs, entry, target, inspect, twoWay}, shortId));

/** The same beside the list. */
export function explainLines(state: State, width: number): Line[] {
	const {legs, entry, target, inspect, twoWay} = explainedIn(state);
	return rememberedFacts(legs, entry, target, inspect, twoWay).flatMap((fact, index): Line[] => {
		if (typeof fact === 'string') {
			return foldedLines(fact, width, index === 0 ? 'strong' : 'plain');
		}

		const [name, text] = fact;
		return foldText(text, width - nameColumns).map((words, part): Line => [{text: (part === 0 ? name : '').padEnd(nameColumns), style: 'faint'}, {text: words}]);
	});
}
