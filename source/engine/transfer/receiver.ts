// One target of a transfer: what it still wants, the transactions it holds open, and how it ended. Its failure is its own.

import type {Backend, Lock, StoredRecord} from '../../backends/contract.js';
import {withLimit, type Throttle} from '../../backends/wrap/limit.js';
import {cancelled, isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {referenceEntryBytes, type ReferenceList} from '../../format/reference-list.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {Counters} from '../../workers/counters.js';
import {lateSignal} from '../../workers/rest.js';
import {chargedRecords, markMissing, type Delta} from '../delta.js';
import type {VerbOptions} from '../events.js';
import type {Repository, StoredSnapshot} from '../repository.js';

export const sharedKinds = ['chunk', 'object'] as const;

/** A group of snapshots is committed together once it holds this much: a flush of the medium costs more than any snapshot. */
const groupBytes = 512 * 1024 * 1024;
const groupSnapshots = 64;
/** A slow disk may take this long to flush a group; a server that has fallen silent is not waited for any longer. */
const lastCommitMs = 10_000;

export type TransferTarget = {
	readonly target: Repository;
	readonly delta: Delta;
	/** Rows of the delta to send, ascending. */
	readonly ticked: readonly number[];
};

export type TransferOutcome = {
	/** What is complete in the target, also when the rest failed. */
	readonly snapshots: readonly SnapshotId[];
	readonly bytesWritten: number;
	readonly recordsWritten: number;
	readonly error?: PlakarError | undefined;
};

type Surroundings = {readonly throttle: Throttle; readonly purpose: string; readonly isAlone: boolean; readonly counters: Counters; readonly options: VerbOptions};

export class Receiver {
	/** Its place among the targets of the lanes. */
	readonly index: number;
	/** What it wants, in the order of sending. */
	readonly wanted: readonly SnapshotId[];
	readonly #job: TransferTarget;
	readonly #backend: Backend;
	readonly #around: Surroundings;
	readonly #rows: ReadonlyMap<SnapshotId, number>;
	readonly #charged: Record<SharedKind, Uint32Array[]> = {chunk: [], object: []};
	/** By record: the row it is charged to until somebody claims it, -1 from then on. */
	readonly #unclaimed: Record<SharedKind, Int32Array> = {chunk: new Int32Array(0), object: new Int32Array(0)};
	/** Bytes staged by each transaction that is begun and not yet put together. */
	readonly #begun = new Map<SnapshotId, number>();
	#group: Array<{readonly snapshot: SnapshotId; readonly bytes: number}> = [];
	readonly #committed: SnapshotId[] = [];
	#lock: Lock | undefined;
	#failure: PlakarError | undefined;
	#bytesLeft = 0;
	#bytesWritten = 0;
	#recordsWritten = 0;

	constructor(index: number, job: TransferTarget, around: Surroundings) {
		this.index = index;
		this.#job = job;
		this.#backend = withLimit(job.target.backend, around.throttle);
		this.#around = around;
		this.wanted = job.ticked.map(row => job.delta.rows[row]!.snapshot);
		this.#rows = new Map(job.ticked.map(row => [job.delta.rows[row]!.snapshot, row]));
	}

	/** False once it has failed: nothing more is sent to it. */
	get isLive(): boolean {
		return this.#failure === undefined;
	}

	/** Whether all that it wants is put together; only committing can fail from here on. */
	get isServed(): boolean {
		return this.#committed.length + this.#group.length === this.wanted.length;
	}

	get outcome(): TransferOutcome {
		const {signal} = this.#around.options;
		const stopped = `${this.#committed.length} of ${this.wanted.length} snapshots are complete in the target; what else was sent is kept for the next run.`;
		return {
			snapshots: this.#committed,
			bytesWritten: this.#bytesWritten,
			recordsWritten: this.#recordsWritten,
			error: this.#failure !== undefined && signal.aborted ? cancelled(stopped) : this.#failure,
		};
	}

	/** Nothing more is sent to it because of `error`; the first one counts. The totals shrink by what it will not get. */
	stop(error: unknown): void {
		if (this.#failure === undefined) {
			this.#failure = asPlakarError(error);
			this.#around.counters.add('bytesTotal', -this.#bytesLeft);
			this.#around.counters.add('snapshotsTotal', this.#committed.length - this.wanted.length);
		}
	}

	/** Stops it for a reason of its own, and says so where others go on. */
	fail(error: unknown): void {
		const {isAlone, options: {signal, onEvent}} = this.#around;
		if (this.isLive && !isAlone && !signal.aborted && !isPlakarError(error, 'CANCELLED')) {
			onEvent({type: 'notice', text: `${this.#job.target.location} is left out from here on: ${asPlakarError(error).message}`});
		}

		this.stop(error);
	}

	/** Runs `work` unless it has failed already; what `work` throws becomes its failure. */
	async attempt(work: () => Promise<void>): Promise<void> {
		if (this.isLive) {
			try {
				await work();
			} catch (error) {
				this.fail(error);
			}
		}
	}

	/** Takes the shared lock and what an earlier run of these snapshots left, then knows what it lacks. */
	async open(): Promise<void> {
		const {purpose, options} = this.#around;
		this.#lock = await this.#backend.lock('shared', purpose, options);
		await this.#resume();
		const ticked = new Set(this.#job.ticked);
		for (const kind of sharedKinds) {
			const charged = chargedRecords(this.#job.delta, kind, ticked);
			const unclaimed = new Int32Array(this.#job.delta.tables[kind].count).fill(-1);
			for (const [row, positions] of charged.entries()) {
				for (const position of positions) {
					unclaimed[position] = row;
				}
			}

			this.#charged[kind] = charged;
			this.#unclaimed[kind] = unclaimed;
		}

		this.#announce();
	}

	async close(): Promise<void> {
		await this.#lock?.release();
	}

	/** Opens again what an earlier run of these very snapshots left behind, and trusts only what its digest proves. */
	async #resume(): Promise<void> {
		const {delta} = this.#job;
		const {signal} = this.#around.options;
		const rows = new Set(delta.rows.map(({snapshot}) => snapshot));
		for (const {snapshot, active} of await this.#backend.unfinished({signal})) {
			if (!active && rows.has(snapshot)) {
				await this.#begin(snapshot);
			}
		}
	}

	async #begin(snapshot: SnapshotId): Promise<void> {
		const {signal} = this.#around.options;
		await this.#backend.begin(snapshot, async (kind, records) => records.map(record => this.#accept(kind, record)), {signal});
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

	/** Adds its part to the totals. */
	#announce(): void {
		const {counters} = this.#around;
		const {delta, ticked} = this.#job;
		let references = 0;
		for (const row of ticked) {
			const {ownBytes, needs} = delta.rows[row]!;
			this.#bytesLeft += ownBytes;
			references += needs.chunks + needs.objects;
		}

		for (const kind of sharedKinds) {
			let count = 0;
			for (const positions of this.#charged[kind]) {
				count += positions.length;
				for (const position of positions) {
					this.#bytesLeft += delta.tables[kind].sizeAt(position);
				}
			}

			references -= count;
			counters.add(kind === 'chunk' ? 'chunksTotal' : 'objectsTotal', count);
		}

		counters.add('bytesTotal', this.#bytesLeft);
		counters.add('snapshotsTotal', ticked.length);
		counters.add('referencesTotal', Math.max(0, references));
	}

	/** Opens the transaction of `snapshot` unless it is open. */
	async begin(snapshot: SnapshotId): Promise<void> {
		if (!this.#begun.has(snapshot)) {
			this.#begun.set(snapshot, 0);
			await this.#begin(snapshot);
		}
	}

	/** Claims the records charged to `snapshot` that are not claimed yet, one after the other, with their stored sizes. */
	* claimAll(snapshot: SnapshotId, kind: SharedKind): Generator<{readonly id: RecordId; readonly sizeBytes: number}> {
		const table = this.#job.delta.tables[kind];
		const unclaimed = this.#unclaimed[kind];
		for (const position of this.#charged[kind][this.#rows.get(snapshot)!]!) {
			if (unclaimed[position]! >= 0) {
				unclaimed[position] = -1;
				yield {id: table.idAt(position), sizeBytes: table.sizeAt(position)};
			}
		}
	}

	/** The snapshot in whose transaction the record belongs, if it is wanted and not claimed before. */
	claim(kind: SharedKind, id: RecordId): SnapshotId | undefined {
		const position = this.#job.delta.tables[kind].find(id);
		const row = position < 0 ? -1 : this.#unclaimed[kind][position]!;
		if (row < 0) {
			return undefined;
		}

		this.#unclaimed[kind][position] = -1;
		return this.#job.delta.rows[row]!.snapshot;
	}

	/** The records of `references` that are not sent with `snapshot`: the target has them. */
	* held(snapshot: SnapshotId, kind: SharedKind, references: ReferenceList): Generator<RecordId> {
		const table = this.#job.delta.tables[kind];
		const isCharged = new Uint8Array(table.count);
		for (const position of this.#charged[kind][this.#rows.get(snapshot)!]!) {
			isCharged[position] = 1;
		}

		const {bytes, count} = references[kind];
		for (let index = 0; index < count; index++) {
			if (isCharged[table.findPacked(bytes, index * referenceEntryBytes)] === 0) {
				yield references[kind].idAt(index);
			}
		}
	}

	/** `sizeBytes` were offered to the transaction of `snapshot`; `bytes` and `records` of them were new. */
	took(snapshot: SnapshotId, sizeBytes: number, {bytes, records}: {readonly bytes: number; readonly records: number}): void {
		this.#bytesLeft -= sizeBytes;
		this.#begun.set(snapshot, this.#begun.get(snapshot)! + bytes);
		this.#recordsWritten += records;
	}

	/** Throws PLAN_STALE when one of the records that the target should hold is absent. */
	assertHeld(kind: SharedKind, [absent]: readonly RecordId[]): void {
		if (absent !== undefined) {
			throw new PlakarError('PLAN_STALE', {
				message: `The plan no longer fits: the ${kind} ${absent} has gone from the target.`,
				hint: 'Something was removed there meanwhile. Make the plan again; what was sent so far is kept.',
			});
		}
	}

	/** Puts the snapshot together; the next commit makes it visible. */
	async put(snapshot: SnapshotId, stored: StoredSnapshot): Promise<void> {
		const {counters, options: {signal}} = this.#around;
		await this.#backend.putSnapshot(snapshot, stored, {signal});
		const ownBytes = stored.header.length + stored.references.length;
		const bytes = this.#begun.get(snapshot)! + ownBytes;
		this.#begun.delete(snapshot);
		this.#bytesLeft -= ownBytes;
		counters.add('bytesWritten', ownBytes);
		counters.add('bytesDone', ownBytes);
		this.#bytesWritten += bytes;
		this.#group.push({snapshot, bytes});
	}

	/**
	 * `all`: whatever the group holds, also after a failure, for what is put together is worth keeping; else only when it
	 * is large enough. It goes on for a while after a stop: it is how a job stops.
	 */
	async commit(all: boolean): Promise<void> {
		const bytes = this.#group.reduce((sum, {bytes: own}) => sum + own, 0);
		if (this.#group.length === 0 || (!all && bytes < groupBytes && this.#group.length < groupSnapshots)) {
			return;
		}

		const {counters, options: {signal, onEvent}} = this.#around;
		const snapshots = this.#group.map(({snapshot}) => snapshot);
		const late = lateSignal(signal, lastCommitMs);
		this.#group = [];
		try {
			await this.#backend.commit(snapshots, {signal: late.signal});
		} catch (error) {
			this.fail(error);
			return;
		} finally {
			late.end();
		}

		for (const snapshot of snapshots) {
			this.#committed.push(snapshot);
			counters.add('snapshotsDone', 1);
			onEvent({type: 'snapshot', snapshot, done: this.#committed.length, of: this.wanted.length});
		}
	}
}
