import {randomBytes} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {gcm, loadOpenSsl, nodeGcm, nonceSizeBytes, tagSizeBytes, type Gcm} from '../../source/format/gcm.js';

const direct = loadOpenSsl();
if (direct === undefined) {
	process.stderr.write('\n*** OpenSSL cannot be called directly here: only Node\'s own AES-256-GCM is tested. ***\n');
}

const implementations: Array<readonly [string, Gcm]> = [['Node', nodeGcm], ...(direct === undefined ? [] : [['OpenSSL', direct] as const])];
const pairs = implementations.flatMap(([sealerName, sealer]) => implementations.map(([openerName, opener]) => ({sealerName, openerName, sealer, opener})));
const sealedBytes = (plain: Uint8Array): number => plain.length + nonceSizeBytes + tagSizeBytes;

it('chooses OpenSSL where it can be had, once there is work for it', () => {
	for (let call = 0; call < 512; call++) {
		gcm();
	}

	expect(gcm() === nodeGcm).toBe(direct === undefined);
});

describe.each(pairs)('AES-256-GCM sealed by $sealerName and opened by $openerName', ({sealer, opener}) => {
	it('gives back what was sealed, at the start of the target, whatever its size, and writes nowhere else', () => {
		fc.assert(fc.property(fc.uint8Array({maxLength: 3000}), fc.uint8Array({minLength: 1, maxLength: 8}), (plain, head) => {
			const key = randomBytes(32);
			const payload = Buffer.alloc(sealedBytes(plain) + 10, 0xaa);
			sealer.seal(payload, head, plain, key, randomBytes(nonceSizeBytes));
			expect(payload.subarray(-10).every(byte => byte === 0xaa)).toBe(true);
			const target = Buffer.alloc(plain.length + 10, 0xaa);
			expect(opener.open(target, head, payload.subarray(0, -10), key)).toBe(true);
			expect(target.subarray(0, plain.length).equals(plain)).toBe(true);
			expect(target.subarray(plain.length).every(byte => byte === 0xaa)).toBe(true);
		}));
	});

	it('refuses a flipped bit anywhere, another head and another key, and works on afterwards', () => {
		const [key, head, plain] = [randomBytes(32), randomBytes(8), randomBytes(40)];
		const payload = Buffer.alloc(sealedBytes(plain));
		sealer.seal(payload, head, plain, key, randomBytes(nonceSizeBytes));
		const target = Buffer.alloc(payload.length);
		for (let index = 0; index < payload.length; index++) {
			const tampered = Buffer.from(payload);
			tampered[index]! ^= 1;
			expect(opener.open(target, head, tampered, key)).toBe(false);
		}

		expect(opener.open(target, randomBytes(8), payload, key)).toBe(false);
		expect(opener.open(target, head, payload, randomBytes(32))).toBe(false);
		expect(opener.open(target, head, payload.subarray(0, nonceSizeBytes + tagSizeBytes), key)).toBe(false);
		expect(opener.open(target, head, payload, key)).toBe(true);
		expect(target.subarray(0, plain.length).equals(plain)).toBe(true);
	});
});

it.each(implementations)('of %s never writes beyond a target that is too short', (_, implementation) => {
	const [key, head, plain, nonce] = [randomBytes(32), randomBytes(8), randomBytes(100), randomBytes(nonceSizeBytes)];
	const payload = Buffer.alloc(sealedBytes(plain));
	implementation.seal(payload, head, plain, key, nonce);
	expect(() => implementation.open(Buffer.alloc(99), head, payload, key)).toThrow(RangeError);
	expect(() => {
		implementation.seal(Buffer.alloc(payload.length - 1), head, plain, key, nonce);
	}).toThrow(RangeError);
	expect(() => implementation.open(Buffer.alloc(100), head, payload.subarray(0, 20), key)).toThrow(RangeError);
	expect(() => implementation.open(Buffer.alloc(100), head, payload, key.subarray(1))).toThrow(RangeError);
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
