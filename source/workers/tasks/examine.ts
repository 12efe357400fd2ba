// Looks at records where they lie and, where asked, reads every byte of them. A failed read is never called corruption.

import {batchBytes, type Inspection, type ReadResult} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import {hashSizeBytes, type ChunkId, type ObjectId, type RecordId, type SharedKind} from '../../format/ids.js';
import {corrupt} from '../../format/corrupt.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import {verifyEnvelope} from '../../format/sealing.js';
import {mapCode} from '../counters.js';
import type {Lane, LaneSide} from '../lane.js';
import {verdicts, type Examination, type TaskAnswer, type Tasks, type Verdict} from '../task.js';

/** Throws nothing for a damaged or unreadable record: that is an answer. */
export async function examineRecords(lane: Lane, {kind, ids: packed, read, map}: Tasks['examine']['request']): Promise<TaskAnswer<'examine'>> {
	const side = lane.side('source');
	const {counters} = lane;
	const ids = unpackIds(packed);
	const inspections = await side.backend.inspect(kind, ids);
	const cells = map === undefined ? undefined : new Uint8Array(map.states, map.first);
	const answer = answerOf(inspections);
	let bytesRead = 0;
	for (const group of groupsOf(inspections, read)) {
		counters.waitWhilePaused();
		if (counters.isCancelled) {
			break;
		}

		for (const index of group) {
			cells?.fill(mapCode.reading, index, index + 1);
		}

		counters.setLane(lane.index, 'reading', ids[group[0]!], inspections[group[0]!]!.sizeBytes);
		const failed: Array<{readonly index: number; readonly verdict: Verdict}> = [];
		await side.backend.visit(kind, group.map(index => ids[index]!), (result, position) => {
			const index = group[position]!;
			const {verdict, parts} = judge(side, kind, ids[index]!, result, 1);
			if (verdict === sound) {
				note(answer, index, verdict, parts);
			} else {
				failed.push({index, verdict});
			}
		});
		for (const {index, verdict} of failed) {
			const confirmed = await confirm(side, kind, ids[index]!, verdict);
			note(answer, index, confirmed.verdict, confirmed.parts);
		}

		for (const index of group) {
			bytesRead += inspections[index]!.sizeBytes;
			if (cells !== undefined) {
				cells[index] = mapCode[verdicts[answer.states[index]! - 1]!];
			}
		}

		counters.add('chunksDone', kind === 'chunk' ? group.length : 0);
		counters.add('objectsDone', kind === 'object' ? group.length : 0);
	}

	counters.add('bytesRead', bytesRead);
	counters.add('bytesDone', bytesRead);
	counters.addLaneBytes(lane.index, bytesRead);
	return {...answer, bytesRead};
}

function unpackIds(packed: Uint8Array): RecordId[] {
	const text = Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('hex');
	return Array.from({length: packed.length / hashSizeBytes}, (_, index) => text.slice(index * hashSizeBytes * 2, (index + 1) * hashSizeBytes * 2) as RecordId);
}

type Answer = {readonly [Column in keyof Examination]: Examination[Column] extends ReadonlyMap<infer Key, infer Value> ? Map<Key, Value> : Examination[Column]};

function answerOf(inspections: readonly Inspection[]): Answer {
	return {
		sizes: Float64Array.from(inspections, ({sizeBytes}) => sizeBytes),
		references: Int32Array.from(inspections, ({references}) => references),
		reserved: Int32Array.from(inspections, ({reserved}) => reserved),
		states: new Uint8Array(inspections.length),
		notes: new Map(),
		parts: new Map(),
		bytesRead: 0,
	};
}

function note(answer: Answer, index: number, verdict: Verdict, parts: readonly ChunkId[] | undefined): void {
	answer.states[index] = verdicts.indexOf(verdict.state) + 1;
	if (verdict !== sound) {
		answer.notes.set(index, verdict);
	}

	if (parts !== undefined) {
		answer.parts.set(index, parts);
	}
}

/** Positions to read, in groups of at most `batchBytes`. */
function* groupsOf(inspections: readonly Inspection[], read: Uint8Array | undefined): Generator<number[]> {
	let group: number[] = [];
	let bytes = 0;
	for (const [index, {sizeBytes}] of inspections.entries()) {
		if (read !== undefined && read[index] !== 0 && sizeBytes >= 0) {
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

const sound: Verdict = {state: 'sound', reason: '', reads: 1};

type Outcome = {readonly verdict: Verdict; readonly parts?: readonly ChunkId[] | undefined};

/** Memory and cables fail too: what fails once is read again before anything is said. */
async function confirm(side: LaneSide, kind: SharedKind, id: RecordId, verdict: Verdict): Promise<Outcome> {
	if (verdict.state === 'missing') {
		return {verdict};
	}

	const [again] = await side.backend.readBatch(kind, [id]);
	const second = judge(side, kind, id, again!, 2);
	return second.verdict.state === 'sound'
		? {...second, verdict: {state: 'sound-on-second-read', reason: verdict.reason, reads: 2}}
		: second;
}

function judge({codec}: LaneSide, kind: SharedKind, id: RecordId, result: ReadResult, reads: number): Outcome {
	if (result instanceof Error) {
		const error = asPlakarError(result);
		return {verdict: {state: error.code === 'BACKEND_NOT_FOUND' ? 'missing' : 'unreadable', reason: error.message, reads}};
	}

	try {
		const parts = proveRecord(codec, kind, id, result);
		return {verdict: sound, parts};
	} catch (error) {
		const reason = isPlakarError(error, 'RECORD_CORRUPT') ? String(error.context['reason']) : asPlakarError(error).message;
		return {verdict: {state: 'corrupt', reason, reads}};
	}
}

/** Opened chunks lie here for a moment: memory that stays in the cache is hashed twice as fast as new memory. */
let scratch = new Uint8Array(0);

/** Proves a record as far as the key allows; answers the distinct chunks of an object that was opened. Throws RECORD_CORRUPT. */
export function proveRecord({hashing, sealer, chunking}: LaneSide['codec'], kind: SharedKind, id: RecordId, stored: Uint8Array): readonly ChunkId[] | undefined {
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
