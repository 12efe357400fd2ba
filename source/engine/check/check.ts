// Checks a repository: what it needs against what is there, then, at level full, every byte. Findings are returned.

import {randomInt} from 'node:crypto';
import {isPlakarError, type PlakarError} from '../../errors/plakar-error.js';
import {reasonOf} from '../../errors/revive.js';
import type {SharedKind, SnapshotId} from '../../format/ids.js';
import type {Counters} from '../../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../../workers/lanes.js';
import type {VerbOptions} from '../events.js';
import type {CheckLevel, CheckReport, Finding} from '../finding.js';
import type {SnapshotTarget} from '../jobs.js';
import {snapshotsDigest} from '../ledger/verified.js';
import {RecordTable} from '../record-table.js';
import {countUnfinished, listSnapshotIds, sideOf, type Repository} from '../repository.js';
import {PathSearch} from './affected.js';
import {CheckMap} from './check-map.js';
import {batchesOf, ChunkReading} from './chunk-reading.js';
import {FindingList} from './finding-list.js';
import {listHeld, listNeeded, takeInventory, type Inventory, type PackedIds, type Report} from './inventory.js';
import {findingOf} from './judge.js';
import {ProofKeeper, type Resume} from './proof-keeper.js';
import {RecordJudge} from './record-judge.js';
import {scopeOf} from './scope.js';
import {lookAgain} from './second-look.js';
import {checkStructure} from './structure.js';

export type CheckInput = {
	readonly repository: Repository;
	readonly level: CheckLevel;
	/** Read only so many percent of the chunks, chosen by chance: each chunk has the same. */
	readonly samplePercent?: number | undefined;
	/** Only these snapshots, or these paths of them; the whole repository when absent. Paths need the key. */
	readonly targets?: readonly SnapshotTarget[] | undefined;
	/** Where what was proven is remembered; nowhere when absent. */
	readonly ledgerFile?: string | undefined;
	/** Chunks that the ledger knows as proven lately are not read. */
	readonly resume?: Resume | undefined;
	readonly counters: Counters;
	/** Milliseconds since 1970; default: the clock. */
	readonly now?: (() => number) | undefined;
};

/** How often it is counted which snapshots are proven: that costs as much as they have different sets of records. */
const countEveryMs = 1000;

/**
 * Never throws for damage. With the key, content is hashed; without it, the digests of the stored bytes prove the
 * absence of bit rot. On cancel it returns what was found so far, with `complete` false. It never writes into the
 * repository. Memory: about 120 bytes a record.
 */
export async function checkRepository(input: CheckInput, options: VerbOptions): Promise<CheckReport> {
	const lanes = await openLanes({counters: input.counters, sides: {source: sideOf(input.repository)}, signal: options.signal});
	try {
		return await new CheckRun(input, lanes, options).run();
	} finally {
		await lanes.close();
	}
}

class CheckRun {
	readonly #input: CheckInput;
	readonly #lanes: Lanes;
	readonly #options: VerbOptions;
	readonly #now: () => number;
	readonly #judge: RecordJudge;
	readonly #startedMs = performance.now();
	readonly #findings = new FindingList();
	#inventory: Inventory = {snapshots: [], tables: {chunk: new RecordTable(), object: new RecordTable()}};
	readonly #records: Record<SharedKind, number> = {chunk: 0, object: 0};
	#proofs: ProofKeeper | undefined;
	#map: CheckMap | undefined;
	#search: PathSearch | undefined;
	#nextCountMs = 0;
	/** Only some paths are looked at: the rest of their snapshots is not proven. */
	#hasScope = false;
	#isMediumDamaged = false;
	#hasInventory = false;

	constructor(input: CheckInput, lanes: Lanes, options: VerbOptions) {
		this.#input = input;
		this.#lanes = lanes;
		this.#options = options;
		this.#now = input.now ?? Date.now;
		this.#judge = new RecordJudge({counters: input.counters, report: this.#report, wholeRepository: input.targets === undefined});
	}

	async run(): Promise<CheckReport> {
		const {signal, onEvent} = this.#options;
		let complete = this.#input.samplePercent === undefined;
		let isRead = false;
		try {
			await this.#examineMedium();
			onEvent({type: 'phase', phase: 'listing'});
			await (this.#input.targets === undefined ? this.#examineStore() : this.#examineTargets());
			isRead = !signal.aborted;
			if (this.#input.targets === undefined) {
				const text = await lookAgain(this.#input.repository, this.#inventory, this.#judge.suspects, this.#report, {signal});
				if (text !== undefined) {
					onEvent({type: 'notice', text});
				}
			}
		} catch (error) {
			// What ends the reading of a damaged medium is a finding.
			if (isPlakarError(error, 'BACKEND_CORRUPT')) {
				this.#reportMedium(error);
			} else if (!isPlakarError(error, 'CANCELLED') && !signal.aborted && !this.#isMediumDamaged) {
				throw error;
			}

			complete = false;
		} finally {
			await this.#proofs?.finish(isRead);
		}

		await this.#search?.finish();
		complete &&= !signal.aborted;
		return this.#summary(complete);
	}

	/** First of all: what lies in a damaged medium may not even be listed, and then this says why. */
	async #examineMedium(): Promise<void> {
		const {backend, location} = this.#input.repository;
		if (backend.examineMedium === undefined) {
			return;
		}

		this.#options.onEvent({type: 'phase', phase: 'medium'});
		for (const reason of await backend.examineMedium({signal: this.#options.signal})) {
			this.#isMediumDamaged = true;
			this.#report({kind: 'medium', id: location, reason, reads: 1});
		}
	}

	#reportMedium(error: PlakarError): void {
		this.#isMediumDamaged = true;
		this.#report({kind: 'medium', id: this.#input.repository.location, reason: reasonOf(error), advice: error.hint});
	}

	async #snapshotIds(): Promise<SnapshotId[]> {
		const {repository, targets} = this.#input;
		return targets === undefined ? listSnapshotIds(repository, {signal: this.#options.signal}) : [...new Set(targets.map(({snapshot}) => snapshot))];
	}

	readonly #report: Report = judgement => {
		const finding = findingOf(judgement);
		if (this.#tell(finding)) {
			this.#search?.add(finding);
		}
	};

	#tell(finding: Finding): boolean {
		const isKept = this.#findings.put(finding);
		this.#input.counters.set('findings', this.#findings.count);
		this.#input.counters.set('snapshotsAffected', this.#findings.damagedSnapshots.size);
		if (isKept) {
			this.#options.onEvent({type: 'finding', finding});
		}

		return isKept;
	}

	/**
	 * Everything in the store. Reading begins while the store is still listed; what the snapshots need is found out
	 * meanwhile, and answers that come before that wait for it.
	 */
	async #examineStore(): Promise<void> {
		// Snapshots first: a record that appears later belongs to a newer one, and is looked at again.
		const snapshots = await this.#snapshotIds();
		const stream = new TaskStream(this.#lanes);
		try {
			const object = await this.#listHeld('object', snapshots);
			const feeding = [this.#feedObjects(stream, object)];
			// A failure of reading is told by the drain below, not as one that nobody waited for.
			feeding[0]!.catch(() => undefined);
			const chunk = await this.#listHeld('chunk', snapshots);
			// Room for as many missing chunks again: how many there are is not known yet.
			const reading = await this.#prepareChunks(stream, chunk, snapshotsDigest(snapshots), (chunk.count * 2) + 1024);
			feeding.push(reading.feed());
			feeding[1]!.catch(() => undefined);
			await this.#takeInventory(snapshots);
			this.#takeMissing(object, chunk);
			await this.#proveStructure();
			await Promise.all(feeding);
			await stream.drain();
			await reading.feedChanged();
			await stream.drain();
		} finally {
			await stream.drain();
		}
	}

	/** Where a damaged medium cannot list what it holds, what the snapshots need is looked for instead. */
	async #listHeld(kind: SharedKind, snapshots: readonly SnapshotId[]): Promise<PackedIds> {
		try {
			return await listHeld(this.#input.repository, kind, {signal: this.#options.signal});
		} catch (error) {
			if (!isPlakarError(error, 'BACKEND_CORRUPT')) {
				throw error;
			}

			if (!this.#isMediumDamaged) {
				this.#reportMedium(error);
			}

			await this.#takeInventory(snapshots);
			return listNeeded(this.#inventory.tables[kind]);
		}
	}

	/** Only what some snapshots need. */
	async #examineTargets(): Promise<void> {
		await this.#takeInventory(await this.#snapshotIds());
		const {tables, snapshots} = this.#inventory;
		const scope = await scopeOf(this.#input.repository, this.#input.targets!, snapshots, {signal: this.#options.signal});
		this.#hasScope = scope !== undefined;
		const {chunk, object} = scope ?? {chunk: listNeeded(tables.chunk), object: listNeeded(tables.object)};
		const stream = new TaskStream(this.#lanes);
		try {
			await this.#feedObjects(stream, object);
			const reading = await this.#prepareChunks(stream, chunk, undefined, chunk.count);
			await reading.feed();
			await this.#proveStructure();
			await stream.drain();
			await reading.feedChanged();
		} finally {
			await stream.drain();
		}
	}

	/** Once: what was taken stays. */
	async #takeInventory(snapshots: readonly SnapshotId[]): Promise<void> {
		if (this.#hasInventory) {
			return;
		}

		this.#hasInventory = true;
		const {repository, counters, level} = this.#input;
		const {signal} = this.#options;
		this.#inventory = await takeInventory(repository, snapshots, this.#report, {signal});
		let bytes = 0;
		for (const kind of ['chunk', 'object'] as const) {
			const table = this.#inventory.tables[kind];
			for (let position = 0; position < table.count; position++) {
				bytes += table.sizeAt(position);
			}
		}

		counters.set('bytesTotal', level === 'full' ? Math.max(0, Math.round(bytes * (this.#input.samplePercent ?? 100) / 100) - (this.#proofs?.trustedBytes() ?? 0)) : 0);
		counters.set('snapshotsTotal', snapshots.length);
		if (repository.opens && !this.#isMediumDamaged) {
			this.#search = new PathSearch(repository, {
				signal, inventory: this.#inventory, parts: this.#judge.parts,
				onFound: finding => {
					this.#tell(finding);
				},
			});
		}

		this.#judge.begin(this.#inventory);
	}

	/** What is needed and not in the store: its cells stand at the end of the map. */
	#takeMissing(object: PackedIds, chunk: PackedIds): void {
		const {tables} = this.#inventory;
		this.#judge.takeMissing('object', listNeeded(tables.object, object));
		const missing = listNeeded(tables.chunk, chunk);
		if (missing.count > 0) {
			this.#records.chunk += missing.count;
			this.#input.counters.set('chunksTotal', this.#records.chunk);
			this.#map!.addMissing(missing);
			this.#options.onEvent({type: 'map', ...this.#map!.view()});
			this.#judge.takeMissing('chunk', missing);
		}
	}

	/** Reads indexes in this thread, beside the lanes. */
	async #proveStructure(): Promise<void> {
		const {repository, level, samplePercent} = this.#input;
		if (level === 'full' && repository.opens && samplePercent === undefined && !this.#hasScope) {
			await checkStructure(repository, this.#inventory, this.#report, {signal: this.#options.signal});
		}
	}

	async #feedObjects(stream: TaskStream, ids: PackedIds): Promise<void> {
		this.#records.object = ids.count;
		this.#input.counters.set('objectsTotal', ids.count);
		for (const {batch, count} of batchesOf(ids)) {
			if (this.#options.signal.aborted) {
				break;
			}

			await stream.add({name: 'examine', kind: 'object', ids: batch, read: this.#choose(count)}, seen => {
				this.#judge.take('object', batch, seen, undefined);
			});
		}
	}

	/** Opens the ledger and the map for `ids`. `snapshots`: the digest of all, when `ids` are all chunks; `capacity` of the map. */
	async #prepareChunks(stream: TaskStream, ids: PackedIds, snapshots: string | undefined, capacity: number): Promise<ChunkReading> {
		const {ledgerFile, level, samplePercent, resume, repository, counters} = this.#input;
		const {signal, onEvent} = this.#options;
		const isFull = level === 'full' && samplePercent === undefined;
		this.#proofs = await ProofKeeper.open({
			file: ledgerFile, ids, opens: repository.opens, snapshots, isFull, resume: isFull ? resume : undefined, now: this.#now,
			onNotice: text => {
				onEvent({type: 'notice', text});
			},
		});
		this.#map = new CheckMap(ids, capacity, this.#proofs);
		onEvent({type: 'map', ...this.#map.view()});
		onEvent({type: 'phase', phase: 'reading'});
		this.#records.chunk = ids.count;
		counters.set('chunksTotal', ids.count);
		return new ChunkReading({
			stream, ids, map: this.#map, proofs: this.#proofs, judge: this.#judge, now: this.#now, signal,
			choose: count => this.#choose(count),
			onAnswer: () => {
				this.#proofs!.keep();
				this.#search?.wake();
				this.#count();
			},
		});
	}

	/** Which of `count` records to read. */
	#choose(count: number): Uint8Array | undefined {
		const {level, samplePercent} = this.#input;
		if (level === 'fast') {
			return undefined;
		}

		return samplePercent === undefined
			? new Uint8Array(count).fill(1)
			: Uint8Array.from({length: count}, () => randomInt(1_000_000) < samplePercent * 10_000 ? 1 : 0);
	}

	/** Tells how many snapshots are proven so far, now and then. */
	#count(): void {
		const nowMs = performance.now();
		const {counters} = this.#input;
		counters.set('chunksTrusted', this.#judge.chunksTrusted);
		if (nowMs >= this.#nextCountMs && this.#inventory.snapshots.length > 0) {
			counters.set('snapshotsDone', this.#proven());
			this.#nextCountMs = performance.now() + Math.max(countEveryMs, (performance.now() - nowMs) * 20);
		}
	}

	/** How many snapshots were read whole and are sound. */
	#proven(): number {
		const {snapshots} = this.#inventory;
		if (this.#input.level === 'fast' || this.#hasScope || snapshots.length === 0) {
			return 0;
		}

		const unproven = this.#judge.unproven();
		return snapshots.filter(({id, header, listed}, owner) =>
			listed && (header !== undefined || !this.#input.repository.opens) && !unproven.has(owner) && !this.#findings.damagedSnapshots.has(id)).length;
	}

	async #summary(complete: boolean): Promise<CheckReport> {
		const {repository, level, counters} = this.#input;
		const trustedSince = this.#proofs?.trustedSince;
		const snapshotsProven = this.#proven();
		counters.set('snapshotsDone', snapshotsProven);
		return {
			level,
			proof: level === 'fast' ? 'presence' : repository.opens ? 'plaintext' : 'stored',
			findings: this.#findings.list(),
			findingCount: this.#findings.count,
			chunks: this.#records.chunk,
			chunksRead: this.#judge.chunksRead,
			chunksTrusted: this.#judge.chunksTrusted,
			...(this.#judge.chunksTrusted > 0 ? {trustedSince: new Date(trustedSince! * 1000).toISOString()} : {}),
			chunksSound: this.#judge.chunksSound,
			objects: this.#records.object,
			bytesRead: this.#judge.bytesRead,
			snapshots: this.#inventory.snapshots.length,
			snapshotsAffected: this.#findings.damagedSnapshots.size,
			snapshotsProven,
			soundOnSecondRead: counters.get('soundOnSecondRead'),
			unfinished: this.#isMediumDamaged ? 0 : await countUnfinished(repository),
			unfinishedClone: repository.config.unfinishedCloneOf !== undefined,
			complete,
			durationMs: performance.now() - this.#startedMs,
		};
	}
}
