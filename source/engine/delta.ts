// What chosen snapshots of a source need and a target lacks: by ids and stored sizes alone, without any key. Exact where
// ids mean the same on both sides.

import type {Backend, CallOptions} from '../backends/contract.js';
import {schemeOf} from '../backends/registry.js';
import {isPlakarError, throwIfAborted} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import type {SharedKind, SnapshotId} from '../format/ids.js';
import {referenceEntryBytes, type ReferenceList} from '../format/reference-list.js';
import {runsOf, type PlanClass, type Price} from './plan.js';
import {RecordTable} from './record-table.js';
import {openReferences, readReferences, readStoredSnapshots, type Repository, type StoredSnapshot} from './repository.js';

const presentMark = 1;

export type DeltaRow = {
	readonly snapshot: SnapshotId;
	readonly ownBytes: number;
	readonly needs: Price;
};

/** The tables of all records that `rows` need, those that the target holds marked. About 60 bytes a record. */
export type Delta = {
	readonly tables: Readonly<Record<SharedKind, RecordTable>>;
	readonly rows: readonly DeltaRow[];
	/** Snapshots that are no rows, and why: their header or reference list cannot be read. */
	readonly damaged: ReadonlyMap<SnapshotId, Error>;
};

const sharedKinds = ['chunk', 'object'] as const;

/**
 * Compares the reference lists of `snapshots` (of the source) with what `target` lists. What an unfinished transaction
 * of one of these snapshots has staged already, with the right size, counts as held: the next run goes on with it.
 */
export async function computeDelta(source: Repository, target: Backend | undefined, snapshots: readonly SnapshotId[], options: CallOptions = {}): Promise<Delta> {
	const tables = {chunk: new RecordTable(), object: new RecordTable()};
	const rows: DeltaRow[] = [];
	const damaged = new Map<SnapshotId, Error>();
	for await (const [snapshot, stored] of readStoredSnapshots(source, snapshots, options)) {
		throwIfAborted(options.signal);
		const opened = openRow(source, snapshot, stored);
		if (opened instanceof Error) {
			damaged.set(snapshot, opened);
		} else {
			rows.push(addRow(tables, rows.length, opened));
		}
	}

	const delta = {tables, rows, damaged};
	if (target !== undefined) {
		await markPresent(delta, source.backend, target, options);
	}

	return delta;
}

type OpenedRow = {readonly snapshot: SnapshotId; readonly references: ReferenceList; readonly ownBytes: number};

function openRow({codec}: Repository, snapshot: SnapshotId, stored: StoredSnapshot | Error): OpenedRow | Error {
	if (stored instanceof Error) {
		return stored;
	}

	try {
		return {snapshot, references: openReferences(codec, snapshot, stored.references), ownBytes: stored.header.length + stored.references.length};
	} catch (error) {
		return asPlakarError(error);
	}
}

function addRow(tables: Delta['tables'], row: number, {snapshot, references, ownBytes}: OpenedRow): DeltaRow {
	for (const kind of sharedKinds) {
		tables[kind].addAll(row, references[kind]);
	}

	const bytes = references.chunk.totalBytes() + references.object.totalBytes();
	return {snapshot, ownBytes, needs: {chunks: references.chunk.count, objects: references.object.count, bytes}};
}

/**
 * Counts what `bases`, snapshots that both sides have, need in the source as held. A target that names content otherwise
 * cannot be asked: what a delta will cost it is told by the source's names and stored sizes.
 */
export async function countAsHeld(delta: Delta, source: Repository, bases: readonly SnapshotId[], options: CallOptions): Promise<void> {
	for (const base of bases) {
		try {
			markShared(delta, await readReferences(source, base, options));
		} catch {
			// A base that cannot be read teaches nothing: the estimate is only higher.
			throwIfAborted(options.signal);
		}
	}
}

function markShared({tables}: Delta, references: ReferenceList): void {
	for (const kind of sharedKinds) {
		const {bytes, count} = references[kind];
		for (let index = 0; index < count; index++) {
			const position = tables[kind].findPacked(bytes, index * referenceEntryBytes);
			if (position >= 0) {
				tables[kind].setMark(position, presentMark);
			}
		}
	}
}

/** Pages of what `backend` lists, 32 bytes an id. */
async function* packedPages(backend: Backend, kind: SharedKind, options: CallOptions): AsyncGenerator<Uint8Array> {
	if (backend.listPacked !== undefined) {
		yield* backend.listPacked(kind, options);
		return;
	}

	for await (const page of backend.list(kind, undefined, options)) {
		yield Buffer.from(page.join(''), 'hex');
	}
}

/** Marks by what the target lacks of all that the source lists, where the medium tells that by itself. */
async function markByDifference(table: RecordTable, kind: SharedKind, source: Backend, target: Backend, counts: ReadonlyMap<SnapshotId, number>, options: CallOptions): Promise<boolean> {
	const canTell = source.supports.nativeDifference && target.supports.nativeDifference && schemeOf(source.location) === schemeOf(target.location);
	if (!canTell || source.difference === undefined) {
		return false;
	}

	table.markAll(presentMark);
	const isTold = await source.difference(target.location, kind, counts, ids => {
		table.markPacked(ids, 0);
	}, options).catch((error: unknown) => {
		// A damaged source cannot list all that it holds; the target's own listing tells as much.
		if (isPlakarError(error, 'BACKEND_CORRUPT')) {
			return false;
		}

		throw error;
	});
	if (!isTold) {
		table.markAll(0);
	}

	return isTold;
}

async function markPresent({tables, rows}: Delta, source: Backend, target: Backend, options: CallOptions): Promise<void> {
	const counts = new Map(rows.map(({snapshot, needs}) => [snapshot, needs.chunks + needs.objects]));
	for (const kind of sharedKinds) {
		const table = tables[kind];
		if (table.count > 0 && !await markByDifference(table, kind, source, target, counts, options)) {
			for await (const page of packedPages(target, kind, options)) {
				table.markPacked(page, presentMark);
			}
		}
	}

	for (const {snapshot, active} of await target.unfinished(options)) {
		if (!active && counts.has(snapshot)) {
			for await (const page of target.listStaged(snapshot, options)) {
				for (const {kind, id, sizeBytes} of page) {
					const position = tables[kind].find(id);
					if (position >= 0 && tables[kind].sizeAt(position) === sizeBytes) {
						tables[kind].setMark(position, presentMark);
					}
				}
			}
		}
	}
}

export const isPresent = (table: RecordTable, position: number): boolean => table.markAt(position) === presentMark;

/** A record that was believed to be held turned out not to be. */
export const markMissing = (table: RecordTable, position: number): void => {
	table.setMark(position, 0);
};

type MutablePrice = {chunks: number; objects: number; bytes: number};
type Sum = {readonly missing: MutablePrice; readonly present: MutablePrice; fingerprint: bigint};

/** Groups the delta's records by the set of rows that need them. O(records). */
export function classesOf({tables}: Delta): PlanClass[] {
	const sums = new Map<string, Sum & {readonly runs: number[]}>();
	for (const kind of sharedKinds) {
		const table = tables[kind];
		const ofSet = new Map<number, Sum>();
		let set = -1;
		let sum!: Sum;
		for (let position = 0; position < table.count; position++) {
			// Neighbours mostly have the same owners.
			if (table.setAt(position) !== set) {
				set = table.setAt(position);
				sum = sumOf(sums, ofSet, table, set);
			}

			const price = isPresent(table, position) ? sum.present : sum.missing;
			price[kind === 'chunk' ? 'chunks' : 'objects']++;
			price.bytes += table.sizeAt(position);
			if (price === sum.missing) {
				sum.fingerprint ^= table.prefixAt(position);
			}
		}
	}

	return [...sums.values()].map(({runs, missing, present, fingerprint}) => ({
		runs, missing, present, fingerprint: fingerprint.toString(16).padStart(16, '0'),
	}));
}

function sumOf(sums: Map<string, Sum & {readonly runs: number[]}>, ofSet: Map<number, Sum>, table: RecordTable, set: number): Sum {
	const known = ofSet.get(set);
	if (known !== undefined) {
		return known;
	}

	const runs = runsOf(table.ownersOf(set));
	const key = runs.join(',');
	const zero = (): MutablePrice => ({chunks: 0, objects: 0, bytes: 0});
	const sum = sums.get(key) ?? {runs, missing: zero(), present: zero(), fingerprint: 0n};
	sums.set(key, sum);
	ofSet.set(set, sum);
	return sum;
}

/** Positions of the missing records of `kind` charged to each row: the first of `ticked` rows that needs the record. O(records). */
export function chargedRecords({tables, rows}: Delta, kind: SharedKind, ticked: ReadonlySet<number>): Uint32Array[] {
	const table = tables[kind];
	const firstOfSet = new Map<number, number>();
	const rowOf = (position: number): number => {
		const set = table.setAt(position);
		let first = firstOfSet.get(set);
		if (first === undefined) {
			first = table.ownersOf(set).find(row => ticked.has(row)) ?? -1;
			firstOfSet.set(set, first);
		}

		return isPresent(table, position) ? -1 : first;
	};

	const counts = new Uint32Array(rows.length);
	for (let position = 0; position < table.count; position++) {
		const row = rowOf(position);
		if (row >= 0) {
			counts[row]!++;
		}
	}

	const charged = Array.from(counts, count => new Uint32Array(count));
	counts.fill(0);
	for (let position = 0; position < table.count; position++) {
		const row = rowOf(position);
		if (row >= 0) {
			charged[row]![counts[row]!++] = position;
		}
	}

	return charged;
}
