// Counts the references that are written down instead of linked: a file may have more of them than the filesystem allows names.

import {hashIdAt, hashSizeBytes} from '../../format/ids.js';
import {unlinkedFile, type Layout} from './layout.js';
import {attempt, listFolder, readWhole, system} from './system.js';

const scratchBytes = 1024 * 1024;

/** How often each id stands in the UNLINKED lists. O(snapshots). */
export function countUnlinked(layout: Layout): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	const snapshots = layout.folder('snapshots');
	for (const bucket of listFolder(snapshots)) {
		for (const name of listFolder(`${snapshots}/${bucket}`)) {
			const path = `${snapshots}/${bucket}/${name}/${unlinkedFile}`;
			if (system.statSync(path, {throwIfNoEntry: false}) !== undefined) {
				const bytes = attempt(path, () => readWhole(path, new Uint8Array(scratchBytes)));
				for (let offset = 0; offset + hashSizeBytes <= bytes.length; offset += hashSizeBytes) {
					const id = hashIdAt(bytes, offset);
					counts.set(id, (counts.get(id) ?? 0) + 1);
				}
			}
		}
	}

	return counts;
}
