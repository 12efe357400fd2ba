// The versions of one path over all snapshots, newest first, a page at a time.

import type {CallOptions} from '../../backends/contract.js';
import {isPlakarError} from '../../errors/plakar-error.js';
import type {SnapshotId} from '../../format/ids.js';
import {comparePaths, type PathBytes} from '../../format/paths.js';
import {versionKey} from '../diff.js';
import type {SnapshotSummary} from '../jobs.js';
import {IndexCursor, type IndexReader, type Landmark} from './index-reader.js';
import type {HistoryPage, PastVersion, Question} from './questions.js';
import {rowOf, type Side, type Standing} from './side.js';
import {FolderTable} from './folder-table.js';

/** Time for one page: then the asker shows it and goes on or stops. */
const pageMs = 100;

/** The entry of `path`; undefined when the snapshot lacks it. O(entries before it), unless `landmark` leads to it. */
async function locate(reader: IndexReader, path: PathBytes, landmark: Landmark | undefined, options: CallOptions): Promise<Standing | undefined> {
	const hinted = landmark === undefined ? undefined : reader.offsetOf(landmark);
	if (hinted !== undefined) {
		const entry = await reader.entryAt(hinted, options);
		if (entry.path === path) {
			return {...entry, at: hinted};
		}
	}

	const cursor = new IndexCursor(reader, options);
	while (cursor.isReady || await cursor.fill()) {
		const {at} = cursor;
		const order = comparePaths(cursor.pass(), path);
		if (order >= 0) {
			return order === 0 ? {...await reader.entryAt(at, options), at} : undefined;
		}
	}

	return undefined;
}

export type HistorySources = {
	/** Newest first. */
	readonly snapshots: readonly SnapshotSummary[];
	reader(snapshot: SnapshotId): Promise<IndexReader>;
};

/** The next snapshots' versions. A snapshot that cannot be read is counted and passed over. Throws CANCELLED. */
export async function historyPage({snapshots, reader}: HistorySources, {path, start = 0}: Question<'history'>, options: CallOptions): Promise<HistoryPage> {
	const startedMs = performance.now();
	const versions: PastVersion[] = [];
	let unreadable = 0;
	let landmark: Landmark | undefined;
	let next = start;
	while (next < snapshots.length && (next === start || performance.now() - startedMs < pageMs)) {
		const {snapshot, header} = snapshots[next++]!;
		try {
			if (header === undefined) {
				unreadable++;
				continue;
			}

			const index = await reader(snapshot);
			const after = await locate(index, path, landmark, options);
			landmark = after === undefined ? landmark : index.landmarkOf(after.at);
			const side: Side = {snapshot, reader: index, folders: new FolderTable()};
			versions.push({snapshot, created: header.created, key: after === undefined ? '' : versionKey(after), row: after === undefined ? undefined : rowOf({own: side}, {path, after})});
		} catch (error) {
			if (isPlakarError(error, 'CANCELLED')) {
				throw error;
			}

			unreadable++;
		}
	}

	return {versions, unreadable, next: next < snapshots.length ? next : undefined, total: snapshots.length};
}
