// One opened snapshot of a browser: its index and its folders, walked once; and two of them compared.

import type {CallOptions} from '../../backends/contract.js';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Entry} from '../../format/entry.js';
import type {SnapshotId} from '../../format/ids.js';
import {isWithin, type PathBytes} from '../../format/paths.js';
import {differenceOf, isTelling, pairEntries, type Paired} from '../diff.js';
import type {FolderTable} from './folder-table.js';
import { type FolderNumber} from './folder-table.js';
import {IndexCursor, type IndexReader} from './index-reader.js';
import {maximumRows, type Listing, type Place, type TreeRow} from './questions.js';

export type Side = {readonly snapshot: SnapshotId; readonly reader: IndexReader; readonly folders: FolderTable};

/** An entry and where it stands. */
export type Standing = Entry & {readonly at: number; readonly folder?: FolderNumber | undefined};

/** Every entry, its folders told to the table. Once for each side: the same as `walkWhole`, for whoever needs the entries. */
async function* walk({reader, folders}: Side, options: CallOptions): AsyncGenerator<Entry> {
	const cursor = new IndexCursor(reader, options);
	while (cursor.isReady || await cursor.fill()) {
		const {at} = cursor;
		const entry = cursor.take();
		folders.add(entry, at, cursor.at);
		yield entry;
	}

	folders.finish(cursor.at);
}

/** Fills the folder table. O(entries). */
export async function walkWhole({reader, folders}: Side, options: CallOptions): Promise<void> {
	const cursor = new IndexCursor(reader, options);
	while (cursor.isReady || await cursor.fill()) {
		const {at} = cursor;
		folders.add(cursor.take(), at, cursor.at);
	}

	folders.finish(cursor.at);
}

/** Fills both folder tables and notes in `own` what differs from `other`, by folder. O(entries), memory of the tables alone. */
export async function compareSides(own: Side, other: Side, options: CallOptions): Promise<void> {
	// The table of `own` runs ahead of the pairs by one entry, so the folders around a pair are kept here.
	const around: Array<{readonly path: PathBytes; readonly folder: FolderNumber}> = [];
	let nextFolder = 0;
	for await (const pair of pairEntries(walk(other, options), walk(own, options))) {
		while (around.length > 0 && !isWithin(pair.path, around.at(-1)!.path)) {
			around.pop();
		}

		const difference = differenceOf(pair);
		const holder = around.at(-1);
		if (difference !== undefined && holder !== undefined && isTelling(difference)) {
			own.folders.note(holder.folder, difference.mark === '+' ? 'added' : difference.mark === '-' ? 'removed' : 'changed');
		}

		if (pair.after?.type === 'directory') {
			around.push({path: pair.path, folder: nextFolder++});
		}
	}

	own.folders.sumNotes();
}

type Children = {readonly standing: readonly Standing[]; readonly left: number};

/** What is directly in `folder`, at most `maximumRows`; what is further down is passed over unread. Nothing when there is no folder. */
async function childrenOf(side: Side | undefined, folder: FolderNumber | undefined, options: CallOptions): Promise<Children> {
	if (side === undefined || folder === undefined) {
		return {standing: [], left: 0};
	}

	const {reader, folders} = side;
	if (!folders.has(folder)) {
		throw new PlakarError('INTERNAL', {message: `There is no folder ${folder} in this snapshot.`, hint: 'Go back and open the snapshot again.'});
	}

	const {start, end} = folders.rangeOf(folder);
	const cursor = new IndexCursor(reader, options, start);
	const standing: Standing[] = [];
	let left = 0;
	let nextFolder = folder + 1;
	while (cursor.at < end && (cursor.isReady || await cursor.fill())) {
		const {at} = cursor;
		const entry = cursor.take();
		const number = entry.type === 'directory' ? nextFolder : undefined;
		if (number !== undefined) {
			cursor.seek(folders.rangeOf(number).end);
			nextFolder = folders.next(number);
		}

		if (standing.length < maximumRows) {
			standing.push(Object.assign(entry, {at, folder: number}));
		} else {
			left++;
		}
	}

	return {standing, left};
}

export type Compared = {readonly own: Side; readonly other?: Side | undefined};

/** The row of one path. At least one of `before` (the compared snapshot) and `after` is given. */
export function rowOf({own, other}: Compared, pair: Paired<Standing>): TreeRow {
	const {path, before, after} = pair;
	const entry = (after ?? before)!;
	const difference = other === undefined ? undefined : differenceOf(pair);
	const folder = after?.folder;
	const inside = folder === undefined || other === undefined ? undefined : own.folders.changesIn(folder);
	const isInsideChanged = inside !== undefined && inside.added + inside.removed + inside.changed > 0;
	const isTold = difference !== undefined && isTelling(difference);
	const place = (side: Side, standing: Standing | undefined): Place | undefined =>
		standing === undefined ? undefined : {snapshot: side.snapshot, at: standing.at, ...(standing.folder === undefined ? {} : {folder: standing.folder})};
	const [table, number] = after === undefined ? [other?.folders, before?.folder] : [own.folders, folder];
	const isFolder = table !== undefined && number !== undefined;
	return {
		path,
		type: entry.type,
		mark: isTold ? difference.mark : isInsideChanged ? '~' : '',
		changed: isTold ? difference.changed : [],
		own: place(own, after),
		other: other === undefined ? undefined : place(other, before),
		sizeBytes: isFolder ? table.sizeBytes(number) : entry.sizeBytes,
		entries: isFolder ? table.entries(number) : 0,
		mtimeSeconds: entry.mtimeSeconds,
		...(entry.error === undefined ? {} : {error: entry.error}),
	};
}

/** What is in a folder on either side, in index order. Costs the entries directly in it. */
export async function listFolder(compared: Compared, folder: {readonly own?: FolderNumber | undefined; readonly other?: FolderNumber | undefined}, options: CallOptions): Promise<Listing> {
	const [before, after] = [await childrenOf(compared.other, folder.other, options), await childrenOf(compared.own, folder.own, options)];
	if (compared.other === undefined) {
		return {rows: after.standing.map(standing => rowOf(compared, {path: standing.path, after: standing})), left: after.left};
	}

	const rows: TreeRow[] = [];
	for await (const pair of pairEntries(before.standing, after.standing)) {
		rows.push(rowOf(compared, pair));
	}

	return {rows, left: before.left + after.left};
}

/** The row of `/`. */
export async function rootRow(compared: Compared, options: CallOptions): Promise<TreeRow> {
	const root = async (side: Side | undefined): Promise<Standing | undefined> => {
		if (side === undefined || side.folders.count === 0) {
			return undefined;
		}

		const at = side.folders.at(0);
		return {...await side.reader.entryAt(at, options), at, folder: 0};
	};

	const [after, before] = [await root(compared.own), await root(compared.other)];
	if (after === undefined) {
		throw new PlakarError('RECORD_CORRUPT', {message: `${compared.own.reader.subject} holds no folder.`, hint: 'Check the repository; restore what is sound from another copy.'});
	}

	return rowOf(compared, {path: after.path, before, after});
}
