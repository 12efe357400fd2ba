// Copies stored records from the source to a transaction of the target, as they are: no key needed, every digest verified.

import {asPlakarError} from '../../errors/revive.js';
import {cancelled} from '../../errors/plakar-error.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {Lane} from '../lane.js';
import type {TaskAnswer, Tasks} from '../task.js';
import type {StoredRecord} from '../../backends/contract.js';

/** Throws RECORD_CORRUPT for a record whose digest differs twice, and whatever reading it or writing it throws. */
export async function copyRecords(lane: Lane, {snapshot, kind, ids}: Tasks['copy']['request']): Promise<TaskAnswer<'copy'>> {
	const {counters} = lane;
	const source = lane.side('source').backend;
	const target = lane.side('target').backend;
	counters.waitWhilePaused();
	counters.setLane(lane.index, 'reading', ids[0]);
	const results = await source.readBatch(kind, ids);
	const records: StoredRecord[] = [];
	let readBytes = 0;
	for (const [index, id] of ids.entries()) {
		if (counters.isCancelled) {
			throw cancelled();
		}

		let result = results[index]!;
		if (result instanceof Error) {
			throw asPlakarError(result);
		}

		try {
			verifyEnvelope(kind, id, result);
		} catch {
			// A flaky cable or memory can fail one read: the second one decides.
			result = await source.read(kind, id);
			verifyEnvelope(kind, id, result);
			counters.add('soundOnSecondRead', 1);
		}

		readBytes += result.length;
		records.push({id, bytes: result});
	}

	counters.add('bytesRead', readBytes);
	counters.setLane(lane.index, 'writing', ids[0], readBytes);
	const written = await target.stage(snapshot, kind, records);
	let bytes = 0;
	let count = 0;
	for (const [index, record] of records.entries()) {
		if (written[index]) {
			bytes += record.bytes.length;
			count++;
		}
	}

	counters.add('bytesWritten', bytes);
	counters.add('bytesDone', readBytes);
	counters.add('recordsWritten', count);
	counters.add(kind === 'chunk' ? 'chunksDone' : 'objectsDone', ids.length);
	counters.addLaneBytes(lane.index, readBytes);
	return {bytes, records: count};
}

/** Makes the transaction hold references to records that the target has. */
export async function referenceRecords(lane: Lane, {snapshot, kind, ids}: Tasks['reference']['request']): Promise<TaskAnswer<'reference'>> {
	lane.counters.setLane(lane.index, 'linking', ids[0]);
	const absent = await lane.side('target').backend.reference(snapshot, kind, ids);
	lane.counters.add('recordsReferenced', ids.length);
	return {absent};
}
