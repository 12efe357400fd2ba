// Looks at records where they lie and, where asked, reads every byte of them. A failed read is never called corruption.

import {batchBytes, type Inspection, type ReadResult} from '../../backends/contract.js';
import type {ErrorCode} from '../../errors/codes.js';
import {asPlakarError, reasonOf} from '../../errors/revive.js';
import {hashSizeBytes, type ChunkId, type ObjectId, type RecordId, type SharedKind} from '../../format/ids.js';
import {corrupt} from '../../format/corrupt.js';
import {decodeObject, maximumObjectBytes} from '../../format/object-record.js';
import {verifyEnvelope} from '../../format/sealing.js';
import {mapCode} from '../counters.js';
import type {Lane, LaneSide} from '../lane.js';
import {verdicts, type Examination, type TaskAnswer, type Tasks, type Verdict} from '../task.js';

/** The counters and the map learn of so many records at a time, and a pause or a stop is heard as often. */
const recordsPerStep = 32;

/** One task at work. */
type Look = {
	readonly lane: Lane;
	readonly side: LaneSide;
	readonly kind: SharedKind;
	readonly ids: readonly RecordId[];
	/** The records' cells in the check map. */
	readonly cells: Uint8Array | undefined;
	readonly answer: Answer;
	/** Not sound at the first read. */
	readonly failed: Array<{readonly index: number; readonly verdict: Verdict}>;
};

/** Throws nothing for a damaged or unreadable record: that is an answer. */
export async function examineRecords(lane: Lane, {kind, ids: packed, read, map}: Tasks['examine']['request']): Promise<TaskAnswer<'examine'>> {
	const ids = unpackIds(packed);
	const cells = map === undefined ? undefined : new Uint8Array(map.states, map.first, ids.length);
	const look: Look = {lane, side: lane.side('source'), kind, ids, cells, answer: emptyAnswer(ids.length), failed: []};
	await (read === undefined || look.side.backend.survey === undefined ? inspectAndRead(look, read) : survey(look, read));
	const {answer: {bytesRead}} = look;
	lane.counters.add('bytesRead', bytesRead);
	lane.counters.add('bytesDone', bytesRead);
	lane.counters.addLaneBytes(lane.index, bytesRead);
	return look.answer;
}

/** For a medium that finds and reads a record in one step. */
async function survey(look: Look, read: Uint8Array): Promise<void> {
	const {lane: {counters}, side: {backend}, kind, ids, cells, answer} = look;
	let next = 0;
	let done = 0;
	await backend.survey!(kind, ids, read, (inspection, result, index) => {
		if (index % recordsPerStep === 0) {
			count(look, done);
			done = 0;
			counters.waitWhilePaused();
			if (counters.isCancelled) {
				return false;
			}

			begin(look, index, inspection, read);
		}

		next = index + 1;
		put(answer, index, inspection);
		if (result !== undefined) {
			take(look, index, result);
			done++;
		} else if (cells?.[index] === mapCode.reading) {
			cells[index] = mapCode.unread;
		}

		return true;
	});
	count(look, done);
	if (next < ids.length) {
		// Stopped: the rest is looked at all the same, for what is absent is a finding.
		for (const [offset, inspection] of (await backend.inspect(kind, ids.slice(next))).entries()) {
			put(answer, next + offset, inspection);
		}
	}

	await confirmFailed(look);
}

/** Shows the records of a step as being read. */
function begin({lane, ids, cells}: Look, first: number, {sizeBytes}: Inspection, read: Uint8Array): void {
	lane.counters.setLane(lane.index, 'reading', ids[first], sizeBytes);
	for (let index = first; cells !== undefined && index < Math.min(first + recordsPerStep, ids.length); index++) {
		if (read[index] === 1) {
			cells[index] = mapCode.reading;
		}
	}
}

/** For a medium that answers by batches: their sizes must be known before they are read. */
async function inspectAndRead(look: Look, read: Uint8Array | undefined): Promise<void> {
	const {lane, side: {backend}, kind, ids, cells, answer} = look;
	const inspections = await backend.inspect(kind, ids);
	for (const [index, inspection] of inspections.entries()) {
		put(answer, index, inspection);
	}

	for (const group of groupsOf(inspections, read)) {
		lane.counters.waitWhilePaused();
		if (lane.counters.isCancelled) {
			break;
		}

		for (const index of group) {
			cells?.fill(mapCode.reading, index, index + 1);
		}

		lane.counters.setLane(lane.index, 'reading', ids[group[0]!], inspections[group[0]!]!.sizeBytes);
		await backend.visit(kind, group.map(index => ids[index]!), (result, position) => {
			take(look, group[position]!, result);
		});
		await confirmFailed(look);
		count(look, group.length);
	}
}

function count({lane: {counters}, kind}: Look, records: number): void {
	counters.add(kind === 'chunk' ? 'chunksDone' : 'objectsDone', records);
}

/** Judges a record by its first read. */
function take(look: Look, index: number, result: ReadResult): void {
	const {verdict, parts} = judge(look.side, look.kind, look.ids[index]!, result, 1);
	if (verdict === sound) {
		note(look, index, verdict, parts);
	} else {
		look.failed.push({index, verdict});
	}
}

async function confirmFailed(look: Look): Promise<void> {
	for (const {index, verdict} of look.failed.splice(0)) {
		const confirmed = await confirm(look.side, look.kind, look.ids[index]!, verdict);
		note(look, index, confirmed.verdict, confirmed.parts);
	}
}

function unpackIds(packed: Uint8Array): RecordId[] {
	const text = Buffer.from(packed.buffer, packed.byteOffset, packed.length).toString('hex');
	return Array.from({length: packed.length / hashSizeBytes}, (_, index) => text.slice(index * hashSizeBytes * 2, (index + 1) * hashSizeBytes * 2) as RecordId);
}

type Answer = {-readonly [Column in keyof Examination]: Examination[Column] extends ReadonlyMap<infer Key, infer Value> ? Map<Key, Value> : Examination[Column]};

const emptyAnswer = (count: number): Answer => ({
	sizes: new Float64Array(count), references: new Int32Array(count), reserved: new Int32Array(count), states: new Uint8Array(count),
	notes: new Map(), parts: new Map(), bytesRead: 0,
});

function put({sizes, references, reserved}: Answer, index: number, inspection: Inspection): void {
	sizes[index] = inspection.sizeBytes;
	references[index] = inspection.references;
	reserved[index] = inspection.reserved;
}

function note({answer, cells}: Look, index: number, verdict: Verdict, parts: readonly ChunkId[] | undefined): void {
	answer.states[index] = verdicts.indexOf(verdict.state) + 1;
	answer.bytesRead += answer.sizes[index]!;
	if (cells !== undefined) {
		cells[index] = mapCode[verdict.state];
	}

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

/** What a failed read says of the record itself; any other failure says nothing of it. */
const stateOf: Partial<Record<ErrorCode, Verdict['state']>> = {BACKEND_NOT_FOUND: 'missing', RECORD_CORRUPT: 'corrupt'};

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
		return {verdict: {state: stateOf[error.code] ?? 'unreadable', reason: reasonOf(error), reads}};
	}

	try {
		const parts = proveRecord(codec, kind, id, result);
		return {verdict: sound, parts};
	} catch (error) {
		return {verdict: {state: 'corrupt', reason: reasonOf(error), reads}};
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
