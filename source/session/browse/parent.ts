// Which snapshot another one is compared with when nobody says.

import type {SnapshotSummary} from '../../engine/jobs.js';
import {repositoryOf, type State} from '../state.js';

const originKey = ({header}: SnapshotSummary): string => JSON.stringify([header?.host, header?.paths]);

/** The one taken before it on the same host of the same paths; undefined when there is none. */
export function parentOfSnapshot(state: State, repositoryIndex: number, snapshot: SnapshotSummary): SnapshotSummary | undefined {
	const all = repositoryOf(state, repositoryIndex)?.summary?.snapshots ?? [];
	const position = all.findIndex(other => other.snapshot === snapshot.snapshot);
	return position < 0 ? undefined : all.slice(position + 1).find(other => other.header !== undefined && originKey(other) === originKey(snapshot));
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
