// Where everything lies in a repository folder.

import type {RecordId, RecordKind, SharedKind, SnapshotId} from '../../format/ids.js';
import {Ownership} from './ownership.js';
import {ioError, isThere} from './system.js';

export const sharedFolders: Readonly<Record<SharedKind, string>> = {chunk: 'chunks', object: 'objects'};
export const sharedKinds = ['chunk', 'object'] as const;
export const topFolders = ['chunks', 'objects', 'snapshots', 'transactions', 'locks', 'purge'] as const;
/** Present in a repository on a medium without hard links. */
export const noLinksFile = 'NOLINKS';
export const headerFile = 'HEADER';
export const referencesFile = 'REFERENCES';
/** 32-byte ids that this snapshot references without a link, because a file had as many as the filesystem allows. */
export const unlinkedFile = 'UNLINKED';
export const ownerFile = 'OWNER';

/** The 256 bucket names, ascending. */
export const buckets: readonly string[] = Array.from({length: 256}, (_, index) => index.toString(16).padStart(2, '0'));

export class Layout {
	readonly root: string;
	#ownership: Ownership | undefined;

	constructor(root: string) {
		this.root = root;
	}

	/** Whose the files are; known once the root folder is there. */
	get ownership(): Ownership {
		this.#ownership ??= new Ownership(this.root);
		return this.#ownership;
	}

	get config(): string {
		return `${this.root}/CONFIG`;
	}

	folder(name: (typeof topFolders)[number]): string {
		return `${this.root}/${name}`;
	}

	/** The store-wide file of a shared record. */
	shared(kind: SharedKind, id: RecordId): string {
		return `${this.root}/${sharedFolders[kind]}/${id.slice(0, 2)}/${id}`;
	}

	snapshot(id: SnapshotId): string {
		return `${this.root}/snapshots/${id.slice(0, 2)}/${id}`;
	}

	transaction(id: SnapshotId): string {
		return `${this.root}/transactions/${id}`;
	}

	/** A shared record inside a snapshot's or transaction's folder. */
	within(folder: string, kind: SharedKind, id: RecordId): string {
		return `${folder}/${sharedFolders[kind]}/${id.slice(0, 2)}/${id}`;
	}

	record(kind: RecordKind, id: RecordId): string {
		switch (kind) {
			case 'header': {
				return `${this.snapshot(id as SnapshotId)}/${headerFile}`;
			}

			case 'references': {
				return `${this.snapshot(id as SnapshotId)}/${referencesFile}`;
			}

			default: {
				return this.shared(kind, id);
			}
		}
	}
}

/** Makes those that are not there: what copies a repository may leave out folders that are empty. */
export function makeTopFolders(layout: Layout): void {
	for (const folder of topFolders) {
		makeFolder(layout, layout.folder(folder));
	}
}

/** Makes the folder `path` unless it is there. */
export function makeFolder(layout: Layout, path: string): void {
	try {
		layout.ownership.makeFolder(path);
	} catch (error) {
		if (!isThere(error)) {
			throw ioError(path, error);
		}
	}
}
