// Which row of a delta each missing record is sent with, and who has claimed it: every record goes with exactly one row, also
// when rows are left out on the way.

import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import {referenceEntryBytes, type ReferenceList} from '../../format/reference-list.js';
import {chargedRecords, isPresent, markMissing, type Delta} from '../delta.js';

export const sharedKinds = ['chunk', 'object'] as const;

/** What leaving out rows changed of what is still to be sent. */
export type Rest = {readonly records: Readonly<Record<SharedKind, number>>; readonly bytes: number};

export class Charges {
	readonly #delta: Delta;
	readonly #rows: ReadonlyMap<SnapshotId, number>;
	readonly #charged: Record<SharedKind, Uint32Array[]>;
	/** By record: the row it is charged to until somebody claims it, -1 from then on. */
	readonly #unclaimed: Record<SharedKind, Int32Array>;
	/** Rows that may still be given a record. */
	readonly #open: Set<number>;

	/** Charges what `delta` lacks to the first of `ticked` rows that needs it. O(records). */
	constructor(delta: Delta, ticked: readonly number[]) {
		const rows = new Set(ticked);
		const unclaimedOf = (kind: SharedKind): Int32Array => {
			const unclaimed = new Int32Array(delta.tables[kind].count).fill(-1);
			for (const [row, positions] of this.#charged[kind].entries()) {
				for (const position of positions) {
					unclaimed[position] = row;
				}
			}

			return unclaimed;
		};

		this.#delta = delta;
		this.#open = rows;
		this.#rows = new Map(ticked.map(row => [delta.rows[row]!.snapshot, row]));
		this.#charged = {chunk: chargedRecords(delta, 'chunk', rows), object: chargedRecords(delta, 'object', rows)};
		this.#unclaimed = {chunk: unclaimedOf('chunk'), object: unclaimedOf('object')};
	}

	/** All that is charged to any row. O(records). */
	get total(): Rest {
		const records = {chunk: 0, object: 0};
		let bytes = 0;
		for (const kind of sharedKinds) {
			for (const positions of this.#charged[kind]) {
				records[kind] += positions.length;
				for (const position of positions) {
					bytes += this.#delta.tables[kind].sizeAt(position);
				}
			}
		}

		return {records, bytes};
	}

	/** Claims the records charged to `snapshot` that are not claimed yet, one after the other, with their stored sizes. */
	* claimAll(snapshot: SnapshotId, kind: SharedKind): Generator<{readonly id: RecordId; readonly sizeBytes: number}> {
		const table = this.#delta.tables[kind];
		const unclaimed = this.#unclaimed[kind];
		for (const position of this.#chargedTo(snapshot, kind)) {
			if (unclaimed[position]! >= 0) {
				unclaimed[position] = -1;
				yield {id: table.idAt(position), sizeBytes: table.sizeAt(position)};
			}
		}
	}

	/** The snapshot in whose transaction the record belongs, if it is wanted and not claimed before. */
	claim(kind: SharedKind, id: RecordId): SnapshotId | undefined {
		const position = this.#delta.tables[kind].find(id);
		const row = position < 0 ? -1 : this.#unclaimed[kind][position]!;
		if (row < 0) {
			return undefined;
		}

		this.#unclaimed[kind][position] = -1;
		return this.#delta.rows[row]!.snapshot;
	}

	/** What was claimed for `snapshot` and did not arrive may be claimed again. */
	release(snapshot: SnapshotId, kind: SharedKind, ids: readonly RecordId[]): void {
		for (const id of ids) {
			this.#unclaimed[kind][this.#delta.tables[kind].find(id)] = this.#rows.get(snapshot)!;
		}
	}

	/** The records of `references` that are not sent with `snapshot`: the target has them. */
	* held(snapshot: SnapshotId, kind: SharedKind, references: ReferenceList): Generator<RecordId> {
		const table = this.#delta.tables[kind];
		const isCharged = new Uint8Array(table.count);
		for (const position of this.#chargedTo(snapshot, kind)) {
			isCharged[position] = 1;
		}

		const {bytes, count} = references[kind];
		for (let index = 0; index < count; index++) {
			if (isCharged[table.findPacked(bytes, index * referenceEntryBytes)] === 0) {
				yield references[kind].idAt(index);
			}
		}
	}

	/** Nothing is charged to `snapshot` from here on: it is put together. */
	close(snapshot: SnapshotId): void {
		this.#open.delete(this.#rows.get(snapshot)!);
	}

	/** The snapshots still open that wait for this record, which the target lacks. */
	needing(kind: SharedKind, id: RecordId): SnapshotId[] {
		const table = this.#delta.tables[kind];
		const position = table.find(id);
		return position < 0 || isPresent(table, position)
			? []
			: table.ownersOf(table.setAt(position)).filter(row => this.#open.has(row)).map(row => this.#delta.rows[row]!.snapshot);
	}

	/**
	 * Leaves out `snapshots`: what is charged to them goes with the next open row that needs it, also what is staged for them
	 * already, for they will not be committed with the others. Answers by how much the work to do has changed, which may be
	 * less than nothing. `staged` are records that were believed to be held and lie in one of their transactions alone.
	 */
	leaveOut(snapshots: readonly SnapshotId[], staged: ReadonlyArray<{readonly kind: SharedKind; readonly id: RecordId}>): Rest {
		const left = snapshots.map(snapshot => this.#rows.get(snapshot)!);
		for (const row of left) {
			this.#open.delete(row);
		}

		const freed = {chunk: new Set<number>(), object: new Set<number>()};
		for (const kind of sharedKinds) {
			for (const row of left) {
				for (const position of this.#charged[kind][row]!) {
					freed[kind].add(position);
				}

				this.#charged[kind][row] = new Uint32Array(0);
			}
		}

		for (const {kind, id} of staged) {
			const position = this.#delta.tables[kind].find(id);
			if (position >= 0 && isPresent(this.#delta.tables[kind], position)) {
				markMissing(this.#delta.tables[kind], position);
				freed[kind].add(position);
			}
		}

		const records = {chunk: 0, object: 0};
		let bytes = 0;
		for (const kind of sharedKinds) {
			const change = this.#recharge(kind, freed[kind]);
			records[kind] = change.records;
			bytes += change.bytes;
		}

		return {records, bytes};
	}

	#recharge(kind: SharedKind, positions: ReadonlySet<number>): {readonly records: number; readonly bytes: number} {
		const table = this.#delta.tables[kind];
		const unclaimed = this.#unclaimed[kind];
		const more = new Map<number, number[]>();
		let records = 0;
		let bytes = 0;
		for (const position of positions) {
			const next = table.ownersOf(table.setAt(position)).find(row => this.#open.has(row)) ?? -1;
			const change = (next >= 0 ? 1 : 0) - (unclaimed[position]! >= 0 ? 1 : 0);
			records += change;
			bytes += change * table.sizeAt(position);
			unclaimed[position] = next;
			if (next >= 0) {
				const added = more.get(next) ?? [];
				added.push(position);
				more.set(next, added);
			}
		}

		for (const [row, added] of more) {
			const before = this.#charged[kind][row]!;
			const charged = new Uint32Array(before.length + added.length);
			charged.set(before);
			charged.set(added, before.length);
			this.#charged[kind][row] = charged;
		}

		return {records, bytes};
	}

	#chargedTo(snapshot: SnapshotId, kind: SharedKind): Uint32Array {
		return this.#charged[kind][this.#rows.get(snapshot)!]!;
	}
}
