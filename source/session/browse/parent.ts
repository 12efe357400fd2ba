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
