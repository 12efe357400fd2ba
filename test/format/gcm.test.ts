import {createCipheriv, randomBytes, type CipherGCM} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {cipherName, loadOpenSsl, nonceSizeBytes, openByNode, openGcm, tagSizeBytes, type OpenGcm} from '../../source/format/gcm.js';

function seal(key: Uint8Array, head: Uint8Array, plain: Uint8Array): Buffer {
	const nonce = randomBytes(nonceSizeBytes);
	const cipher = createCipheriv(cipherName, key, nonce) as CipherGCM;
	cipher.setAAD(head);
	return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

const direct = loadOpenSsl();
if (direct === undefined) {
	process.stderr.write('\n*** OpenSSL cannot be called directly here: only Node\'s own decryption is tested. ***\n');
}

const openers: Array<readonly [string, OpenGcm]> = [['by Node', openByNode], ['as chosen', openGcm], ...(direct === undefined ? [] : [['by OpenSSL', direct] as const])];

describe.each(openers)('opening AES-256-GCM %s', (_, open) => {
	it('gives back what Node sealed, at the start of the target, whatever its size', () => {
		fc.assert(fc.property(fc.uint8Array({maxLength: 3000}), fc.uint8Array({minLength: 1, maxLength: 8}), (plain, head) => {
			const key = randomBytes(32);
			const payload = seal(key, head, plain);
			const target = Buffer.alloc(payload.length + 10, 0xaa);
			expect(open(target, head, payload, key)).toBe(true);
			expect(target.subarray(0, plain.length).equals(plain)).toBe(true);
			expect(target.subarray(payload.length).every(byte => byte === 0xaa)).toBe(true);
		}));
	});

	it('refuses a flipped bit anywhere, another head and another key, and works on afterwards', () => {
		const key = randomBytes(32);
		const head = randomBytes(8);
		const plain = randomBytes(40);
		const payload = seal(key, head, plain);
		const target = Buffer.alloc(payload.length);
		for (let index = 0; index < payload.length; index++) {
			const tampered = Buffer.from(payload);
			tampered[index]! ^= 1;
			expect(open(target, head, tampered, key)).toBe(false);
		}

		expect(open(target, randomBytes(8), payload, key)).toBe(false);
		expect(open(target, head, payload, randomBytes(32))).toBe(false);
		expect(open(target, head, payload.subarray(0, nonceSizeBytes + tagSizeBytes), key)).toBe(false);
		expect(open(target, head, payload, key)).toBe(true);
		expect(target.subarray(0, plain.length).equals(plain)).toBe(true);
	});
});

it('never writes beyond a target that is too short', () => {
	const key = randomBytes(32);
	const payload = seal(key, Buffer.alloc(8), Buffer.alloc(100));
	for (const [, open] of openers) {
		expect(() => open(Buffer.alloc(99), Buffer.alloc(8), payload, key)).toThrow(RangeError);
	}
});

it('keeps what was opened apart from what is opened next', async () => {
	const {createSealer} = await import('../../source/format/sealing.js');
	for (const compression of ['zstd', 'none'] as const) {
		const sealer = createSealer({compression, encrypted: true, sealKey: randomBytes(32), randomBytes});
		const texts = [Buffer.alloc(5000, 1), randomBytes(5000), Buffer.alloc(100, 2), randomBytes(100)];
		const ids = texts.map((_, index) => String(index).repeat(64));
		const opened = texts.map((text, index) => sealer.unseal('chunk', ids[index]!, sealer.seal('chunk', ids[index]!, text), 10_000));
		for (const [index, text] of texts.entries()) {
			expect(Buffer.compare(opened[index]!, text)).toBe(0);
		}
	}
});
