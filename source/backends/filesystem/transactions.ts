// Transactions: a folder that becomes the snapshot's folder. Staged records lie in it already where the snapshot refers
// to them from, so that committing only has to give each its second name, in the store.

import {hostname} from 'node:os';
import {PlakarError} from '../../errors/plakar-error.js';
import {hashSizeBytes, isRecordId, type RecordId, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {StagedRecord, StoredRecord, UnfinishedTransaction} from '../contract.js';
import {batchStaged} from '../batch-staged.js';
import {EarlyFlush} from './early-flush.js';
import {Flusher} from './flush.js';
import {appendToJournal, Journaled, readJournals, removeJournals, unpackIds} from './journal.js';
import {buckets, headerFile, type Layout, ownerFile, referencesFile, sharedFolders, sharedKinds} from './layout.js';
import {liveLocks} from './locks.js';
import {publishAll, type Part} from './publish/publish-all.js';
import {publishedFolders, Publisher, stagedFiles, transactionNames} from './publish/publisher.js';
import {attempt, errnoOf, folderOf, hasNoLinks, ioError, isMissing, isThere, listFolder, noLinksHere, readWhole, system, writeNew} from './system.js';
import {noteUnlinked} from './unlinked.js';

type Owner = {readonly host: string; readonly pid: number; readonly lockId: string; readonly startedAtMs: number};
type Accept = (kind: SharedKind, records: readonly StoredRecord[]) => Promise<boolean[]>;

const firstScratchBytes = 1024 * 1024;

export class Transactions {
	readonly #layout: Layout;
	readonly #usesLinks: boolean;
	readonly #scratch = new Uint8Array(firstScratchBytes);
	/** Bucket folders that are known to exist. */
	readonly #folders = new Set<string>();
	readonly #owners = new Map<SnapshotId, Owner>();
	readonly #journaled = new Journaled();
	readonly #publisher: Publisher;
	readonly #flusher: Flusher;
	readonly #earlyFlush: EarlyFlush;

	constructor(layout: Layout, usesLinks: boolean) {
		this.#layout = layout;
		this.#usesLinks = usesLinks;
		this.#publisher = new Publisher(layout, usesLinks);
		this.#flusher = new Flusher(layout.root);
		this.#earlyFlush = new EarlyFlush(this.#flusher);
	}

	/** Opens a transaction, or takes over one that a dead process left. `lockId` names the lock behind it. */
	async begin(snapshot: SnapshotId, lockId: string, accept: Accept): Promise<void> {
		const folder = this.#layout.transaction(snapshot);
		if (system.statSync(this.#layout.snapshot(snapshot), {throwIfNoEntry: false}) !== undefined) {
			throw new PlakarError('SNAPSHOT_CONFLICT', {
				message: `${this.#layout.root} holds the snapshot ${snapshot} already.`,
				hint: 'It is never overwritten: plan again to see what is left to do.',
			});
		}

		let isNew = true;
		try {
			this.#layout.ownership.makeFolder(folder);
		} catch (error) {
			if (!isThere(error)) {
				throw ioError(folder, error);
			}

			isNew = false;
		}

		const owner = isNew ? undefined : this.#ownerOf(snapshot);
		if (owner?.lockId === lockId && owner.pid === process.pid && this.#owners.has(snapshot)) {
			return;
		}

		if (owner !== undefined && this.#isActive(owner)) {
			throw new PlakarError('BACKEND_LOCKED', {
				message: `${owner.host} (pid ${owner.pid}) is writing the snapshot ${snapshot} to ${this.#layout.root} now.`,
				hint: 'Wait until it has finished.',
				context: {host: owner.host, pid: owner.pid},
			});
		}

		this.#flusher.open();
		this.#claim(snapshot, lockId);
		if (!isNew) {
			await this.#adopt(snapshot, accept);
		}

		this.#earlyFlush.watch(folder);
	}

	/** Writes what is neither visible, where that is not known, nor staged; refers to the rest. Any thread may call it. */
	stage(snapshot: SnapshotId, kind: SharedKind, records: readonly StoredRecord[], areAbsent: boolean): boolean[] {
		const folder = this.#assertOpen(snapshot);
		const journal = Buffer.alloc(records.length * hashSizeBytes);
		let count = 0;
		const written = records.map(({id, bytes}) => {
			const shared = this.#layout.shared(kind, id);
			const path = this.#pathIn(folder, kind, id);
			// Somebody else published it since the plan was made.
			if (!areAbsent && system.statSync(shared, {throwIfNoEntry: false}) !== undefined && this.#isReferenced(folder, id, shared, path)) {
				return false;
			}

			try {
				writeNew(path, bytes, false, this.#layout.ownership);
			} catch (error) {
				if (isThere(error)) {
					// Noted once more: a call that failed after it had written this is being tried again.
					count += journal.write(id, count, 'hex');
					return false;
				}

				throw ioError(path, error);
			}

			count += journal.write(id, count, 'hex');
			return true;
		});
		if (count > 0) {
			appendToJournal(folder, kind, journal.subarray(0, count), this.#layout.ownership);
		}

		return written;
	}

	/** Gives the transaction its names of records that exist. Any thread may call it. Returns those that are nowhere. */
	reference(snapshot: SnapshotId, kind: SharedKind, ids: readonly RecordId[]): RecordId[] {
		const folder = this.#assertOpen(snapshot);
		let siblings: string[] | undefined;
		return ids.filter(id => {
			const place = this.#pathIn(folder, kind, id);
			if (this.#isReferenced(folder, id, this.#layout.shared(kind, id), place)) {
				return false;
			}

			siblings ??= this.#siblings(snapshot);
			return !siblings.some(sibling => this.#isReferenced(folder, id, this.#layout.within(sibling, kind, id), place));
		});
	}

	putSnapshot(snapshot: SnapshotId, {references, header}: {readonly references: Uint8Array; readonly header: Uint8Array}): void {
		const folder = this.#assertOpen(snapshot);
		for (const [name, bytes] of [[referencesFile, references], [headerFile, header]] as const) {
			const path = `${folder}/${name}`;
			attempt(path, () => {
				system.rmSync(path, {force: true});
				writeNew(path, bytes, false, this.#layout.ownership);
			});
		}
	}

	/**
	 * Flush, publish, rename, flush. What an earlier flush made durable is published during the first. What others behind
	 * the same lock staged is published too, for these may rely on it; and all is, before the first becomes visible.
	 */
	async commit(snapshots: readonly SnapshotId[]): Promise<void> {
		const {durable} = this.#earlyFlush;
		const folders = snapshots.map(snapshot => this.#assertOpen(snapshot));
		const lenders = this.#siblings(snapshots[0]!).filter(folder => !folders.includes(folder));
		const staged = [...folders, ...lenders].flatMap(folder => readJournals(folder, durable).map(journal => ({folder, ...journal})));
		const flushed = staged.map(({folder, kind, ids, durableBytes}): Part => ({folder, kind, ids: ids.subarray(0, durableBytes)}));
		const unflushed = staged.map(({folder, kind, ids, durableBytes}): Part => ({folder, kind, ids: ids.subarray(durableBytes)}));
		const outcomes = await Promise.allSettled([
			this.#flusher.flush(stagedFiles(this.#layout, staged, folders), []),
			publishAll(this.#publisher, flushed),
		]);
		for (const outcome of outcomes) {
			if (outcome.status === 'rejected') {
				throw outcome.reason;
			}
		}

		await publishAll(this.#publisher, unflushed);
		for (const [index, snapshot] of snapshots.entries()) {
			this.#reveal(snapshot, folders[index]!);
		}

		await this.#flusher.flush([], publishedFolders(this.#layout)).finally(() => {
			this.#closeFlusher();
		});
	}

	/** Ends what runs beside the calls; transactions stay as they are. */
	close(): void {
		for (const snapshot of this.#owners.keys()) {
			this.#earlyFlush.unwatch(this.#layout.transaction(snapshot));
		}

		this.#closeFlusher();
	}

	rollback(snapshot: SnapshotId): void {
		const folder = this.#layout.transaction(snapshot);
		const grave = `${this.#layout.folder('purge')}/${snapshot}-${process.pid}-${Date.now()}`;
		try {
			system.renameSync(folder, grave);
		} catch (error) {
			if (isMissing(error)) {
				return;
			}

			throw ioError(folder, error);
		}

		this.#forget(snapshot);
		this.#closeFlusher();
		attempt(grave, () => {
			system.rmSync(grave, {recursive: true, force: true});
		});
	}

	unfinished(): UnfinishedTransaction[] {
		return transactionNames(this.#layout).map(snapshot => {
			const owner = this.#ownerOf(snapshot);
			return {snapshot, active: owner !== undefined && this.#isActive(owner), startedAtMs: owner?.startedAtMs ?? 0};
		});
	}

	/** What a transaction holds and the store does not. */
	* listStaged(snapshot: SnapshotId): Generator<StagedRecord[]> {
		const folder = this.#layout.transaction(snapshot);
		for (const kind of sharedKinds) {
			for (const bucket of buckets) {
				const page = listFolder(`${folder}/${sharedFolders[kind]}/${bucket}`).flatMap((id): StagedRecord[] => {
					const stats = isRecordId(kind, id) ? system.statSync(this.#layout.within(folder, kind, id as RecordId), {throwIfNoEntry: false}) : undefined;
					return stats !== undefined && this.#isUnpublished(kind, id as RecordId, stats) ? [{kind, id: id as RecordId, sizeBytes: stats.size}] : [];
				});
				if (page.length > 0) {
					yield page;
				}
			}
		}
	}

	/** Answers, as of now, how many unfinished transactions hold the visible record whose file has an inode: by links to it, or by what they staged. */
	reservations(kind: SharedKind): (id: RecordId, inode: number) => number {
		const folders = transactionNames(this.#layout).map(snapshot => this.#layout.transaction(snapshot));
		if (!this.#usesLinks) {
			const counts = this.#journaled.counts(folders, kind);
			return id => counts.get(id) ?? 0;
		}

		return (id, inode) => folders.filter(folder => system.statSync(this.#layout.within(folder, kind, id), {throwIfNoEntry: false})?.ino === inode).length;
	}

	/** More than one name is not enough to be in the store: another transaction may share the file. */
	#isUnpublished(kind: SharedKind, id: RecordId, {nlink, ino}: {readonly nlink: number; readonly ino: number}): boolean {
		return nlink === 1 || system.statSync(this.#layout.shared(kind, id), {throwIfNoEntry: false})?.ino !== ino;
	}

	#isReferenced(folder: string, id: RecordId, existing: string, place: string): boolean {
		if (!this.#usesLinks) {
			return system.statSync(existing, {throwIfNoEntry: false}) !== undefined || system.statSync(place, {throwIfNoEntry: false}) !== undefined;
		}

		try {
			system.linkSync(existing, place);
			return true;
		} catch (error) {
			if (isThere(error)) {
				return true;
			}

			if (isMissing(error)) {
				return system.statSync(place, {throwIfNoEntry: false}) !== undefined;
			}

			if (errnoOf(error) === 'EMLINK') {
				noteUnlinked(folder, id, this.#layout.ownership);
				return true;
			}

			throw hasNoLinks(error) ? noLinksHere(this.#layout.root, error) : ioError(place, error);
		}
	}

	#reveal(snapshot: SnapshotId, folder: string): void {
		const place = this.#layout.snapshot(snapshot);
		attempt(place, () => {
			removeJournals(folder);
			system.rmSync(`${folder}/${ownerFile}`, {force: true});

			this.#layout.ownership.makeFolder(folderOf(place), true);
			system.renameSync(folder, place);
		});
		this.#forget(snapshot);
	}

	#forget(snapshot: SnapshotId): void {
		this.#owners.delete(snapshot);
		const folder = this.#layout.transaction(snapshot);
		this.#earlyFlush.unwatch(folder);
		for (const known of this.#folders) {
			if (known.startsWith(folder)) {
				this.#folders.delete(known);
			}
		}
	}

	/** Until the last transaction has ended, what failed to be written for one of them must not be forgotten. */
	#closeFlusher(): void {
		if (!this.#earlyFlush.isWatching) {
			this.#flusher.close();
		}
	}

	#claim(snapshot: SnapshotId, lockId: string): void {
		const path = `${this.#layout.transaction(snapshot)}/${ownerFile}`;
		const owner: Owner = {host: hostname(), pid: process.pid, lockId, startedAtMs: Date.now()};
		attempt(path, () => {
			system.rmSync(path, {force: true});
			writeNew(path, Buffer.from(JSON.stringify(owner)), false, this.#layout.ownership);
		});
		this.#owners.set(snapshot, owner);
	}

	#ownerOf(snapshot: SnapshotId): Owner | undefined {
		try {
			const bytes = readWhole(`${this.#layout.transaction(snapshot)}/${ownerFile}`, this.#scratch);
			return JSON.parse(Buffer.from(bytes).toString('utf8')) as Owner;
		} catch {
			return undefined;
		}
	}

	#isActive({lockId}: Owner): boolean {
		return liveLocks(this.#layout).some(lock => lock.lockId === lockId);
	}

	/** The folder of a transaction that this process has open. Throws INTERNAL when `begin` was never called. */
	#assertOpen(snapshot: SnapshotId): string {
		if (!this.#owners.has(snapshot)) {
			const owner = this.#ownerOf(snapshot);
			if (owner === undefined || owner.pid !== process.pid) {
				throw new PlakarError('INTERNAL', {
					message: `The transaction ${snapshot} is not open in this process.`,
					hint: 'This is a defect of the program; nothing was written.',
				});
			}

			this.#owners.set(snapshot, owner);
		}

		return this.#layout.transaction(snapshot);
	}

	/** Other transactions behind the same lock: what they staged is committed together with this one, or before it. */
	#siblings(snapshot: SnapshotId): string[] {
		const own = this.#owners.get(snapshot)!;
		return transactionNames(this.#layout).filter(name => name !== snapshot && this.#ownerOf(name)?.lockId === own.lockId).map(name => this.#layout.transaction(name));
	}

	#pathIn(folder: string, kind: SharedKind, id: RecordId): string {
		const bucket = `${folder}/${sharedFolders[kind]}/${id.slice(0, 2)}`;
		if (!this.#folders.has(bucket)) {
			attempt(bucket, () => {
				this.#layout.ownership.makeFolder(bucket, true);
			});
			this.#folders.add(bucket);
		}

		return `${bucket}/${id}`;
	}

	/** Hands over what a dead process had staged; writes the journal anew for what is kept. */
	async #adopt(snapshot: SnapshotId, accept: Accept): Promise<void> {
		const folder = this.#layout.transaction(snapshot);
		const kept: Record<SharedKind, string[]> = {chunk: [], object: []};
		for (const page of this.listStaged(snapshot)) {
			for (const batch of batchStaged(page)) {
				const {kind} = batch[0]!;
				const paths = batch.map(({id}) => this.#layout.within(folder, kind, id));
				const records = batch.map(({id}, index) => ({id, bytes: attempt(paths[index]!, () => readWhole(paths[index]!, this.#scratch))}));
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
		const published = this.#usesLinks ? [] : readJournals(folder, new Map()).flatMap(({kind, ids}) =>
			[...unpackIds(ids)].filter(id => system.statSync(this.#layout.shared(kind, id), {throwIfNoEntry: false}) !== undefined).map(id => ({kind, id})));
		removeJournals(folder);
		for (const kind of sharedKinds) {
			kept[kind] = [...new Set([...kept[kind], ...published.filter(entry => entry.kind === kind).map(({id}) => id)])];
			if (kept[kind].length > 0) {
				appendToJournal(folder, kind, Buffer.from(kept[kind].join(''), 'hex'), this.#layout.ownership);
			}
		}
	}
}
