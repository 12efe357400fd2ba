// Judges what the lanes saw of records against what the snapshots need, and keeps the score.

import {hashIdAt, hashSizeBytes, type ChunkId, type RecordId, type SharedKind} from '../../format/ids.js';
import {mapCode, type Counters} from '../../workers/counters.js';
import {verdicts, type Examination, type Verdict} from '../../workers/task.js';
import type {Inspection} from '../../backends/contract.js';
import type {Inventory, PackedIds, Report} from './inventory.js';
import {judgeRecord, mayBeMoving} from './judge.js';
import {locate, ObjectParts} from './object-parts.js';

const soundMark = 1;
const badMark = 2;
const soundState = verdicts.indexOf('sound') + 1;
const soundAgainState = verdicts.indexOf('sound-on-second-read') + 1;
const unreadStates: readonly number[] = [verdicts.indexOf('missing') + 1, verdicts.indexOf('unreadable') + 1];

export type JudgeOptions = {
	readonly counters: Counters;
	readonly report: Report;
	/** Whether all snapshots are looked at, so that orphans and counts can be told. */
	readonly wholeRepository: boolean;
};

export class RecordJudge {
	/** Looked at again at the end: another process may have moved things meanwhile. */
	readonly suspects: Readonly<Record<SharedKind, Set<RecordId>>> = {chunk: new Set(), object: new Set()};
	/** What each object lists, as far as it was opened. */
	readonly parts = new ObjectParts();
	chunksRead = 0;
	chunksSound = 0;
	chunksTrusted = 0;
	bytesRead = 0;
	readonly #options: JudgeOptions;
	#inventory: Inventory | undefined;
	/** Records that are not proven yet, by the number of their set of owners. */
	readonly #unproven: Record<SharedKind, Map<number, number>> = {chunk: new Map(), object: new Map()};
	/** Answers that came before it was known what the snapshots need. */
	readonly #early: Array<() => void> = [];

	constructor(options: JudgeOptions) {
		this.#options = options;
	}

	/** From now on it is known what the snapshots need. O(records). */
	begin(inventory: Inventory): void {
		this.#inventory = inventory;
		for (const kind of ['chunk', 'object'] as const) {
			const table = inventory.tables[kind];
			for (let position = 0; position < table.count; position++) {
				const set = table.setAt(position);
				this.#unproven[kind].set(set, (this.#unproven[kind].get(set) ?? 0) + 1);
			}
		}

		for (const take of this.#early.splice(0)) {
			take();
		}
	}

	/**
	 * Takes what a task saw of the records `ids`, 32 bytes each; `cells` are theirs in the check map. `trusted`: those that
	 * need no read, one byte each.
	 */
	take(kind: SharedKind, ids: Uint8Array, seen: Examination, cells: Uint8Array | undefined, trusted?: Uint8Array): void {
		if (this.#inventory === undefined) {
			this.#early.push(() => {
				this.take(kind, ids, seen, cells, trusted);
			});
			return;
		}

		this.bytesRead += seen.bytesRead;
		for (let index = 0; index < seen.sizes.length; index++) {
			this.#takeOne(kind, ids, index, seen, cells, trusted?.[index] === 1);
		}

		for (const [index, parts] of seen.parts) {
			this.#checkParts(ids, index, parts);
		}
	}

	/** Takes records that are needed and not in the store. */
	takeMissing(kind: SharedKind, missing: PackedIds): void {
		const {tables} = this.#inventory!;
		for (let index = 0; index < missing.count; index++) {
			const id = missing.at(index);
			this.#judge(kind, id, tables[kind].find(id), {sizeBytes: -1, references: -1, reserved: 0}, undefined);
		}
	}

	/** Snapshots of which some record is not proven, as positions in the inventory. O(sets of owners), not records. */
	unproven(): Set<number> {
		const unproven = new Set<number>();
		for (const kind of ['chunk', 'object'] as const) {
			const table = this.#inventory!.tables[kind];
			for (const [set, count] of this.#unproven[kind]) {
				for (const owner of count > 0 ? table.ownersOf(set) : []) {
					unproven.add(owner);
				}
			}
		}

		return unproven;
	}

	#mark(kind: SharedKind, position: number, mark: number): void {
		const table = this.#inventory!.tables[kind];
		const change = (mark === soundMark ? 1 : 0) - (table.markAt(position) === soundMark ? 1 : 0);
		table.setMark(position, mark);
		if (change !== 0) {
			const set = table.setAt(position);
			this.#unproven[kind].set(set, this.#unproven[kind].get(set)! - change);
		}
	}

	/** Most records are as they should be: that is seen without making anything. */
	#takeOne(kind: SharedKind, ids: Uint8Array, index: number, seen: Examination, cells: Uint8Array | undefined, isTrusted: boolean): void {
		const table = this.#inventory!.tables[kind];
		const position = table.findPacked(ids, index * hashSizeBytes);
		const state = seen.states[index]!;
		const isSound = state === soundState || state === soundAgainState;
		if (kind === 'chunk' && state !== 0) {
			// What is not there or could not be read was not read.
			this.chunksRead += unreadStates.includes(state) ? 0 : 1;
			this.chunksSound += isSound ? 1 : 0;
		}

		if (state === soundAgainState) {
			this.#options.counters.add('soundOnSecondRead', 1);
		}

		const sizeBytes = seen.sizes[index]!;
		const isSpared = isTrusted && state === 0 && sizeBytes >= 0;
		this.chunksTrusted += isSpared ? 1 : 0;
		if (position >= 0 && (state !== 0 || isSpared)) {
			this.#mark(kind, position, isSound || isSpared ? soundMark : badMark);
		}

		const owners = position < 0 ? 0 : table.ownerCountAt(position);
		const references = seen.references[index]!;
		const expectedBytes = position < 0 ? 0 : table.sizeAt(position);
		const isExpected = owners > 0 && (expectedBytes === 0 || expectedBytes === sizeBytes)
			&& (!this.#options.wholeRepository || references < 0 || references === owners);
		if (isExpected && (isSound || (state === 0 && sizeBytes >= 0))) {
			return;
		}

		const inspection = {sizeBytes, references, reserved: seen.reserved[index]!};
		const verdict = seen.notes.get(index) ?? (isSound ? {state: 'sound', reason: '', reads: 1} as const : undefined);
		this.#judge(kind, hashIdAt(ids, index * hashSizeBytes) as RecordId, position, inspection, verdict);
		if (cells !== undefined) {
			paintCell(cells, index, inspection, owners);
		}
	}

	#judge(kind: SharedKind, id: RecordId, position: number, inspection: Inspection, verdict: Verdict | undefined): void {
		const {tables, snapshots} = this.#inventory!;
		const table = tables[kind];
		const owners = position < 0 ? [] : table.ownersOf(table.setAt(position));
		const judgements = judgeRecord(kind, inspection, verdict, {
			owners: owners.length,
			sizeBytes: position < 0 ? 0 : table.sizeAt(position),
			wholeRepository: this.#options.wholeRepository,
		});
		for (const judgement of judgements) {
			if (mayBeMoving(judgement.kind)) {
				this.suspects[kind].add(id);
			} else {
				this.#options.report({...judgement, id, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}
	}

	/** An object's chunks must be known: else a sync would not carry them. */
	#checkParts(ids: Uint8Array, index: number, parts: readonly RecordId[]): void {
		const {tables, snapshots} = this.#inventory!;
		const position = tables.object.findPacked(ids, index * hashSizeBytes);
		if (position >= 0) {
			const {positions, unlisted} = locate(tables.chunk, parts as readonly ChunkId[]);
			this.parts.add(position, positions);
			if (unlisted !== undefined) {
				const owners = tables.object.ownersOf(tables.object.setAt(position));
				const object = hashIdAt(ids, index * hashSizeBytes);
				this.#options.report({kind: 'unlisted-record', id: unlisted, reason: `the object ${object} needs it, but no reference list names it`, snapshots: owners.map(owner => snapshots[owner]!.id)});
			}
		}
	}
}

function paintCell(cells: Uint8Array, index: number, {sizeBytes, reserved}: Inspection, owners: number): void {
	if (sizeBytes < 0 && owners > 0) {
		cells[index] = mapCode.missing;
	} else if (owners === 0 && reserved === 0 && (cells[index] === mapCode.sound || cells[index] === mapCode.unread || cells[index] === mapCode.trusted)) {
		cells[index] = mapCode.orphan;
	}
}
