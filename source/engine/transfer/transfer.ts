// Carries a delta from one repository to others in one pass over the source: records, then references, then headers; each
// snapshot whole or not at all.

import type {Throttle} from '../../backends/wrap/limit.js';
import {throwIfAborted, type PlakarError} from '../../errors/plakar-error.js';
import {reviveError} from '../../errors/revive.js';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import type {ReferenceList} from '../../format/reference-list.js';
import type {Counters} from '../../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../../workers/lanes.js';
import {SharedThrottle} from '../../workers/throttle.js';
import type {TaskAnswer} from '../../workers/task.js';
import type {VerbOptions} from '../events.js';
import {openReferences, readStoredSnapshot, sideOf, type Repository, type StoredSnapshot} from '../repository.js';
import {batchesOf, copyBatches, type CopyBatch} from './batches.js';
import {sharedKinds} from './charges.js';
import {isDamage} from './damage.js';
import {Receiver, type TransferOutcome, type TransferTarget} from './receiver.js';
import {stepsOf, type Step} from './steps.js';

/** See `SharedThrottle`: four steps are a second's worth. */
const stepsPerBatch = 4;

/** A batch that was not copied; without `error`, because another had failed before. */
type Failure = {readonly kind: SharedKind; readonly batch: CopyBatch; readonly error?: unknown};

export type Transfer = {
	readonly source: Repository;
	readonly targets: readonly TransferTarget[];
	readonly counters: Counters;
	readonly options: VerbOptions;
};

/**
 * Sends to each target the ticked rows of its delta, in order; a record that several lack is read once. Answers one
 * outcome per target: a target that fails does not stop the others, a source that fails stops all. Snapshots that need a
 * record which is damaged or missing in the source are left out and named, the others arrive. What was finished before is
 * committed, also on cancel, and CANCELLED says so; what was begun stays reserved for the next run. Takes a shared lock on
 * every target that the caller has not locked.
 */
export async function transfer({source, targets, counters, options}: Transfer): Promise<TransferOutcome[]> {
	const throttle = new SharedThrottle(counters);
	const receivers = targets.map((target, index) => new Receiver(index, target, {
		throttle, purpose: `receive from ${source.location}`, isAlone: targets.length === 1, counters, options,
	}));
	const lanes = await openLanes({counters, sides: {source: sideOf(source), targets: targets.map(({target}) => sideOf(target))}, signal: options.signal});
	try {
		await new Pass(source, receivers, lanes, throttle, options).run();
	} finally {
		await lanes.close();
		await Promise.all(receivers.map(async receiver => receiver.close()));
	}

	return receivers.map(({outcome}) => outcome);
}

class Pass {
	readonly #source: Repository;
	readonly #receivers: readonly Receiver[];
	readonly #lanes: Lanes;
	readonly #throttle: Throttle;
	readonly #options: VerbOptions;

	constructor(source: Repository, receivers: readonly Receiver[], lanes: Lanes, throttle: Throttle, options: VerbOptions) {
		this.#source = source;
		this.#receivers = receivers;
		this.#lanes = lanes;
		this.#throttle = throttle;
		this.#options = options;
	}

	async run(): Promise<void> {
		await this.#each(async receiver => receiver.attempt(async () => receiver.open()));
		this.#options.onEvent({type: 'phase', phase: 'chunks'});
		try {
			for (const step of stepsOf(this.#receivers.map(({isLive, wanted}) => isLive ? wanted : []))) {
				throwIfAborted(this.#options.signal);
				await this.#send(step);
				await this.#each(async receiver => receiver.commit(false));
			}
		} catch (error) {
			// The source cannot go on, or the job was stopped: that ends it for everybody who still waits for something.
			for (const receiver of this.#receivers) {
				if (!receiver.isServed) {
					receiver.stop(error);
				}
			}
		}

		await this.#each(async receiver => receiver.commit(true));
	}

	async #each(work: (receiver: Receiver) => Promise<void>): Promise<void> {
		await Promise.all(this.#receivers.map(work));
	}

	async #send({snapshot, takers: positions}: Step): Promise<void> {
		const takersNow = (): Receiver[] => positions.map(index => this.#receivers[index]!).filter(receiver => receiver.wants(snapshot));
		if (takersNow().length === 0) {
			return;
		}

		const {signal, onEvent} = this.#options;
		const read = await this.#read(snapshot);
		if (read === undefined) {
			return;
		}

		await Promise.all(takersNow().map(async taker => taker.attempt(async () => taker.begin(snapshot))));
		// Each turn that meets damage ends with fewer snapshots that are waited for.
		while (await this.#copyAll(snapshot, takersNow())) {
			throwIfAborted(signal);
		}

		const stream = new TaskStream(this.#lanes);
		try {
			for (const taker of takersNow()) {
				await this.#reference(stream, taker, snapshot, read.references);
			}
		} finally {
			await stream.drain();
		}

		await Promise.all(takersNow().map(async taker => taker.attempt(async () => taker.put(snapshot, read.stored))));
		onEvent({type: 'path', path: snapshot});
	}

	/** The snapshot's own records; undefined when they are damaged, and it is left out everywhere. */
	async #read(snapshot: SnapshotId): Promise<{readonly stored: StoredSnapshot; readonly references: ReferenceList} | undefined> {
		try {
			const stored = await readStoredSnapshot(this.#source, snapshot, {signal: this.#options.signal});
			return {stored, references: openReferences(this.#source.codec, snapshot, stored.references)};
		} catch (error) {
			if (!isDamage(error)) {
				throw error;
			}

			await this.#leaveOut(() => [snapshot], error);
			return undefined;
		}
	}

	/** Copies what `takers` still lack of `snapshot`. Answers whether damage was met: snapshots were left out then, and others may lack something again. */
	async #copyAll(snapshot: SnapshotId, takers: readonly Receiver[]): Promise<boolean> {
		const stream = new TaskStream(this.#lanes);
		const failures: Failure[] = [];
		// A slow line gets batches of about a second, so that progress is seen to move.
		const mostBytes = (): number => this.#throttle.stepBytes * stepsPerBatch;
		try {
			for (const kind of sharedKinds) {
				for (const batch of copyBatches(kind, snapshot, takers, this.#receivers, mostBytes)) {
					throwIfAborted(this.#options.signal);
					if (failures.length === 0) {
						await this.#copy(stream, kind, batch, failures);
					} else {
						failures.push({kind, batch});
					}
				}
			}
		} finally {
			await stream.drain();
		}

		for (const {kind, batch: {ids, destinations}} of failures) {
			for (const {target, snapshot: into} of destinations) {
				this.#receivers[target]!.charges.release(into, kind, ids);
			}
		}

		for (const {kind, batch, error} of failures) {
			if (error !== undefined) {
				await this.#settle(kind, batch, error);
			}
		}

		return failures.length > 0;
	}

	/** Leaves out what needs the damaged record that `error` names. Throws what is no damage. */
	async #settle(kind: SharedKind, {destinations}: CopyBatch, error: unknown): Promise<void> {
		if (!isDamage(error)) {
			throw error;
		}

		const {record} = error.context;
		await this.#leaveOut(receiver => typeof record === 'string'
			? receiver.charges.needing(kind, record as RecordId)
			: destinations.filter(({target}) => target === receiver.index).map(({snapshot}) => snapshot), error);
	}

	async #leaveOut(which: (receiver: Receiver) => readonly SnapshotId[], error: PlakarError): Promise<void> {
		const left = new Set<SnapshotId>();
		await this.#each(async receiver => receiver.attempt(async () => {
			for (const snapshot of await receiver.leaveOut(which(receiver), error)) {
				left.add(snapshot);
			}
		}));
		for (const snapshot of left) {
			this.#options.onEvent({type: 'notice', text: `${snapshot} is left out: ${error.message} ${error.hint}`});
		}
	}

	async #copy(stream: TaskStream, kind: SharedKind, batch: CopyBatch, failures: Failure[]): Promise<void> {
		const {ids, bytes, destinations: planned} = batch;
		await Promise.all(planned.map(async ({target, snapshot}) => {
			const receiver = this.#receivers[target]!;
			await receiver.attempt(async () => receiver.begin(snapshot));
		}));
		const destinations = planned.filter(({target}) => this.#receivers[target]!.isLive);
		if (destinations.length === 0) {
			return;
		}

		await stream.add({name: 'copy', kind, ids, destinations}, ({results}: TaskAnswer<'copy'>) => {
			for (const [index, {target, snapshot}] of destinations.entries()) {
				const result = results[index]!;
				if ('code' in result) {
					this.#receivers[target]!.fail(reviveError(result));
				} else {
					this.#receivers[target]!.took(snapshot, bytes, result);
				}
			}
		}, error => {
			failures.push({kind, batch, error});
		});
	}

	async #reference(stream: TaskStream, taker: Receiver, snapshot: SnapshotId, references: ReferenceList): Promise<void> {
		for (const kind of sharedKinds) {
			for (const ids of batchesOf(taker.charges.held(snapshot, kind, references), id => id, () => 0)) {
				throwIfAborted(this.#options.signal);
				if (!taker.isLive) {
					return;
				}

				await stream.add({name: 'reference', target: taker.index, snapshot, kind, ids}, ({absent}: TaskAnswer<'reference'>) => {
					taker.assertHeld(kind, absent);
				}, error => {
					taker.fail(error);
				});
			}
		}
	}
}
