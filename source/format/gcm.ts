// AES-256-GCM from and into memory that is at hand.
//
// Node's Cipher returns new memory for every call, which costs more than the cipher itself on a small record, and leaves
// the heap of every lane in pieces. The OpenSSL inside Node is called directly where its symbols can be found and it
// agrees with Node; else Node's own is used.

import {createCipheriv, createDecipheriv, type CipherGCM, type DecipherGCM} from 'node:crypto';
import {createRequire} from 'node:module';

export const nonceSizeBytes = 12;
export const tagSizeBytes = 16;
const keySizeBytes = 32;
const cipherName = 'aes-256-gcm';

export type Gcm = {
	/**
	 * Seals `plain` under `key`, bound to `head`, into the start of `target`: nonce, ciphertext, tag. Throws RangeError
	 * when `target` is too short.
	 */
	seal(target: Uint8Array, head: Uint8Array, plain: Uint8Array, key: Uint8Array, nonce: Uint8Array): void;
	/**
	 * Opens `payload` (nonce, ciphertext, tag) into the start of `target`. False when key, `head` or payload are not those
	 * that were sealed; what `target` holds is then void. Throws RangeError when `target` is too short.
	 */
	open(target: Uint8Array, head: Uint8Array, payload: Uint8Array, key: Uint8Array): boolean;
};

export const nodeGcm: Gcm = {
	seal(target, head, plain, key, nonce) {
		assertSizes(target.length, plain.length + nonceSizeBytes + tagSizeBytes, key, nonce);
		target.set(nonce);
		const cipher = createCipheriv(cipherName, key, nonce) as CipherGCM;
		cipher.setAAD(head);
		target.set(cipher.update(plain), nonceSizeBytes);
		cipher.final();
		target.set(cipher.getAuthTag(), nonceSizeBytes + plain.length);
	},
	open(target, head, payload, key) {
		assertSizes(target.length, payload.length - nonceSizeBytes - tagSizeBytes, key);
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
	},
};

/** A foreign function believes what it is told about sizes: they are proven here. */
function assertSizes(targetBytes: number, neededBytes: number, key: Uint8Array, nonce?: Uint8Array): void {
	if (neededBytes < 0 || targetBytes < neededBytes || key.length !== keySizeBytes || (nonce !== undefined && nonce.length !== nonceSizeBytes)) {
		throw new RangeError(`AES-256-GCM: ${neededBytes} bytes into ${targetBytes}, a key of ${key.length}, a nonce of ${nonce?.length ?? nonceSizeBytes}`);
	}
}

type Foreign = (...parameters: unknown[]) => unknown;
type Koffi = {load(path: null): {func(prototype: string): Foreign}};

const require = createRequire(import.meta.url);
/** EVP_CTRL_AEAD_GET_TAG and EVP_CTRL_AEAD_SET_TAG of openssl/evp.h. */
const getTag = 0x10;
const setTag = 0x11;

/** Undefined where OpenSSL cannot be called from here. One context a direction and thread, used again for every record. */
export function loadOpenSsl(): Gcm | undefined {
	try {
		const openSsl = (require('koffi') as Koffi).load(null);
		const newContext = openSsl.func('void* EVP_CIPHER_CTX_new()');
		const cipher = openSsl.func('void* EVP_aes_256_gcm()');
		const control = openSsl.func('int EVP_CIPHER_CTX_ctrl(void* context, int type, int length, uint8_t* bytes)');
		const direction = (name: 'Encrypt' | 'Decrypt'): {readonly init: Foreign; readonly update: Foreign; readonly final: Foreign; readonly context: unknown} => ({
			init: openSsl.func(`int EVP_${name}Init_ex(void* context, void* cipher, void* engine, const uint8_t* key, const uint8_t* nonce)`),
			update: openSsl.func(`int EVP_${name}Update(void* context, uint8_t* out, int* outLength, const uint8_t* in, int inLength)`),
			final: openSsl.func(`int EVP_${name}Final_ex(void* context, uint8_t* out, int* outLength)`),
			context: newContext(),
		});
		const encrypt = direction('Encrypt');
		const decrypt = direction('Decrypt');
		for (const {context, init} of [encrypt, decrypt]) {
			if (context === null || init(context, cipher(), null, null, null) !== 1) {
				return undefined;
			}
		}

		const length = new Int32Array(1);
		return {
			seal(target, head, plain, key, nonce) {
				assertSizes(target.length, plain.length + nonceSizeBytes + tagSizeBytes, key, nonce);
				const {init, update, final, context} = encrypt;
				target.set(nonce);
				const sealed = init(context, null, null, key, nonce) === 1
					&& update(context, null, length, head, head.length) === 1
					&& update(context, target.subarray(nonceSizeBytes), length, plain, plain.length) === 1
					&& final(context, target.subarray(nonceSizeBytes + plain.length), length) === 1
					&& control(context, getTag, tagSizeBytes, target.subarray(nonceSizeBytes + plain.length)) === 1;
				if (!sealed) {
					throw new Error('OpenSSL refused to encrypt a record');
				}
			},
			open(target, head, payload, key) {
				const sizeBytes = payload.length - nonceSizeBytes - tagSizeBytes;
				assertSizes(target.length, sizeBytes, key);
				const {init, update, final, context} = decrypt;
				return init(context, null, null, key, payload.subarray(0, nonceSizeBytes)) === 1
					&& update(context, null, length, head, head.length) === 1
					&& update(context, target, length, payload.subarray(nonceSizeBytes), sizeBytes) === 1
					&& control(context, setTag, tagSizeBytes, payload.subarray(payload.length - tagSizeBytes)) === 1
					&& final(context, target, length) === 1;
			},
		};
	} catch {
		return undefined;
	}
}

/** Whether `gcm` and Node open what the other seals, and `gcm` refuses what was changed. */
function agreesWithNode(gcm: Gcm): boolean {
	const [key, nonce, head, plain] = [keySizeBytes, nonceSizeBytes, 8, 100].map((size, seed) => Buffer.from(Array.from({length: size}, (_, index) => (index * 7) + seed))) as [Buffer, Buffer, Buffer, Buffer];
	const sealed = [nodeGcm, gcm].map(by => {
		const target = Buffer.alloc(plain.length + nonceSizeBytes + tagSizeBytes);
		by.seal(target, head, plain, key, nonce);
		return target;
	}) as [Buffer, Buffer];
	const opened = Buffer.alloc(sealed[0].length);
	const isSame = sealed[0].equals(sealed[1]) && gcm.open(opened, head, sealed[0], key) && opened.subarray(0, plain.length).equals(plain);
	sealed[0][40]! ^= 1;
	return isSame && !gcm.open(opened, head, sealed[0], key);
}

/** Looking for OpenSSL takes as long as some thousand records by Node: a command that touches few does without. */
const callsBeforeLoading = 512;
let calls = 0;
let chosen: Gcm = nodeGcm;

/** The faster of the two for this thread. */
export function gcm(): Gcm {
	if (++calls === callsBeforeLoading) {
		const direct = loadOpenSsl();
		chosen = direct !== undefined && agreesWithNode(direct) ? direct : nodeGcm;
	}

	return chosen;
}
