// One aligned list of both sides' snapshots, newest first, like a side-by-side diff: a gap is visible as a gap.

import {kinshipOf, likenessOf, type Likeness} from '../engine/identity.js';
import type {SnapshotSummary} from '../engine/jobs.js';
import type {Kinship} from '../engine/plan.js';
import {isSnapshotId, snapshotId, type SnapshotId} from '../format/ids.js';
import {displayPath, displayText, type PathBytes} from '../format/paths.js';
import {sourceOf, targetOf, type Pair, type PairMark, type Repository, type State} from './state.js';

const timeOf = ({source, target}: Pair): string => (source ?? target)?.header?.created ?? '';

const likenessMarks = {same: '==', other: '!=', unknown: '=?'} as const satisfies Record<Likeness, PairMark>;

function markOf(source: SnapshotSummary | undefined, target: SnapshotSummary | undefined, kinship: Kinship): PairMark {
	if (source === undefined) {
		return '<-';
	}

	return target === undefined ? '->' : likenessMarks[likenessOf(source, target, kinship)];
}

let remembered: {readonly source: Repository | undefined; readonly target: Repository | undefined; readonly pairs: readonly Pair[]} | undefined;

/** Every snapshot of the two repositories. O(n log n) once for each pair of descriptions, then remembered. */
export function allPairs(state: State): readonly Pair[] {
	const [source, target] = [sourceOf(state), targetOf(state)];
	if (remembered !== undefined && remembered.source === source && remembered.target === target) {
		return remembered.pairs;
	}

	const left = new Map(source?.summary?.snapshots.map(summary => [summary.snapshot as string, summary]));
	const right = new Map(target?.summary?.snapshots.map(summary => [summary.snapshot as string, summary]));
	const kinship = source?.summary === undefined || target?.summary === undefined ? 'unrelated' : kinshipOf(source.summary, target.summary);
	const pairs = [...new Set([...left.keys(), ...right.keys()])].map((snapshot): Pair => ({
		snapshot, source: left.get(snapshot), target: right.get(snapshot), mark: markOf(left.get(snapshot), right.get(snapshot), kinship),
	}));
	pairs.sort((a, b) => timeOf(a) === timeOf(b) ? (a.snapshot < b.snapshot ? -1 : 1) : (timeOf(a) < timeOf(b) ? 1 : -1));
	remembered = {source, target, pairs};
	return pairs;
}

/** The host and first path of a snapshot, escaped; "sealed" without the passphrase. */
export function originOf(summary: SnapshotSummary | undefined): string {
	if (summary?.problem !== undefined) {
		return 'damaged';
	}

	const header = summary?.header;
	return header === undefined ? 'sealed' : displayText(`${header.host}:${displayPath((header.paths[0] ?? '') as PathBytes)}`);
}

/** Pairs that the filter leaves: by mark ("->"), or by any part of id, time, origin or tag. */
export function shownPairs(state: State): readonly Pair[] {
	const pairs = allPairs(state);
	const filter = state.compare.filter.trim().toLowerCase();
	if (filter === '') {
		return pairs;
	}

	return pairs.filter(pair => {
		const summary = pair.source ?? pair.target;
		return [pair.mark, pair.snapshot, summary?.header?.created ?? '', originOf(summary), summary?.header?.tag ?? ''].some(text => text.toLowerCase().includes(filter));
	});
}

export const countMarks = (pairs: readonly Pair[]): Readonly<Record<PairMark, number>> => {
	const counts = {'==': 0, '->': 0, '<-': 0, '!=': 0, '=?': 0};
	for (const {mark} of pairs) {
		counts[mark]++;
	}

	return counts;
};

/** The snapshots that a sync of the marked rows would send: the marked ones, else the one under the cursor. */
export function chosenSnapshots(state: State): SnapshotId[] {
	const {compare} = state;
	const pairs = shownPairs(state);
	const marked = pairs.filter(({snapshot, mark}) => compare.marks.has(snapshot) && mark === '->');
	const current = pairs[compare.cursor];
	const chosen = marked.length > 0 ? marked : current?.mark === '->' ? [current] : [];
	return chosen.flatMap(({snapshot}) => isSnapshotId(snapshot) ? [snapshotId(snapshot)] : []);
}
