// Makes a transaction hold content that the target has already: an object with its chunks, or a single chunk.

import {batchRecords} from '../../backends/contract.js';
import type {ChunkId, ObjectId, RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import type {Lane, LaneSide} from '../lane.js';
import type {StoredContent, TaskAnswer, Tasks} from '../task.js';

type Parts = {readonly sizeBytes: number; readonly chunks: readonly ChunkId[]; readonly object?: {readonly id: ObjectId; readonly storedBytes: number}};

/** The parts of each content, in order; undefined for an object that is missing or damaged. */
async function readParts({backend, codec}: LaneSide, {contents}: Tasks['hold']['request']): Promise<Array<Parts | undefined>> {
	const ids = contents.flatMap(({content}) => content.kind === 'object' ? [content.id] : []);
	const results = ids.length === 0 ? [] : await backend.readBatch('object', ids);
	let next = 0;
	return contents.map(({content, sizeBytes}): Parts | undefined => {
		if (content.kind === 'chunk') {
			return {sizeBytes, chunks: [content.id]};
		}

		const stored = results[next++]!;
		if (stored instanceof Error) {
			return undefined;
		}

		try {
			const object = decodeObject(content.id, codec.sealer.unseal('object', content.id, stored, maximumObjectBytes), codec.hashing);
			const isWhole = object.sizeBytes === sizeBytes;
			return isWhole ? {sizeBytes, chunks: object.chunks.map(({id}) => id), object: {id: content.id, storedBytes: stored.length}} : undefined;
		} catch {
			return undefined;
		}
	});
}

function* batchesOf(ids: readonly RecordId[]): Generator<readonly RecordId[]> {
	for (let start = 0; start < ids.length; start += batchRecords) {
		yield ids.slice(start, start + batchRecords);
	}
}

/** Refers to all of `ids`, and adds to `gone` those that are nowhere. */
async function refer({backend}: LaneSide, snapshot: SnapshotId, kind: SharedKind, ids: readonly RecordId[], gone: Set<RecordId>): Promise<void> {
	for (const batch of batchesOf(ids)) {
		for (const id of await backend.reference(snapshot, kind, batch)) {
			gone.add(id);
		}
	}
}

/** Answers nothing for content that is not whole in the target: it must be moved again. */
export async function holdContents(lane: Lane, request: Tasks['hold']['request']): Promise<TaskAnswer<'hold'>> {
	const target = lane.side('target');
	const {snapshot, contents} = request;
	lane.counters.waitWhilePaused();
	lane.counters.setLane(lane.index, 'linking', contents[0]?.content.id);
	const parts = await readParts(target, request);
	const chunks = [...new Set(parts.flatMap(part => part?.chunks ?? []))];
	const sizes = new Map<RecordId, number>();
	for (const batch of batchesOf(chunks)) {
		for (const [index, sizeBytes] of (await target.backend.sizes('chunk', batch)).entries()) {
			sizes.set(batch[index]!, sizeBytes);
		}
	}

	const whole = parts.map(part => part?.chunks.every(id => sizes.get(id)! >= 0) === true ? part : undefined);
	const gone = new Set<RecordId>();
	await refer(target, snapshot, 'chunk', [...new Set(whole.flatMap(part => part?.chunks ?? []))], gone);
	await refer(target, snapshot, 'object', whole.flatMap(part => part?.object?.id ?? []), gone);
	const files = whole.map((part): StoredContent | undefined => {
		if (part === undefined || part.chunks.some(id => gone.has(id)) || (part.object !== undefined && gone.has(part.object.id))) {
			return undefined;
		}

		lane.counters.add('bytesDone', part.sizeBytes);
		lane.counters.add('filesDone', 1);
		lane.counters.add('recordsReferenced', part.chunks.length);
		return {...part, storedBytes: part.chunks.map(id => sizes.get(id)!)};
	});
	return {files};
}
