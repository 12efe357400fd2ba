// The references that are written down instead of linked: a file may have more of them than the filesystem allows names.

import {hashIdAt, hashSizeBytes, type RecordId, type SnapshotId} from '../../format/ids.js';
import {appendTo} from './journal.js';
import {unlinkedFile, type Layout} from './layout.js';
import {attempt, listFolder, readWhole, system, type Owner} from './system.js';

const scratchBytes = 1024 * 1024;

/** The visible snapshots and their folders. */
export function* snapshotFolders(layout: Layout): Generator<{readonly id: SnapshotId; readonly folder: string}> {
	const snapshots = layout.folder('snapshots');
	for (const bucket of listFolder(snapshots)) {
		for (const name of listFolder(`${snapshots}/${bucket}`)) {
			yield {id: name as SnapshotId, folder: `${snapshots}/${bucket}/${name}`};
		}
	}
}

/** The list of a snapshot's folder; nothing where it has none. */
function readUnlinked(folder: string): Uint8Array {
	const path = `${folder}/${unlinkedFile}`;
	return system.statSync(path, {throwIfNoEntry: false}) === undefined ? new Uint8Array(0) : attempt(path, () => readWhole(path, new Uint8Array(scratchBytes)));
}

/** In how many UNLINKED lists each id stands. One that is written down twice, as by a call that is tried again, is one reference. O(snapshots). */
export function countUnlinked(layout: Layout): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const {folder} of snapshotFolders(layout)) {
		const bytes = readUnlinked(folder);
		const ids = new Set<string>();
		for (let offset = 0; offset + hashSizeBytes <= bytes.length; offset += hashSizeBytes) {
			ids.add(hashIdAt(bytes, offset));
		}

		for (const id of ids) {
			counts.set(id, (counts.get(id) ?? 0) + 1);
		}
	}

	return counts;
}

/** Whether a snapshot's folder references the record without a link. */
export function isUnlinked(folder: string, id: RecordId): boolean {
	const [bytes, wanted] = [Buffer.from(readUnlinked(folder)), Buffer.from(id, 'hex')];
	for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
		if (at % hashSizeBytes === 0) {
			return true;
		}
	}

	return false;
}

/** Writes down that the folder's snapshot references the record. */
export function noteUnlinked(folder: string, id: RecordId, owner: Owner): void {
	appendTo(`${folder}/${unlinkedFile}`, Buffer.from(id, 'hex'), owner);
}
