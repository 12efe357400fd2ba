// A client written from docs/protocol.md and docs/format.md alone: it makes an encrypted repository on a server and pushes
// into it. Nothing of the program's own formats is used on its side.

import {createCipheriv, createHash, randomBytes, randomUUID, scryptSync} from 'node:crypto';
import {readFileSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import {crc32} from 'node:zlib';
import {blake3} from '@noble/hashes/blake3.js';
import {expect, test} from 'vitest';
import {check, memoryLocation, push, run} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {temporaryServer} from '../support/server.js';
import {makeTree} from '../support/trees.js';

const u32 = (value: number): Buffer => {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
};

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const joined = (...parts: ReadonlyArray<Uint8Array | number>): Buffer => Buffer.concat(parts.map(part => typeof part === 'number' ? Buffer.of(part) : part));

// --- docs/protocol.md ---

type Call = (op: string, fields?: object, ...blobs: readonly Uint8Array[]) => Promise<Record<string, unknown>>;

const callerTo = (url: string): Call => async (op, fields = {}, ...blobs) => {
	const head = Buffer.from(JSON.stringify({v: 1, op, client: {host: 'elsewhere', pid: 1}, blobs: blobs.map(blob => blob.length), ...fields}));
	const rest = joined(head, ...blobs);
	const response = await fetch(url, {method: 'POST', headers: {'content-type': 'application/x-plakar'}, body: joined(u32(head.length), u32(crc32(rest)), rest)});
	const body = Buffer.from(await response.arrayBuffer());
	expect(body.readUInt32LE(4)).toBe(crc32(body.subarray(8)));
	const answer = JSON.parse(body.toString('utf8', 8, 8 + body.readUInt32LE(0))) as Record<string, unknown>;
	expect(answer).not.toHaveProperty('error');
	return answer;
};

const packed = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');

// --- docs/format.md ---

const averageBytes = 4096;
const keyed = (key: Uint8Array, domain: number, message: Uint8Array): Buffer => Buffer.from(blake3(joined(key, domain, message)));
const [hashKey, sealKey] = [randomBytes(32), randomBytes(32)];

function gcmSealed(key: Uint8Array, plain: Uint8Array, associated?: Uint8Array): Buffer {
	const nonce = randomBytes(12);
	const cipher = createCipheriv('aes-256-gcm', key, nonce);
	if (associated !== undefined) {
		cipher.setAAD(associated);
	}

	return joined(nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag());
}

function configFor(passphrase: string): Buffer {
	const salt = randomBytes(32);
	const [cost, blockSize, parallelization] = [1024, 8, 1];
	const wrapping = scryptSync(passphrase, salt, 32, {N: cost, r: blockSize, p: parallelization});
	const config = {
		format: 1, repositoryId: randomUUID(), familyId: randomUUID(), created: new Date().toISOString(), hashing: 'sha256',
		chunking: {algorithm: 'fastcdc', minimumBytes: averageBytes / 4, averageBytes, maximumBytes: averageBytes * 4, normalization: 2},
		compression: 'none',
		encryption: {
			cipher: 'aes-256-gcm', derivation: {name: 'scrypt', cost, blockSize, parallelization, salt: salt.toString('base64')},
			wrappedKeys: gcmSealed(wrapping, joined(hashKey, sealKey)).toString('base64'), canary: hexOf(keyed(hashKey, 4, sealKey)),
		},
	};
	return Buffer.from(JSON.stringify({...config, checksum: hexOf(blake3(Buffer.from(JSON.stringify(config))))}));
}

const kinds = {chunk: 1, object: 2, header: 3};

function sealed(kind: keyof typeof kinds, name: string, plain: Uint8Array): Buffer {
	const head = joined(0xb5, 1, 0, 1, u32(plain.length + 12 + 16));
	const body = joined(head, gcmSealed(keyed(sealKey, 3, joined(kinds[kind], Buffer.from(name))), plain, head));
	return joined(body, blake3(body).subarray(0, 24));
}

function bare(plain: Uint8Array): Buffer {
	const body = joined(0xb5, 1, 0, 0, u32(plain.length), plain);
	return joined(body, blake3(body).subarray(0, 24));
}

const gear = Array.from({length: 256}, (_, byte) => createHash('sha256').update(joined(Buffer.from('plakar-tui gear'), byte)).digest().readUInt32LE(0));
const maskOf = (bits: number): number => (0xffff_ffff << (32 - bits)) | 0;

function cut(content: Buffer): Buffer[] {
	const chunks: Buffer[] = [];
	for (let start = 0; start < content.length;) {
		const limit = Math.min(content.length, start + (averageBytes * 4));
		let end = Math.min(limit, start + (averageBytes / 4));
		for (let hash = 0; end < limit;) {
			hash = ((hash << 1) + gear[content[end]!]!) | 0;
			const mask = maskOf(Math.log2(averageBytes) + (end - start < averageBytes ? 2 : -2));
			end++;
			if ((hash & mask) === 0) {
				break;
			}
		}

		chunks.push(content.subarray(start, end));
		start = end;
	}

	return chunks;
}

function varint(value: number): Buffer {
	return value < 128 ? Buffer.of(value) : joined((value % 128) + 128, varint(Math.floor(value / 128)));
}

const text = (bytes: string): Buffer => joined(varint(Buffer.byteLength(bytes)), Buffer.from(bytes));

type Stored = {readonly kind: 'chunk' | 'object'; readonly id: Buffer; readonly record: Buffer};
const hash = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

class Snapshot {
	readonly records = new Map<string, Stored>();

	#add(kind: 'chunk' | 'object', plain: Uint8Array): Buffer {
		const id = keyed(hashKey, kinds[kind], hash(plain));
		this.records.set(`${kind} ${hexOf(id)}`, {kind, id, record: sealed(kind, hexOf(id), plain)});
		return id;
	}

	store(content: Buffer): {readonly kind: 'chunk' | 'object'; readonly id: Buffer} {
		const parts = cut(content).map(chunk => joined(this.#add('chunk', chunk), u32(chunk.length)));
		return parts.length === 1
			? {kind: 'chunk', id: parts[0]!.subarray(0, 32)}
			: {kind: 'object', id: this.#add('object', joined(1, varint(parts.length), ...parts))};
	}

	of(kind: 'chunk' | 'object'): Stored[] {
		return [...this.records.values()].filter(record => record.kind === kind).sort((a, b) => a.id.compare(b.id));
	}

	entry(type: number, path: string, {content, target, flag = 0}: {content?: Buffer; target?: string; flag?: number} = {}): Buffer {
		const stored = content === undefined || content.length === 0 ? undefined : this.store(content);
		const flags = flag + (stored === undefined ? 0 : stored.kind === 'object' ? 3 : 1) + (target === undefined ? 0 : 4);
		return joined(
			type, flags, text(path), varint(type === 0 ? 0o755 : 0o640), varint(process.getuid!()), varint(process.getgid!()), text(''), text(''),
			varint(1_000_000_000 * 2), varint(5), varint(content?.length ?? 0), stored?.id ?? Buffer.alloc(0), target === undefined ? Buffer.alloc(0) : text(target),
		);
	}
}

test('a repository that another client made and pushed into is sound, gives back what was pushed, and cuts as the program does', async () => {
	const server = await temporaryServer();
	const location = memoryLocation();
	const call = callerTo(`http://127.0.0.1:${server.port}/${server.serve(location)}`);
	const passphrase = 'häßlich, but long';
	const [large, small] = [randomBytes(200_000), Buffer.from('a small file\n')];
	const snapshot = new Snapshot();
	const index = joined(
		1, snapshot.entry(0, '/', {flag: 32}), snapshot.entry(0, '/tree'), snapshot.entry(1, '/tree/empty', {content: Buffer.alloc(0)}), snapshot.entry(0, '/tree/folder'),
		snapshot.entry(1, '/tree/folder/ü small', {content: small}), snapshot.entry(1, '/tree/large', {content: large}), snapshot.entry(2, '/tree/link', {target: 'folder/ü small'}),
	);
	const {kind, id} = snapshot.store(index);
	const [chunks, objects] = [snapshot.of('chunk'), snapshot.of('object')];
	const uuid = randomUUID();
	const header = {
		version: 1, snapshot: uuid, created: new Date().toISOString(), host: 'elsewhere', user: 'somebody', commandLine: 'another client', paths: ['/tree'], roots: ['/tree'],
		totals: {files: 3, directories: 3, others: 1, errors: 0, sizeBytes: large.length + small.length, chunks: chunks.length, objects: objects.length},
		index: {kind, id: hexOf(id), sizeBytes: index.length},
	};
	const references = joined(u32(chunks.length), u32(objects.length), ...[...chunks, ...objects].map(stored => joined(stored.id, u32(stored.record.length))));

	await call('create', {}, configFor(passphrase));
	await call('lock', {session: 'mine', mode: 'shared', purpose: 'push'});
	await call('begin', {snapshot: uuid, session: 'mine', key: 'begin'});
	for (const stored of [chunks, objects].filter(({length}) => length > 0)) {
		const {written} = await call('stage', {snapshot: uuid, kind: stored[0]!.kind, key: `stage ${stored[0]!.kind}`}, joined(...stored.map(record => record.id)), ...stored.map(({record}) => record));
		expect(written).toEqual(stored.map(() => true));
	}

	await call('putSnapshot', {snapshot: uuid}, bare(references), sealed('header', uuid, Buffer.from(JSON.stringify(header))));
	await call('commit', {key: 'commit'}, packed(uuid));
	await call('release', {session: 'mine'});

	expect(await check(location, {passphrase})).toMatchObject({findings: [], snapshots: 1, complete: true});
	const out = temporaryFolder();
	await run({verb: 'restore', repository: {location, passphrase}, targets: [{snapshot: uuid as never}], folder: out, overwrite: false, dryRun: false});
	expect(readFileSync(join(out, 'tree/large'))).toEqual(large);
	expect(readFileSync(join(out, 'tree/folder/ü small'))).toEqual(small);
	expect(readFileSync(join(out, 'tree/empty'))).toHaveLength(0);
	expect(readlinkSync(join(out, 'tree/link'))).toBe('folder/ü small');

	// All that is new of another file with the same content is its index.
	const folder = temporaryFolder();
	makeTree(folder, [{path: 'again', content: large}]);
	expect(await push(location, [folder], {passphrase})).toMatchObject({recordsWritten: 1});
});
