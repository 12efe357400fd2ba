// The envelope around every stored record: compressed, then encrypted, then digested, so that anyone can check for bit
// rot and only the key holder can read.
//
// Layout: 8 bytes (magic, version, codec, flags, payload length as u32 LE), payload, 24 bytes digest.
// The digest is the start of BLAKE3 over everything before it. An encrypted payload is nonce (12), ciphertext, tag (16).

import {createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM} from 'node:crypto';
import {PlakarError} from '../errors/plakar-error.js';
import {compress, decompress} from './compression.js';
import {corrupt} from './corrupt.js';
import {blake3, keyedDigest} from './hashing.js';
import type {RecordKind} from './ids.js';

const magic = 0xb5;
const version = 1;
const headSizeBytes = 8;
const digestSizeBytes = 24;
const nonceSizeBytes = 12;
const tagSizeBytes = 16;
const cipherName = 'aes-256-gcm';
const codecs = {raw: 0, zstd: 1} as const;
const encryptedFlag = 1;

export type EnvelopeFacts = {readonly codec: number; readonly encrypted: boolean; readonly payloadBytes: number};

/** Throws RECORD_CORRUPT unless `stored` is one whole envelope whose digest matches. Needs no key; reads every byte. */
export function verifyEnvelope(kind: RecordKind, id: string, stored: Uint8Array): EnvelopeFacts {
	const subject = `The ${kind} ${id}`;
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

const recordKindCodes: Record<RecordKind, number> = {chunk: 1, object: 2, header: 3, references: 4};

/**
 * Each record has a key of its own, made from the repository's key, the record's kind and its id; a random nonce under
 * it. A nonce would have to repeat for one and the same record to do harm.
 */
function recordKey(sealKey: Uint8Array, kind: RecordKind, id: string): Uint8Array {
	const name = Buffer.allocUnsafe(1 + id.length);
	name[0] = recordKindCodes[kind];
	name.write(id, 1, 'latin1');
	return keyedDigest(sealKey, 'record', name);
}

export function createSealer({compression, encrypted, sealKey, randomBytes}: SealerOptions): Sealer {
	const needKey = (subject: string): Uint8Array => {
		if (sealKey === undefined) {
			throw new PlakarError('PASSPHRASE_NEEDED', {
				message: `${subject} is encrypted and no passphrase was given.`,
				hint: 'Give --passphrase-file, set PLAKAR_PASSPHRASE, or run on a terminal to be asked.',
			});
		}

		return sealKey;
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
				encryptInto(stored, body, recordKey(needKey('The repository'), kind, id), randomBytes(nonceSizeBytes));
			} else {
				stored.set(body, headSizeBytes);
			}

			stored.set(blake3(stored.subarray(0, headSizeBytes + payloadBytes)).subarray(0, digestSizeBytes), headSizeBytes + payloadBytes);
			return stored;
		},
		unseal(kind, id, stored, maximumBytes, scratch) {
			const facts = verifyEnvelope(kind, id, stored);
			const subject = `The ${kind} ${id}`;
			const payload = stored.subarray(headSizeBytes, headSizeBytes + facts.payloadBytes);
			const body = facts.encrypted
				? decrypt(subject, stored.subarray(0, headSizeBytes), payload, recordKey(needKey(subject), kind, id))
				: payload;
			if (facts.codec === codecs.zstd) {
				return decompress(body, maximumBytes, scratch);
			}

			if (facts.codec !== codecs.raw) {
				throw corrupt(subject, `its codec ${facts.codec} is unknown`);
			}

			if (body.length > maximumBytes) {
				throw corrupt(subject, `it holds ${body.length} bytes, more than the ${maximumBytes} allowed`);
			}

			return body;
		},
	};
}

function encryptInto(stored: Buffer, body: Uint8Array, key: Uint8Array, nonce: Uint8Array): void {
	stored.set(nonce, headSizeBytes);
	const cipher = createCipheriv(cipherName, key, nonce) as CipherGCM;
	cipher.setAAD(stored.subarray(0, headSizeBytes));
	const start = headSizeBytes + nonceSizeBytes;
	stored.set(cipher.update(body), start);
	cipher.final();
	stored.set(cipher.getAuthTag(), start + body.length);
}

function decrypt(subject: string, head: Uint8Array, payload: Uint8Array, key: Uint8Array): Uint8Array {
	if (payload.length < nonceSizeBytes + tagSizeBytes) {
		throw corrupt(subject, 'it is too short to be encrypted');
	}

	const decipher = createDecipheriv(cipherName, key, payload.subarray(0, nonceSizeBytes)) as DecipherGCM;
	decipher.setAAD(head);
	decipher.setAuthTag(payload.subarray(payload.length - tagSizeBytes));
	const body = decipher.update(payload.subarray(nonceSizeBytes, payload.length - tagSizeBytes));
	try {
		decipher.final();
	} catch (error) {
		throw corrupt(subject, 'it cannot be decrypted with this key', error);
	}

	return body;
}
