// An object: the ordered list of chunks that make up one file's content (or a snapshot's index) of several chunks.
//
// Its id is the keyed hash of this very list, so that once its chunks are proven, the object is proven without reading
// them again. Equal content in one family gives equal cuts, hence equal lists and ids.

import {ByteReader} from './byte-reader.js';
import {ByteWriter} from './byte-writer.js';
import {corrupt} from './corrupt.js';
import type {ChunkId, ObjectId} from './ids.js';
import type {Hashing} from './hashing.js';

export type ChunkPart = {readonly id: ChunkId; readonly sizeBytes: number};

export type ObjectRecord = {readonly sizeBytes: number; readonly chunks: readonly ChunkPart[]};

const version = 1;
/** A file of 16 TiB in chunks of 256 KiB has 64 M chunks; its list must fit memory, so this is the limit of one file's list. */
export const maximumObjectBytes = 1024 * 1024 * 1024;
const partSizeBytes = 36;

/** The plaintext of the object's record. O(chunks). */
export function encodeObject(chunks: readonly ChunkPart[]): Buffer {
	const writer = new ByteWriter(32 + (chunks.length * partSizeBytes));
	writer.byte(version);
	writer.varint(chunks.length);
	for (const {id, sizeBytes} of chunks) {
		writer.hex(id);
		writer.uint32(sizeBytes);
	}

	return writer.finish();
}

/** Throws RECORD_CORRUPT when `body` is no object, or not the one that `id` names. O(chunks). */
export function decodeObject(id: ObjectId, body: Uint8Array, hashing: Hashing): ObjectRecord {
	const subject = `The object ${id}`;
	if (hashing.objectId(body) !== id) {
		throw corrupt(subject, 'its content is not what its name says');
	}

	const reader = new ByteReader(body, subject);
	if (reader.byte() !== version) {
		throw corrupt(subject, 'its version is unknown');
	}

	const count = reader.varint();
	reader.need(count * partSizeBytes);
	let sizeBytes = 0;
	const chunks: ChunkPart[] = [];
	for (let index = 0; index < count; index++) {
		const part = {id: reader.hashId() as ChunkId, sizeBytes: reader.uint32()};
		sizeBytes += part.sizeBytes;
		chunks.push(part);
	}

	reader.end();
	return {sizeBytes, chunks};
}
