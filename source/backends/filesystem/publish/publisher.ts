// Gives staged records their names in the store, where others find them.

import {existsSync} from 'node:fs';
import {isSnapshotId, type RecordId, type SharedKind, type SnapshotId} from '../../../format/ids.js';
import {unpackIds} from '../journal.js';
import {buckets, headerFile, type Layout, referencesFile} from '../layout.js';
import {attempt, folderOf, isMissing, isThere, listFolder, system} from '../system.js';
import type {Part} from './publish-all.js';

/** All transactions that are unfinished. */
export const transactionNames = (layout: Layout): SnapshotId[] => listFolder(layout.folder('transactions')).filter(name => isSnapshotId(name));

export class Publisher {
	readonly usesLinks: boolean;
	readonly #layout: Layout;

	constructor(layout: Layout, usesLinks: boolean) {
		this.#layout = layout;
		this.usesLinks = usesLinks;
	}

	get root(): string {
		return this.#layout.root;
	}

	/** Gives a staged record its name in the store. When somebody else was faster, theirs stays and ours becomes a link to it. */
	publish(folder: string, kind: SharedKind, id: RecordId): void {
		const mine = this.#layout.within(folder, kind, id);
		const shared = this.#layout.shared(kind, id);
		attempt(shared, () => {
			if (!this.usesLinks) {
				// Published before, with another snapshot that relied on it, the record lies in the store alone.
				if (existsSync(mine) || !existsSync(shared)) {
					this.#inBucket(shared, () => {
						system.renameSync(mine, shared);
					});
				}

				return;
			}

			try {
				this.#inBucket(shared, () => {
					system.linkSync(mine, shared);
				});
			} catch (error) {
				if (!isThere(error)) {
					throw error;
				}

				const [ours, theirs] = [mine, shared].map(path => system.statSync(path, {throwIfNoEntry: false})?.ino);
				if (ours !== theirs) {
					replaceWithLink(shared, mine);
					this.#followTwin(kind, id, ours);
				}
			}
		});
	}

	/** Does `step`, which gives a file the name `path`, and makes its bucket first where a copy of the repository left that out. */
	#inBucket(path: string, step: () => void): void {
		try {
			step();
		} catch (error) {
			const bucket = folderOf(path);
			if (!isMissing(error) || existsSync(bucket)) {
				throw error;
			}

			this.#layout.ownership.makeFolder(bucket, true);
			step();
		}
	}

	/** Transactions that relied on the file with inode `lost` refer to the one in the store instead. */
	#followTwin(kind: SharedKind, id: RecordId, lost: number | undefined): void {
		for (const name of transactionNames(this.#layout)) {
			const place = this.#layout.within(this.#layout.transaction(name), kind, id);
			if (lost !== undefined && system.statSync(place, {throwIfNoEntry: false})?.ino === lost) {
				replaceWithLink(this.#layout.shared(kind, id), place);
			}
		}
	}
}

function replaceWithLink(existing: string, place: string): void {
	system.linkSync(existing, `${place}.part`);
	system.renameSync(`${place}.part`, place);
}

/** What a flush has to reach before anything is published and `revealed` is renamed, where it goes file by file. */
export function* stagedFiles(layout: Layout, parts: readonly Part[], revealed: readonly string[]): Generator<string> {
	for (const {folder, kind, ids} of parts) {
		for (const id of unpackIds(ids)) {
			const path = layout.within(folder, kind, id);
			// Without links, what was published before is durable, and here no more.
			if (existsSync(path)) {
				yield path;
			}
		}
	}

	for (const folder of revealed) {
		yield `${folder}/${headerFile}`;
		yield `${folder}/${referencesFile}`;
	}
}

/** What a flush has to reach after that. */
export function* publishedFolders({root}: Layout): Generator<string> {
	for (const name of ['chunks', 'objects', 'snapshots']) {
		yield `${root}/${name}`;
		yield* buckets.map(bucket => `${root}/${name}/${bucket}`).filter(folder => system.statSync(folder, {throwIfNoEntry: false}) !== undefined);
	}

	yield `${root}/transactions`;
}
