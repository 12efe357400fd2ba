// Names of records: what a valid id looks like, on the way in and on the way out.

import {PlakarError} from '../errors/plakar-error.js';

declare const brand: unique symbol;
type Branded<Name extends string> = string & {readonly [brand]: Name};

/** 64 lowercase hex digits: the (keyed) hash of a chunk's plaintext. */
export type ChunkId = Branded<'ChunkId'>;
/** 64 lowercase hex digits: the (keyed) hash of an ordered list of chunks. */
export type ObjectId = Branded<'ObjectId'>;
/** A lowercase version 4 UUID. */
export type SnapshotId = Branded<'SnapshotId'>;
export type RecordId = ChunkId | ObjectId | SnapshotId;

/** What a repository stores, apart from CONFIG. `header` and `references` are named by their snapshot's id. */
export const recordKinds = ['chunk', 'object', 'header', 'references'] as const;
export type RecordKind = (typeof recordKinds)[number];
/** The kinds that are named by a hash and shared between snapshots. */
export type SharedKind = 'chunk' | 'object';

export const hashSizeBytes = 32;
const hashDigits = hashSizeBytes * 2;
const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** Every id is looked at on its way in and out: five times faster than a pattern. */
export function isHashId(text: string): text is ChunkId & ObjectId {
	if (text.length !== hashDigits) {
		return false;
	}

	for (let index = 0; index < hashDigits; index++) {
		const code = text.charCodeAt(index);
		// 0 to 9 and a to f.
		if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) {
			return false;
		}
	}

	return true;
}

export const isSnapshotId = (text: string): text is SnapshotId => uuidPattern.test(text);

/** Whether `text` may name a record of `kind`: a stray temporary file never does. */
export const isRecordId = (kind: RecordKind, text: string): text is RecordId =>
	kind === 'chunk' || kind === 'object' ? isHashId(text) : isSnapshotId(text);

/** "chunk 0a1b...", "reference list of 1111...": a record as a sentence names it, after "the". */
export const recordName = (kind: RecordKind, id: string): string => kind === 'references' ? `reference list of ${id}` : `${kind} ${id}`;

/** Throws FORMAT_INVALID unless `text` may name a record of `kind`. */
export function assertRecordId(kind: RecordKind, text: string): asserts text is RecordId {
	if (!isRecordId(kind, text)) {
		throw new PlakarError('FORMAT_INVALID', {
			message: `${JSON.stringify(text.slice(0, 80))} is not the name of a ${kind}.`,
			hint: 'The record that names it is damaged: run check.',
		});
	}
}

export const chunkId = (text: string): ChunkId => {
	assertRecordId('chunk', text);
	return text as ChunkId;
};

export const objectId = (text: string): ObjectId => {
	assertRecordId('object', text);
	return text as ObjectId;
};

export const snapshotId = (text: string): SnapshotId => {
	assertRecordId('header', text);
	return text as SnapshotId;
};

/** The hex form of the 32 bytes of `bytes` at `offset`. */
export const hashIdAt = (bytes: Uint8Array, offset: number): string =>
	Buffer.from(bytes.buffer, bytes.byteOffset + offset, hashSizeBytes).toString('hex');
