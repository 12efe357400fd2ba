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
import {listedAtOnce, type Listing, type Place, type Question, type TreeRow} from './questions.js';

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

/** Some of what is in a folder, and where the rest begins; `next` is the folder's end when there is no rest. */
type Children = {readonly standing: readonly Standing[]; readonly next: number; readonly isEnd: boolean};

/** What is directly in `folder` from `start` on, at most `listedAtOnce`; what is further down is passed over unread. Nothing when there is no folder. */
async function childrenOf(side: Side | undefined, folder: FolderNumber | undefined, start: number | undefined, options: CallOptions): Promise<Children> {
	if (side === undefined || folder === undefined) {
		return {standing: [], next: 0, isEnd: true};
	}

	const {reader, folders} = side;
	const range = folders.has(folder) ? folders.rangeOf(folder) : undefined;
	if (range === undefined || (start !== undefined && !(start >= range.start && start <= range.end))) {
		throw new PlakarError('INTERNAL', {message: `There is no folder ${folder} in this snapshot.`, hint: 'Go back and open the snapshot again.'});
	}

	const cursor = new IndexCursor(reader, options, start ?? range.start);
	const standing: Standing[] = [];
	while (cursor.at < range.end && standing.length < listedAtOnce && (cursor.isReady || await cursor.fill())) {
		const {at} = cursor;
		const entry = cursor.take();
		const number = entry.type === 'directory' ? folders.folderAt(at) : undefined;
		if (number !== undefined) {
			cursor.seek(folders.rangeOf(number).end);
		}

		standing.push(Object.assign(entry, {at, folder: number}));
	}

	return {standing, next: cursor.at, isEnd: cursor.at >= range.end};
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

/** The next rows of a folder, of either side, in index order. Costs the entries directly in it that are passed. */
export async function listFolder(compared: Compared, {own, other, start}: Question<'list'>, options: CallOptions): Promise<Listing> {
	const before = await childrenOf(compared.other, other, start?.other, options);
	const after = await childrenOf(compared.own, own, start?.own, options);
	const rows: TreeRow[] = [];
	let [beforeCount, afterCount] = [0, 0];
	const isUsedUp = ({standing, isEnd}: Children, count: number): boolean => !isEnd && count === standing.length;
	for await (const pair of pairEntries(before.standing, after.standing)) {
		rows.push(rowOf(compared, pair));
		beforeCount += pair.before === undefined ? 0 : 1;
		afterCount += pair.after === undefined ? 0 : 1;
		// What this side has next was not read: it may stand before what the other side has.
		if (isUsedUp(before, beforeCount) || isUsedUp(after, afterCount)) {
			break;
		}
	}

	const placeOf = ({standing, next}: Children, count: number): number => standing[count]?.at ?? next;
	const isWhole = before.isEnd && after.isEnd && beforeCount === before.standing.length && afterCount === after.standing.length;
	return {rows, ...(isWhole ? {} : {next: {own: own === undefined ? undefined : placeOf(after, afterCount), other: other === undefined ? undefined : placeOf(before, beforeCount)}})};
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
