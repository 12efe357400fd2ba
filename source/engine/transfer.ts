// Carries a delta from one repository to another: records, then references, then headers; each snapshot whole or not at all.

import {batchBytes, batchRecords, type Lock, type StoredRecord} from '../backends/contract.js';
import {cancelled, PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import type {RecordId, SharedKind, SnapshotId} from '../format/ids.js';
import {referenceEntryBytes} from '../format/reference-list.js';
import {verifyEnvelope} from '../format/sealing.js';
import type {Counters} from '../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../workers/lanes.js';
import {chargedRecords, markMissing, type Delta} from './delta.js';
import type {VerbOptions} from './events.js';
import {openReferences, readStoredSnapshot, sideOf, type Repository} from './repository.js';

const sharedKinds = ['chunk', 'object'] as const;

/** A group of snapshots is committed together once it holds this much: a flush of the medium costs more than any snapshot. */
const groupBytes = 512 * 1024 * 1024;
const groupSnapshots = 64;

export type Transfer = {
	readonly source: Repository;
	readonly target: Repository;
	readonly delta: Delta;
	/** Rows of the delta to send, ascending. */
	readonly ticked: readonly number[];
	readonly counters: Counters;
	readonly options: VerbOptions;
};

export type TransferResult = {readonly snapshots: readonly SnapshotId[]; readonly bytesWritten: number; readonly recordsWritten: number};

/**
 * Sends the ticked rows of the delta, in order. Needs a shared lock on the target, which it takes. On cancel, what was
 * finished is committed and CANCELLED says so; what was begun stays reserved for the next run.
 * Throws RECORD_CORRUPT when a record is damaged in the source: snapshots finished before are kept.
 */
export async function transfer(job: Transfer): Promise<TransferResult> {
	const {source, target, counters, options} = job;
	const lock = await target.backend.lock('shared', `receive from ${source.location}`, options);
	const lanes = await openLanes({counters, sides: {source: sideOf(source), target: sideOf(target)}});
	const onAbort = (): void => {
		counters.cancel();
	};

	options.signal.addEventListener('abort', onAbort, {once: true});
	try {
		return await new TransferRun(job, lanes).run();
	} finally {
		options.signal.removeEventListener('abort', onAbort);
		await lanes.close();
		await release(lock);
	}
}

const release = async (lock: Lock): Promise<void> => lock.release();

class TransferRun {
	readonly #job: Transfer;
	readonly #lanes: Lanes;
	#charged: Record<SharedKind, Uint32Array[]> = {chunk: [], object: []};
	readonly #committed: SnapshotId[] = [];
	#group: Array<{readonly snapshot: SnapshotId; readonly bytes: number}> = [];
	#bytesWritten = 0;
	#recordsWritten = 0;

	constructor(job: Transfer, lanes: Lanes) {
		this.#job = job;
		this.#lanes = lanes;
	}

	async run(): Promise<TransferResult> {
		const {delta, ticked, options: {signal}} = this.#job;
		await this.#resume();
		const tickedSet = new Set(ticked);
		for (const kind of sharedKinds) {
			this.#charged[kind] = chargedRecords(delta, kind, tickedSet);
		}

		this.#announce();
		try {
			for (const row of ticked) {
				throwIfAborted(signal);
				await this.#send(row);
				await this.#commitGroup(false);
			}
		} catch (error) {
			await this.#commitGroup(true);
			throw signal.aborted ? this.#stopped() : error;
		}

		await this.#commitGroup(true);
		return {snapshots: this.#committed, bytesWritten: this.#bytesWritten, recordsWritten: this.#recordsWritten};
	}

	#stopped(): PlakarError {
		const kept = this.#committed.length;
		return cancelled(`${kept} of ${this.#job.ticked.length} snapshots are complete in the target; what else was sent is kept for the next run.`);
	}

	/** Opens again what an earlier run of these very snapshots left behind, and trusts only what its digest proves. */
	async #resume(): Promise<void> {
		const {delta, target, options: {signal}} = this.#job;
		const rows = new Set(delta.rows.map(({snapshot}) => snapshot));
		for (const {snapshot, active} of await target.backend.unfinished({signal})) {
			if (!active && rows.has(snapshot)) {
				await target.backend.begin(snapshot, async (kind, records) => records.map(record => this.#accept(kind, record)), {signal});
			}
		}
	}

	#accept(kind: SharedKind, {id, bytes}: StoredRecord): boolean {
		const table = this.#job.delta.tables[kind];
		const position = table.find(id);
		try {
			verifyEnvelope(kind, id, bytes);
			return true;
		} catch {
			if (position >= 0) {
				markMissing(table, position);
			}

			return false;
		}
	}

	#announce(): void {
		const {counters, delta, ticked, options} = this.#job;
		let bytes = 0;
		for (const row of ticked) {
			bytes += delta.rows[row]!.ownBytes;
		}

		const counts = {chunk: 0, object: 0};
		for (const kind of sharedKinds) {
			for (const positions of this.#charged[kind]) {
				counts[kind] += positions.length;
				for (const position of positions) {
					bytes += delta.tables[kind].sizeAt(position);
				}
			}
		}

		counters.set('bytesTotal', bytes);
		counters.set('chunksTotal', counts.chunk);
		counters.set('objectsTotal', counts.object);
		counters.set('snapshotsTotal', ticked.length);
		let references = 0;
		for (const row of ticked) {
			const {chunks, objects} = delta.rows[row]!.needs;
			references += chunks + objects;
		}

		counters.set('referencesTotal', Math.max(0, references - counts.chunk - counts.object));
		options.onEvent({type: 'phase', phase: 'chunks'});
	}

	async #send(row: number): Promise<void> {
		const {delta, source, target, counters, options: {signal, onEvent}} = this.#job;
		const {snapshot} = delta.rows[row]!;
		await target.backend.begin(snapshot, async (kind, records) => records.map(record => this.#accept(kind, record)), {signal});
		const stored = await readStoredSnapshot(source, snapshot, {signal});
		const references = openReferences(source.codec, snapshot, stored.references);
		const stream = new TaskStream(this.#lanes);
		let bytes = stored.header.length + stored.references.length;
		try {
			for (const kind of sharedKinds) {
				const table = delta.tables[kind];
				for (const ids of batchesOf(this.#charged[kind][row]!, position => table.idAt(position), position => table.sizeAt(position))) {
					throwIfAborted(signal);
					await stream.add({name: 'copy', snapshot, kind, ids}, answer => {
						bytes += answer.bytes;
						this.#recordsWritten += answer.records;
					});
				}
			}

			for (const kind of sharedKinds) {
				const table = delta.tables[kind];
				const isCharged = new Uint8Array(table.count);
				for (const position of this.#charged[kind][row]!) {
					isCharged[position] = 1;
				}

				const {bytes: packed, count} = references[kind];
				const held = positionsOf(count, index => isCharged[table.findPacked(packed, index * referenceEntryBytes)] === 0);
				for (const ids of batchesOf(held, index => references[kind].idAt(index), () => 0)) {
					throwIfAborted(signal);
					await stream.add({name: 'reference', snapshot, kind, ids}, ({absent}) => {
						this.#assertNoneAbsent(kind, absent);
					});
				}
			}
		} finally {
			await stream.drain();
		}

		await target.backend.putSnapshot(snapshot, stored, {signal});
		counters.add('bytesWritten', stored.header.length + stored.references.length);
		counters.add('bytesDone', stored.header.length + stored.references.length);
		this.#bytesWritten += bytes;
		this.#group.push({snapshot, bytes});
		onEvent({type: 'path', path: snapshot});
	}

	#assertNoneAbsent(kind: SharedKind, [absent]: readonly RecordId[]): void {
		if (absent !== undefined) {
			throw new PlakarError('PLAN_STALE', {
				message: `The plan no longer fits: the ${kind} ${absent} has gone from the target.`,
				hint: 'Something was removed there meanwhile. Make the plan again; what was sent so far is kept.',
			});
		}
	}

	/** `all`: whatever the group holds; else only when it is large enough. Also runs when stopping, so without the signal. */
	async #commitGroup(all: boolean): Promise<void> {
		const {target, counters, ticked, options: {onEvent}} = this.#job;
		const bytes = this.#group.reduce((sum, {bytes: own}) => sum + own, 0);
		if (this.#group.length === 0 || (!all && bytes < groupBytes && this.#group.length < groupSnapshots)) {
			return;
		}

		const snapshots = this.#group.map(({snapshot}) => snapshot);
		this.#group = [];
		await target.backend.commit(snapshots);
		for (const snapshot of snapshots) {
			this.#committed.push(snapshot);
			counters.add('snapshotsDone', 1);
			onEvent({type: 'snapshot', snapshot, done: this.#committed.length, of: ticked.length});
		}
	}
}

function positionsOf(count: number, keep: (index: number) => boolean): Uint32Array {
	const positions = new Uint32Array(count);
	let length = 0;
	for (let index = 0; index < count; index++) {
		if (keep(index)) {
			positions[length++] = index;
		}
	}

	return positions.subarray(0, length);
}

/** Ids in batches that a backend takes: bounded in number and in bytes. */
export function* batchesOf(positions: Iterable<number>, idAt: (position: number) => RecordId, sizeAt: (position: number) => number): Generator<RecordId[]> {
	let ids: RecordId[] = [];
	let bytes = 0;
	for (const position of positions) {
		const sizeBytes = sizeAt(position);
		if (ids.length > 0 && (ids.length === batchRecords || bytes + sizeBytes > batchBytes)) {
			yield ids;
			ids = [];
			bytes = 0;
		}

		ids.push(idAt(position));
		bytes += sizeBytes;
	}

	if (ids.length > 0) {
		yield ids;
	}
}
