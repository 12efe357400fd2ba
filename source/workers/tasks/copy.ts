// Copies stored records from the source to transactions of targets, as they are: no key needed, every digest verified.

import {asPlakarError, toPlainError} from '../../errors/revive.js';
import {cancelled} from '../../errors/plakar-error.js';
import type {SharedKind} from '../../format/ids.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {Lane} from '../lane.js';
import {restWhilePaused} from '../rest.js';
import type {Destination, TaskAnswer, Tasks} from '../task.js';
import type {StoredRecord} from '../../backends/contract.js';

/**
 * Throws RECORD_CORRUPT for a record whose digest differs twice, and whatever reading it throws. What writing throws is
 * the answer for that destination alone.
 */
export async function copyRecords(lane: Lane, {kind, ids, destinations}: Tasks['copy']['request']): Promise<TaskAnswer<'copy'>> {
	const {counters} = lane;
	const source = lane.side('source').backend;
	await restWhilePaused(counters);
	counters.setLane(lane.index, 'reading', ids[0]);
	const read = await source.readBatch(kind, ids);
	const records: StoredRecord[] = [];
	let readBytes = 0;
	for (const [index, id] of ids.entries()) {
		if (counters.isCancelled) {
			throw cancelled();
		}

		let result = read[index]!;
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
	const results = await Promise.all(destinations.map(async destination => stageRecords(lane, destination, kind, records, readBytes)));
	counters.addLaneBytes(lane.index, readBytes);
	return {results};
}

async function stageRecords(lane: Lane, {target, snapshot}: Destination, kind: SharedKind, records: readonly StoredRecord[], sizeBytes: number): Promise<TaskAnswer<'copy'>['results'][number]> {
	const {counters} = lane;
	let written: readonly boolean[];
	try {
		written = await lane.side('target', target).backend.stage(snapshot, kind, records);
	} catch (error) {
		return toPlainError(error);
	}

	const fresh = records.filter((_, index) => written[index]);
	const bytes = fresh.reduce((sum, {bytes: {length}}) => sum + length, 0);
	counters.add('bytesWritten', bytes);
	counters.add('bytesDone', sizeBytes);
	counters.add('recordsWritten', fresh.length);
	counters.add(kind === 'chunk' ? 'chunksDone' : 'objectsDone', records.length);
	return {bytes, records: fresh.length};
}

/** Makes the transaction hold references to records that the target has. */
export async function referenceRecords(lane: Lane, {target, snapshot, kind, ids}: Tasks['reference']['request']): Promise<TaskAnswer<'reference'>> {
	lane.counters.setLane(lane.index, 'linking', ids[0]);
	const absent = await lane.side('target', target).backend.reference(snapshot, kind, ids);
	lane.counters.add('recordsReferenced', ids.length);
	return {absent};
}
