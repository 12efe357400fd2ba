// The index: a snapshot's entries in walk order as one stream of bytes, which is cut into chunks like a file.
//
// Entries are whole paths and refer to nothing before them, so that a change in one place changes only the chunk around it.

import {ByteReader} from './byte-reader.js';
import type {ByteWriter} from './byte-writer.js';
import {corrupt} from './corrupt.js';
import {entryTypes, type Content, type Entry} from './entry.js';
import type {ChunkId, ObjectId} from './ids.js';
import type {PathBytes} from './paths.js';

const version = 1;
const flags = {content: 1, object: 2, linkTarget: 4, hardLink: 8, device: 16, ancestor: 32, error: 64} as const;
/** PATH_MAX twice and the rest: an entry longer than this is damage. */
export const maximumEntryBytes = 64 * 1024;

export const indexPreamble = Buffer.from([version]);

const flagsOf = ({content, linkTarget, hardLink, device, isAncestor, error}: Entry): number =>
	(content !== undefined && content.kind !== 'empty' ? flags.content : 0)
	| (content?.kind === 'object' ? flags.object : 0)
	| (linkTarget === undefined ? 0 : flags.linkTarget)
	| (hardLink === undefined ? 0 : flags.hardLink)
	| (device === undefined ? 0 : flags.device)
	| (isAncestor ? flags.ancestor : 0)
	| (error === undefined ? 0 : flags.error);

/** Appends `entry` to `writer`. */
export function encodeEntry(writer: ByteWriter, entry: Entry): void {
	const {content, device} = entry;
	writer.byte(entryTypes.indexOf(entry.type));
	writer.byte(flagsOf(entry));
	writer.byteString(entry.path);
	writer.varint(entry.mode);
	writer.varint(entry.uid);
	writer.varint(entry.gid);
	writer.byteString(entry.user);
	writer.byteString(entry.group);
	writer.signed(entry.mtimeSeconds);
	writer.varint(entry.mtimeNanoseconds);
	writer.varint(entry.sizeBytes);
	if (content !== undefined && content.kind !== 'empty') {
		writer.hex(content.id);
	}

	if (entry.linkTarget !== undefined) {
		writer.byteString(entry.linkTarget);
	}

	if (entry.hardLink !== undefined) {
		writer.byteString(entry.hardLink);
	}

	if (device !== undefined) {
		writer.varint(device.major);
		writer.varint(device.minor);
	}

	if (entry.error !== undefined) {
		writer.byteString(entry.error);
	}
}

const decodeContentId = (reader: ByteReader, flag: number): Content => {
	const id = reader.hashId();
	return (flag & flags.object) === 0 ? {kind: 'chunk', id: id as ChunkId} : {kind: 'object', id: id as ObjectId};
};

/** Reads one entry. Throws RECORD_CORRUPT. */
export function decodeEntry(reader: ByteReader, subject: string): Entry {
	const type = entryTypes[reader.byte()];
	if (type === undefined) {
		throw corrupt(subject, 'an entry has an unknown type');
	}

	const flag = reader.byte();
	const path = reader.byteString() as PathBytes;
	if (!path.startsWith('/') || path.includes('\0') || /(?:^|\/)\.{1,2}(?:\/|$)/.test(path)) {
		throw corrupt(subject, 'an entry has a path that is not absolute and plain');
	}

	const base = {
		path,
		type,
		mode: reader.varint(),
		uid: reader.varint(),
		gid: reader.varint(),
		user: reader.byteString(),
		group: reader.byteString(),
		mtimeSeconds: reader.signed(),
		mtimeNanoseconds: reader.varint(),
		sizeBytes: reader.varint(),
	};
	const stored = (flag & flags.content) === 0 ? undefined : decodeContentId(reader, flag);
	const linkTarget = (flag & flags.linkTarget) === 0 ? undefined : reader.byteString() as PathBytes;
	const hardLink = (flag & flags.hardLink) === 0 ? undefined : reader.byteString();
	const device = (flag & flags.device) === 0 ? undefined : {major: reader.varint(), minor: reader.varint()};
	const error = (flag & flags.error) === 0 ? undefined : reader.byteString();
	return {
		...base,
		content: stored ?? (type === 'file' && error === undefined ? {kind: 'empty'} : undefined),
		linkTarget,
		hardLink,
		device,
		isAncestor: (flag & flags.ancestor) !== 0,
		error,
	};
}

/** Decodes a stream of index bytes that arrives in pieces of any size. Memory: one piece and one entry. */
export async function* decodeIndex(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, subject: string): AsyncGenerator<Entry> {
	let rest: Uint8Array = new Uint8Array(0);
	let started = false;
	for await (const piece of pieces) {
		const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
		const reader = new ByteReader(bytes, subject);
		if (!started) {
			if (reader.byte() !== version) {
				throw corrupt(subject, 'its version is unknown');
			}

			started = true;
		}

		// An entry is decoded only where it surely is whole; the tail waits for the next piece.
		while (reader.remaining >= maximumEntryBytes) {
			yield decodeEntry(reader, subject);
		}

		rest = bytes.subarray(reader.offset);
	}

	if (!started) {
		throw corrupt(subject, 'it is empty');
	}

	const reader = new ByteReader(rest, subject);
	while (reader.remaining > 0) {
		yield decodeEntry(reader, subject);
	}
}
