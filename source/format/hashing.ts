// Names for content: chunk and object ids, keyed in an encrypted repository so that a name reveals nothing.

import {createHash} from 'node:crypto';
import {createRequire} from 'node:module';
import {hashSizeBytes, type ChunkId, type ObjectId} from './ids.js';

export const hashNames = ['blake3', 'sha256'] as const;
export type HashName = (typeof hashNames)[number];
type Digest = (bytes: Uint8Array) => Uint8Array;

const require = createRequire(import.meta.url);

function loadBlake3(): Digest {
	try {
		// As text: a Buffer of native memory costs three times the call that fills it, and waits for the garbage collector.
		const {blake3UrlSafeBase64} = require('@napi-rs/blake-hash') as {blake3UrlSafeBase64(bytes: Uint8Array): string};
		return bytes => Buffer.from(blake3UrlSafeBase64(bytes), 'base64url');
	} catch {
		// No native build for this platform: the same function in JavaScript, about 70 times slower.
		return (require('@noble/hashes/blake3.js') as {blake3: Digest}).blake3;
	}
}

let nativeBlake3: Digest | undefined;

/** BLAKE3-256 of `bytes`, unkeyed. */
export function blake3(bytes: Uint8Array): Uint8Array {
	nativeBlake3 ??= loadBlake3();
	return nativeBlake3(bytes);
}

const sha256: Digest = bytes => createHash('sha256').update(bytes).digest();

const digests: Record<HashName, Digest> = {blake3, sha256};
const domains = {chunk: 1, object: 2, record: 3, canary: 4} as const;
export type HashDomain = keyof typeof domains;
const longestMessageBytes = 96;

/**
 * A pseudo-random function of short messages (at most 96 bytes) under a 32-byte `key`, separated by `domain`.
 *
 * BLAKE3 over key, domain and message: BLAKE3 has no length extension, so a prefix key is sound, and one call is five
 * times faster here than the keyed mode through a hasher object.
 */
export function createKeyedDigest(key: Uint8Array, domain: HashDomain): Digest {
	const input = Buffer.alloc(hashSizeBytes + 1 + longestMessageBytes);
	input.set(key);
	input[hashSizeBytes] = domains[domain];
	return message => {
		if (message.length > longestMessageBytes) {
			throw new RangeError(`a message of ${message.length} bytes, more than ${longestMessageBytes}`);
		}

		input.set(message, hashSizeBytes + 1);
		return blake3(input.subarray(0, hashSizeBytes + 1 + message.length));
	};
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

export type Hashing = {
	readonly name: HashName;
	/** The id of a chunk with this plaintext. */
	chunkId(plain: Uint8Array): ChunkId;
	/** The id of an object whose encoded chunk list is `body` (see object-record.ts). */
	objectId(body: Uint8Array): ObjectId;
};

/** Without `hashKey`, a chunk's id is the plain hash of its content, as `b3sum` or `sha256sum` print it. */
export function createHashing(name: HashName, hashKey?: Uint8Array): Hashing {
	const digest = digests[name];
	const keyed = hashKey === undefined ? undefined : createKeyedDigest(hashKey, 'chunk');
	const chunk = keyed === undefined ? digest : (plain: Uint8Array) => keyed(digest(plain));
	// An unkeyed object id must never equal the id of a chunk that holds the same bytes.
	const object = createKeyedDigest(hashKey ?? new Uint8Array(hashSizeBytes), 'object');
	return {
		name,
		chunkId: plain => hex(chunk(plain)) as ChunkId,
		objectId: body => hex(object(digest(body))) as ObjectId,
	};
}
