// Checks a repository: what it needs against what is there, then, at level full, every byte. Findings are returned.

import {randomInt} from 'node:crypto';
import {isPlakarError} from '../../errors/plakar-error.js';
import type {SharedKind, SnapshotId} from '../../format/ids.js';
import {mapCode, type Counters} from '../../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../../workers/lanes.js';
import type {ExaminedRecord} from '../../workers/task.js';
import type {VerbOptions} from '../events.js';
import type {CheckLevel, CheckReport, Finding} from '../finding.js';
import type {SnapshotTarget} from '../jobs.js';
import {listSnapshotIds, sideOf, type Repository} from '../repository.js';
import {addPaths} from './affected.js';
import {listHeld, listNeeded, takeInventory, type Inventory, type PackedIds, type Report} from './inventory.js';
import {findingOf, judgeRecord, mayBeMoving} from './judge.js';
import {scopeOf} from './scope.js';
import {checkStructure} from './structure.js';

export type CheckInput = {
	readonly repository: Repository;
	readonly level: CheckLevel;
	/** Read only so many percent of the chunks, chosen by chance. */
	readonly samplePercent?: number | undefined;
	/** Only these snapshots, or these paths of them; the whole repository when absent. Paths need the key. */
	readonly targets?: readonly SnapshotTarget[] | undefined;
	readonly counters: Counters;
};

/** Records of one task: each is a read, and a cancel waits for the task at hand. */
const recordsPerTask = 256;
const sharedKinds = ['chunk', 'object'] as const;
const soundMark = 1;
const badMark = 2;

/**
 * Never throws for damage. With the key, content is hashed; without it, the digests of the stored bytes prove the
 * absence of bit rot. On cancel it returns what was found so far, with `complete` false. It never writes.
 * Memory: about 100 bytes a record.
 */
export async function checkRepository(input: CheckInput, options: VerbOptions): Promise<CheckReport> {
	const lanes = await openLanes({counters: input.counters, sides: {source: sideOf(input.repository)}});
	const onAbort = (): void => {
		input.counters.cancel();
	};

	options.signal.addEventListener('abort', onAbort, {once: true});
	try {
		return await new CheckRun(input, lanes, options).run();
	} finally {
		options.signal.removeEventListener('abort', onAbort);
		await lanes.close();
	}
}

class CheckRun {
	readonly #input: CheckInput;
	readonly #lanes: Lanes;
	readonly #options: VerbOptions;
	readonly #startedMs = performance.now();
	#findings: Finding[] = [];
	/** Looked at again at the end: another process may have moved things meanwhile. */
	readonly #suspects: Record<SharedKind, Set<string>> = {chunk: new Set(), object: new Set()};
	#inventory: Inventory = {snapshots: [], tables: undefined as never};
	readonly #records: Record<SharedKind, number> = {chunk: 0, object: 0};
	/** Answers that came before it was known what the snapshots need. */
	readonly #early: Array<() => void> = [];
	#hasInventory = false;
	/** Only some paths are looked at: the rest of their snapshots is not proven. */
	#hasScope = false;
	#states = new SharedArrayBuffer(0);
	#mapCount = 0;
	#read = 0;
	#sound = 0;
	#bytesRead = 0;

	constructor(input: CheckInput, lanes: Lanes, options: VerbOptions) {
		this.#input = input;
		this.#lanes = lanes;
		this.#options = options;
	}

	async run(): Promise<CheckReport> {
		const {repository, level, samplePercent} = this.#input;
		const {signal, onEvent} = this.#options;
		let complete = samplePercent === undefined;
		try {
			onEvent({type: 'phase', phase: 'listing'});
			await (this.#input.targets === undefined ? this.#examineStore() : this.#examineTargets());
			await this.#lookAgain();
			if (level === 'full' && repository.opens && samplePercent === undefined && !this.#hasScope) {
				onEvent({type: 'phase', phase: 'structure'});
				await checkStructure(repository, this.#inventory, this.#report, {signal});
			}
		} catch (error) {
			if (!isPlakarError(error, 'CANCELLED') && !signal.aborted) {
				throw error;
			}
		}

		complete &&= !signal.aborted;
		if (repository.opens && this.#findings.length > 0 && !signal.aborted) {
			await this.#addPaths();
		}

		return this.#summary(complete);
	}

	/** Damaged chunks of an index make it unreadable too: say so once, by the chunk. */
	async #addPaths(): Promise<void> {
		const {repository} = this.#input;
		this.#findings = await addPaths(repository, this.#inventory.snapshots, this.#findings, {signal: this.#options.signal});
		for (const finding of this.#findings) {
			if (finding.pathCount > 0) {
				this.#options.onEvent({type: 'finding', finding});
			}
		}
	}

	async #snapshotIds(): Promise<SnapshotId[]> {
		const {repository, targets} = this.#input;
		return targets === undefined ? listSnapshotIds(repository, {signal: this.#options.signal}) : [...new Set(targets.map(({snapshot}) => snapshot))];
	}

	readonly #report: Report = judgement => {
		const finding = findingOf(judgement);
		this.#findings.push(finding);
		this.#input.counters.add('findings', 1);
		this.#options.onEvent({type: 'finding', finding});
	};

	/**
	 * Everything in the store. Reading begins as soon as the store is listed; what the snapshots need is found out
	 * meanwhile, and answers that come before that wait for it.
	 */
	async #examineStore(): Promise<void> {
		const {repository} = this.#input;
		const {signal} = this.#options;
		// Snapshots first: a record that appears later belongs to a newer one, and is looked at again.
		const snapshots = await this.#snapshotIds();
		const held = {chunk: await listHeld(repository, 'chunk', {signal}), object: await listHeld(repository, 'object', {signal})};
		const reading = this.#examineAll(held);
		// A failure of reading is told below, not as one that nobody waited for.
		reading.catch(() => undefined);
		await this.#takeInventory(snapshots);
		const missing = {chunk: listNeeded(this.#inventory.tables.chunk, held.chunk), object: listNeeded(this.#inventory.tables.object, held.object)};
		this.#growMap(missing.chunk.count);
		await reading;
		for (const kind of sharedKinds) {
			this.#takeMissing(kind, missing[kind], held[kind].count);
		}
	}

	/** Only what some snapshots need. */
	async #examineTargets(): Promise<void> {
		await this.#takeInventory(await this.#snapshotIds());
		const {tables, snapshots} = this.#inventory;
		const scope = await scopeOf(this.#input.repository, this.#input.targets!, snapshots, {signal: this.#options.signal});
		this.#hasScope = scope !== undefined;
		await this.#examineAll(scope ?? {chunk: listNeeded(tables.chunk), object: listNeeded(tables.object)});
	}

	async #takeInventory(snapshots: readonly SnapshotId[]): Promise<void> {
		const {repository, counters, level} = this.#input;
		this.#inventory = await takeInventory(repository, snapshots, this.#report, {signal: this.#options.signal});
		let bytes = 0;
		for (const kind of sharedKinds) {
			const table = this.#inventory.tables[kind];
			for (let position = 0; position < table.count; position++) {
				bytes += table.sizeAt(position);
			}
		}

		counters.set('bytesTotal', level === 'full' ? bytes : 0);
		this.#hasInventory = true;
		for (const take of this.#early.splice(0)) {
			take();
		}
	}

	/** Cells for records that are not in the store stand at the end of the map. */
	#growMap(missing: number): void {
		const {counters} = this.#input;
		this.#mapCount = Math.min(this.#mapCount + missing, this.#states.byteLength);
		this.#records.chunk += missing;
		counters.set('chunksTotal', this.#records.chunk);
		if (missing > 0) {
			this.#options.onEvent({type: 'map', states: this.#states, count: this.#mapCount});
		}
	}

	#takeMissing(kind: SharedKind, missing: PackedIds, heldCount: number): void {
		const states = new Uint8Array(this.#states);
		const absent = {inspection: {sizeBytes: -1, references: -1, reserved: 0}};
		for (const [index, id] of missing.slice(0, missing.count).entries()) {
			this.#take(kind, id, absent, kind === 'chunk' && heldCount + index < states.length ? {states, at: heldCount + index} : undefined);
		}
	}

	async #examineAll(ids: Record<SharedKind, PackedIds>): Promise<void> {
		const {counters} = this.#input;
		for (const kind of sharedKinds) {
			this.#records[kind] = ids[kind].count;
			counters.set(kind === 'chunk' ? 'chunksTotal' : 'objectsTotal', ids[kind].count);
		}

		// Room for as many missing chunks again: how many there are is not known yet.
		const states = new SharedArrayBuffer((ids.chunk.count * 2) + 1024);
		this.#states = states;
		this.#mapCount = ids.chunk.count;
		this.#options.onEvent({type: 'map', states, count: ids.chunk.count});
		this.#options.onEvent({type: 'phase', phase: 'reading'});
		const stream = new TaskStream(this.#lanes);
		try {
			for (const kind of ['object', 'chunk'] as const) {
				for (let first = 0; first < ids[kind].count; first += recordsPerTask) {
					if (this.#options.signal.aborted) {
						return;
					}

					const batch = ids[kind].slice(first, first + recordsPerTask);
					const map = kind === 'chunk' ? {states, first} : undefined;
					const read = batch.map(() => this.#isChosen());
					await stream.add({name: 'examine', kind, ids: batch, read, map}, ({records, bytesRead}) => {
						this.#bytesRead += bytesRead;
						const take = (): void => {
							for (const [index, record] of records.entries()) {
								this.#take(kind, batch[index]!, record, map === undefined ? undefined : {states: new Uint8Array(states), at: first + index});
							}
						};

						if (this.#hasInventory) {
							take();
						} else {
							this.#early.push(take);
						}
					});
				}
			}
		} finally {
			await stream.drain();
		}
	}

	#isChosen(): boolean {
		const {level, samplePercent} = this.#input;
		return level === 'full' && (samplePercent === undefined || randomInt(1_000_000) < samplePercent * 10_000);
	}

	#take(kind: SharedKind, id: string, {inspection, verdict, parts}: ExaminedRecord, cell: {readonly states: Uint8Array; readonly at: number} | undefined): void {
		const {tables, snapshots} = this.#inventory;
		const table = tables[kind];
		const position = table.find(id);
		const owners = position < 0 ? [] : table.ownersOf(table.setAt(position));
		const judgements = judgeRecord(kind, inspection, verdict, {
			owners: owners.length,
			sizeBytes: position < 0 ? 0 : table.sizeAt(position),
			wholeRepository: this.#input.targets === undefined,
		});
		const isSound = verdict?.state === 'sound' || verdict?.state === 'sound-on-second-read';
		if (kind === 'chunk' && verdict !== undefined) {
			this.#read++;
			this.#sound += isSound ? 1 : 0;
		}

		if (verdict?.state === 'sound-on-second-read') {
			this.#input.counters.add('soundOnSecondRead', 1);
		}

		if (position >= 0 && verdict !== undefined) {
			table.setMark(position, isSound ? soundMark : badMark);
		}

		for (const judgement of judgements) {
			if (mayBeMoving(judgement.kind)) {
				this.#suspects[kind].add(id);
			} else {
				this.#report({...judgement, id, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}

		paintCell(cell, inspection.sizeBytes, owners.length, inspection.reserved);
		this.#checkParts(id, parts ?? []);
	}

	/** An object's chunks must be known: else a sync would not carry them. */
	#checkParts(object: string, parts: readonly string[]): void {
		const {tables, snapshots} = this.#inventory;
		const position = tables.object.find(object);
		if (position >= 0) {
			const unlisted = parts.find(id => tables.chunk.find(id) < 0);
			if (unlisted !== undefined) {
				const owners = tables.object.ownersOf(tables.object.setAt(position));
				this.#report({kind: 'unlisted-record', id: unlisted, reason: `the object ${object} needs it, but no reference list names it`, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}
	}

	/** Orphans and wrong counts, with the snapshots that came or went since the check began taken into account. */
	async #lookAgain(): Promise<void> {
		const {repository, targets} = this.#input;
		if (targets !== undefined || (this.#suspects.chunk.size === 0 && this.#suspects.object.size === 0)) {
			return;
		}

		const ids = await listSnapshotIds(repository, {signal: this.#options.signal});
		const isSame = ids.length === this.#inventory.snapshots.length && ids.every((id, index) => this.#inventory.snapshots[index]!.id === id);
		const now = isSame ? this.#inventory : await takeInventory(repository, ids, () => undefined, {signal: this.#options.signal});
		for (const kind of sharedKinds) {
			const suspects = [...this.#suspects[kind]];
			for (let start = 0; start < suspects.length; start += recordsPerTask) {
				const batch = suspects.slice(start, start + recordsPerTask) as never[];
				const inspections = await repository.backend.inspect(kind, batch, {signal: this.#options.signal});
				for (const [index, inspection] of inspections.entries()) {
					this.#confirm(kind, batch[index]!, inspection, now);
				}
			}
		}
	}

	#confirm(kind: SharedKind, id: string, inspection: ExaminedRecord['inspection'], {tables, snapshots}: Inventory): void {
		const table = tables[kind];
		const position = table.find(id);
		const owners = position < 0 ? [] : table.ownersOf(table.setAt(position));
		for (const judgement of judgeRecord(kind, inspection, undefined, {owners: owners.length, sizeBytes: 0, wholeRepository: true})) {
			if (mayBeMoving(judgement.kind)) {
				this.#report({...judgement, id, reads: 0, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}
	}

	/** Snapshots whose every record was read and is sound. */
	#proven(complete: boolean): number {
		const {tables, snapshots} = this.#inventory;
		if (this.#input.level === 'fast' || snapshots.length === 0) {
			return 0;
		}

		const unproven = new Set<number>(snapshots.flatMap(({header, listed}, owner) => listed && (header !== undefined || !this.#input.repository.opens) ? [] : [owner]));
		for (const kind of sharedKinds) {
			const table = tables[kind];
			const sets = new Set<number>();
			for (let position = 0; position < table.count; position++) {
				if (table.markAt(position) !== soundMark) {
					sets.add(table.setAt(position));
				}
			}

			for (const set of sets) {
				for (const owner of table.ownersOf(set)) {
					unproven.add(owner);
				}
			}
		}

		const broken = new Set(this.#findings.filter(({severity}) => severity === 'damage').flatMap(finding => finding.snapshots));
		return complete || unproven.size < snapshots.length
			? snapshots.filter(({id}, owner) => !unproven.has(owner) && !broken.has(id)).length
			: 0;
	}

	async #summary(complete: boolean): Promise<CheckReport> {
		const {repository, level, counters} = this.#input;
		const affected = new Set(this.#findings.filter(({severity}) => severity === 'damage').flatMap(finding => finding.snapshots));
		return {
			level,
			proof: level === 'fast' ? 'presence' : repository.opens ? 'plaintext' : 'stored',
			findings: this.#findings,
			chunks: this.#records.chunk,
			chunksRead: this.#read,
			chunksSound: this.#sound,
			objects: this.#records.object,
			bytesRead: this.#bytesRead,
			snapshots: this.#inventory.snapshots.length,
			snapshotsAffected: affected.size,
			snapshotsProven: this.#inventory.snapshots.length === 0 ? 0 : this.#proven(complete),
			soundOnSecondRead: counters.get('soundOnSecondRead'),
			unfinished: (await repository.backend.unfinished()).length,
			complete,
			durationMs: performance.now() - this.#startedMs,
		};
	}
}

function paintCell(cell: {readonly states: Uint8Array; readonly at: number} | undefined, sizeBytes: number, owners: number, reserved: number): void {
	if (cell === undefined) {
		return;
	}

	if (sizeBytes < 0 && owners > 0) {
		cell.states[cell.at] = mapCode.missing;
	} else if (owners === 0 && reserved === 0 && (cell.states[cell.at] === mapCode.sound || cell.states[cell.at] === mapCode.unread)) {
		cell.states[cell.at] = mapCode.orphan;
	}
}
