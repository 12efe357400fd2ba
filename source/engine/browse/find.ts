// Searches a whole snapshot for a name, a page at a time: the asker shows what was found, goes on or stops.

import type {CallOptions} from '../../backends/contract.js';
import type {PathBytes} from '../../format/paths.js';
import type {SnapshotHeader} from '../../format/snapshot-header.js';
import type {Repository} from '../repository.js';
import {FolderTable} from './folder-table.js';
import {firstEntryOffset, IndexCursor, IndexReader} from './index-reader.js';
import type {FoundPage, TreeRow} from './questions.js';
import {rowOf, type Side} from './side.js';

/** Index searched for one page: some tens of milliseconds, so that a stop is heard. */
const pageBytes = 2 * 1024 * 1024;
/** Taken in by a screen in a few milliseconds, between two keys. */
const pageHits = 250;

export type Matches = (path: PathBytes) => boolean;

/** The hits of the next stretch of the index; those beyond the first `most` are only counted. Throws RECORD_CORRUPT. */
export async function findPage(own: Side, matches: Matches, start: number, options: CallOptions, most = Number.POSITIVE_INFINITY): Promise<FoundPage> {
	const cursor = new IndexCursor(own.reader, options, start);
	const rows: TreeRow[] = [];
	let left = 0;
	const {sizeBytes: total} = own.reader;
	while (cursor.at < Math.min(total, start + pageBytes) && rows.length < pageHits && (cursor.isReady || await cursor.fill())) {
		const {at} = cursor;
		const path = cursor.pass();
		if (path === '/' || !matches(path)) {
			continue;
		}

		if (rows.length < most) {
			cursor.seek(at);
			rows.push(rowOf({own}, {path, after: {...cursor.take(), at, folder: own.folders.folderAt(at)}}));
		} else {
			left++;
		}
	}

	return {rows, left, next: cursor.at < total ? cursor.at : undefined, searched: cursor.at, total};
}

/** Every hit in a snapshot that is not open. Memory: a page. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
export async function* findInSnapshot(repository: Repository, header: SnapshotHeader, matches: Matches, options: CallOptions = {}): AsyncGenerator<TreeRow> {
	const side: Side = {snapshot: header.snapshot, reader: await IndexReader.open(repository, header, options), folders: new FolderTable()};
	for (let next: number | undefined = firstEntryOffset; next !== undefined;) {
		const page: FoundPage = await findPage(side, matches, next, options);
		yield* page.rows;
		next = page.next;
	}
}
