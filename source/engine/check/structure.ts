// Proves that snapshots hang together: the index can be read, and everything it names stands in the reference list.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import {asPlakarError} from '../../errors/revive.js';
import {displayPath} from '../../format/paths.js';
import {isWithin, type PathBytes} from '../../format/paths.js';
import {entriesOf} from '../reading.js';
import type {RecordTable} from '../record-table.js';
import type {Repository} from '../repository.js';
import type {Inventory, Report} from './inventory.js';

/** Whether `owner` needs the record at a position; remembers the answer for each set of owners. */
class Ownership {
	readonly #table: RecordTable;
	readonly #owner: number;
	readonly #known = new Map<number, boolean>();

	constructor(table: RecordTable, owner: number) {
		this.#table = table;
		this.#owner = owner;
	}

	has(id: string): boolean {
		const position = this.#table.find(id);
		if (position < 0) {
			return false;
		}

		const set = this.#table.setAt(position);
		let known = this.#known.get(set);
		if (known === undefined) {
			known = this.#table.ownersOf(set).includes(this.#owner);
			this.#known.set(set, known);
		}

		return known;
	}
}

/** Reads each index once. A damaged index is reported, with the place where it stopped. Needs the key. */
export async function checkStructure(repository: Repository, {snapshots, tables}: Inventory, report: Report, options: CallOptions): Promise<void> {
	for (const [owner, {id, header, listed}] of snapshots.entries()) {
		if (header === undefined) {
			continue;
		}

		const owned = {chunk: new Ownership(tables.chunk, owner), object: new Ownership(tables.object, owner)};
		let last = '';
		try {
			for await (const {path, content} of entriesOf(repository, header, options)) {
				last = path;
				if (listed && content !== undefined && content.kind !== 'empty' && !owned[content.kind].has(content.id)) {
					report({
						kind: 'unlisted-record',
						id: content.id,
						reason: `the reference list of ${id} does not name it, but ${displayPath(path)} needs it`,
						snapshots: [id],
						paths: [{snapshot: id, path: displayPath(path)}],
						pathCount: 1,
					});
				}
			}
		} catch (error) {
			if (isPlakarError(error, 'CANCELLED')) {
				throw error;
			}

			const after = last === '' ? 'nothing of it can be read' : `it can be read up to ${displayPath(last as PathBytes)}`;
			report({kind: 'corrupt-index', id, reason: `${after}: ${asPlakarError(error).message}`, snapshots: [id]});
		}
	}
}

/** The records that the paths of one target need, by kind; undefined for the whole snapshot. */
export async function recordsBelow(repository: Repository, {header}: {header?: Parameters<typeof entriesOf>[1] | undefined}, path: PathBytes, options: CallOptions): Promise<Set<string>> {
	const ids = new Set<string>();
	if (header === undefined) {
		return ids;
	}

	for await (const entry of entriesOf(repository, header, {path, ...options})) {
		if (isWithin(entry.path, path) && entry.content !== undefined && entry.content.kind !== 'empty') {
			ids.add(entry.content.id);
		}
	}

	return ids;
}
