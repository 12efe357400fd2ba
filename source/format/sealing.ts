// The envelope around every stored record: compressed, then encrypted, then digested, so that anyone can check for bit
// rot and only the key holder can read.
//
// Layout: 8 bytes (magic, version, codec, flags, payload length as u32 LE), payload, 24 bytes digest.
// The digest is the start of BLAKE3 over everything before it. An encrypted payload is nonce (12), ciphertext, tag (16).

import {PlakarError} from '../errors/plakar-error.js';
import {compress, decompress} from './compression.js';
import {corrupt} from './corrupt.js';
import {gcm, nonceSizeBytes, tagSizeBytes} from './gcm.js';
import {blake3, createKeyedDigest} from './hashing.js';
import {recordName, type RecordKind} from './ids.js';

const magic = 0xb5;
const version = 1;
const headSizeBytes = 8;
const digestSizeBytes = 24;
const codecs = {raw: 0, zstd: 1} as const;
const encryptedFlag = 1;

export type EnvelopeFacts = {readonly codec: number; readonly encrypted: boolean; readonly payloadBytes: number};

/** Throws RECORD_CORRUPT unless `stored` is one whole envelope whose digest matches. Needs no key; reads every byte. */
export function verifyEnvelope(kind: RecordKind, id: string, stored: Uint8Array): EnvelopeFacts {
	const subject = `The ${recordName(kind, id)}`;
	if (stored.length < headSizeBytes + digestSizeBytes) {
		throw corrupt(subject, `it has ${stored.length} bytes, less than an envelope`);
	}

	const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
	if (view.getUint8(0) !== magic) {
		throw corrupt(subject, 'it does not begin like a record');
	}

	const payloadBytes = view.getUint32(4, true);
	if (headSizeBytes + payloadBytes + digestSizeBytes !== stored.length) {
		throw corrupt(subject, `it has ${stored.length} bytes where ${headSizeBytes + payloadBytes + digestSizeBytes} are expected`);
	}

	const digest = blake3(stored.subarray(0, headSizeBytes + payloadBytes)).subarray(0, digestSizeBytes);
	if (Buffer.compare(digest, stored.subarray(headSizeBytes + payloadBytes)) !== 0) {
		throw corrupt(subject, 'the digest of its bytes differs');
	}

	if (view.getUint8(1) > version) {
		throw new PlakarError('FORMAT_NEWER', {
			message: `${subject} was written by a newer version of this program.`,
			hint: 'Update plakar-tui on this machine.',
		});
	}

	return {codec: view.getUint8(2), encrypted: (view.getUint8(3) & encryptedFlag) !== 0, payloadBytes};
}

/** The digest part of a verified envelope, in hex: two records of one id with equal digests hold equal bytes. */
export const envelopeDigest = (stored: Uint8Array): string =>
	Buffer.from(stored.buffer, stored.byteOffset + stored.length - digestSizeBytes, digestSizeBytes).toString('hex');

/** The largest record that `plainBytes` of content become: what does not shrink is stored raw. */
export const sealedBound = (plainBytes: number): number => plainBytes + headSizeBytes + digestSizeBytes + nonceSizeBytes + tagSizeBytes;

export type Sealer = {
	/** Whether encrypted records can be read. */
	readonly opens: boolean;
	/** `references` are never encrypted: machines without the passphrase need them. */
	/** The record begins at the start of `target` where that is given and large enough: see `sealedBound`. */
	seal(kind: RecordKind, id: string, plain: Uint8Array, target?: Uint8Array): Uint8Array;
	/**
	 * Verifies and opens. Throws RECORD_CORRUPT, FORMAT_NEWER, PASSPHRASE_NEEDED; never yields more than `maximumBytes`.
	 * With `scratch`, the result may lie in it, until it is used again.
	 */
	unseal(kind: RecordKind, id: string, stored: Uint8Array, maximumBytes: number, scratch?: Uint8Array): Uint8Array;
};

export type SealerOptions = {
	readonly compression: 'zstd' | 'none';
	/** Records are to be encrypted (needs `sealKey` to seal). */
	readonly encrypted: boolean;
	/** 32 bytes; absent without the passphrase. */
	readonly sealKey?: Uint8Array | undefined;
	readonly randomBytes: (size: number) => Uint8Array;
};

/** A hash in hex. */
const longestIdBytes = 64;
const recordKindCodes: Record<RecordKind, number> = {chunk: 1, object: 2, header: 3, references: 4};

/**
 * Each record has a key of its own, made from the repository's key, the record's kind and its id; a random nonce under
 * it. A nonce would have to repeat for one and the same record to do harm.
 */
function recordKeys(sealKey: Uint8Array): (kind: RecordKind, id: string) => Uint8Array {
	const digest = createKeyedDigest(sealKey, 'record');
	const name = Buffer.alloc(1 + longestIdBytes);
	return (kind, id) => {
		name[0] = recordKindCodes[kind];
		return digest(name.subarray(0, 1 + name.write(id, 1, 'latin1')));
	};
}

export function createSealer({compression, encrypted, sealKey, randomBytes}: SealerOptions): Sealer {
	const keyOf = sealKey === undefined ? undefined : recordKeys(sealKey);
	const recordKey = (subject: () => string, kind: RecordKind, id: string): Uint8Array => {
		if (keyOf === undefined) {
			throw new PlakarError('PASSPHRASE_NEEDED', {
				message: `${subject()} is encrypted and no passphrase was given.`,
				hint: 'Give --passphrase-file, set PLAKAR_PASSPHRASE, or run on a terminal to be asked.',
			});
		}

		return keyOf(kind, id);
	};

	return {
		opens: !encrypted || sealKey !== undefined,
		seal(kind, id, plain, target) {
			const squeezed = compression === 'zstd' ? compress(plain) : undefined;
			const body = squeezed ?? plain;
			const encrypts = encrypted && kind !== 'references';
			const payloadBytes = body.length + (encrypts ? nonceSizeBytes + tagSizeBytes : 0);
			const size = headSizeBytes + payloadBytes + digestSizeBytes;
			const stored = target !== undefined && target.length >= size
				? Buffer.from(target.buffer, target.byteOffset, size)
				: Buffer.allocUnsafeSlow(size);
			stored[0] = magic;
			stored[1] = version;
			stored[2] = squeezed === undefined ? codecs.raw : codecs.zstd;
			stored[3] = encrypts ? encryptedFlag : 0;
			stored.writeUInt32LE(payloadBytes, 4);
			if (encrypts) {
				const payload = stored.subarray(headSizeBytes, headSizeBytes + payloadBytes);
				gcm().seal(payload, stored.subarray(0, headSizeBytes), body, recordKey(() => 'The repository', kind, id), randomBytes(nonceSizeBytes));
			} else {
				stored.set(body, headSizeBytes);
			}

			stored.set(blake3(stored.subarray(0, headSizeBytes + payloadBytes)).subarray(0, digestSizeBytes), headSizeBytes + payloadBytes);
			return stored;
		},
		unseal(kind, id, stored, maximumBytes, scratch) {
			const facts = verifyEnvelope(kind, id, stored);
			const subject = (): string => `The ${recordName(kind, id)}`;
			const payload = stored.subarray(headSizeBytes, headSizeBytes + facts.payloadBytes);
			const open = (room: () => Uint8Array): Uint8Array => facts.encrypted
				? decryptInto(room(), subject, stored.subarray(0, headSizeBytes), payload, recordKey(subject, kind, id))
				: payload;
			if (facts.codec === codecs.zstd) {
				return decompress(open(() => roomBetween(payload.length)), maximumBytes, scratch);
			}

			if (facts.codec !== codecs.raw) {
				throw corrupt(subject(), `its codec ${facts.codec} is unknown`);
			}

			if (payload.length > maximumBytes + nonceSizeBytes + tagSizeBytes) {
				throw corrupt(subject(), `it holds more than the ${maximumBytes} bytes allowed`);
			}

			return open(() => scratch !== undefined && scratch.length >= payload.length ? scratch : Buffer.allocUnsafeSlow(payload.length));
		},
	};
}

let between = Buffer.alloc(0);

/** Where compressed content lies between decrypting and decompressing. */
function roomBetween(sizeBytes: number): Uint8Array {
	between = between.length < sizeBytes ? Buffer.allocUnsafeSlow(sizeBytes) : between;
	return between;
}

/** The content, at the start of `target`, which holds at least as many bytes as `payload`. */
function decryptInto(target: Uint8Array, subject: () => string, head: Uint8Array, payload: Uint8Array, key: Uint8Array): Uint8Array {
	if (payload.length < nonceSizeBytes + tagSizeBytes) {
		throw corrupt(subject(), 'it is too short to be encrypted');
	}

	if (!gcm().open(target, head, payload, key)) {
		throw corrupt(subject(), 'it cannot be decrypted with this key');
	}

	return target.subarray(0, payload.length - nonceSizeBytes - tagSizeBytes);
}
