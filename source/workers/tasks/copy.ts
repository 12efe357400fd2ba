// Copies stored records from the source to transactions of targets, as they are: no key needed, every digest verified.

import {asPlakarError, toPlainError} from '../../errors/revive.js';
import {cancelled, PlakarError} from '../../errors/plakar-error.js';
import type {RecordId, SharedKind} from '../../format/ids.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {Lane} from '../lane.js';
import {restWhilePaused} from '../rest.js';
import type {Destination, TaskAnswer, Tasks} from '../task.js';
import type {ReadResult, StoredRecord} from '../../backends/contract.js';

/**
 * Throws RECORD_CORRUPT for a record whose digest differs twice, and whatever reading it throws; `context.record` is its id. What writing throws is
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

		const result = await verified(lane, kind, id, read[index]!).catch((error: unknown) => {
			throw ofRecord(id, error);
		});
		readBytes += result.length;
		records.push({id, bytes: result});
	}

	counters.add('bytesRead', readBytes);
	counters.setLane(lane.index, 'writing', ids[0], readBytes);
	const results = await Promise.all(destinations.map(async destination => stageRecords(lane, destination, kind, records, readBytes)));
	counters.addLaneBytes(lane.index, readBytes);
	return {results};
}

async function verified(lane: Lane, kind: SharedKind, id: RecordId, result: ReadResult): Promise<Uint8Array> {
	if (result instanceof Error) {
		throw result;
	}

	try {
		verifyEnvelope(kind, id, result);
		return result;
	} catch {
		// A flaky cable or memory can fail one read: the second one decides.
		const again = await lane.side('source').backend.read(kind, id);
		verifyEnvelope(kind, id, again);
		lane.counters.add('soundOnSecondRead', 1);
		return again;
	}
}

/** The same error, which says of which record it is: `context.record`. */
function ofRecord(id: RecordId, failure: unknown): PlakarError {
	const error = asPlakarError(failure);
	const {code, message, hint, context} = error;
	return new PlakarError(code, {message, hint, context: {...context, record: id}, cause: error});
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
