// Searches a whole snapshot for a name, a page at a time: the asker shows what was found, goes on or stops.

import type {CallOptions} from '../../backends/contract.js';
import {namePattern} from './name-pattern.js';
import {firstEntryOffset, IndexCursor} from './index-reader.js';
import type {FoundPage, Question, TreeRow} from './questions.js';
import {rowOf, type Side} from './side.js';

/** Index searched for one page: some tens of milliseconds, so that a stop is heard. */
const pageBytes = 2 * 1024 * 1024;
const pageHits = 1000;

/** The hits of the next stretch of the index. Throws RECORD_CORRUPT. */
export async function findPage(own: Side, {text, start = firstEntryOffset}: Question<'find'>, options: CallOptions): Promise<FoundPage> {
	const matches = namePattern(text);
	const cursor = new IndexCursor(own.reader, options, start);
	const rows: TreeRow[] = [];
	const {sizeBytes: total} = own.reader;
	while (cursor.at < Math.min(total, start + pageBytes) && rows.length < pageHits && (cursor.isReady || await cursor.fill())) {
		const {at} = cursor;
		const path = cursor.pass();
		if (path !== '/' && matches(path)) {
			const entry = await own.reader.entryAt(at, options);
			rows.push(rowOf({own}, {path, after: {...entry, at, folder: own.folders.folderAt(at)}}));
		}
	}

	return {rows, next: cursor.at < total ? cursor.at : undefined, searched: cursor.at, total};
}
