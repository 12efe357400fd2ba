// The order in which one pass over a source visits snapshots that several targets want, each in an order of its own.

import type {SnapshotId} from '../../format/ids.js';

export type Step = {
	readonly snapshot: SnapshotId;
	/** Positions in `queues` of those that take the snapshot now. */
	readonly takers: readonly number[];
};

/**
 * Every snapshot of `queues`, each queue in its order. Queues that agree on the order get a shared snapshot in one step;
 * where they disagree, it comes once for each side of the disagreement. O(snapshots x queues).
 */
export function* stepsOf(queues: ReadonlyArray<readonly SnapshotId[]>): Generator<Step> {
	const positions = queues.map(() => 0);
	const rests = queues.map(queue => new Set(queue));
	for (;;) {
		const heads = queues.map((queue, index) => queue[positions[index]!]);
		const waiting = heads.filter(head => head !== undefined);
		const snapshot = waiting.find(head => rests.every((rest, index) => heads[index] === head || !rest.has(head))) ?? waiting[0];
		if (snapshot === undefined) {
			return;
		}

		const takers = [...heads.keys()].filter(index => heads[index] === snapshot);
		for (const index of takers) {
			positions[index]!++;
			rests[index]!.delete(snapshot);
		}

		yield {snapshot, takers};
	}
}
