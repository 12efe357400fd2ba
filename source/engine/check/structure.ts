// Proves that snapshots hang together: the index can be read, and everything it names stands in the reference list.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import {hashIdAt, type SharedKind} from '../../format/ids.js';
import {scanIndex} from '../../format/index-stream.js';
import {displayPath} from '../../format/paths.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import {breathe} from '../breathe.js';
import {entriesOf, indexPieces} from '../reading.js';
import type {RecordTable} from '../record-table.js';
import type {Repository} from '../repository.js';
import type {Inventory, Report} from './inventory.js';

/** Whether all of some owners need the record at a position; remembers the answer for each set of owners. */
class Ownership {
	readonly #table: RecordTable;
	readonly #owners: readonly number[];
	readonly #known = new Map<number, boolean>();

	constructor(table: RecordTable, owners: readonly number[]) {
		this.#table = table;
		this.#owners = owners;
	}

	has(bytes: Uint8Array, offset: number): boolean {
		const position = this.#table.findPacked(bytes, offset);
		if (position < 0) {
			return false;
		}

		const set = this.#table.setAt(position);
		let known = this.#known.get(set);
		if (known === undefined) {
			const owners = new Set(this.#table.ownersOf(set));
			known = this.#owners.every(owner => owners.has(owner));
			this.#known.set(set, known);
		}

		return known;
	}
}

type Group = {readonly header: SnapshotHeader; readonly owners: number[]};

/** Snapshots with one and the same index are looked at together. Those whose reference list is lost are left out. */
function groupsOf({snapshots}: Inventory): Group[] {
	const groups = new Map<string, Group>();
	for (const [owner, {header, listed}] of snapshots.entries()) {
		if (header !== undefined) {
			const group = groups.get(header.index.id) ?? {header, owners: []};
			groups.set(header.index.id, group);
			if (listed) {
				group.owners.push(owner);
			}
		}
	}

	return [...groups.values()];
}

async function* unhurried<Piece>(pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
	for await (const piece of pieces) {
		await breathe();
		yield piece;
	}
}

/** Reads each index once. A damaged index is reported, and so is a record that a reference list lacks. Needs the key. */
export async function checkStructure(repository: Repository, inventory: Inventory, report: Report, options: CallOptions): Promise<void> {
	for (const {header, owners} of groupsOf(inventory)) {
		const owned = {chunk: new Ownership(inventory.tables.chunk, owners), object: new Ownership(inventory.tables.object, owners)};
		const unlisted = new Map<string, SharedKind>();
		try {
			await scanIndex(unhurried(indexPieces(repository, header, options)), `The index of ${header.snapshot}`, (kind, bytes, offset) => {
				if (!owned[kind].has(bytes, offset)) {
					unlisted.set(hashIdAt(bytes, offset), kind);
				}
			});
		} catch (error) {
			if (isPlakarError(error, 'CANCELLED')) {
				throw error;
			}

			report({kind: 'corrupt-index', id: header.snapshot, reason: `it cannot be read to its end: ${asPlakarError(error).message}`, snapshots: [header.snapshot]});
		}

		if (unlisted.size > 0) {
			await reportUnlisted(repository, header, unlisted, report, options);
		}
	}
}

async function reportUnlisted(repository: Repository, header: SnapshotHeader, unlisted: ReadonlyMap<string, SharedKind>, report: Report, options: CallOptions): Promise<void> {
	const {snapshot} = header;
	for await (const {path, content} of entriesOf(repository, header, options)) {
		if (content !== undefined && content.kind !== 'empty' && unlisted.has(content.id)) {
			const shown = displayPath(path);
			report({
				kind: 'unlisted-record', id: content.id, reason: `the reference list of ${snapshot} does not name it, but ${shown} needs it`,
				snapshots: [snapshot], paths: [{snapshot, path: shown}], pathCount: 1,
			});
		}
	}
}
