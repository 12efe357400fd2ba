// Carries a heal plan out: all is verified again first, each record once more as it is written, and again where it lies then.

import {withLimit} from '../../backends/wrap/limit.js';
import type {Backend} from '../../backends/contract.js';
import {isPlakarError, PlakarError} from '../../errors/plakar-error.js';
import type {RecordId, RecordKind, SharedKind, SnapshotId} from '../../format/ids.js';
import {maximumObjectBytes} from '../../format/object-record.js';
import type {Counters} from '../../workers/counters.js';
import {restWhilePaused} from '../../workers/rest.js';
import {SharedThrottle} from '../../workers/throttle.js';
import {takeInventory, type Inventory} from '../check/inventory.js';
import type {VerbOptions} from '../events.js';
import {stalePlan} from '../plan.js';
import {listSnapshotIds, type Repository} from '../repository.js';
import {healableRows, healBytes, type HealableRow, type HealPlan, type HealReport} from './heal-plan.js';
import {healKinship, withSharedKeys} from './kin.js';
import {ProvenChunks} from './proven-chunks.js';
import {examineAll, Examiner, isSound, packedIds, proveStored} from './prove.js';
import {readProven, substituteFor, type OwnKind} from './snapshot-records.js';

export type ApplyHealInput = {
	readonly source: Repository;
	readonly target: Repository;
	readonly plan: HealPlan;
	/** Where the proofs of healed chunks are remembered; nowhere when absent. */
	readonly ledgerFile?: string | undefined;
	readonly counters: Counters;
};

/** Records that are written before they are read again: a stop waits for no more, and a lane has enough to do. */
const recordsPerRound = 64;

/**
 * Writes what `plan` says, under the exclusive lock of the target. Throws PLAN_STALE, before anything is written, when a
 * record is sound by now, its copy is not, or no snapshot needs it any more; BACKEND_READ_ONLY where a server lets nobody
 * replace anything; BACKEND_LOCKED. Each record is whole or as it was, whenever this is stopped; a new plan has the rest.
 * On cancel it resolves with what was healed.
 */
export async function applyHeal(input: ApplyHealInput, options: VerbOptions): Promise<HealReport> {
	const {plan} = input;
	const kinship = healKinship(input.source, input.target);
	if (input.source.config.repositoryId !== plan.source.repositoryId || input.target.config.repositoryId !== plan.target.repositoryId) {
		throw stalePlan('it was made for other repositories');
	}

	if (kinship !== plan.kinship) {
		throw stalePlan('the settings of one of them have changed');
	}

	const lock = await input.target.backend.lock('exclusive', `heal from ${input.source.location}`, {signal: options.signal});
	try {
		return await new HealRun({...input, ...withSharedKeys(input.source, input.target, kinship)}, options).run();
	} finally {
		await lock.release();
	}
}

type Written = {readonly kind: RecordKind; readonly id: RecordId};

class HealRun {
	readonly #input: ApplyHealInput;
	readonly #options: VerbOptions;
	readonly #backend: Backend;
	readonly #startedMs = performance.now();
	readonly #healed: Written[] = [];
	readonly #unproven: Array<Written & {readonly reason: string}> = [];
	readonly #proofs: ProvenChunks;
	#bytesWritten = 0;

	constructor(input: ApplyHealInput, options: VerbOptions) {
		this.#input = input;
		this.#options = options;
		this.#backend = withLimit(input.target.backend, new SharedThrottle(input.counters));
		this.#proofs = new ProvenChunks(input.ledgerFile, input.target.opens, text => {
			options.onEvent({type: 'notice', text});
		});
	}

	async run(): Promise<HealReport> {
		const {plan, counters} = this.#input;
		const {signal, onEvent} = this.#options;
		const rows = healableRows(plan);
		const own = rows.filter(({kind}) => kind === 'header' || kind === 'references');
		const shared = rows.filter((row): row is HealableRow & {readonly kind: SharedKind} => row.kind === 'chunk' || row.kind === 'object');
		counters.set('chunksTotal', rows.length);
		counters.set('objectsTotal', rows.length);
		// Each copy is read, written, and read again where it lies then.
		counters.set('bytesTotal', healBytes(plan) * 3);
		onEvent({type: 'phase', phase: 'reading'});
		await this.#confirm(own, shared);
		onEvent({type: 'phase', phase: 'chunks'});
		try {
			for (const row of own) {
				await this.#writeOwn(row);
			}

			await this.#writeShared(shared);
		} catch (error) {
			if (!isPlakarError(error, 'CANCELLED') && !signal.aborted) {
				throw error;
			}
		} finally {
			await this.#proofs.save();
		}

		onEvent({type: 'phase', phase: 'receipt'});
		return {
			sourceLocation: this.#input.source.location, targetLocation: this.#input.target.location, planId: plan.id,
			healed: this.#healed.length, unproven: this.#unproven, left: rows.length - this.#healed.length - this.#unproven.length, cannot: plan.rows.length - rows.length,
			bytesWritten: this.#bytesWritten, retries: counters.get('retries'), receipt: this.#healed.length === rows.length, durationMs: performance.now() - this.#startedMs,
		};
	}

	/** Reads everything again, here and there. Throws PLAN_STALE. */
	async #confirm(own: readonly HealableRow[], shared: ReadonlyArray<HealableRow & {readonly kind: SharedKind}>): Promise<void> {
		const {source, target, counters} = this.#input;
		const {signal} = this.#options;
		for (const {kind, id, sizeBytes} of own) {
			const {here, cannot} = await substituteFor({source, target, kinship: this.#input.plan.kinship}, kind as OwnKind, id as SnapshotId, {signal});
			if (here.state === 'sound' || cannot !== undefined) {
				throw stalePlan(here.state === 'sound' ? `the ${kind} ${id} is sound by now` : `the ${kind} ${id} cannot be healed any more: ${cannot}`);
			}

			counters.add('bytesDone', sizeBytes);
			counters.add('chunksDone', 1);
		}

		const idsOf = (rows: typeof shared, kind: SharedKind) => packedIds(rows.filter(row => row.kind === kind).map(({id}) => id));
		const all = {chunk: idsOf(shared, 'chunk'), object: idsOf(shared, 'object')};
		const copied = shared.filter(({origin}) => origin === 'source');
		if (shared.length === 0) {
			return;
		}

		const [here, inventory] = [await examineAll(target, all, {signal}), await this.#inventory()];
		const there = await examineAll(source, {chunk: idsOf(copied, 'chunk'), object: idsOf(copied, 'object')}, {signal});
		const replacesLists = own.some(({kind}) => kind === 'references');
		for (const {kind, id, origin, sizeBytes} of shared) {
			const [mine, owners] = [here[kind].get(id)!, ownersIn(inventory, kind, id)];
			if (owners.length === 0 && !replacesLists) {
				throw stalePlan(`no snapshot needs the ${kind} ${id} any more`);
			}

			// A sound record is still to be rewritten where its size contradicts the lists.
			const isMended = isSound(mine) && (origin === 'own' ? !replacesLists && mine.references >= owners.length : mine.sizeBytes === sizeBytes);
			if (isMended || (origin === 'own' && !isSound(mine))) {
				throw stalePlan(`the ${kind} ${id} is ${isMended ? 'sound by now' : 'damaged by now'}`);
			}

			if (origin === 'source' && !isSound(there[kind].get(id))) {
				throw stalePlan(`the copy of the ${kind} ${id} is not sound any more`);
			}

			counters.add('bytesDone', sizeBytes);
			counters.add('chunksDone', 1);
		}
	}

	async #inventory(): Promise<Inventory> {
		const {target} = this.#input;
		const {signal} = this.#options;
		return takeInventory(target, await listSnapshotIds(target, {signal}), () => undefined, {signal});
	}

	async #writeOwn({kind, id, sizeBytes}: HealableRow): Promise<void> {
		const {source, target, plan, counters} = this.#input;
		const {signal} = this.#options;
		await restWhilePaused(counters);
		const {stored, cannot} = await substituteFor({source, target, kinship: plan.kinship}, kind as OwnKind, id as SnapshotId, {signal});
		if (stored === undefined) {
			throw this.#stale(`the ${kind} ${id} cannot be healed any more: ${cannot ?? 'its copy is gone'}`);
		}

		await this.#replace(kind, id, stored, sizeBytes, []);
		const again = await readProven(target, kind as OwnKind, id as SnapshotId, {});
		this.#tell(kind, [again.state === 'sound' ? {id} : {id, reason: again.reason}], sizeBytes);
	}

	async #writeShared(rows: ReadonlyArray<HealableRow & {readonly kind: SharedKind}>): Promise<void> {
		if (rows.length === 0) {
			return;
		}

		const {target, counters} = this.#input;
		// After the lists were healed: they say who needs what.
		const inventory = await this.#inventory();
		// Not stopped with the job: what was written is read again whatever happens.
		const examiner = await Examiner.open(target, recordsPerRound);
		try {
			for (const kind of ['chunk', 'object'] as const) {
				const ofKind = rows.filter(row => row.kind === kind);
				for (let start = 0; start < ofKind.length; start += recordsPerRound) {
					const written: HealableRow[] = [];
					try {
						for (const row of ofKind.slice(start, start + recordsPerRound)) {
							await restWhilePaused(counters);
							await this.#replace(kind, row.id, await this.#bytesFor(row), row.sizeBytes, ownersIn(inventory, kind, row.id));
							written.push(row);
						}
					} finally {
						await this.#readAgain(examiner, kind, written, inventory);
					}
				}
			}
		} finally {
			await examiner.close();
		}
	}

	/** The sound bytes of a record, proven now. Throws PLAN_STALE. */
	async #bytesFor({kind, id, origin}: HealableRow): Promise<Uint8Array> {
		const {source, target, plan} = this.#input;
		const giver = origin === 'own' ? target : source;
		let stored: Uint8Array;
		try {
			stored = await giver.backend.read(kind, id, {signal: this.#options.signal});
			proveStored(giver, kind, id, stored);
		} catch (error) {
			throw isPlakarError(error, 'RECORD_CORRUPT') || isPlakarError(error, 'BACKEND_NOT_FOUND') ? this.#stale(`the copy of the ${kind} ${id} is not sound any more`) : error;
		}

		if (origin === 'own' || plan.kinship === 'family') {
			return stored;
		}

		const maximumBytes = kind === 'object' ? maximumObjectBytes : source.codec.chunking.maximumBytes;
		return target.codec.sealer.seal(kind, id, source.codec.sealer.unseal(kind, id, stored, maximumBytes));
	}

	/** The world moved while it was written: what was healed before stays. */
	#stale(changed: string): PlakarError {
		const {message, context, hint} = stalePlan(changed);
		const count = this.#healed.length;
		return new PlakarError('PLAN_STALE', {message, context, hint: count === 0 ? hint : `${count} of its records were healed before and are sound. Make the plan again for the rest.`});
	}

	async #replace(kind: RecordKind, id: RecordId, bytes: Uint8Array, plannedBytes: number, holders: readonly SnapshotId[]): Promise<void> {
		const {counters} = this.#input;
		await this.#backend.replace(kind, id, bytes, {signal: this.#options.signal, holders});
		this.#bytesWritten += bytes.length;
		counters.add('bytesWritten', bytes.length);
		counters.add('bytesDone', plannedBytes);
		counters.add('recordsWritten', 1);
	}

	/** Proves what was written where it lies now; also when the job is being stopped. */
	async #readAgain(examiner: Examiner, kind: SharedKind, rows: readonly HealableRow[], inventory: Inventory): Promise<void> {
		if (rows.length === 0) {
			return;
		}

		const seen = await examiner.examine(kind, packedIds(rows.map(({id}) => id)));
		const outcomes = rows.map(({id}) => {
			const examined = seen.get(id)!;
			const owners = ownersIn(inventory, kind, id).length;
			if (!isSound(examined)) {
				return {id, reason: examined.reason};
			}

			const {references} = examined;
			return references >= 0 && references < owners ? {id, reason: `it has ${references} references where ${owners} snapshots need it`} : {id};
		});
		if (kind === 'chunk') {
			this.#proofs.take(seen);
		}

		this.#tell(kind, outcomes, rows.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0));
	}

	#tell(kind: RecordKind, outcomes: ReadonlyArray<{readonly id: RecordId; readonly reason?: string}>, sizeBytes: number): void {
		const {counters} = this.#input;
		const sound: RecordId[] = [];
		for (const {id, reason} of outcomes) {
			if (reason === undefined) {
				sound.push(id);
				this.#healed.push({kind, id});
			} else {
				this.#unproven.push({kind, id, reason});
				counters.add('errors', 1);
			}
		}

		counters.add('bytesDone', sizeBytes);
		counters.add('objectsDone', outcomes.length);
		if (sound.length > 0) {
			this.#options.onEvent({type: 'healed', kind, ids: sound});
		}
	}
}

function ownersIn({tables, snapshots}: Inventory, kind: SharedKind, id: RecordId): SnapshotId[] {
	const table = tables[kind];
	const position = table.find(id);
	return position < 0 ? [] : table.ownersOf(table.setAt(position)).map(owner => snapshots[owner]!.id);
}
