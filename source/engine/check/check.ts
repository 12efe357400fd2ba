// Checks a repository: what it needs against what is there, then, at level full, every byte. Findings are returned.

import {randomInt} from 'node:crypto';
import {isPlakarError} from '../../errors/plakar-error.js';
import type {Inspection} from '../../backends/contract.js';
import {hashSizeBytes, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {Counters} from '../../workers/counters.js';
import {openLanes, TaskStream, type Lanes} from '../../workers/lanes.js';
import type {VerbOptions} from '../events.js';
import type {CheckLevel, CheckReport, Finding} from '../finding.js';
import type {SnapshotTarget} from '../jobs.js';
import {RecordTable} from '../record-table.js';
import {listSnapshotIds, sideOf, type Repository} from '../repository.js';
import {addPaths} from './affected.js';
import {listHeld, listNeeded, takeInventory, type Inventory, type PackedIds, type Report} from './inventory.js';
import {findingOf, judgeRecord, mayBeMoving} from './judge.js';
import {RecordJudge} from './record-judge.js';
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
	readonly #judge: RecordJudge;
	readonly #startedMs = performance.now();
	#findings: Finding[] = [];
	#inventory: Inventory = {snapshots: [], tables: {chunk: new RecordTable(), object: new RecordTable()}};
	readonly #records: Record<SharedKind, number> = {chunk: 0, object: 0};
	/** Only some paths are looked at: the rest of their snapshots is not proven. */
	#hasScope = false;
	#isMediumDamaged = false;

	constructor(input: CheckInput, lanes: Lanes, options: VerbOptions) {
		this.#input = input;
		this.#lanes = lanes;
		this.#options = options;
		this.#judge = new RecordJudge({counters: input.counters, report: this.#report, wholeRepository: input.targets === undefined});
	}

	async run(): Promise<CheckReport> {
		const {repository, samplePercent} = this.#input;
		const {signal, onEvent} = this.#options;
		let complete = samplePercent === undefined;
		try {
			onEvent({type: 'phase', phase: 'listing'});
			await this.#examineMedium();
			await (this.#input.targets === undefined ? this.#examineStore() : this.#examineTargets());
			await this.#lookAgain();
		} catch (error) {
			if (!isPlakarError(error, 'CANCELLED') && !signal.aborted && !this.#isMediumDamaged) {
				throw error;
			}

			complete = false;
		}

		complete &&= !signal.aborted;
		if (repository.opens && !this.#isMediumDamaged && this.#findings.length > 0 && !signal.aborted) {
			await this.#addPaths();
		}

		return this.#summary(complete);
	}

	/** First of all: what lies in a damaged medium may not even be listed, and then this says why. */
	async #examineMedium(): Promise<void> {
		const {backend, location} = this.#input.repository;
		for (const reason of await backend.examineMedium?.({signal: this.#options.signal}) ?? []) {
			this.#isMediumDamaged = true;
			this.#report({kind: 'medium', id: location, reason, reads: 1});
		}
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
	 * Everything in the store. Reading begins while the store is still listed; what the snapshots need is found out
	 * meanwhile, and answers that come before that wait for it.
	 */
	async #examineStore(): Promise<void> {
		const {repository} = this.#input;
		const {signal} = this.#options;
		// Snapshots first: a record that appears later belongs to a newer one, and is looked at again.
		const snapshots = await this.#snapshotIds();
		const stream = new TaskStream(this.#lanes);
		try {
			const object = await listHeld(repository, 'object', {signal});
			const feeding = [this.#feed(stream, 'object', object, undefined)];
			// A failure of reading is told by the drain below, not as one that nobody waited for.
			feeding[0]!.catch(() => undefined);
			const chunk = await listHeld(repository, 'chunk', {signal});
			// Room for as many missing chunks again: how many there are is not known yet.
			const states = this.#openMap(chunk.count, (chunk.count * 2) + 1024);
			feeding.push(this.#feed(stream, 'chunk', chunk, states));
			feeding[1]!.catch(() => undefined);
			await this.#takeInventory(snapshots);
			const missing = {chunk: listNeeded(this.#inventory.tables.chunk, chunk), object: listNeeded(this.#inventory.tables.object, object)};
			this.#growMap(states, missing.chunk.count);
			await this.#proveStructure();
			await Promise.all(feeding);
			await stream.drain();
			this.#judge.takeMissing('object', missing.object, undefined);
			this.#judge.takeMissing('chunk', missing.chunk, new Uint8Array(states, chunk.count));
		} finally {
			await stream.drain();
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
			await this.#feed(stream, 'object', object, undefined);
			await this.#feed(stream, 'chunk', chunk, this.#openMap(chunk.count, chunk.count));
			await this.#proveStructure();
		} finally {
			await stream.drain();
		}
	}

	async #takeInventory(snapshots: readonly SnapshotId[]): Promise<void> {
		const {repository, counters, level} = this.#input;
		this.#inventory = await takeInventory(repository, snapshots, this.#report, {signal: this.#options.signal});
		let bytes = 0;
		for (const kind of ['chunk', 'object'] as const) {
			const table = this.#inventory.tables[kind];
			for (let position = 0; position < table.count; position++) {
				bytes += table.sizeAt(position);
			}
		}

		counters.set('bytesTotal', level === 'full' ? bytes : 0);
		this.#judge.begin(this.#inventory);
	}

	/** Reads indexes in this thread, beside the lanes. */
	async #proveStructure(): Promise<void> {
		const {repository, level, samplePercent} = this.#input;
		if (level === 'full' && repository.opens && samplePercent === undefined && !this.#hasScope) {
			await checkStructure(repository, this.#inventory, this.#report, {signal: this.#options.signal});
		}
	}

	#openMap(count: number, cells: number): SharedArrayBuffer {
		const states = new SharedArrayBuffer(cells);
		this.#options.onEvent({type: 'map', states, count});
		this.#options.onEvent({type: 'phase', phase: 'reading'});
		return states;
	}

	/** Cells for records that are not in the store stand at the end of the map. */
	#growMap(states: SharedArrayBuffer, missing: number): void {
		if (missing > 0) {
			const count = Math.min(this.#records.chunk + missing, states.byteLength);
			this.#records.chunk += missing;
			this.#input.counters.set('chunksTotal', this.#records.chunk);
			this.#options.onEvent({type: 'map', states, count});
		}
	}

	async #feed(stream: TaskStream, kind: SharedKind, ids: PackedIds, states: SharedArrayBuffer | undefined): Promise<void> {
		this.#records[kind] = ids.count;
		this.#input.counters.set(kind === 'chunk' ? 'chunksTotal' : 'objectsTotal', ids.count);
		for (let first = 0; first < ids.count && !this.#options.signal.aborted; first += recordsPerTask) {
			const batch = Uint8Array.prototype.slice.call(ids.packed(first, first + recordsPerTask));
			const map = states === undefined ? undefined : {states, first};
			await stream.add({name: 'examine', kind, ids: batch, read: this.#choose(batch.length / hashSizeBytes), map}, seen => {
				this.#judge.take(kind, batch, seen, map === undefined ? undefined : new Uint8Array(map.states, first));
			});
		}
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

	/** Orphans and wrong counts, with the snapshots that came or went since the check began taken into account. */
	async #lookAgain(): Promise<void> {
		const {repository, targets} = this.#input;
		const {suspects: both} = this.#judge;
		if (targets !== undefined || (both.chunk.size === 0 && both.object.size === 0)) {
			return;
		}

		const ids = await listSnapshotIds(repository, {signal: this.#options.signal});
		const isSame = ids.length === this.#inventory.snapshots.length && ids.every((id, index) => this.#inventory.snapshots[index]!.id === id);
		const now = isSame ? this.#inventory : await takeInventory(repository, ids, () => undefined, {signal: this.#options.signal});
		for (const kind of ['chunk', 'object'] as const) {
			const suspects = [...both[kind]];
			for (let start = 0; start < suspects.length; start += recordsPerTask) {
				const batch = suspects.slice(start, start + recordsPerTask) as never[];
				const inspections = await repository.backend.inspect(kind, batch, {signal: this.#options.signal});
				for (const [index, inspection] of inspections.entries()) {
					this.#confirm(kind, batch[index]!, inspection, now);
				}
			}
		}
	}

	#confirm(kind: SharedKind, id: string, inspection: Inspection, {tables, snapshots}: Inventory): void {
		const table = tables[kind];
		const position = table.find(id);
		const owners = position < 0 ? [] : table.ownersOf(table.setAt(position));
		for (const judgement of judgeRecord(kind, inspection, undefined, {owners: owners.length, sizeBytes: 0, wholeRepository: true})) {
			if (mayBeMoving(judgement.kind)) {
				this.#report({...judgement, id, reads: 0, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}
	}

	/** How many snapshots were read whole and are sound. */
	#proven(): number {
		const {snapshots} = this.#inventory;
		if (this.#input.level === 'fast' || this.#hasScope || snapshots.length === 0) {
			return 0;
		}

		const unproven = this.#judge.unproven();
		const broken = new Set(this.#findings.filter(({severity}) => severity === 'damage').flatMap(finding => finding.snapshots));
		return snapshots.filter(({id, header, listed}, owner) =>
			listed && (header !== undefined || !this.#input.repository.opens) && !unproven.has(owner) && !broken.has(id)).length;
	}

	async #summary(complete: boolean): Promise<CheckReport> {
		const {repository, level, counters} = this.#input;
		const affected = new Set(this.#findings.filter(({severity}) => severity === 'damage').flatMap(finding => finding.snapshots));
		return {
			level,
			proof: level === 'fast' ? 'presence' : repository.opens ? 'plaintext' : 'stored',
			findings: this.#findings,
			chunks: this.#records.chunk,
			chunksRead: this.#judge.chunksRead,
			chunksSound: this.#judge.chunksSound,
			objects: this.#records.object,
			bytesRead: this.#judge.bytesRead,
			snapshots: this.#inventory.snapshots.length,
			snapshotsAffected: affected.size,
			snapshotsProven: this.#proven(),
			soundOnSecondRead: counters.get('soundOnSecondRead'),
			unfinished: this.#isMediumDamaged ? 0 : (await repository.backend.unfinished()).length,
			complete,
			durationMs: performance.now() - this.#startedMs,
		};
	}
}
