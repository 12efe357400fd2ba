// Records in batches that a backend takes: bounded in number and in bytes, each batch for the same receivers.

import {batchBytes, batchRecords} from '../../backends/contract.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import type {Destination} from '../../workers/task.js';
import type {Receiver} from './receiver.js';

export type CopyBatch = {readonly ids: RecordId[]; readonly destinations: readonly Destination[]; bytes: number};

/**
 * What `takers` want of `snapshot` and nobody has read yet. A record goes to every one of `receivers` that lacks it, also
 * where it belongs to a later snapshot there: each is read once in a whole pass. No batch
 * holds more than `most` bytes of the moment, unless one record does. O(records x receivers).
 */
export function* copyBatches(kind: SharedKind, snapshot: SnapshotId, takers: readonly Receiver[], receivers: readonly Receiver[], most: () => number): Generator<CopyBatch> {
	const open = new Map<string, CopyBatch>();
	for (const taker of takers) {
		const own: Destination = {target: taker.index, snapshot};
		const others = receivers.filter(receiver => receiver !== taker && receiver.isLive);
		for (const {id, sizeBytes} of taker.charges.claimAll(snapshot, kind)) {
			const destinations = [own, ...others.flatMap(receiver => {
				const into = receiver.charges.claim(kind, id);
				return into === undefined ? [] : [{target: receiver.index, snapshot: into}];
			})];
			const key = destinations.map(({target, snapshot: into}) => `${target} ${into}`).join();
			let batch = open.get(key);
			if (batch !== undefined && (batch.ids.length === batchRecords || batch.bytes + sizeBytes > Math.min(batchBytes, most()))) {
				yield batch;
				batch = undefined;
			}

			if (batch === undefined) {
				batch = {ids: [], destinations, bytes: 0};
				open.set(key, batch);
			}

			batch.ids.push(id);
			batch.bytes += sizeBytes;
		}
	}

	yield* open.values();
}

/** The ids of `items` in batches that a backend takes: bounded in number and in bytes. */
export function* batchesOf<Item>(items: Iterable<Item>, idOf: (item: Item) => RecordId, sizeOf: (item: Item) => number): Generator<RecordId[]> {
	let ids: RecordId[] = [];
	let bytes = 0;
	for (const item of items) {
		const sizeBytes = sizeOf(item);
		if (ids.length > 0 && (ids.length === batchRecords || bytes + sizeBytes > batchBytes)) {
			yield ids;
			ids = [];
			bytes = 0;
		}

		ids.push(idOf(item));
		bytes += sizeBytes;
	}

	if (ids.length > 0) {
		yield ids;
	}
}
