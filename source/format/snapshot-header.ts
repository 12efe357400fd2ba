// A snapshot's header: the little that `ls` shows, read alone.

import {corrupt} from './corrupt.js';
import {blake3} from './hashing.js';
import {isHashId, type ChunkId, type ObjectId, type SnapshotId} from './ids.js';

export type SnapshotTotals = {
	readonly files: number;
	readonly directories: number;
	/** Symlinks, fifos, sockets and devices. */
	readonly others: number;
	/** Paths that could not be read. */
	readonly errors: number;
	/** The sum of the files' lengths; a file with several names counts once. */
	readonly sizeBytes: number;
	/** References: distinct chunks and objects, those of the index included. */
	readonly chunks: number;
	readonly objects: number;
};

export type SnapshotHeader = {
	readonly version: 1;
	readonly snapshot: SnapshotId;
	/** RFC 3339, UTC, milliseconds. */
	readonly created: string;
	readonly host: string;
	readonly user: string;
	readonly commandLine: string;
	readonly tag?: string;
	/** The pushed paths as they were given, absolute; PathBytes. A symlink's own name, where one was given. */
	readonly paths: readonly string[];
	/** Where they led: the roots of the index, PathBytes. */
	readonly roots: readonly string[];
	readonly totals: SnapshotTotals;
	readonly index: {readonly kind: 'chunk' | 'object'; readonly id: ChunkId | ObjectId; readonly sizeBytes: number};
};

export const maximumHeaderBytes = 4 * 1024 * 1024;

export const encodeHeader = (header: SnapshotHeader): Buffer => Buffer.from(JSON.stringify(header));

/**
 * A digest over what a snapshot says of itself whoever stores it: its id, origin, paths and the totals of its files. Keys,
 * hash and cuts of the repository do not enter, so it is equal wherever the snapshot was sent to. The size of the index
 * does: an entry takes the same bytes whatever its content is called.
 */
export function contentIdentity({snapshot, created, host, user, commandLine, tag, paths, roots, totals, index}: SnapshotHeader): string {
	const {files, directories, others, errors, sizeBytes} = totals;
	const facts = [snapshot, created, host, user, commandLine, tag ?? null, paths, roots, files, directories, others, errors, sizeBytes, index.sizeBytes];
	return Buffer.from(blake3(Buffer.from(JSON.stringify(facts)))).toString('hex');
}

/** Throws RECORD_CORRUPT unless `body` is the header of `snapshot`. */
export function decodeHeader(snapshot: SnapshotId, body: Uint8Array): SnapshotHeader {
	const subject = `The header of ${snapshot}`;
	let header: Partial<SnapshotHeader> | null;
	try {
		header = JSON.parse(Buffer.from(body).toString('utf8')) as Partial<SnapshotHeader> | null;
	} catch (error) {
		throw corrupt(subject, 'it is not JSON', error);
	}

	if (header?.version !== 1 || header.snapshot !== snapshot) {
		throw corrupt(subject, 'it belongs to another snapshot or version');
	}

	const {created, paths, roots, totals, index, host, user} = header;
	const isList = (value: unknown): boolean => Array.isArray(value) && value.every(item => typeof item === 'string');
	if (typeof created !== 'string' || Number.isNaN(Date.parse(created)) || !isList(paths) || !isList(roots)
		|| typeof host !== 'string' || typeof user !== 'string' || !Number.isSafeInteger(totals?.sizeBytes) || !Number.isSafeInteger(index?.sizeBytes)
		|| (index?.kind !== 'chunk' && index?.kind !== 'object') || !isHashId(String(index.id))) {
		throw corrupt(subject, 'a field is missing or not valid');
	}

	return header as SnapshotHeader;
}
