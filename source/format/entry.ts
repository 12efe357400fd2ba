// One path of a snapshot: everything that restore needs to make it again.

import type {ChunkId, ObjectId} from './ids.js';
import type {PathBytes} from './paths.js';

export const entryTypes = ['directory', 'file', 'symlink', 'fifo', 'socket', 'character-device', 'block-device'] as const;
export type EntryType = (typeof entryTypes)[number];

/** Where a file's bytes are: nothing for an empty file, one chunk, or an object that lists several. */
export type Content =
	| {readonly kind: 'empty'}
	| {readonly kind: 'chunk'; readonly id: ChunkId}
	| {readonly kind: 'object'; readonly id: ObjectId};

export type Entry = {
	/** Absolute. */
	readonly path: PathBytes;
	readonly type: EntryType;
	/** Permission bits with setuid, setgid and sticky: 12 bits. */
	readonly mode: number;
	readonly uid: number;
	readonly gid: number;
	/** Names on the machine of the push; empty when unknown. Bytes. */
	readonly user: string;
	readonly group: string;
	/** Whole seconds since 1970, and nanoseconds 0 to 999,999,999. */
	readonly mtimeSeconds: number;
	readonly mtimeNanoseconds: number;
	/** A file's length; 0 for everything else. */
	readonly sizeBytes: number;
	/** Files only. */
	readonly content?: Content | undefined;
	/** Symlinks only: the bytes of the target. */
	readonly linkTarget?: PathBytes | undefined;
	/** Files with several names: equal in all entries that are one inode. */
	readonly hardLink?: string | undefined;
	/** Devices only. */
	readonly device?: {readonly major: number; readonly minor: number} | undefined;
	/** An ancestor of a pushed path, recorded for its mode and owner, without its time; its other children are not in the snapshot. */
	readonly isAncestor?: boolean;
	/** Why the path could not be read, e.g. EACCES; then `content` is absent, or a directory's children are. */
	readonly error?: string | undefined;
};
