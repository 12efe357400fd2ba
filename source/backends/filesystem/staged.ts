// What an unfinished transaction has staged, and how another process takes it over.

import {isRecordId, type RecordId, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {StagedRecord, StoredRecord} from '../contract.js';
import {batchStaged} from '../batch-staged.js';
import {appendToJournal, readJournals, removeJournals, unpackIds} from './journal.js';
import {buckets, type Layout, sharedFolders, sharedKinds} from './layout.js';
import {attempt, listFolder, readWhole, system} from './system.js';

/** Says of staged records which are kept. */
export type Accept = (kind: SharedKind, records: readonly StoredRecord[]) => Promise<boolean[]>;

const firstScratchBytes = 1024 * 1024;

/** More than one name is not enough to be in the store: another transaction may share the file. */
function isUnpublished(layout: Layout, kind: SharedKind, id: RecordId, {nlink, ino}: {readonly nlink: number; readonly ino: number}): boolean {
	return nlink === 1 || system.statSync(layout.shared(kind, id), {throwIfNoEntry: false})?.ino !== ino;
}

/** What a transaction holds and the store does not. */
export function* listStaged(layout: Layout, snapshot: SnapshotId): Generator<StagedRecord[]> {
	const folder = layout.transaction(snapshot);
	for (const kind of sharedKinds) {
		for (const bucket of buckets) {
			const page = listFolder(`${folder}/${sharedFolders[kind]}/${bucket}`).flatMap((id): StagedRecord[] => {
				const stats = isRecordId(kind, id) ? system.statSync(layout.within(folder, kind, id as RecordId), {throwIfNoEntry: false}) : undefined;
				return stats !== undefined && isUnpublished(layout, kind, id as RecordId, stats) ? [{kind, id: id as RecordId, sizeBytes: stats.size}] : [];
			});
			if (page.length > 0) {
				yield page;
			}
		}
	}
}

/** Hands over what a dead process had staged, and removes what is not accepted; writes the journal anew for what is kept. */
export async function adopt({layout, usesLinks}: {readonly layout: Layout; readonly usesLinks: boolean}, snapshot: SnapshotId, accept: Accept): Promise<void> {
	const folder = layout.transaction(snapshot);
	const scratch = new Uint8Array(firstScratchBytes);
	const kept: Record<SharedKind, string[]> = {chunk: [], object: []};
	for (const page of listStaged(layout, snapshot)) {
		for (const batch of batchStaged(page)) {
			const {kind} = batch[0]!;
			const paths = batch.map(({id}) => layout.within(folder, kind, id));
			const records = batch.map(({id}, index) => ({id, bytes: attempt(paths[index]!, () => readWhole(paths[index]!, scratch))}));
			for (const [index, isKept] of (await accept(kind, records)).entries()) {
				if (isKept) {
					kept[kind].push(batch[index]!.id);
				} else {
					attempt(paths[index]!, () => {
						system.unlinkSync(paths[index]!);
					});
				}
			}
		}
	}

	// Without links, a record that another snapshot published is still this one's by its journal alone.
	const published = usesLinks ? [] : readJournals(folder, new Map()).flatMap(({kind, ids}) =>
		[...unpackIds(ids)].filter(id => system.statSync(layout.shared(kind, id), {throwIfNoEntry: false}) !== undefined).map(id => ({kind, id})));
	removeJournals(folder);
	for (const kind of sharedKinds) {
		kept[kind] = [...new Set([...kept[kind], ...published.filter(entry => entry.kind === kind).map(({id}) => id)])];
		if (kept[kind].length > 0) {
			appendToJournal(folder, kind, Buffer.from(kept[kind].join(''), 'hex'), layout.ownership);
		}
	}
}
