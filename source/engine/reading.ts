// Reads what a snapshot holds: its entries, and the content of a file.

import type {CallOptions} from '../backends/contract.js';
import {PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import type {Content, Entry} from '../format/entry.js';
import {decodeIndex} from '../format/index-stream.js';
import {displayPath, isWithin, parentOf, type PathBytes} from '../format/paths.js';
import type {SnapshotHeader} from '../format/snapshot-header.js';
import {readContent} from '../workers/content.js';
import type {Repository} from './repository.js';

export type EntryFilter = CallOptions & {
	/** Only this path and what is below it. */
	readonly path?: PathBytes | undefined;
	/** Below a directory, its children only when false. Default: everything. */
	readonly recursive?: boolean;
};

/** The index of a snapshot as bytes, piece by piece. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
export const indexPieces = (repository: Repository, {index}: SnapshotHeader, options: CallOptions = {}): AsyncGenerator<Uint8Array> =>
	readContent(repository, {kind: index.kind, id: index.id} as Content, index.sizeBytes, options);

/** Entries of a snapshot in index order. Reads the index forward; memory is one chunk of it. Throws RECORD_CORRUPT. */
export async function* entriesOf(repository: Repository, header: SnapshotHeader, {path, recursive = true, signal}: EntryFilter = {}): AsyncGenerator<Entry> {
	const pieces = indexPieces(repository, header, {signal});
	const folder = path === undefined || path === '/' ? '/' as PathBytes : path.replace(/\/+$/, '') as PathBytes;
	let isInside = false;
	for await (const entry of decodeIndex(pieces, `The index of ${header.snapshot}`)) {
		throwIfAborted(signal);
		if (isWithin(entry.path, folder)) {
			isInside = true;
			if (recursive || entry.path === folder || parentOf(entry.path) === folder) {
				yield entry;
			}
		} else if (isInside) {
			// Entries below one path stand together.
			return;
		}
	}
}

/** The one entry of `path`. Throws PATH_NOT_FOUND. */
export async function findEntry(repository: Repository, header: SnapshotHeader, path: PathBytes, options: CallOptions = {}): Promise<Entry> {
	for await (const entry of entriesOf(repository, header, {path, recursive: false, ...options})) {
		return entry;
	}

	throw new PlakarError('PATH_NOT_FOUND', {
		message: `The snapshot ${header.snapshot} does not hold ${displayPath(path)}.`,
		hint: `List what it holds with: plakar-tui ls -recursive ${header.snapshot.slice(0, 8)}`,
	});
}

/** A file's bytes. Throws PATH_UNREADABLE for what is not a file or was not readable at the push. */
export async function* contentOf(repository: Repository, entry: Entry, options: CallOptions = {}): AsyncGenerator<Uint8Array> {
	if (entry.type !== 'file' || entry.content === undefined) {
		throw new PlakarError('PATH_UNREADABLE', {
			message: `${displayPath(entry.path)} has no content: ${entry.error === undefined ? `it is a ${entry.type}` : `it could not be read at the push (${entry.error})`}.`,
			hint: 'Choose a regular file of the snapshot.',
		});
	}

	yield* readContent(repository, entry.content, entry.sizeBytes, options);
}
