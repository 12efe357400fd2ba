// AES-256-GCM opened into memory that is at hand.
//
// Node's Decipher returns new memory for every call, which costs more than decrypting a small record. The OpenSSL inside
// Node is called directly where its symbols can be found and a message sealed by Node opens with it; else Node's own.

import {createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM} from 'node:crypto';
import {createRequire} from 'node:module';

export const cipherName = 'aes-256-gcm';
export const nonceSizeBytes = 12;
export const tagSizeBytes = 16;

/**
 * Opens `payload` (nonce, ciphertext, tag; at least as long as nonce and tag) into the start of `target`, which is at
 * least as long as `payload`. False when key, `head` or payload are not those that were sealed; `target` is then void.
 */
export type OpenGcm = (target: Uint8Array, head: Uint8Array, payload: Uint8Array, key: Uint8Array) => boolean;

export const openByNode: OpenGcm = (target, head, payload, key) => {
	const decipher = createDecipheriv(cipherName, key, payload.subarray(0, nonceSizeBytes)) as DecipherGCM;
	decipher.setAAD(head);
	decipher.setAuthTag(payload.subarray(payload.length - tagSizeBytes));
	target.set(decipher.update(payload.subarray(nonceSizeBytes, payload.length - tagSizeBytes)));
	try {
		decipher.final();
		return true;
	} catch {
		return false;
	}
};

type Koffi = {load(path: null): {func(prototype: string): (...parameters: unknown[]) => unknown}};

const require = createRequire(import.meta.url);
/** EVP_CTRL_AEAD_SET_TAG of openssl/evp.h. */
const setTag = 0x11;

/** Undefined where OpenSSL cannot be called from here. One context a thread, used again for every record. */
export function loadOpenSsl(): OpenGcm | undefined {
	try {
		const openSsl = (require('koffi') as Koffi).load(null);
		const newContext = openSsl.func('void* EVP_CIPHER_CTX_new()');
		const cipher = openSsl.func('void* EVP_aes_256_gcm()');
		const init = openSsl.func('int EVP_DecryptInit_ex(void* context, void* cipher, void* engine, const uint8_t* key, const uint8_t* nonce)');
		const update = openSsl.func('int EVP_DecryptUpdate(void* context, uint8_t* out, int* outLength, const uint8_t* in, int inLength)');
		const control = openSsl.func('int EVP_CIPHER_CTX_ctrl(void* context, int type, int length, const uint8_t* bytes)');
		const final = openSsl.func('int EVP_DecryptFinal_ex(void* context, uint8_t* out, int* outLength)');
		const context = newContext();
		const length = new Int32Array(1);
		if (context === null || init(context, cipher(), null, null, null) !== 1) {
			return undefined;
		}

		return (target, head, payload, key) => {
			const sizeBytes = payload.length - nonceSizeBytes - tagSizeBytes;
			if (key.length !== 32 || sizeBytes < 0 || target.length < sizeBytes) {
				throw new RangeError(`cannot open ${payload.length} bytes into ${target.length} with a key of ${key.length}`);
			}

			return init(context, null, null, key, payload.subarray(0, nonceSizeBytes)) === 1
				&& update(context, null, length, head, head.length) === 1
				&& update(context, target, length, payload.subarray(nonceSizeBytes), sizeBytes) === 1
				&& control(context, setTag, tagSizeBytes, payload.subarray(payload.length - tagSizeBytes)) === 1
				&& final(context, target, length) === 1;
		};
	} catch {
		return undefined;
	}
}

/** Whether `open` opens what Node seals, and nothing else. */
function isSound(open: OpenGcm): boolean {
	const [key, nonce, head, plain] = [32, nonceSizeBytes, 8, 100].map((size, seed) => Buffer.from(Array.from({length: size}, (_, index) => (index * 7) + seed))) as [Buffer, Buffer, Buffer, Buffer];
	const cipher = createCipheriv(cipherName, key, nonce) as CipherGCM;
	cipher.setAAD(head);
	const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
	const target = Buffer.alloc(sealed.length);
	const opens = open(target, head, sealed, key) && target.subarray(0, plain.length).equals(plain);
	sealed[40]! ^= 1;
	return opens && !open(target, head, sealed, key);
}

/** Looking for OpenSSL takes as long as opening some thousand records by Node: a command that opens few does without. */
const callsBeforeLoading = 512;
let calls = 0;
let chosen: OpenGcm = (target, head, payload, key) => {
	if (++calls > callsBeforeLoading) {
		const direct = loadOpenSsl();
		chosen = direct !== undefined && isSound(direct) ? direct : openByNode;
	}

	return openByNode(target, head, payload, key);
};

export const openGcm: OpenGcm = (target, head, payload, key) => chosen(target, head, payload, key);
