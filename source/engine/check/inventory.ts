// What a repository says it needs and what its medium holds: the two lists that a check compares.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {asPlakarError, reasonOf} from '../../errors/revive.js';
import {hashIdAt, hashSizeBytes, type RecordId, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {PackedReferences} from '../../format/reference-list.js';
import {ReferenceCollector, type ReferenceList} from '../../format/reference-list.js';
import {verifyEnvelope} from '../../format/sealing.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import type {Finding, FindingKind} from '../finding.js';
import {RecordTable} from '../record-table.js';
import {breathe} from '../breathe.js';
import {readHeader, readReferences, type Repository} from '../repository.js';

/** Ids in 32 bytes each, in the order they were added, in memory that another thread may read. */
export class PackedIds {
	#bytes = Buffer.from(new SharedArrayBuffer(1024 * hashSizeBytes));
	#count = 0;

	get count(): number {
		return this.#count;
	}

	add(id: string): void {
		this.addAll([id]);
	}

	/** One decoding for a page of ids: several times cheaper than one for each. */
	addAll(ids: readonly string[]): void {
		const neededBytes = (this.#count + ids.length) * hashSizeBytes;
		if (neededBytes > this.#bytes.length) {
			const grown = Buffer.from(new SharedArrayBuffer(Math.max(neededBytes, this.#bytes.length * 2)));
			this.#bytes.copy(grown);
			this.#bytes = grown;
		}

		this.#bytes.write(ids.join(''), this.#count * hashSizeBytes, 'hex');
		this.#count += ids.length;
	}

	/** Ids `start` to `end`, without `end`, 32 bytes each; a view. */
	packed(start: number, end: number): Uint8Array {
		return this.#bytes.subarray(start * hashSizeBytes, Math.min(end, this.#count) * hashSizeBytes);
	}

	/** The memory itself; ids added later may move to another one. */
	get shared(): SharedArrayBuffer {
		return this.#bytes.buffer as unknown as SharedArrayBuffer;
	}

	at(index: number): RecordId {
		return hashIdAt(this.#bytes, index * hashSizeBytes) as RecordId;
	}
}

/** A snapshot as far as it could be read. */
export type CheckedSnapshot = {readonly id: SnapshotId; readonly header?: SnapshotHeader | undefined; readonly listed: boolean};

export type Inventory = {
	readonly snapshots: CheckedSnapshot[];
	readonly tables: Readonly<Record<SharedKind, RecordTable>>;
};

export type Report = (finding: Pick<Finding, 'kind' | 'id' | 'reason'> & Partial<Finding>) => void;

/** Reads every header and reference list of `ids`; what is wrong with them goes to `report`. */
export async function takeInventory(repository: Repository, ids: readonly SnapshotId[], report: Report, options: CallOptions): Promise<Inventory> {
	const tables = {chunk: new RecordTable(), object: new RecordTable()};
	const snapshots: CheckedSnapshot[] = [];
	for (const [owner, id] of ids.entries()) {
		const header = await orReport(async () => repository.opens ? readHeader(repository, id, options) : proveSealedHeader(repository, id, options), 'corrupt-header', id, report);
		const references = await orReport(async () => readReferences(repository, id, options), 'corrupt-references', id, report);
		const list = references ?? await orReport(async () => referencesOfMedium(repository, id, options), 'corrupt-references', id, report) ?? {chunk: new ReferenceCollector().finish(), object: new ReferenceCollector().finish()};
		for (const kind of ['chunk', 'object'] as const) {
			tables[kind].addAll(owner, list[kind]);
		}

		snapshots.push({id, header: header ?? undefined, listed: references !== undefined});
	}

	return {snapshots, tables};
}

/** Without the key, the digest of its stored bytes is what can be said of a header. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
async function proveSealedHeader({backend}: Repository, id: SnapshotId, options: CallOptions): Promise<undefined> {
	verifyEnvelope('header', id, await backend.read('header', id, options));
}

async function orReport<Result>(action: () => Promise<Result>, kind: FindingKind, id: SnapshotId, report: Report): Promise<Result | undefined> {
	try {
		return await action();
	} catch (error) {
		if (isPlakarError(error, 'CANCELLED')) {
			throw error;
		}

		const {code} = asPlakarError(error);
		if (code === 'RECORD_CORRUPT' || code === 'FORMAT_INVALID') {
			report({kind, id, reason: reasonOf(error), snapshots: [id]});
		} else if (code === 'BACKEND_NOT_FOUND') {
			report({kind: kind === 'corrupt-references' ? 'missing-references' : kind, id, reason: 'it is not there', snapshots: [id]});
		} else {
			report({kind: 'unreadable-snapshot', id, reason: reasonOf(error), snapshots: [id]});
		}

		return undefined;
	}
}

/** Where a reference list is lost, the medium's own references stand in for it; sizes are unknown (0). */
async function referencesOfMedium({backend}: Repository, snapshot: SnapshotId, options: CallOptions): Promise<ReferenceList> {
	const collect = async (kind: SharedKind): Promise<PackedReferences> => {
		const collector = new ReferenceCollector();
		for await (const page of backend.listReferences(snapshot, kind, options)) {
			for (const id of page) {
				collector.add(id, 0);
			}
		}

		return collector.finish();
	};

	return {chunk: await collect('chunk'), object: await collect('object')};
}

/** All ids of `kind` that the medium holds, ascending. */
export async function listHeld({backend}: Repository, kind: SharedKind, options: CallOptions): Promise<PackedIds> {
	const held = new PackedIds();
	for await (const page of backend.list(kind, undefined, options)) {
		held.addAll(page);
		await breathe();
	}

	return held;
}

/** All ids of `table` in ascending order, without those of `held`. */
export function listNeeded(table: RecordTable, held?: PackedIds): PackedIds {
	const isHeld = new Uint8Array(table.count);
	const packed = held?.packed(0, held.count) ?? new Uint8Array(0);
	for (let offset = 0; offset < packed.length; offset += hashSizeBytes) {
		const position = table.findPacked(packed, offset);
		if (position >= 0) {
			isHeld[position] = 1;
		}
	}

	const ids: RecordId[] = [];
	for (let position = 0; position < table.count; position++) {
		if (isHeld[position] === 0) {
			ids.push(table.idAt(position));
		}
	}

	const needed = new PackedIds();
	for (const id of ids.sort()) {
		needed.add(id);
	}

	return needed;
}
