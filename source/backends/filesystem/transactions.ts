// Transactions: a folder that becomes the snapshot's folder. Staged records lie in it already where the snapshot refers
// to them from, so that committing only has to give each its second name, in the store.

import {PlakarError} from '../../errors/plakar-error.js';
import {hashSizeBytes, type RecordId, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {StoredRecord} from '../contract.js';
import {EarlyFlush} from './early-flush.js';
import {Flusher} from './flush.js';
import {appendToJournal, Journaled, readJournals, removeJournals} from './journal.js';
import {headerFile, type Layout, ownerFile, referencesFile, sharedFolders} from './layout.js';
import {Owners} from './owners.js';
import {publishAll, type Part} from './publish/publish-all.js';
import {publishedFolders, Publisher, stagedFiles, transactionNames} from './publish/publisher.js';
import {attempt, errnoOf, folderOf, hasNoLinks, ioError, isMissing, isThere, noLinksHere, system, writeNew} from './system.js';
import {adopt, type Accept} from './staged.js';
import {noteUnlinked} from './unlinked.js';

export class Transactions {
	readonly owners: Owners;
	readonly #layout: Layout;
	readonly #usesLinks: boolean;
	/** Bucket folders that are known to exist. */
	readonly #folders = new Set<string>();
	readonly #journaled = new Journaled();
	readonly #publisher: Publisher;
	readonly #flusher: Flusher;
	readonly #earlyFlush: EarlyFlush;

	constructor(layout: Layout, usesLinks: boolean) {
		this.#layout = layout;
		this.#usesLinks = usesLinks;
		this.owners = new Owners(layout);
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

		const owner = isNew ? undefined : this.owners.of(snapshot);
		if (this.owners.isOwn(snapshot, owner, lockId)) {
			return;
		}

		if (owner !== undefined && this.owners.isActive(owner)) {
			throw new PlakarError('BACKEND_LOCKED', {
				message: `${owner.host} (pid ${owner.pid}) is writing the snapshot ${snapshot} to ${this.#layout.root} now.`,
				hint: 'Wait until it has finished.',
				context: {host: owner.host, pid: owner.pid},
			});
		}

		this.#flusher.open();
		this.owners.claim(snapshot, lockId);
		if (!isNew) {
			await adopt({layout: this.#layout, usesLinks: this.#usesLinks}, snapshot, accept);
		}

		this.#earlyFlush.watch(folder);
	}

	/** Writes what is neither visible, where that is not known, nor staged; refers to the rest. Any thread may call it. */
	stage(snapshot: SnapshotId, kind: SharedKind, records: readonly StoredRecord[], areAbsent: boolean): boolean[] {
		const folder = this.owners.assertOpen(snapshot);
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
		const folder = this.owners.assertOpen(snapshot);
		let siblings: string[] | undefined;
		return ids.filter(id => {
			const place = this.#pathIn(folder, kind, id);
			if (this.#isReferenced(folder, id, this.#layout.shared(kind, id), place)) {
				return false;
			}

			siblings ??= this.owners.siblings(snapshot);
			return !siblings.some(sibling => this.#isReferenced(folder, id, this.#layout.within(sibling, kind, id), place));
		});
	}

	putSnapshot(snapshot: SnapshotId, {references, header}: {readonly references: Uint8Array; readonly header: Uint8Array}): void {
		const folder = this.owners.assertOpen(snapshot);
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
		const folders = snapshots.map(snapshot => this.owners.assertOpen(snapshot));
		const lenders = this.owners.siblings(snapshots[0]!).filter(folder => !folders.includes(folder));
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
		for (const snapshot of this.owners.open) {
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

	/** Answers, as of now, how many unfinished transactions hold the visible record whose file has an inode: by links to it, or by what they staged. */
	reservations(kind: SharedKind): (id: RecordId, inode: number) => number {
		const folders = transactionNames(this.#layout).map(snapshot => this.#layout.transaction(snapshot));
		if (!this.#usesLinks) {
			const counts = this.#journaled.counts(folders, kind);
			return id => counts.get(id) ?? 0;
		}

		return (id, inode) => folders.filter(folder => system.statSync(this.#layout.within(folder, kind, id), {throwIfNoEntry: false})?.ino === inode).length;
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
		this.owners.forget(snapshot);
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
}
