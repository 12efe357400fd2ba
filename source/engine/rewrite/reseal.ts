// Rebuilds one snapshot for a target whose ids mean the same but which seals otherwise: every record is opened and sealed
// anew, the reference list tells the target's sizes, the header stays word for word.

import {throwIfAborted} from '../../errors/plakar-error.js';
import {ReferenceCollector} from '../../format/reference-list.js';
import {TaskStream} from '../../workers/lanes.js';
import {readReferences} from '../repository.js';
import {batchesOf} from '../transfer/batches.js';
import type {Rebuilt, RebuildSetup} from './rewrite.js';

/** Throws RECORD_CORRUPT when a record is damaged in the source, CANCELLED. Memory: 36 bytes a reference. */
export async function resealSnapshot({source, lanes, header, signal}: RebuildSetup): Promise<Rebuilt> {
	const {snapshot} = header;
	const listed = await readReferences(source, snapshot, {signal});
	const collected = {chunk: new ReferenceCollector(), object: new ReferenceCollector()};
	const stream = new TaskStream(lanes);
	let bytes = 0;
	let records = 0;
	try {
		for (const kind of ['chunk', 'object'] as const) {
			const references = listed[kind];
			for (const ids of batchesOf(Array(references.count).keys(), index => references.idAt(index), index => references.sizeAt(index))) {
				throwIfAborted(signal);
				await stream.add({name: 'reseal', snapshot, kind, ids}, answer => {
					bytes += answer.bytes;
					records += answer.records;
					for (const [index, id] of ids.entries()) {
						collected[kind].add(id, answer.storedBytes[index]!);
					}
				});
			}
		}
	} finally {
		await stream.drain();
	}

	return {header, references: {chunk: collected.chunk.finish(), object: collected.object.finish()}, bytes, records};
}
