// An open repository folder: one file a record, references as hard links.

import {existsSync, type Stats} from 'node:fs';
import {throwIfAborted} from '../../errors/plakar-error.js';
import {assertRecordId, isRecordId, type RecordId, type RecordKind, type SharedKind} from '../../format/ids.js';
import type {Backend, BackendManifest, CallOptions, Inspection, ReadResult} from '../contract.js';
import {wrapCalls} from '../wrap/wrap.js';
import {buckets, Layout, makeTopFolders, noLinksFile, sharedFolders} from './layout.js';
import {liveLocks, takeLock} from './locks.js';
import {listPackedIn} from './packed-listing.js';
import {readAhead} from './read-ahead.js';
import {replaceRecord} from './replace.js';
import {listStaged} from './staged.js';
import {storedSizeOf} from './stored-size.js';
import {attempt, flushFolder, ioError, listFolder, readInto, readWhole, system, toldOf, writeDurably} from './system.js';
import {Transactions} from './transactions.js';
import {countUnlinked} from './unlinked.js';

/** The largest chunk of a repository with default settings, in its envelope. */
const scratchBytes = (1024 * 1024) + 4096;

const manifestOf = (usesLinks: boolean): BackendManifest => Object.freeze({
	references: usesLinks ? 'links' : 'lists', freeSpace: true, parallelWrites: true, locks: true, reopenable: true, nativeDifference: false,
});

const writes = ['lock', 'begin', 'stage', 'reference', 'putSnapshot', 'commit', 'replace', 'writeConfig'] as const;

/** A backend over an existing repository folder. */
export function openFolder(root: string): Backend {
	const layout = new Layout(root);
	const usesLinks = !existsSync(`${root}/${noLinksFile}`);
	const transactions = new Transactions(layout, usesLinks);
	const scratch = new Uint8Array(scratchBytes);
	let lockId = '';

	const readOne = (kind: RecordKind, id: RecordId): Uint8Array => {
		assertRecordId(kind, id);
		const path = layout.record(kind, id);
		return attempt(path, () => readWhole(path, scratch));
	};

	const assertIds = (kind: RecordKind, ids: readonly RecordId[], options: CallOptions | undefined): void => {
		throwIfAborted(options?.signal);
		for (const id of ids) {
			assertRecordId(kind, id);
		}
	};

	/** What `stats` say of a record, beside the transactions and lists of this moment. */
	const inspector = (kind: SharedKind): ((id: RecordId, stats: Stats | undefined) => Inspection) => {
		const reservedOf = transactions.reservations(kind);
		const unlinked = usesLinks ? countUnlinked(layout) : undefined;
		return (id, stats) => {
			if (stats === undefined) {
				return {sizeBytes: -1, references: usesLinks ? 0 : -1, reserved: 0};
			}

			const reserved = reservedOf(id, stats.ino);
			const references = usesLinks ? stats.nlink - 1 - reserved + (unlinked!.get(id) ?? 0) : -1;
			return {sizeBytes: stats.size, references, reserved};
		};
	};

	const backend: Backend = {
		location: root,
		places: [root],
		supports: manifestOf(usesLinks),
		async readConfig() {
			return attempt(layout.config, () => readWhole(layout.config, scratch));
		},
		async read(kind, id, options) {
			throwIfAborted(options?.signal);
			return readOne(kind, id);
		},
		async readBatch(kind, ids, options) {
			throwIfAborted(options?.signal);
			return ids.map((id): ReadResult => {
				try {
					return readOne(kind, id);
				} catch (error) {
					return error as Error;
				}
			});
		},
		async visit(kind, ids, visit, options) {
			assertIds(kind, ids, options);
			for (const [index, id] of ids.entries()) {
				let result: ReadResult;
				const path = layout.record(kind, id);
				try {
					result = readInto(path, scratch);
				} catch (error) {
					result = ioError(path, error);
				}

				visit(result, index);
			}
		},
		async* list(kind, after, options) {
			const folder = kind === 'header' ? layout.folder('snapshots') : `${root}/${sharedFolders[kind as SharedKind]}`;
			for (const bucket of buckets) {
				throwIfAborted(options?.signal);
				if (after === undefined || bucket >= after.slice(0, 2)) {
					const page = listFolder(`${folder}/${bucket}`).filter((name): name is RecordId =>
						isRecordId(kind, name) && name.startsWith(bucket) && (after === undefined || name > after));
					if (page.length > 0) {
						yield page;
					}
				}
			}
		},
		listPacked(kind, options) {
			return listPackedIn(`${root}/${sharedFolders[kind]}`, options?.signal);
		},
		async sizes(kind, ids, options) {
			assertIds(kind, ids, options);
			return ids.map(id => {
				const path = layout.record(kind, id);
				return attempt(path, () => system.statSync(path, {throwIfNoEntry: false})?.size ?? -1);
			});
		},
		async inspect(kind, ids, options) {
			assertIds(kind, ids, options);
			const inspectionOf = inspector(kind);
			return ids.map(id => {
				const path = layout.shared(kind, id);
				return inspectionOf(id, attempt(path, () => system.statSync(path, {throwIfNoEntry: false})));
			});
		},
		async survey(kind, ids, read, visit, options) {
			assertIds(kind, ids, options);
			const inspectionOf = inspector(kind);
			const reading = {count: ids.length, pathAt: (index: number) => layout.shared(kind, ids[index]!), isRead: (index: number) => read[index] === 1, scratch};
			readAhead(reading, (stats, result, index) => visit(inspectionOf(ids[index]!, stats), result, index));
		},
		async* listReferences(snapshot, kind, options) {
			for (const bucket of usesLinks ? buckets : []) {
				throwIfAborted(options?.signal);
				const page = listFolder(`${layout.snapshot(snapshot)}/${sharedFolders[kind]}/${bucket}`).filter((name): name is RecordId => isRecordId(kind, name));
				if (page.length > 0) {
					yield page;
				}
			}
		},
		async unfinished() {
			return transactions.owners.unfinished();
		},
		async* listStaged(snapshot, options) {
			for (const page of listStaged(layout, snapshot)) {
				throwIfAborted(options?.signal);
				yield page;
			}
		},
		async freeSpace() {
			return attempt(root, () => {
				const {bavail, bsize} = system.statfsSync(root);
				return bavail * bsize;
			});
		},
		async storedSize(options) {
			return storedSizeOf(layout, options);
		},
		async locks() {
			return liveLocks(layout).map(({lockId: _, ...holder}) => holder);
		},
		async close() {
			transactions.close();
		},
		async lock(mode, purpose, options) {
			throwIfAborted(options?.signal);
			makeTopFolders(layout);
			const lock = takeLock(layout, mode, purpose);
			lockId = lock.lockId;
			return lock;
		},
		async begin(snapshot, accept, options) {
			assertIds('header', [snapshot], options);
			await transactions.begin(snapshot, lockId, accept);
		},
		async stage(snapshot, kind, records, options) {
			assertIds(kind, records.map(({id}) => id), options);
			return transactions.stage(snapshot, kind, records, options?.areAbsent === true);
		},
		async reference(snapshot, kind, ids, options) {
			assertIds(kind, ids, options);
			return transactions.reference(snapshot, kind, ids);
		},
		async putSnapshot(snapshot, parts, options) {
			throwIfAborted(options?.signal);
			transactions.putSnapshot(snapshot, parts);
		},
		async commit(snapshots, options) {
			throwIfAborted(options?.signal);
			await transactions.commit(snapshots);
		},
		async rollback(snapshot) {
			transactions.rollback(snapshot);
		},
		async replace(kind, id, bytes, options) {
			assertIds(kind, [id], options);
			await replaceRecord({layout, usesLinks}, kind, id, bytes, new Set(options?.holders));
		},
		async writeConfig(bytes) {
			attempt(layout.config, () => {
				writeDurably(layout.config, bytes, layout.ownership);
			});
		},
		async dereference(snapshot, options) {
			assertIds('header', [snapshot], options);
			const folder = layout.snapshot(snapshot);
			const grave = `${layout.folder('purge')}/${snapshot}`;
			attempt(folder, () => {
				system.renameSync(folder, grave);
				flushFolder(layout.folder('purge'));
				system.rmSync(grave, {recursive: true, force: true});
			});
		},
		async remove(kind, ids, options) {
			assertIds(kind, ids, options);
			return ids.filter(id => {
				const path = layout.shared(kind, id);
				return attempt(path, () => {
					const stats = system.statSync(path, {throwIfNoEntry: false});
					if (stats !== undefined && stats.nlink > 1) {
						return true;
					}

					system.rmSync(path, {force: true});
					return false;
				});
			});
		},
	};
	return wrapCalls(backend, writes, async (_, call) => {
		try {
			return await call();
		} catch (error) {
			throw toldOf(root, error);
		}
	});
}

