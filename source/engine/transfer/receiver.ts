// One target of a transfer: what it still wants, the transactions it holds open, and how it ended. Its failure is its own.

import type {Backend, Lock, StagedRecord, StoredRecord} from '../../backends/contract.js';
import {withLimit, type Throttle} from '../../backends/wrap/limit.js';
import {cancelled, isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {Counters} from '../../workers/counters.js';
import {lateSignal} from '../../workers/rest.js';
import {markMissing, type Delta} from '../delta.js';
import type {VerbOptions} from '../events.js';
import type {DamagedSnapshot} from '../jobs.js';
import type {Repository, StoredSnapshot} from '../repository.js';
import {Charges} from './charges.js';

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
	/** Whether the caller holds a lock on it for all of the transfer, taken through this very backend. */
	readonly isLocked?: boolean | undefined;
};

export type TransferOutcome = {
	/** What is complete in the target, also when the rest failed. */
	readonly snapshots: readonly SnapshotId[];
	readonly bytesWritten: number;
	readonly recordsWritten: number;
	/** What the source could not give; all else was sent. */
	readonly damaged: readonly DamagedSnapshot[];
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
	#charges: Charges | undefined;
	/** Bytes staged by each transaction that is begun and not yet put together. */
	readonly #begun = new Map<SnapshotId, number>();
	#group: Array<{readonly snapshot: SnapshotId; readonly bytes: number}> = [];
	/** Snapshots that the source cannot give, and why. */
	readonly #leftOut = new Map<SnapshotId, PlakarError>();
	readonly #put = new Set<SnapshotId>();
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
		return this.#put.size + this.#leftOut.size === this.wanted.length;
	}

	/** Whether `snapshot` is still to be sent to it. */
	wants(snapshot: SnapshotId): boolean {
		return this.isLive && this.#rows.has(snapshot) && !this.#put.has(snapshot) && !this.#leftOut.has(snapshot);
	}

	/** Known once it is open. */
	get charges(): Charges {
		return this.#charges!;
	}

	get outcome(): TransferOutcome {
		const {signal} = this.#around.options;
		const stopped = `${this.#committed.length} of ${this.wanted.length} snapshots are complete in the target; what else was sent is kept for the next run.`;
		return {
			snapshots: this.#committed,
			bytesWritten: this.#bytesWritten,
			recordsWritten: this.#recordsWritten,
			damaged: [...this.#leftOut].map(([snapshot, {message}]) => ({snapshot, reason: message})),
			error: this.#failure !== undefined && signal.aborted ? cancelled(stopped) : this.#failure,
		};
	}

	/**
	 * Nothing more is sent to it because of `error`; the first one counts. Where others go on, the totals shrink by what it
	 * will not get; where that is the end, they tell what was missing.
	 */
	stop(error: unknown): void {
		const {counters, isAlone, options: {signal}} = this.#around;
		if (this.#failure === undefined) {
			this.#failure = asPlakarError(error);
			if (!isAlone && !signal.aborted) {
				counters.add('bytesTotal', -this.#bytesLeft);
				counters.add('snapshotsTotal', this.#committed.length + this.#leftOut.size - this.wanted.length);
			}
		}
	}

	/**
	 * Gives up those of `snapshots` that it still wants, for the source cannot give them: `error` says why. What was staged
	 * for them is kept for a later run, and counts for no other snapshot of this one. Answers which ones.
	 */
	async leaveOut(snapshots: readonly SnapshotId[], error: PlakarError): Promise<SnapshotId[]> {
		const given = snapshots.filter(snapshot => this.wants(snapshot));
		const {counters, options: {signal}} = this.#around;
		const staged: StagedRecord[] = [];
		for (const snapshot of given) {
			for await (const page of this.#backend.listStaged(snapshot, {signal})) {
				staged.push(...page);
			}

			this.#leftOut.set(snapshot, error);
			this.#begun.delete(snapshot);
		}

		const {records, bytes} = this.charges.leaveOut(given, staged);
		const ownBytes = given.reduce((sum, snapshot) => sum + this.#job.delta.rows[this.#rows.get(snapshot)!]!.ownBytes, 0);
		this.#bytesLeft += bytes - ownBytes;
		counters.add('bytesTotal', bytes - ownBytes);
		counters.add('chunksTotal', records.chunk);
		counters.add('objectsTotal', records.object);
		counters.add('snapshotsTotal', -given.length);
		return given;
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
		this.#lock = this.#job.isLocked === true ? undefined : await this.#backend.lock('shared', purpose, options);
		await this.#resume();
		this.#charges = new Charges(this.#job.delta, this.#job.ticked);
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

		const {records, bytes} = this.charges.total;
		this.#bytesLeft += bytes;
		counters.add('chunksTotal', records.chunk);
		counters.add('objectsTotal', records.object);
		references -= records.chunk + records.object;
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
		this.#put.add(snapshot);
		this.charges.close(snapshot);
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
