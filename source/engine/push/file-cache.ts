// What the last push of the same roots found and stored, in walk order: an unchanged file need not be read again.
//
// The file lies outside the repository, under the user's cache folder, and may be deleted at any time. It is read and
// written as a stream: walk order lets both sides meet without any table.

import {closeSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import {ByteReader} from '../../format/byte-reader.js';
import {ByteWriter} from '../../format/byte-writer.js';
import {blake3} from '../../format/hashing.js';
import type {ChunkId, ObjectId} from '../../format/ids.js';
import {comparePaths, type PathBytes} from '../../format/paths.js';
import type {FileStamp} from './walk.js';

export type CachedFile = {
	readonly path: PathBytes;
	readonly stamp: FileStamp;
	/** Absent for one chunk. */
	readonly object?: {readonly id: ObjectId; readonly storedBytes: number} | undefined;
	readonly chunks: readonly ChunkId[];
	readonly storedBytes: readonly number[];
};

const version = 2;
/** Files of more chunks are read again: their lists would make one record outgrow the window. */
export const maximumCachedChunks = 2048;
const windowBytes = 1024 * 1024;
/** Path, stamps and 2,048 chunks of 36 bytes. */
const maximumRecordBytes = 96 * 1024;

/** One file for a repository and a set of roots. */
export function cacheFile(repositoryId: string, roots: readonly PathBytes[]): string {
	const base = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
	const name = Buffer.from(blake3(Buffer.from(roots.join('\0'), 'latin1'))).toString('hex', 0, 16);
	return join(base, 'plakar-tui', repositoryId, `${name}.files`);
}

export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
	a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.inode === b.inode;

/** Reads a cache file forward. Whatever is wrong with it ends it early: the files then are read. */
export class CacheReader {
	readonly #handle: number | undefined;
	readonly #window = Buffer.allocUnsafeSlow(windowBytes);
	#reader = new ByteReader(new Uint8Array(0), 'The cache');
	#filled = 0;
	#atEnd = false;
	#next: CachedFile | undefined;

	constructor(file: string) {
		try {
			this.#handle = openSync(file, 'r');
			this.#fill();
			this.#next = this.#reader.byte() === version ? this.#read() : undefined;
		} catch {
			this.#next = undefined;
		}
	}

	/** The record of `path`, when it is there. Paths must be asked for in ascending order. */
	find(path: PathBytes): CachedFile | undefined {
		while (this.#next !== undefined) {
			const order = comparePaths(this.#next.path, path);
			if (order === 0) {
				return this.#next;
			}

			if (order > 0) {
				return undefined;
			}

			this.#next = this.#read();
		}

		return undefined;
	}

	close(): void {
		if (this.#handle !== undefined) {
			closeSync(this.#handle);
		}
	}

	#fill(): void {
		const rest = this.#filled - this.#reader.offset;
		this.#window.copyWithin(0, this.#reader.offset, this.#filled);
		this.#filled = rest;
		while (!this.#atEnd && this.#filled < this.#window.length) {
			const count = readSync(this.#handle!, this.#window, this.#filled, this.#window.length - this.#filled, null);
			this.#atEnd = count === 0;
			this.#filled += count;
		}

		this.#reader = new ByteReader(this.#window.subarray(0, this.#filled), 'The cache');
	}

	#read(): CachedFile | undefined {
		try {
			if (this.#reader.remaining < maximumRecordBytes && !this.#atEnd) {
				this.#fill();
			}

			return this.#reader.remaining === 0 ? undefined : decode(this.#reader);
		} catch {
			return undefined;
		}
	}
}

function decode(reader: ByteReader): CachedFile {
	const path = reader.byteString() as PathBytes;
	const number = (): bigint => (BigInt(reader.uint32()) << 32n) | BigInt(reader.uint32());
	const stamp = {sizeBytes: reader.varint(), mtimeNs: BigInt.asIntN(64, number()), ctimeNs: BigInt.asIntN(64, number()), inode: number()};
	const count = reader.varint();
	const object = count > 1 ? {id: reader.hashId() as ObjectId, storedBytes: reader.uint32()} : undefined;
	const chunks: ChunkId[] = [];
	const storedBytes: number[] = [];
	for (let index = 0; index < count; index++) {
		chunks.push(reader.hashId() as ChunkId);
		storedBytes.push(reader.uint32());
	}

	return {path, stamp, object, chunks, storedBytes};
}

/** Writes a cache file beside the old one, or nothing when there is no `file`; `commit` puts it in its place, `discard` forgets it. Failures only cost speed. */
export class CacheWriter {
	readonly #file: string;
	readonly #temporary: string;
	readonly #writer = new ByteWriter(windowBytes);
	#handle: number | undefined;

	constructor(file: string | undefined) {
		this.#file = file ?? '';
		this.#temporary = `${this.#file}.${process.pid}.part`;
		if (file === undefined) {
			return;
		}

		try {
			mkdirSync(dirname(file), {recursive: true, mode: 0o700});
			this.#handle = openSync(this.#temporary, 'w', 0o600);
		} catch {
			this.#handle = undefined;
		}

		this.#writer.byte(version);
	}

	add({path, stamp, object, chunks, storedBytes}: CachedFile): void {
		if (this.#handle === undefined || chunks.length > maximumCachedChunks) {
			return;
		}

		const writer = this.#writer;
		const number = (value: bigint): void => {
			const unsigned = BigInt.asUintN(64, value);
			writer.uint32(Number(unsigned >> 32n));
			writer.uint32(Number(unsigned & 0xffff_ffffn));
		};

		writer.byteString(path);
		writer.varint(stamp.sizeBytes);
		number(stamp.mtimeNs);
		number(stamp.ctimeNs);
		number(stamp.inode);
		writer.varint(chunks.length);
		if (object !== undefined) {
			writer.hex(object.id);
			writer.uint32(object.storedBytes);
		}

		for (const [index, id] of chunks.entries()) {
			writer.hex(id);
			writer.uint32(storedBytes[index]!);
		}

		if (writer.length > windowBytes / 2) {
			this.#flush();
		}
	}

	commit(): void {
		this.#flush();
		if (this.#handle !== undefined) {
			try {
				closeSync(this.#handle);
				renameSync(this.#temporary, this.#file);
			} catch {
				rmSync(this.#temporary, {force: true});
			}

			this.#handle = undefined;
		}
	}

	discard(): void {
		if (this.#handle !== undefined) {
			closeSync(this.#handle);
			rmSync(this.#temporary, {force: true});
			this.#handle = undefined;
		}
	}

	#flush(): void {
		const bytes = this.#writer.take();
		if (this.#handle === undefined) {
			return;
		}

		try {
			for (let done = 0; done < bytes.length;) {
				done += writeSync(this.#handle, bytes, done);
			}
		} catch {
			this.discard();
		}
	}
}
