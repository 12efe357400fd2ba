// How much of what is restored takes no room: a chunk of zeros is not written, and stays a hole where the filesystem has such.

import {statfsSync} from 'node:fs';
import type {Entry} from '../../format/entry.js';
import type {RecordId} from '../../format/ids.js';
import {partsOf, type ContentSource} from '../../workers/content.js';
import {atNearest} from './room.js';

/** As statfs tells them on Linux, of filesystems that are known to keep holes: ext4, XFS, Btrfs, F2FS, bcachefs, ZFS, tmpfs, overlay. */
const sparseTypes: ReadonlySet<number> = new Set([0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0xCA451A4E, 0x2FC12FC1, 0x01021994, 0x794C7630]);

export class Holes {
	readonly #source: ContentSource;
	readonly #blockBytes: number;
	/** What zeros are called, by their number. */
	readonly #zeroIds = new Map<number, RecordId>();

	constructor(source: ContentSource, blockBytes: number) {
		this.#source = source;
		this.#blockBytes = blockBytes;
	}

	/** Bytes of a file's content that surely become holes. One read for content of several chunks; 0 for what cannot be read. */
	async in({content, sizeBytes}: Entry): Promise<number> {
		const parts = content === undefined ? [] : await partsOf(this.#source, content, sizeBytes).catch(() => []);
		return parts.filter(({id, sizeBytes: length}) => id === this.#zeroId(length))
			// A block on each side may hold what stands beside it.
			.reduce((sum, {sizeBytes: length}) => sum + Math.max(0, length - (2 * this.#blockBytes)), 0);
	}

	#zeroId(length: number): RecordId {
		const id = this.#zeroIds.get(length) ?? this.#source.codec.hashing.chunkId(new Uint8Array(length));
		this.#zeroIds.set(length, id);
		return id;
	}
}

/** For what is restored from `source` into `folder`; undefined where it is not known that holes take no room. */
export function holesBelow(folder: string, source: ContentSource): Holes | undefined {
	try {
		const {type, bsize} = atNearest(folder, place => statfsSync(place));
		return process.platform === 'linux' && sparseTypes.has(type >>> 0) ? new Holes(source, bsize) : undefined;
	} catch {
		return undefined;
	}
}
