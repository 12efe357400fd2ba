// Which snapshot another one is compared with when nobody says.

import type {SnapshotSummary} from '../../engine/jobs.js';
import {repositoryOf, type State} from '../state.js';

const originKey = ({header}: SnapshotSummary): string => JSON.stringify([header?.host, header?.paths]);

/** Parents by snapshot, remembered as long as the list, newest first, that they were found in. */
const remembered = new WeakMap<readonly SnapshotSummary[], ReadonlyMap<string, SnapshotSummary>>();

function parentsIn(newestFirst: readonly SnapshotSummary[]): ReadonlyMap<string, SnapshotSummary> {
	const latest = new Map<string, SnapshotSummary>();
	const parents = new Map<string, SnapshotSummary>();
	for (const summary of [...newestFirst].reverse().filter(({header}) => header !== undefined)) {
		const key = originKey(summary);
		const parent = latest.get(key);
		if (parent !== undefined) {
			parents.set(summary.snapshot, parent);
		}

		latest.set(key, summary);
	}

	return parents;
}

/** The one taken before it on the same host of the same paths; undefined when there is none. O(n) once for each description. */
export function parentOfSnapshot(state: State, repositoryIndex: number, {snapshot}: SnapshotSummary): SnapshotSummary | undefined {
	const all = repositoryOf(state, repositoryIndex)?.summary?.snapshots;
	if (all === undefined) {
		return undefined;
	}

	const parents = remembered.get(all) ?? parentsIn(all);
	remembered.set(all, parents);
	return parents.get(snapshot);
}

/** What `d` compares an open snapshot with: the one snapshot that is marked in the list, else its parent. */
export function comparedByDefault(state: State): SnapshotSummary | undefined {
	const {compare: {marks}, browse: {repositoryIndex, snapshot}} = state;
	const [marked] = marks;
	const chosen = marks.size === 1 && marked !== snapshot?.snapshot
		? repositoryOf(state, repositoryIndex)?.summary?.snapshots.find(other => other.snapshot === marked && other.header !== undefined)
		: undefined;
	return chosen ?? (snapshot === undefined ? undefined : parentOfSnapshot(state, repositoryIndex, snapshot));
}
