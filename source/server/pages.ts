// Listings in pages that one message holds.

import type {Page, StagedRecord} from '../backends/contract.js';
import {packIds} from '../backends/wire/fields.js';
import {pageIds} from '../backends/wire/operations.js';
import type {RecordId, RecordKind, SharedKind} from '../format/ids.js';
import type {Reply} from './reply.js';

/** The first page of what comes after `after`, and whether there is more. */
async function firstPage<Item>(pages: AsyncIterable<Page<Item>>, isWanted: (item: Item) => boolean): Promise<{readonly items: Item[]; readonly more: boolean}> {
	const items: Item[] = [];
	for await (const page of pages) {
		for (const item of page) {
			if (isWanted(item)) {
				if (items.length === pageIds) {
					return {items, more: true};
				}

				items.push(item);
			}
		}
	}

	return {items, more: false};
}

export async function pageAfter(kind: RecordKind, pages: AsyncIterable<Page<RecordId>>, after: RecordId | undefined): Promise<Reply> {
	const {items, more} = await firstPage(pages, id => after === undefined || id > after);
	return {fields: {more}, blobs: [packIds(kind, items)]};
}

export async function stagedAfter(wanted: SharedKind, pages: AsyncIterable<Page<StagedRecord>>, after: RecordId | undefined): Promise<Reply> {
	const {items, more} = await firstPage(pages, ({kind, id}) => kind === wanted && (after === undefined || id > after));
	return {fields: {more, sizes: items.map(({sizeBytes}) => sizeBytes)}, blobs: [packIds(wanted, items.map(({id}) => id))]};
}
