// Looks at records where they lie and, where asked, reads every byte of them. A failed read is never called corruption.

import {batchBytes, type Inspection, type ReadResult} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import type {ChunkId, ObjectId, RecordId, SharedKind} from '../../format/ids.js';
import {corrupt} from '../../format/corrupt.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import {verifyEnvelope} from '../../format/sealing.js';
import {mapCode} from '../counters.js';
import type {Lane, LaneSide} from '../lane.js';
import type {ExaminedRecord, TaskAnswer, Tasks, Verdict} from '../task.js';

/** Throws nothing for a damaged or unreadable record: that is an answer. */
export async function examineRecords(lane: Lane, {kind, ids, read, map}: Tasks['examine']['request']): Promise<TaskAnswer<'examine'>> {
	const side = lane.side('source');
	const {counters} = lane;
	const inspections = await side.backend.inspect(kind, ids);
	const states = map === undefined ? undefined : new Uint8Array(map.states);
	const records: ExaminedRecord[] = inspections.map(inspection => ({inspection}));
	let bytesRead = 0;
	for (const group of groupsOf(inspections, read)) {
		counters.waitWhilePaused();
		if (counters.isCancelled) {
			break;
		}

		for (const index of group) {
			if (states !== undefined) {
				states[map!.first + index] = mapCode.reading;
			}
		}

		counters.setLane(lane.index, 'reading', ids[group[0]!], inspections[group[0]!]!.sizeBytes);
		const outcomes: Outcome[] = [];
		await side.backend.visit(kind, group.map(index => ids[index]!), (result, position) => {
			outcomes.push(judge(side, kind, ids[group[position]!]!, result, 1));
		});
		for (const [position, index] of group.entries()) {
			const examined = await confirm(side, kind, ids[index]!, outcomes[position]!);
			records[index] = {inspection: inspections[index]!, ...examined};
			bytesRead += inspections[index]!.sizeBytes;
			if (states !== undefined) {
				states[map!.first + index] = mapCode[examined.verdict.state];
			}
		}

		counters.add('chunksDone', kind === 'chunk' ? group.length : 0);
		counters.add('objectsDone', kind === 'object' ? group.length : 0);
	}

	counters.add('bytesRead', bytesRead);
	counters.add('bytesDone', bytesRead);
	counters.addLaneBytes(lane.index, bytesRead);
	return {records, bytesRead};
}

/** Positions to read, in groups of at most `batchBytes`. */
function* groupsOf(inspections: readonly Inspection[], read: readonly boolean[]): Generator<number[]> {
	let group: number[] = [];
	let bytes = 0;
	for (const [index, {sizeBytes}] of inspections.entries()) {
		if (read[index] && sizeBytes >= 0) {
			if (bytes + sizeBytes > batchBytes && group.length > 0) {
				yield group;
				group = [];
				bytes = 0;
			}

			group.push(index);
			bytes += sizeBytes;
		}
	}

	if (group.length > 0) {
		yield group;
	}
}

type Outcome = {readonly verdict: Verdict; readonly parts?: readonly ChunkId[]};

/** Memory and cables fail too: what fails once is read again before anything is said. */
async function confirm(side: LaneSide, kind: SharedKind, id: RecordId, outcome: Outcome): Promise<Outcome> {
	if (outcome.verdict.state === 'sound' || outcome.verdict.state === 'missing') {
		return outcome;
	}

	const [again] = await side.backend.readBatch(kind, [id]);
	const second = judge(side, kind, id, again!, 2);
	return second.verdict.state === 'sound'
		? {...second, verdict: {state: 'sound-on-second-read', reason: outcome.verdict.reason, reads: 2}}
		: second;
}

function judge({codec}: LaneSide, kind: SharedKind, id: RecordId, result: ReadResult, reads: number): Outcome {
	if (result instanceof Error) {
		const error = asPlakarError(result);
		return {verdict: {state: error.code === 'BACKEND_NOT_FOUND' ? 'missing' : 'unreadable', reason: error.message, reads}};
	}

	try {
		const parts = prove(codec, kind, id, result);
		return {verdict: {state: 'sound', reason: '', reads}, ...(parts === undefined ? {} : {parts})};
	} catch (error) {
		const reason = isPlakarError(error, 'RECORD_CORRUPT') ? String(error.context['reason']) : asPlakarError(error).message;
		return {verdict: {state: 'corrupt', reason, reads}};
	}
}

/** Opened chunks lie here for a moment: memory that stays in the cache is hashed twice as fast as new memory. */
let scratch = new Uint8Array(0);

/** Proves a record as far as the key allows. Throws RECORD_CORRUPT. */
function prove({hashing, sealer, chunking}: LaneSide['codec'], kind: SharedKind, id: RecordId, stored: Uint8Array): readonly ChunkId[] | undefined {
	if (!sealer.opens) {
		verifyEnvelope(kind, id, stored);
		return undefined;
	}

	if (kind === 'object') {
		const body = sealer.unseal('object', id, stored, maximumObjectBytes);
		return [...new Set(decodeObject(id as ObjectId, body, hashing).chunks.map(chunk => chunk.id))];
	}

	scratch = scratch.length < chunking.maximumBytes ? new Uint8Array(chunking.maximumBytes) : scratch;
	const plain = sealer.unseal('chunk', id, stored, chunking.maximumBytes, scratch);
	if (hashing.chunkId(plain) !== id) {
		throw corrupt(`The chunk ${id}`, 'its content is not what its name says');
	}

	return undefined;
}
