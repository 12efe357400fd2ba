import {createHash} from 'node:crypto';
import * as zlib from 'node:zlib';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import * as zstdNapi from 'zstd-napi';
import {chunkingFor, validateChunking} from '../../source/format/chunking/chunking.js';
import {createTypeScriptCutter, createWasmCutter, type Cutter} from '../../source/format/chunking/cutter.js';
import {compress, decompress} from '../../source/format/compression.js';
import {decodeConfig, encodeConfig, type RepositoryConfig} from '../../source/format/config.js';
import type {Entry} from '../../source/format/entry.js';
import {ByteWriter} from '../../source/format/byte-writer.js';
import {createHashing} from '../../source/format/hashing.js';
import {decodeIndex, encodeEntry, indexPreamble} from '../../source/format/index-stream.js';
import {unwrapKeys, wrapKeys} from '../../source/format/keys.js';
import {decodeObject, encodeObject} from '../../source/format/object-record.js';
import {comparePaths, displayPath, displayText, type PathBytes} from '../../source/format/paths.js';
import {decodeReferenceList, encodeReferenceList, ReferenceCollector} from '../../source/format/reference-list.js';
import {createSealer, verifyEnvelope} from '../../source/format/sealing.js';
import {createRandomBytes} from '../../source/workers/lane.js';

const randomBytes = createRandomBytes();
const snapshot = '00000000-0000-4000-8000-000000000001' as never;

function cutsOf(cutter: Cutter, bytes: Uint8Array): number[] {
	cutter.window.set(bytes);
	const cuts: number[] = [];
	for (let at = 0; at < bytes.length;) {
		at = cutter.cut(at, bytes.length);
		cuts.push(at);
	}

	return cuts;
}

/** Bytes that do not repeat soon, from a seed. */
const noise = (seed: number, length: number): Uint8Array => {
	const words = new Uint32Array(Math.ceil(length / 4));
	let state = seed | 1;
	for (let index = 0; index < words.length; index++) {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		words[index] = state;
	}

	return new Uint8Array(words.buffer, 0, length);
};

describe('chunking', () => {
	const chunking = chunkingFor(4096);
	const wasm = createWasmCutter(chunking);
	const typescript = createTypeScriptCutter(chunking);

	test('cuts the same in WebAssembly and in TypeScript', () => {
		fc.assert(fc.property(fc.oneof(
			fc.uint8Array({maxLength: 20_000}),
			fc.tuple(fc.integer(), fc.integer({min: 0, max: 300_000})).map(([seed, length]) => noise(seed, length)),
			fc.tuple(fc.uint8Array({minLength: 1, maxLength: 40}), fc.integer({min: 1, max: 4000})).map(([part, count]) => Buffer.concat(Array.from({length: count}, () => part))),
			fc.constantFrom(1023, 1024, 1025, 4096, 16_383, 16_384, 16_385).map(length => new Uint8Array(length)),
		), bytes => {
			expect(cutsOf(wasm, bytes)).toEqual(cutsOf(typescript, bytes));
		}), {numRuns: 200});
	});

	test('keeps sizes between minimum and maximum, and averages near the average', () => {
		const bytes = noise(42, 4_000_000);
		const cuts = cutsOf(wasm, bytes);
		const sizes = cuts.map((cut, index) => cut - (cuts[index - 1] ?? 0));
		expect(Math.max(...sizes)).toBeLessThanOrEqual(chunking.maximumBytes);
		expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThan(chunking.minimumBytes);
		expect(bytes.length / cuts.length).toBeGreaterThan(2500);
		expect(bytes.length / cuts.length).toBeLessThan(6500);
	});

	test('an insertion moves only the cuts around it', () => {
		const bytes = noise(7, 1_000_000);
		const changed = Buffer.concat([bytes.subarray(0, 300_000), Buffer.from('inserted'), bytes.subarray(300_000)]);
		const before = new Set(cutsOf(wasm, bytes));
		const after = cutsOf(wasm, changed).map(cut => cut > 300_000 ? cut - 8 : cut);
		expect(after.filter(cut => !before.has(cut)).length).toBeLessThan(8);
	});

	test('cuts where it always cut: other cuts would end deduplication with what is stored', () => {
		expect(cutsOf(wasm, noise(1, 60_000))).toMatchInlineSnapshot(`
			[
			  4182,
			  10747,
			  13146,
			  15603,
			  21136,
			  26874,
			  31289,
			  35866,
			  40163,
			  44371,
			  46464,
			  51990,
			  54299,
			  56416,
			  60000,
			]
		`);
	});

	test('refuses sizes that it does not know', () => {
		expect(() => chunkingFor(5000)).toThrow(expect.objectContaining({code: 'USAGE'}));
		expect(() => {
			validateChunking({...chunking, maximumBytes: 2 ** 40});
		}).toThrow(expect.objectContaining({code: 'CONFIG_CORRUPT'}));
	});
});

describe('compression', () => {
	test('gives back what it took', () => {
		fc.assert(fc.property(fc.tuple(fc.uint8Array({minLength: 1, maxLength: 50}), fc.integer({min: 1, max: 500})), ([part, count]) => {
			const bytes = Buffer.concat(Array.from({length: count}, () => part));
			const squeezed = compress(bytes);
			if (squeezed !== undefined) {
				expect(Buffer.compare(decompress(squeezed, bytes.length), bytes)).toBe(0);
				expect(squeezed.length).toBeLessThan(bytes.length);
			}
		}));
	});

	test('refuses hostile frames before it allocates, and never crashes', () => {
		const frame = compress(Buffer.alloc(100_000, 'x'))!;
		expect(() => decompress(frame, 99_999)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		// A frame that claims 2^60 bytes.
		const giant = Buffer.concat([Buffer.from('28b52ffde0', 'hex'), Buffer.from('0000000000000010', 'hex'), Buffer.alloc(20)]);
		expect(() => decompress(giant, 2 ** 20)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		fc.assert(fc.property(fc.uint8Array({maxLength: 100}), fc.nat(frame.length - 1), fc.nat(255), (noiseBytes, at, value) => {
			const broken = Uint8Array.from(frame);
			broken[at] = value;
			for (const bytes of [noiseBytes, broken, frame.subarray(0, at)]) {
				try {
					expect(decompress(bytes, 200_000).length).toBeLessThanOrEqual(200_000);
				} catch (error) {
					expect(error).toMatchObject({code: 'RECORD_CORRUPT'});
				}
			}
		}), {numRuns: 300});
	});
});

describe('frames', () => {
	test('of another version of Node are read', () => {
		// As node:zlib of 24.21 makes it.
		const frame = Buffer.from('KLUv/WDGATUEAMQDbGluZSAwIG9mIGEgdGV4dApsaW5lIDEyMzQ1Njc4OTExMTExMTExMTIyMjIyMjIyMjIzMzMzMzMzMzMzJyCAo9IDnMx3ZrOYb2Znmc/MZjHfzMwy38zOMp+ZzfJ8N2dmc5aa89Gc2cxZZM4Xc2YwZ3k5g4t3CIMIchCGCOQQxhCRkNgE', 'base64');
		const text = Buffer.from(Array.from({length: 40}, (_, line) => `line ${line} of a text\n`).join(''));
		expect(Buffer.compare(decompress(frame, text.length), text)).toBe(0);
	});

	test('of Node itself are read by zstd-napi, and the other way round', () => {
		if (!('zstdCompressSync' in zlib)) {
			process.stderr.write('\n*** NOT TESTED: frames of Node itself. This needs Node 22.15 or newer. ***\n');
			return;
		}

		// Longer ones are more than one block, and more than one buffer of node:zlib.
		fc.assert(fc.property(fc.tuple(fc.uint8Array({minLength: 64, maxLength: 100}), fc.constantFrom(1, 3, 300, 5000)), ([part, count]) => {
			const bytes = Buffer.concat(Array.from({length: count}, () => part));
			expect(Buffer.compare(decompress(zstdNapi.compress(bytes, {compressionLevel: 1}), bytes.length), bytes)).toBe(0);
			const squeezed = compress(bytes);
			if (squeezed !== undefined) {
				expect(Buffer.compare(zstdNapi.decompress(squeezed), bytes)).toBe(0);
			}
		}));
	});

	test('that hold more than they declare are refused before they fill the memory', () => {
		// Declares 1 MiB, holds 4096 blocks of 128 KiB of one byte repeated: 512 MiB in 16 KiB.
		const head = Buffer.from('28b52ffd803800001000', 'hex');
		const block = (isLast: boolean): Buffer => {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32LE((2 ** 17 << 3) | (1 << 1) | (isLast ? 1 : 0));
			return bytes;
		};

		const frame = Buffer.concat([head, ...Array.from({length: 4095}, () => block(false)), block(true)]);
		const before = process.resourceUsage().maxRSS;
		expect(() => decompress(frame, 2 ** 20)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		expect(process.resourceUsage().maxRSS - before).toBeLessThan(128 * 1024);
	});
});

describe('hashing', () => {
	test('names are the plain hashes without a key, and reveal nothing with one', () => {
		const bytes = Buffer.from('hello');
		expect(createHashing('sha256').chunkId(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
		// The BLAKE3 of "hello", as b3sum prints it.
		expect(createHashing('blake3').chunkId(bytes)).toBe('ea8f163db38682925e4491c5e58d4bb3506ef8c14eb78a86e908c5624a67200f');
		const [one, two] = [createHashing('blake3', new Uint8Array(32)), createHashing('blake3', new Uint8Array(32).fill(1))];
		expect(new Set([one.chunkId(bytes), two.chunkId(bytes), one.objectId(bytes), createHashing('blake3').chunkId(bytes)]).size).toBe(4);
	});

	test('the JavaScript fallback gives the same names', async () => {
		const {blake3} = await import('@noble/hashes/blake3.js');
		const bytes = noise(3, 5000);
		expect(Buffer.from(blake3(bytes)).toString('hex')).toBe(createHashing('blake3').chunkId(bytes));
	});
});

describe('sealing', () => {
	const sealKey = new Uint8Array(32).fill(7);
	const id = 'ab'.repeat(32);
	const encrypted = createSealer({compression: 'zstd', encrypted: true, sealKey, randomBytes});
	const plain = createSealer({compression: 'zstd', encrypted: false, randomBytes});
	const keyless = createSealer({compression: 'zstd', encrypted: true, randomBytes});

	test('opens what it sealed, and every flipped bit is noticed, with and without the key', () => {
		for (const sealer of [encrypted, plain]) {
			for (const content of [Buffer.alloc(0), Buffer.from('short'), Buffer.alloc(5000, 'long '), Buffer.from(noise(5, 3000))]) {
				const stored = sealer.seal('chunk', id, content);
				expect(Buffer.compare(sealer.unseal('chunk', id, stored, 5000), content)).toBe(0);
				for (let at = 0; at < stored.length; at += Math.max(1, Math.floor(stored.length / 60))) {
					const broken = Uint8Array.from(stored);
					broken[at]! ^= 4;
					expect(() => verifyEnvelope('chunk', id, broken)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
				}

				expect(() => verifyEnvelope('chunk', id, stored.subarray(0, -1))).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
			}
		}
	});

	test('a record in the place of another is noticed with the key', () => {
		const stored = encrypted.seal('chunk', id, Buffer.from('content'));
		expect(() => encrypted.unseal('chunk', 'cd'.repeat(32), stored, 100)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		expect(() => encrypted.unseal('object', id, stored, 100)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		expect(() => keyless.unseal('chunk', id, stored, 100)).toThrow(expect.objectContaining({code: 'PASSPHRASE_NEEDED'}));
	});

	test('never seals twice alike, and never yields more than allowed', () => {
		const content = Buffer.alloc(1000, 'x');
		expect(Buffer.compare(encrypted.seal('chunk', id, content), encrypted.seal('chunk', id, content))).not.toBe(0);
		expect(() => plain.unseal('chunk', id, plain.seal('chunk', id, content), 999)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
	});

	test('reference lists are readable without the key', () => {
		const stored = encrypted.seal('references', id, Buffer.from('list'));
		expect(Buffer.from(keyless.unseal('references', id, stored, 100)).toString()).toBe('list');
	});
});

describe('keys and CONFIG', () => {
	const config = async (): Promise<RepositoryConfig> => ({
		format: 1, repositoryId: '00000000-0000-4000-8000-00000000000a', familyId: '00000000-0000-4000-8000-00000000000b', created: '2026-01-02T03:04:05.678Z',
		hashing: 'blake3', chunking: chunkingFor(4096), compression: 'zstd',
		encryption: await wrapKeys({hashKey: randomBytes(32), sealKey: randomBytes(32)}, 'secret', randomBytes, 16),
	});

	test('the passphrase opens the keys, another does not', async () => {
		const keys = {hashKey: randomBytes(32), sealKey: randomBytes(32)};
		const encryption = await wrapKeys(keys, 'pässphrase', randomBytes, 16);
		expect(await unwrapKeys(encryption, 'pa\u0308ssphrase')).toEqual({hashKey: Buffer.from(keys.hashKey), sealKey: Buffer.from(keys.sealKey)});
		await expect(unwrapKeys(encryption, 'passphrase')).rejects.toMatchObject({code: 'PASSPHRASE_WRONG'});
	});

	test('CONFIG reads back, and every change to it is noticed', async () => {
		const bytes = encodeConfig(await config());
		expect(encodeConfig(decodeConfig(bytes, 'here'))).toEqual(bytes);
		fc.assert(fc.property(fc.nat(bytes.length - 1), fc.integer({min: 1, max: 255}), (at, change) => {
			const broken = Uint8Array.from(bytes);
			broken[at]! ^= change;
			try {
				// White space between fields may change; nothing that is read may.
				expect(decodeConfig(broken, 'here')).toEqual(decodeConfig(bytes, 'here'));
			} catch (error) {
				expect(['CONFIG_CORRUPT', 'FORMAT_NEWER']).toContain((error as {code: string}).code);
			}
		}), {numRuns: 300});
	});

	test('a newer format is refused as such', async () => {
		const newer = encodeConfig({...await config(), format: 2});
		expect(() => decodeConfig(newer, 'here')).toThrow(expect.objectContaining({code: 'FORMAT_NEWER'}));
	});
});

describe('objects, references and indexes', () => {
	const ids = fc.uniqueArray(fc.uint8Array({minLength: 32, maxLength: 32}).map(bytes => Buffer.from(bytes).toString('hex') as never), {maxLength: 50});

	test('an object reads back and is only itself', () => {
		const hashing = createHashing('blake3');
		fc.assert(fc.property(ids, list => {
			const chunks = list.map((id, index) => ({id, sizeBytes: index * 1000}));
			const body = encodeObject(chunks);
			const id = hashing.objectId(body);
			expect(decodeObject(id, body, hashing).chunks).toEqual(chunks);
			expect(() => decodeObject(id, Buffer.concat([body, Buffer.of(0)]), hashing)).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		}));
	});

	test('references come sorted and distinct, and are found', () => {
		fc.assert(fc.property(ids, list => {
			const collector = new ReferenceCollector();
			for (const id of [...list, ...list]) {
				collector.add(id, 5);
			}

			const references = collector.finish();
			expect([...references].map(({id}) => id)).toEqual([...list].sort());
			expect(list.every(id => references.idAt(references.find(id)) === id)).toBe(true);
			expect(references.find('00'.repeat(32))).toBe(list.includes('00'.repeat(32) as never) ? 0 : -1);
			const empty = new ReferenceCollector().finish();
			const encoded = encodeReferenceList({chunk: references, object: empty});
			expect([...decodeReferenceList(snapshot, encoded).chunk]).toEqual([...references]);
			expect(() => decodeReferenceList(snapshot, encoded.subarray(0, -1))).toThrow(expect.objectContaining({code: 'RECORD_CORRUPT'}));
		}));
	});

	const names = fc.stringMatching(/^[\u0001-\u002E\u0030-\u00FF]{1,12}$/).filter(name => name !== '.' && name !== '..');
	const entries: fc.Arbitrary<Entry> = fc.record({
		path: fc.array(names, {minLength: 1, maxLength: 4}).map(parts => `/${parts.join('/')}` as PathBytes),
		type: fc.constantFrom('directory', 'symlink', 'fifo'),
		mode: fc.nat(0o7777), uid: fc.nat(), gid: fc.nat(), user: fc.constantFrom('', 'root'), group: fc.constant('g'),
		mtimeSeconds: fc.integer({min: -(2 ** 40), max: 2 ** 40}), mtimeNanoseconds: fc.nat(999_999_999), sizeBytes: fc.nat(Number.MAX_SAFE_INTEGER),
		linkTarget: fc.option(fc.constant('../x' as PathBytes), {nil: undefined}), hardLink: fc.option(fc.constant('1:2'), {nil: undefined}),
		device: fc.option(fc.record({major: fc.nat(4095), minor: fc.nat(1_000_000)}), {nil: undefined}), isAncestor: fc.boolean(), error: fc.option(fc.constant('EIO'), {nil: undefined}),
		content: fc.constant(undefined),
	});

	test('an index reads back, whatever pieces it comes in', async () => {
		await fc.assert(fc.asyncProperty(fc.array(entries, {maxLength: 30}), fc.integer({min: 1, max: 5000}), async (list, size) => {
			const writer = new ByteWriter(16);
			writer.raw(indexPreamble);
			for (const entry of list) {
				encodeEntry(writer, entry);
			}

			const bytes = writer.finish();
			const pieces = Array.from({length: Math.ceil(bytes.length / size)}, (_, index) => bytes.subarray(index * size, (index + 1) * size));
			const read: Entry[] = [];
			for await (const entry of decodeIndex(pieces, 'test')) {
				read.push(entry);
			}

			expect(read).toEqual(list);
		}), {numRuns: 60});
	});

	test('a hostile index is refused, not obeyed', async () => {
		await fc.assert(fc.asyncProperty(fc.uint8Array({maxLength: 400}), async bytes => {
			try {
				for await (const entry of decodeIndex([Buffer.concat([indexPreamble, bytes])], 'test')) {
					expect(entry.path.startsWith('/')).toBe(true);
					expect(entry.path.split('/')).not.toContain('..');
				}
			} catch (error) {
				expect(error).toMatchObject({code: 'RECORD_CORRUPT'});
			}
		}), {numRuns: 500});
	});
});

describe('paths', () => {
	test('order is that of a walk', () => {
		const sorted = ['/', '/a', '/a/b', '/a/b/c', '/a-b', '/a.b', '/ab'] as PathBytes[];
		expect([...sorted].reverse().sort(comparePaths)).toEqual(sorted);
	});

	test('nothing hostile reaches a screen', () => {
		expect(displayText('evil\u001B[31m\u0007\u202E')).toBe('evil\\x1b[31m\\x07\\u202e');
		expect(displayPath(Buffer.from('/日本\n').toString('latin1') as PathBytes)).toBe('/日本\\x0a');
		expect(displayPath('/\xff\xfe ok' as PathBytes)).toBe('/\\xff\\xfe ok');
	});
});
