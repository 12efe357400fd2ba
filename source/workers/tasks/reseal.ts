// Moves records between repositories whose ids mean the same but which seal otherwise: opened, proven, sealed anew.

import {batchBytes, type ReadResult} from '../../backends/contract.js';
import {asPlakarError} from '../../errors/revive.js';
import {cancelled, isPlakarError} from '../../errors/plakar-error.js';
import {corrupt} from '../../format/corrupt.js';
import type {ChunkId, ObjectId, RecordId, SharedKind} from '../../format/ids.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import type {Lane, LaneSide} from '../lane.js';
import {RecordWriter} from '../record-writer.js';
import type {TaskAnswer, Tasks} from '../task.js';

/** The plaintext of a record that is what its name says. Throws RECORD_CORRUPT. */
function openRecord({codec: {sealer, hashing, chunking}}: LaneSide, kind: SharedKind, id: RecordId, stored: ReadResult): Uint8Array {
	if (stored instanceof Error) {
		throw asPlakarError(stored);
	}

	const plain = sealer.unseal(kind, id, stored, kind === 'chunk' ? chunking.maximumBytes : maximumObjectBytes);
	if (kind === 'object') {
		decodeObject(id as ObjectId, plain, hashing);
	} else if (hashing.chunkId(plain) !== id as ChunkId) {
		throw corrupt(`The chunk ${id}`, 'its content is not what its name says');
	}

	return plain;
}

async function openTwice(lane: Lane, kind: SharedKind, id: RecordId, first: ReadResult): Promise<Uint8Array> {
	const source = lane.side('source');
	try {
		return openRecord(source, kind, id, first);
	} catch (error) {
		if (!isPlakarError(error, 'RECORD_CORRUPT')) {
			throw error;
		}

		// A flaky cable or memory can fail one read: the second one decides.
		const plain = openRecord(source, kind, id, await source.backend.read(kind, id));
		lane.counters.add('soundOnSecondRead', 1);
		return plain;
	}
}

/**
 * Makes the transaction hold `ids`: refers to those that the target has, brings the others over. Throws RECORD_CORRUPT
 * for a record that is damaged at two reads, PASSPHRASE_NEEDED. Memory: one batch as stored, one opened, one sealed.
 */
export async function resealRecords(lane: Lane, {snapshot, kind, ids}: Tasks['reseal']['request']): Promise<TaskAnswer<'reseal'>> {
	const {counters} = lane;
	const {backend, codec} = lane.side('target');
	counters.waitWhilePaused();
	counters.setLane(lane.index, 'linking', ids[0]);
	const sizes = new Map((await backend.sizes(kind, ids)).map((sizeBytes, index) => [ids[index]!, sizeBytes]));
	const present = ids.filter(id => sizes.get(id)! >= 0);
	const gone = new Set(present.length === 0 ? [] : await backend.reference(snapshot, kind, present));
	const missing = ids.filter(id => sizes.get(id)! < 0 || gone.has(id));
	counters.add('recordsReferenced', ids.length - missing.length);
	const writer = new RecordWriter(kind, {backend, codec, snapshot, counters});
	let waitingBytes = 0;
	const flush = async (): Promise<void> => {
		counters.setLane(lane.index, 'sealing');
		for (const [id, storedBytes] of await writer.flush()) {
			sizes.set(id, storedBytes);
		}

		waitingBytes = 0;
	};

	counters.setLane(lane.index, 'reading', missing[0]);
	const results = missing.length === 0 ? [] : await lane.side('source').backend.readBatch(kind, missing);
	for (const [index, id] of missing.entries()) {
		if (counters.isCancelled) {
			throw cancelled();
		}

		const plain = await openTwice(lane, kind, id, results[index]!);
		if (kind === 'chunk') {
			writer.addChunk(plain);
		} else {
			writer.addObject(plain);
		}

		const readBytes = (results[index] as Uint8Array).length;
		counters.add('bytesRead', readBytes);
		counters.add('bytesDone', readBytes);
		waitingBytes += plain.length;
		// What is small as stored may be large when opened.
		if (waitingBytes >= batchBytes) {
			await flush();
		}
	}

	await flush();
	counters.add(kind === 'chunk' ? 'chunksDone' : 'objectsDone', missing.length);
	return {storedBytes: ids.map(id => sizes.get(id)!), ...writer.written};
}
