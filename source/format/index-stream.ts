// The index: a snapshot's entries in walk order as one stream of bytes, which is cut into chunks like a file.
//
// Entries are whole paths and refer to nothing before them, so that a change in one place changes only the chunk around it.

import {ByteReader} from './byte-reader.js';
import type {ByteWriter} from './byte-writer.js';
import {corrupt} from './corrupt.js';
import {entryTypes, type Content, type Entry} from './entry.js';
import {hashSizeBytes, type ChunkId, type ObjectId, type SharedKind} from './ids.js';
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

	const mode = reader.varint();
	const uid = reader.varint();
	const gid = reader.varint();
	const user = reader.byteString();
	const group = reader.byteString();
	const mtimeSeconds = reader.signed();
	const mtimeNanoseconds = reader.varint();
	const sizeBytes = reader.varint();
	const stored = (flag & flags.content) === 0 ? undefined : decodeContentId(reader, flag);
	const linkTarget = (flag & flags.linkTarget) === 0 ? undefined : reader.byteString() as PathBytes;
	const hardLink = (flag & flags.hardLink) === 0 ? undefined : reader.byteString();
	const device = (flag & flags.device) === 0 ? undefined : {major: reader.varint(), minor: reader.varint()};
	const error = (flag & flags.error) === 0 ? undefined : reader.byteString();
	// One literal and no spread: hundreds of thousands of entries are decoded at a time, and a spread costs more than the rest.
	return {
		path, type, mode, uid, gid, user, group, mtimeSeconds, mtimeNanoseconds, sizeBytes,
		content: stored ?? (type === 'file' && error === undefined ? {kind: 'empty'} : undefined),
		linkTarget,
		hardLink,
		device,
		isAncestor: (flag & flags.ancestor) !== 0,
		error,
	};
}

/** Told of the content of an entry: its kind, and where its id stands in which bytes. */
export type OnContent = (kind: SharedKind, bytes: Uint8Array, offset: number) => void;

/** Passes over the type of an entry; answers with its flags. Its path comes next. */
function passHead(reader: ByteReader, subject: string): number {
	if (entryTypes[reader.byte()] === undefined) {
		throw corrupt(subject, 'an entry has an unknown type');
	}

	return reader.byte();
}

/** Passes over what follows the path, and answers where its content's id stands: -1 when it has none. */
function passRest(reader: ByteReader, flag: number): number {
	for (let field = 0; field < 3; field++) {
		reader.varint();
	}

	reader.skipByteString();
	reader.skipByteString();
	reader.signed();
	reader.varint();
	reader.varint();
	const content = (flag & flags.content) === 0 ? -1 : reader.skip(hashSizeBytes);
	for (const optional of [flags.linkTarget, flags.hardLink]) {
		if ((flag & optional) !== 0) {
			reader.skipByteString();
		}
	}

	if ((flag & flags.device) !== 0) {
		reader.varint();
		reader.varint();
	}

	if ((flag & flags.error) !== 0) {
		reader.skipByteString();
	}

	return content;
}

/** Passes over one entry and tells its content only: no strings are made, which is ten times faster than decoding. */
function scanEntry(reader: ByteReader, bytes: Uint8Array, subject: string, onContent: OnContent): void {
	const flag = passHead(reader, subject);
	reader.skipByteString();
	const offset = passRest(reader, flag);
	if (offset >= 0) {
		onContent((flag & flags.object) === 0 ? 'chunk' : 'object', bytes, offset);
	}
}

/** Passes over one entry and answers with its path, as it stands there. Throws RECORD_CORRUPT. */
export function passEntry(reader: ByteReader, subject: string): PathBytes {
	const flag = passHead(reader, subject);
	const path = reader.byteString() as PathBytes;
	passRest(reader, flag);
	return path;
}

type Pieces = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** Yields bytes that begin with a whole entry, and whether all of them are whole: an entry is taken only where it surely is. */
async function* wholeEntries(pieces: Pieces, subject: string): AsyncGenerator<{readonly bytes: Uint8Array; readonly reader: ByteReader; readonly keep: number}> {
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

		yield {bytes, reader, keep: maximumEntryBytes};
		rest = bytes.subarray(reader.offset);
	}

	if (!started) {
		throw corrupt(subject, 'it is empty');
	}

	yield {bytes: rest, reader: new ByteReader(rest, subject), keep: 1};
}

/** Tells the content of every entry. Throws RECORD_CORRUPT. Memory: one piece and one entry. */
export async function scanIndex(pieces: Pieces, subject: string, onContent: OnContent): Promise<void> {
	for await (const {bytes, reader, keep} of wholeEntries(pieces, subject)) {
		while (reader.remaining >= keep) {
			scanEntry(reader, bytes, subject, onContent);
		}
	}
}

/** Decodes a stream of index bytes that arrives in pieces of any size. Throws RECORD_CORRUPT. Memory: one piece and one entry. */
export async function* decodeIndex(pieces: Pieces, subject: string): AsyncGenerator<Entry> {
	for await (const {reader, keep} of wholeEntries(pieces, subject)) {
		while (reader.remaining >= keep) {
			yield decodeEntry(reader, subject);
		}
	}
}
