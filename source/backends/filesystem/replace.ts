// Puts sound bytes in the place of a record, with all its names: at any moment the record is as it was, or whole.

import type {RecordId, RecordKind, SnapshotId} from '../../format/ids.js';
import {flush} from './flush.js';
import type {Layout} from './layout.js';
import {attempt, errnoOf, flushFolder, folderOf, listFolder, system, writeDurably, writeNew} from './system.js';
import {isUnlinked, noteUnlinked, snapshotFolders} from './unlinked.js';

type Place = {readonly layout: Layout; readonly usesLinks: boolean};

/** An fsync each is cheaper than one for the whole filesystem, which others may be writing to, up to about so many. */
const maximumFolderFlushes = 16;

const isThere = (path: string): boolean => system.statSync(path, {throwIfNoEntry: false}) !== undefined;

/** Makes `place`, below `folder`, a name of the file `fresh`. What an earlier attempt left in the way is removed. */
function nameAs({ownership}: Layout, fresh: string, {place, folder}: {readonly place: string; readonly folder: string}, id: RecordId): void {
	const temporary = `${place}.part`;
	ownership.makeFolder(folderOf(place), true);
	system.rmSync(temporary, {force: true});
	try {
		system.linkSync(fresh, temporary);
	} catch (error) {
		if (errnoOf(error) !== 'EMLINK') {
			throw error;
		}

		// As many names as the filesystem allows: the snapshot keeps its reference in its list.
		if (!isUnlinked(folder, id)) {
			noteUnlinked(folder, id, ownership);
		}

		system.rmSync(place, {force: true});
		return;
	}

	system.renameSync(temporary, place);
}

/** Folders of snapshots and of unfinished transactions, with their ids. */
function* holdersOf(layout: Layout): Generator<{readonly id: string; readonly folder: string}> {
	yield* snapshotFolders(layout);
	const transactions = layout.folder('transactions');
	for (const id of listFolder(transactions)) {
		yield {id, folder: `${transactions}/${id}`};
	}
}

/**
 * Writes `bytes` beside the record, gives the new file every name that the old one has and those that `holders` lack, and
 * its name in the store last. O(snapshots).
 */
export async function replaceRecord({layout, usesLinks}: Place, kind: RecordKind, id: RecordId, bytes: Uint8Array, holders: ReadonlySet<SnapshotId>): Promise<void> {
	const path = layout.record(kind, id);
	if (kind === 'header' || kind === 'references') {
		attempt(path, () => {
			writeDurably(path, bytes, layout.ownership);
		});
		return;
	}

	const fresh = `${path}.heal`;
	const touched: string[] = [];
	attempt(path, () => {
		system.rmSync(fresh, {force: true});
		writeNew(fresh, bytes, true, layout.ownership);
		for (const holder of usesLinks ? holdersOf(layout) : []) {
			const place = layout.within(holder.folder, kind, id);
			if (isThere(place) || (holders.has(holder.id as SnapshotId) && !isUnlinked(holder.folder, id))) {
				nameAs(layout, fresh, {place, folder: holder.folder}, id);
				touched.push(folderOf(place));
			}
		}
	});
	if (touched.length > maximumFolderFlushes) {
		await flush(layout.root, [], touched);
	} else {
		attempt(path, () => {
			for (const folder of touched) {
				flushFolder(folder);
			}
		});
	}

	attempt(path, () => {
		system.renameSync(fresh, path);
		flushFolder(folderOf(path));
	});
}
