// One aligned list of both sides' snapshots, like a side-by-side diff: a gap is visible as a gap. What was computed once for
// a pair of descriptions, a filter and an order is remembered, so that a key costs no pass over the list.

import {kinshipOf, likenessOf, type Likeness} from '../engine/identity.js';
import type {RepositorySummary, SnapshotSummary} from '../engine/jobs.js';
import type {Kinship} from '../engine/plan.js';
import {isSnapshotId, snapshotId, type SnapshotId} from '../format/ids.js';
import {displayPath, displayText, type PathBytes} from '../format/paths.js';
import {withCompare, type CompareState, type SortKey} from './compare/compare-state.js';
import {memo} from './memo.js';
import {sourceOf, targetOf, type State} from './state.js';

/**
 * In both; only in the source; only in the target; in both with other content; in both, stored otherwise, and not
 * comparable without the passphrases; damaged on a side that holds it; not known, for the other side was not read.
 */
export const pairMarks = ['==', '->', '<-', '!=', '=?', 'xx', '??'] as const;
export type PairMark = (typeof pairMarks)[number];

/** One line of the compare list: the same snapshot on both sides, or a gap. */
export type Pair = {
	readonly snapshot: string;
	readonly mark: PairMark;
	readonly source?: SnapshotSummary | undefined;
	readonly target?: SnapshotSummary | undefined;
};

const likenessMarks = {same: '==', other: '!=', damaged: 'xx', unknown: '=?'} as const satisfies Record<Likeness, PairMark>;

function markOf(source: SnapshotSummary | undefined, target: SnapshotSummary | undefined, kinship: Kinship): PairMark {
	if (source?.problem !== undefined || target?.problem !== undefined) {
		return 'xx';
	}

	if (source === undefined) {
		return '<-';
	}

	return target === undefined ? '->' : likenessMarks[likenessOf(source, target, kinship)];
}

/** What is known of a snapshot: from the side whose header can be read, where only one is open or sound. */
export function summaryOf({source, target}: Pair): SnapshotSummary {
	const isTargetBetter = target !== undefined && (source?.problem === undefined ? source?.header === undefined && target.header !== undefined : target.problem === undefined);
	return (isTargetBetter ? target : source ?? target)!;
}

/** The sides that hold a damaged copy. */
export const damagedSides = ({source, target}: Pair): ReadonlyArray<'source' | 'target'> =>
	[...(source?.problem === undefined ? [] : ['source' as const]), ...(target?.problem === undefined ? [] : ['target' as const])];

/** The snapshots of a repository by id; remembered as long as the description. */
const indexes = new WeakMap<RepositorySummary, ReadonlyMap<string, SnapshotSummary>>();

export function snapshotsById(summary: RepositorySummary): ReadonlyMap<string, SnapshotSummary> {
	const index = indexes.get(summary) ?? new Map(summary.snapshots.map(snapshot => [snapshot.snapshot as string, snapshot]));
	indexes.set(summary, index);
	return index;
}

const takenOf = (pair: Pair): string => summaryOf(pair).header?.created ?? '';
const byText = (a: string, b: string): number => a === b ? 0 : (a < b ? -1 : 1);
const newestFirst = (a: Pair, b: Pair): number => byText(takenOf(b), takenOf(a)) || byText(a.snapshot, b.snapshot);

const pairUp = memo((source: RepositorySummary | undefined, target: RepositorySummary | undefined): readonly Pair[] => {
	const left = source === undefined ? undefined : snapshotsById(source);
	const right = target === undefined ? undefined : snapshotsById(target);
	const kinship = source === undefined || target === undefined ? undefined : kinshipOf(source, target);
	const pairs = [...new Set([...left?.keys() ?? [], ...right?.keys() ?? []])].map((snapshot): Pair => {
		const [one, other] = [left?.get(snapshot), right?.get(snapshot)];
		return {snapshot, source: one, target: other, mark: kinship === undefined ? '??' : markOf(one, other, kinship)};
	});
	return pairs.sort(newestFirst);
});

/** Every snapshot of the two repositories, newest first. O(n log n) once for each pair of descriptions. */
export const allPairs = (state: State): readonly Pair[] => pairUp(sourceOf(state)?.summary, targetOf(state)?.summary);

/** The host and first path of a snapshot, escaped; "sealed" without the passphrase. */
export function originOf(summary: SnapshotSummary | undefined): string {
	if (summary?.problem !== undefined) {
		return 'damaged';
	}

	const header = summary?.header;
	return header === undefined ? 'sealed' : displayText(`${header.host}:${displayPath((header.paths[0] ?? '') as PathBytes)}`);
}

const sizeOf = (pair: Pair): number => summaryOf(pair).header?.totals.sizeBytes ?? -1;

/** What asks for a decision first: damage and conflicts, then what is missing, then what is alike. */
const markRanks: Readonly<Record<PairMark, number>> = {'xx': 0, '!=': 1, '->': 2, '<-': 3, '=?': 4, '??': 5, '==': 6};

const orders: Readonly<Record<SortKey, (a: Pair, b: Pair) => number>> = {
	taken: newestFirst,
	size: (a, b) => sizeOf(b) - sizeOf(a) || newestFirst(a, b),
	origin: (a, b) => byText(originOf(summaryOf(a)), originOf(summaryOf(b))) || newestFirst(a, b),
	mark: (a, b) => markRanks[a.mark] - markRanks[b.mark] || newestFirst(a, b),
};

/** Whether a row has `filter`: its mark, or any part of its id, time, origin or tag. */
export const isPairMatch = (pair: Pair, filter: string): boolean => {
	const wanted = filter.trim().toLowerCase();
	const summary = summaryOf(pair);
	return [pair.mark, pair.snapshot, summary.header?.created ?? '', originOf(summary), displayText(summary.header?.tag ?? '')].some(text => text.toLowerCase().includes(wanted));
};

const arrange = memo((pairs: readonly Pair[], filter: string, sort: SortKey, isReversed: boolean): readonly Pair[] => {
	const left = filter === '' ? pairs : pairs.filter(pair => isPairMatch(pair, filter));
	const sorted = sort === 'taken' ? left : [...left].sort(orders[sort]);
	return isReversed ? [...sorted].reverse() : sorted;
});

/** Pairs that the filter leaves, in the chosen order: by mark ("->"), or by any part of id, time, origin or tag. */
export const shownPairs = (state: State): readonly Pair[] =>
	arrange(allPairs(state), state.compare.filter.trim().toLowerCase(), state.compare.sort, state.compare.isReversed);

/** The pair under the cursor; a list that has become shorter has its last one there. */
export function currentPair(state: State): Pair | undefined {
	const pairs = shownPairs(state);
	return pairs[Math.min(state.compare.cursor, pairs.length - 1)];
}

/** `after` with its cursor on the snapshot that it stands on in `before`, wherever that has come to; the first place stays the first. */
export function onTheSamePair(before: State, after: State): State {
	const isSameList = sourceOf(before)?.summary === sourceOf(after)?.summary && targetOf(before)?.summary === targetOf(after)?.summary;
	const current = before.compare.cursor === 0 || isSameList ? undefined : currentPair(before);
	const cursor = current === undefined ? -1 : shownPairs(after).findIndex(({snapshot}) => snapshot === current.snapshot);
	return cursor === -1 ? after : withCompare(after, {cursor});
}

const count = memo((pairs: readonly Pair[]): Readonly<Record<PairMark, number>> => {
	const counts = Object.fromEntries(pairMarks.map(mark => [mark, 0])) as Record<PairMark, number>;
	for (const {mark} of pairs) {
		counts[mark]++;
	}

	return counts;
});

/** How many of all pairs have each mark. */
export const countMarks = (state: State): Readonly<Record<PairMark, number>> => count(allPairs(state));

const markedToSend = memo((pairs: readonly Pair[], marks: CompareState['marks']): readonly SnapshotId[] =>
	marks.size === 0 ? [] : pairs.flatMap(({snapshot, mark}) => mark === '->' && marks.has(snapshot) && isSnapshotId(snapshot) ? [snapshotId(snapshot)] : []));

/** The snapshots that a sync of the marked rows would send: the marked ones, else the one under the cursor. */
export function chosenSnapshots(state: State): readonly SnapshotId[] {
	const marked = markedToSend(shownPairs(state), state.compare.marks);
	const current = currentPair(state);
	return marked.length > 0 || current?.mark !== '->' || !isSnapshotId(current.snapshot) ? marked : [snapshotId(current.snapshot)];
}
