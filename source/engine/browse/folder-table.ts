// One line for each folder of a snapshot: where it stands in the index, where it ends, and what all that is below it adds up to.
//
// The index is a walk, so everything below a folder is one stretch of it. With both ends known, listing a folder passes
// over its subfolders without reading them. 56 bytes a folder, nothing for files.

import {corrupt} from '../../format/corrupt.js';
import type {Entry} from '../../format/entry.js';
import {isWithin, type PathBytes} from '../../format/paths.js';
import type {ChangeCounts} from './questions.js';

/** A folder by its place in the walk; 0 is `/`. */
export type FolderNumber = number;

/** More folders than this are damage or nothing that a person browses: 220 MB of table. */
const maximumFolders = 4_000_000;

const columns = {at: Float64Array, inner: Float64Array, end: Float64Array, sizeBytes: Float64Array, entries: Uint32Array, parent: Int32Array, next: Uint32Array, added: Uint32Array, removed: Uint32Array, changed: Uint32Array} as const;
type Columns = {[Name in keyof typeof columns]: InstanceType<(typeof columns)[Name]>};

function grown(old: Columns | undefined, capacity: number): Columns {
	return Object.fromEntries(Object.entries(columns).map(([name, Column]) => {
		const column = new Column(capacity);
		if (old !== undefined) {
			column.set(old[name as keyof Columns]);
		}

		return [name, column];
	})) as Columns;
}

export class FolderTable {
	#columns: Columns = grown(undefined, 1024);
	#count = 0;
	readonly #open: Array<{readonly path: PathBytes; readonly folder: FolderNumber}> = [];

	get count(): number {
		return this.#count;
	}

	/** Takes the next entry of the walk, which stands at `at` and ends before `end`. Answers with its number when it is a folder. */
	add({path, type, sizeBytes}: Entry, at: number, end: number): FolderNumber | undefined {
		this.#closeUnless(path, at);
		const top = this.#open.at(-1);
		if (top !== undefined) {
			this.#columns.entries[top.folder]!++;
			this.#columns.sizeBytes[top.folder]! += sizeBytes;
		}

		return type === 'directory' ? this.#push(path, at, end) : undefined;
	}

	/** Ends every folder that is still open. */
	finish(at: number): void {
		while (this.#open.length > 0) {
			this.#close(at);
		}
	}

	/** Leaves the folders that do not hold `path`. */
	#closeUnless(path: PathBytes, at: number): void {
		while (this.#open.length > 0 && !isWithin(path, this.#open.at(-1)!.path)) {
			this.#close(at);
		}
	}

	#push(path: PathBytes, at: number, end: number): FolderNumber {
		const folder = this.#count++;
		if (folder >= maximumFolders) {
			throw corrupt('The index', `it has more than ${maximumFolders} folders`);
		}

		if (folder >= this.#columns.at.length) {
			this.#columns = grown(this.#columns, this.#columns.at.length * 2);
		}

		const {at: offsets, inner, parent} = this.#columns;
		offsets[folder] = at;
		inner[folder] = end;
		parent[folder] = this.#open.at(-1)?.folder ?? -1;
		this.#open.push({path, folder});
		return folder;
	}

	#close(at: number): void {
		const {folder} = this.#open.pop()!;
		const {end, next, sizeBytes, entries} = this.#columns;
		end[folder] = at;
		next[folder] = this.#count;
		const above = this.#open.at(-1);
		if (above !== undefined) {
			sizeBytes[above.folder]! += sizeBytes[folder]!;
			entries[above.folder]! += entries[folder]!;
		}
	}

	/** Whether `folder` is one of this table: numbers come back from a screen. */
	has(folder: FolderNumber): boolean {
		return Number.isInteger(folder) && folder >= 0 && folder < this.#count;
	}

	/** Where the folder's own entry stands. */
	at(folder: FolderNumber): number {
		return this.#columns.at[folder]!;
	}

	/** Where what is in it begins and ends. */
	rangeOf(folder: FolderNumber): {readonly start: number; readonly end: number} {
		return {start: this.#columns.inner[folder]!, end: this.#columns.end[folder]!};
	}

	/** Of all files below it; a file with several names counts with each of them. */
	sizeBytes(folder: FolderNumber): number {
		return this.#columns.sizeBytes[folder]!;
	}

	/** Everything below it. */
	entries(folder: FolderNumber): number {
		return this.#columns.entries[folder]!;
	}

	/** The first folder of the walk that is not below `folder`. */
	next(folder: FolderNumber): FolderNumber {
		return this.#columns.next[folder]!;
	}

	/** The folder whose entry stands at `offset`. O(log folders). */
	folderAt(offset: number): FolderNumber | undefined {
		let low = 0;
		let high = this.#count;
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (this.#columns.at[middle]! < offset) {
				low = middle + 1;
			} else {
				high = middle;
			}
		}

		return low < this.#count && this.#columns.at[low] === offset ? low : undefined;
	}

	/** Notes that something in `folder` differs from the compared snapshot. */
	note(folder: FolderNumber, what: keyof ChangeCounts): void {
		this.#columns[what][folder]!++;
	}

	/** Adds what was noted of each folder to the folders above it. Once, after the walk. */
	sumNotes(): void {
		const {parent, added, removed, changed} = this.#columns;
		for (let folder = this.#count - 1; folder > 0; folder--) {
			const above = parent[folder]!;
			for (const column of [added, removed, changed]) {
				column[above]! += column[folder]!;
			}
		}
	}

	/** What differs below a folder. */
	changesIn(folder: FolderNumber): ChangeCounts {
		const {added, removed, changed} = this.#columns;
		return {added: added[folder]!, removed: removed[folder]!, changed: changed[folder]!};
	}
}
