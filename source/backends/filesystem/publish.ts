// Gives staged records their names in the store, where others find them.

import {existsSync} from 'node:fs';
import type {RecordId, SharedKind, SnapshotId} from '../../format/ids.js';
import type {JournalEntry} from './journal.js';
import {buckets, headerFile, type Layout, referencesFile} from './layout.js';
import {attempt, isThere, system} from './system.js';

export class Publisher {
	readonly #layout: Layout;
	readonly #usesLinks: boolean;
	readonly #transactions: () => readonly SnapshotId[];

	/** `transactions` names all that are unfinished. */
	constructor(layout: Layout, usesLinks: boolean, transactions: () => readonly SnapshotId[]) {
		this.#layout = layout;
		this.#usesLinks = usesLinks;
		this.#transactions = transactions;
	}

	/** Gives a staged record its name in the store. When somebody else was faster, theirs stays and ours becomes a link to it. */
	publish(folder: string, {kind, id}: JournalEntry): void {
		const mine = this.#layout.within(folder, kind, id);
		const shared = this.#layout.shared(kind, id);
		attempt(shared, () => {
			if (!this.#usesLinks) {
				// Published before, with another snapshot that relied on it, the record lies in the store alone.
				if (existsSync(mine) || !existsSync(shared)) {
					system.renameSync(mine, shared);
				}

				return;
			}

			try {
				system.linkSync(mine, shared);
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

	/** Transactions that relied on the file with inode `lost` refer to the one in the store instead. */
	#followTwin(kind: SharedKind, id: RecordId, lost: number | undefined): void {
		for (const name of this.#transactions()) {
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

type Staged = {readonly folder: string; readonly records: readonly JournalEntry[]};

/** What a flush has to reach before anything is published and `revealed` is renamed, where it goes file by file. */
export function* stagedFiles(layout: Layout, staged: readonly Staged[], revealed: readonly string[]): Generator<string> {
	for (const {folder, records} of staged) {
		// Without links, what was published before is durable, and here no more.
		yield* records.map(({kind, id}) => layout.within(folder, kind, id)).filter(path => existsSync(path));
	}

	for (const folder of revealed) {
		yield `${folder}/${headerFile}`;
		yield `${folder}/${referencesFile}`;
	}
}

/** What a flush has to reach after that. */
export function* publishedFolders({root}: Layout): Generator<string> {
	for (const name of ['chunks', 'objects', 'snapshots']) {
		yield* buckets.map(bucket => `${root}/${name}/${bucket}`).filter(folder => system.statSync(folder, {throwIfNoEntry: false}) !== undefined);
	}

	yield `${root}/transactions`;
}
