// Carries snapshots to a target that stores them otherwise: rebuilt one by one from opened content, each whole or not at all.

import type {StoredRecord} from '../../backends/contract.js';
import {cancelled, throwIfAborted} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import type {SharedKind, SnapshotId} from '../../format/ids.js';
import {encodeReferenceList, type ReferenceList} from '../../format/reference-list.js';
import {verifyEnvelope} from '../../format/sealing.js';
import {encodeHeader, type SnapshotHeader} from '../../format/snapshot-header.js';
import type {Counters} from '../../workers/counters.js';
import {openLanes, type Lanes} from '../../workers/lanes.js';
import {classesOf, type Delta} from '../delta.js';
import type {VerbOptions} from '../events.js';
import type {DamagedSnapshot} from '../jobs.js';
import {pricePlan, type Kinship} from '../plan.js';
import {assertOpens, readHeader, sideOf, type Repository} from '../repository.js';
import {isDamage} from '../transfer/damage.js';
import type {TransferOutcome} from '../transfer/receiver.js';
import {learnFrom} from './bases.js';
import {ContentMap} from './content-map.js';
import {SnapshotRecut} from './recut.js';
import {resealSnapshot} from './reseal.js';

export type RebuildSetup = VerbOptions & {
	readonly source: Repository;
	readonly target: Repository;
	readonly lanes: Lanes;
	readonly counters: Counters;
	/** The snapshot's header in the source. */
	readonly header: SnapshotHeader;
};

/** What the target is to hold, all of its records staged or referred to; and what was really written for it. */
export type Rebuilt = {readonly header: SnapshotHeader; readonly references: ReferenceList; readonly bytes: number; readonly records: number};

export type Rewrite = {
	readonly source: Repository;
	readonly target: Repository;
	readonly delta: Delta;
	/** Rows of the delta to send, ascending. */
	readonly ticked: readonly number[];
	readonly kinship: Exclude<Kinship, 'family'>;
	/** Snapshots that both sides hold and that are worth learning from. */
	readonly bases: readonly SnapshotId[];
	readonly counters: Counters;
	readonly options: VerbOptions;
};

/**
 * Sends the ticked rows, in order, each committed by itself, so that the next one finds its records. Needs the passphrases
 * of both sides. A snapshot of which a record is damaged is left out and named. What was begun when it stopped stays
 * reserved: the next run writes only the rest of it, though content is read again to find out its names. Never throws: the
 * outcome tells what was finished before, and why the rest was not sent: CANCELLED, PASSPHRASE_NEEDED, what a side threw.
 */
export async function rewrite(job: Rewrite): Promise<TransferOutcome> {
	const run = new RewriteRun(job);
	try {
		await run.run();
		return run.outcome;
	} catch (error) {
		const {snapshots} = run.outcome;
		const kept = `${snapshots.length} of ${job.ticked.length} snapshots are complete in the target; what else was sent is kept for the next run.`;
		return {...run.outcome, error: job.options.signal.aborted ? cancelled(kept) : asPlakarError(error)};
	}
}

const isWhole = (kind: SharedKind, {id, bytes}: StoredRecord): boolean => {
	try {
		verifyEnvelope(kind, id, bytes);
		return true;
	} catch {
		return false;
	}
};

class RewriteRun {
	readonly #job: Rewrite;
	readonly #known = new ContentMap();
	readonly #committed: SnapshotId[] = [];
	readonly #damaged: DamagedSnapshot[] = [];
	#bytesWritten = 0;
	#recordsWritten = 0;
	/** Files and their bytes of the snapshots so far. */
	#passed = {files: 0, bytes: 0};

	constructor(job: Rewrite) {
		this.#job = job;
	}

	get outcome(): TransferOutcome {
		return {snapshots: this.#committed, bytesWritten: this.#bytesWritten, recordsWritten: this.#recordsWritten, damaged: this.#damaged};
	}

	async run(): Promise<void> {
		const {source, target, counters, options} = this.#job;
		assertOpens(source);
		assertOpens(target);
		const lock = await target.backend.lock('shared', `receive from ${source.location}`, options);
		const lanes = await openLanes({counters, sides: {source: sideOf(source), targets: [sideOf(target)]}, signal: options.signal});
		try {
			await this.#sendAll(lanes);
		} finally {
			await lanes.close();
			await lock.release();
		}
	}

	async #sendAll(lanes: Lanes): Promise<void> {
		const {delta, ticked, options: {signal}} = this.#job;
		const headers = await this.#announce();
		await this.#learn();
		for (const [number, row] of ticked.entries()) {
			throwIfAborted(signal);
			const {snapshot} = delta.rows[row]!;
			try {
				await this.#send(lanes, snapshot, headers[number]!, number + 1);
			} catch (error) {
				await this.#leaveOut(snapshot, error);
			}
		}
	}

	/** Goes on without a damaged snapshot. What was staged for it is dropped, for the next one would rely on it. Throws what is no damage. */
	async #leaveOut(snapshot: SnapshotId, error: unknown): Promise<void> {
		const {target, counters, options: {onEvent}} = this.#job;
		if (!isDamage(error)) {
			throw error;
		}

		await target.backend.rollback(snapshot);
		this.#damaged.push({snapshot, reason: error.message});
		counters.add('snapshotsTotal', -1);
		onEvent({type: 'notice', text: `${snapshot} is left out: ${error.message} ${error.hint}`});
	}

	/** Sets the totals: a re-cut goes over the files of the snapshots, a re-seal over the records that are missing. */
	async #announce(): Promise<SnapshotHeader[]> {
		const {source, delta, ticked, kinship, counters, options: {signal, onEvent}} = this.#job;
		const headers: SnapshotHeader[] = [];
		for (const row of ticked) {
			headers.push(await readHeader(source, delta.rows[row]!.snapshot, {signal}));
		}

		counters.set('snapshotsTotal', ticked.length);
		if (kinship === 'unrelated') {
			counters.set('bytesTotal', headers.reduce((sum, {totals}) => sum + totals.sizeBytes, 0));
			counters.set('filesTotal', headers.reduce((sum, {totals}) => sum + totals.files, 0));
		} else {
			const {total, alreadyThere} = pricePlan({rows: delta.rows, classes: classesOf(delta)}, new Set(ticked));
			counters.set('bytesTotal', total.bytes);
			counters.set('chunksTotal', total.chunks);
			counters.set('objectsTotal', total.objects);
			counters.set('referencesTotal', alreadyThere.chunks + alreadyThere.objects);
		}

		onEvent({type: 'phase', phase: 'chunks'});
		return headers;
	}

	/** What cannot be read of a base teaches nothing; that is no reason to stop. */
	async #learn(): Promise<void> {
		const {source, target, bases, kinship, options: {signal}} = this.#job;
		for (const snapshot of kinship === 'unrelated' ? bases : []) {
			await learnFrom(this.#known, source, target, snapshot, {signal}).catch(() => throwIfAborted(signal));
		}
	}

	async #send(lanes: Lanes, snapshot: SnapshotId, header: SnapshotHeader, number: number): Promise<void> {
		const {source, target, kinship, counters, ticked, options} = this.#job;
		const {signal, onEvent} = options;
		await target.backend.begin(snapshot, async (kind, records) => records.map(record => isWhole(kind, record)), {signal});
		const setup: RebuildSetup = {source, target, lanes, counters, header, ...options};
		const {header: rebuilt, references, bytes, records} = kinship === 'unrelated'
			? await new SnapshotRecut(setup, this.#known, number).run()
			: await resealSnapshot(setup);
		const {sealer} = target.codec;
		const stored = {
			references: sealer.seal('references', snapshot, encodeReferenceList(references)),
			header: sealer.seal('header', snapshot, encodeHeader(rebuilt)),
		};
		throwIfAborted(signal);
		await target.backend.putSnapshot(snapshot, stored, {signal});
		await target.backend.commit([snapshot]);
		const ownBytes = stored.references.length + stored.header.length;
		counters.add('bytesWritten', ownBytes);
		counters.add('snapshotsDone', 1);
		if (kinship === 'unrelated') {
			// Content that a snapshot holds twice was met once.
			const {files, sizeBytes} = header.totals;
			this.#passed = {files: this.#passed.files + files, bytes: this.#passed.bytes + sizeBytes};
			counters.set('filesDone', this.#passed.files);
			counters.set('bytesDone', this.#passed.bytes);
		} else {
			counters.add('bytesDone', ownBytes);
		}

		this.#bytesWritten += bytes + ownBytes;
		this.#recordsWritten += records;
		this.#committed.push(snapshot);
		onEvent({type: 'snapshot', snapshot, done: this.#committed.length, of: ticked.length});
	}
}
