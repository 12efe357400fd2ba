// One message of the network protocol: a JSON head and the byte strings that it announces; every length is checked before
// it is used. docs/protocol.md describes it.
//
// Layout: head length (u32 LE), CRC-32 of all that follows (u32 LE), head (UTF-8 JSON object), the byte strings one after
// the other. The head has "v", the protocol's version, and "blobs", the lengths of the byte strings.

import {crc32} from 'node:zlib';
import {PlakarError} from '../../errors/plakar-error.js';

export const protocolVersion = 1;
/** A page of staged records is the longest head: 32,768 sizes. */
export const maximumHeadBytes = 1024 * 1024;
/** A reference list of seven million records. Everything else is far smaller: see `batchBytes`. */
export const maximumMessageBytes = 256 * 1024 * 1024;
const maximumBlobs = 1024;
const prefixBytes = 8;

export type Head = Readonly<Record<string, unknown>>;
export type Message = {readonly head: Head; readonly blobs: readonly Uint8Array[]};

export const protocolError = (peer: string, reason: string, cause?: unknown): PlakarError => new PlakarError('PROTOCOL_ERROR', {
	message: `${peer} does not keep to the protocol: ${reason}.`,
	hint: 'Check that plakar-tui answers there, of a version like this one.',
	context: {reason},
	cause,
});

/** Throws UNSUPPORTED when the message is larger than any peer takes. */
export function encodeMessage(fields: Head, blobs: readonly Uint8Array[] = []): Buffer {
	const head = Buffer.from(JSON.stringify({v: protocolVersion, blobs: blobs.map(({length}) => length), ...fields}));
	const size = blobs.reduce((sum, {length}) => sum + length, prefixBytes + head.length);
	if (head.length > maximumHeadBytes || size > maximumMessageBytes) {
		throw new PlakarError('UNSUPPORTED', {
			message: `A message of ${size} bytes is more than the network protocol carries (${maximumMessageBytes}).`,
			hint: 'Make the copy on the machine that holds the repository.',
			context: {sizeBytes: size},
		});
	}

	const message = Buffer.allocUnsafeSlow(size);
	message.writeUInt32LE(head.length, 0);
	head.copy(message, prefixBytes);
	let offset = prefixBytes + head.length;
	for (const blob of blobs) {
		message.set(blob, offset);
		offset += blob.length;
	}

	message.writeUInt32LE(crc32(message.subarray(prefixBytes)), 4);
	return message;
}

/**
 * The message in `bytes`; its byte strings are views. `peer` is for the words. Throws PROTOCOL_ERROR, PROTOCOL_VERSION, and
 * BACKEND_UNAVAILABLE (retryable) when its checksum differs.
 */
export function decodeMessage(bytes: Uint8Array, peer: string): Message {
	const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
	if (buffer.length < prefixBytes) {
		throw protocolError(peer, `a message of ${buffer.length} bytes has no head`);
	}

	const headBytes = buffer.readUInt32LE(0);
	if (headBytes > maximumHeadBytes || prefixBytes + headBytes > buffer.length) {
		throw protocolError(peer, `a head of ${headBytes} bytes does not fit into a message of ${buffer.length}`);
	}

	if (crc32(buffer.subarray(prefixBytes)) !== buffer.readUInt32LE(4)) {
		throw new PlakarError('BACKEND_UNAVAILABLE', {
			message: `A message from ${peer} was damaged on the way.`,
			hint: 'Run the same command again; what was sent is kept. When it happens again, look for what changes bytes on that network.',
		});
	}

	const head = parseHead(buffer.toString('utf8', prefixBytes, prefixBytes + headBytes), peer);
	return {head, blobs: cutBlobs(buffer, prefixBytes + headBytes, head['blobs'], peer)};
}

function parseHead(text: string, peer: string): Head {
	let head: unknown;
	try {
		head = JSON.parse(text);
	} catch (error) {
		throw protocolError(peer, 'the head of a message is not JSON', error);
	}

	if (typeof head !== 'object' || head === null || Array.isArray(head)) {
		throw protocolError(peer, 'the head of a message is not an object');
	}

	const version = (head as Head)['v'];
	if (version !== protocolVersion) {
		const theirs = typeof version === 'number' ? String(version) : 'an unknown version';
		throw new PlakarError('PROTOCOL_VERSION', {
			message: `${peer} speaks ${theirs === 'an unknown version' ? theirs : `version ${theirs}`} of the network protocol; this program speaks version ${protocolVersion}.`,
			hint: 'Update plakar-tui on the machine that has the older version.',
			context: {theirs, ours: protocolVersion},
		});
	}

	return head as Head;
}

function cutBlobs(buffer: Buffer, start: number, sizes: unknown, peer: string): Uint8Array[] {
	if (!Array.isArray(sizes) || sizes.length > maximumBlobs) {
		throw protocolError(peer, 'a message does not say what follows its head');
	}

	let offset = start;
	const blobs = sizes.map((size: unknown) => {
		if (!Number.isInteger(size) || (size as number) < 0 || (size as number) > buffer.length - offset) {
			throw protocolError(peer, `a message announces ${JSON.stringify(size)} bytes where ${buffer.length - offset} are left`);
		}

		offset += size as number;
		return buffer.subarray(offset - (size as number), offset);
	});
	if (offset !== buffer.length) {
		throw protocolError(peer, `${buffer.length - offset} bytes are left over at the end of a message`);
	}

	return blobs;
}
