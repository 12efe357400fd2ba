// A served repository: its locks, one for each name that a client gives, and what it tells of itself; the threads that write for it.

import {randomBytes, randomUUID} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import type {StoredRecord} from '../../source/backends/contract.js';
import {openHttp} from '../../source/backends/http/open-http.js';
import {createBackend, openBackend} from '../../source/backends/registry.js';
import {decodeMessage, encodeMessage} from '../../source/backends/wire/message.js';
import {operations} from '../../source/backends/wire/operations.js';
import type {ChunkId, RecordId, SnapshotId} from '../../source/format/ids.js';
import {answerMessage} from '../../source/server/answer.js';
import {ServedRepository} from '../../source/server/served-repository.js';
import {Stagers} from '../../source/server/stagers.js';
import {check, makeRepository, memoryLocation, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {everything, settings, temporaryServer} from '../support/server.js';
import {makeTree} from '../support/trees.js';

test('a lock that is asked for again while it is being taken is the same one', async () => {
	const location = memoryLocation();
	await makeRepository(location);
	const served = new ServedRepository({name: 'r', location, access: everything, leaseMs: 60_000});
	const client = {host: 'host7', pid: 7};
	const [first, again] = await Promise.all([served.lock('one', client, 'exclusive', 'x'), served.lock('one', client, 'exclusive', 'x')]);
	expect(again).toBe(first);
	expect(await (await served.base()).locks()).toHaveLength(1);
	await served.end();
	expect(await (await openBackend(location)).locks()).toEqual([]);
});

test('a lock is given back only once nothing is written under it any more', async () => {
	const location = memoryLocation();
	await makeRepository(location);
	const served = new ServedRepository({name: 'r', location, access: everything, leaseMs: 60_000});
	const session = await served.lock('one', {host: 'host7', pid: 7}, 'shared', 'x');
	let finish = (): void => undefined;
	const writing = session.during(async () => new Promise<void>(resolve => {
		finish = resolve;
	}));
	const order: string[] = [];
	const ending = session.end().then(() => order.push('given back'));
	expect(await (await openBackend(location)).locks()).toHaveLength(1);
	order.push('written');
	finish();
	await Promise.all([writing, ending]);
	expect(order).toEqual(['written', 'given back']);
	expect(await (await openBackend(location)).locks()).toEqual([]);
});

test('a push that loses its lock says so, though it may not clear away what it left', async () => {
	const folder = temporaryFolder();
	makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(20_000, 'x')}]);
	const location = memoryLocation();
	await makeRepository(location);
	const server = await temporaryServer({log({operation}) {
		if (operation === 'stage') {
			void server.repositories[0]!.end();
		}
	}});
	const place = `plakar://127.0.0.1:${server.port}/${server.serve(location, {add: true, remove: false})}`;
	await expect(push(place, [join(folder, 'tree')])).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('holds no lock')});
	expect(await check(location)).toMatchObject({findings: [], snapshots: 0});
});

test('the page on the protocol names every operation, and all that is told of a server and of its locks', async () => {
	const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');
	for (const operation of Object.keys(operations)) {
		expect(page).toMatch(new RegExp(`^\\| [^|]*\`${operation}\``, 'm'));
	}

	const location = await makeRepository(join(temporaryFolder(), 'r'));
	const others = await openBackend(location);
	await others.lock('shared', 'of this machine');
	const served = new ServedRepository({name: 'r', location, access: everything, leaseMs: 60_000});
	const ask = async (fields: Record<string, unknown>) => decodeMessage((await answerMessage(served, encodeMessage({client: {host: 'h', pid: 1}, ...fields}))).message, 'server').head;
	const [hello, lock, size, {locks}] = [await ask({op: 'hello'}), await ask({op: 'lock', session: 's', mode: 'shared', purpose: 'p'}), await ask({op: 'storedSize'}), await ask({op: 'locks'})];
	for (const name of [hello, lock, size].flatMap(answer => Object.keys(answer)).filter(name => name !== 'v' && name !== 'blobs')) {
		expect(page).toContain(`\`${name}\``);
	}

	for (const holder of [...lock['holder'] as object[], ...locks as object[]]) {
		expect(page).toContain(`[{${Object.keys(holder).join(', ')}}]`);
	}

	expect(locks).toHaveLength(2);
	await served.end();
	await others.close();
});

test.each(['r', 'r.db'])('a commit of a snapshot that is not put together is refused, and shows nothing: %s', async name => {
	const folder = temporaryFolder();
	const location = await makeRepository(`${name.endsWith('.db') ? 'sqlite:' : ''}${join(folder, name)}`);
	const served = new ServedRepository({name, location, access: everything, leaseMs: 60_000});
	const [whole, half] = [randomUUID(), randomUUID()];
	const idOf = (uuid: string): Buffer => Buffer.from(uuid.replaceAll('-', ''), 'hex');
	const ask = async (fields: Record<string, unknown>, blobs: readonly Uint8Array[] = []) => decodeMessage((await answerMessage(served, encodeMessage({client: {host: 'h', pid: 1}, ...fields}, blobs))).message, 'server');
	await ask({op: 'lock', session: 's', mode: 'shared', purpose: 'p'});
	for (const snapshot of [whole, half]) {
		expect((await ask({op: 'begin', session: 's', snapshot, key: snapshot})).head).not.toHaveProperty('error');
	}

	await ask({op: 'putSnapshot', snapshot: whole}, [Buffer.from('references'), Buffer.from('header')]);
	const visible = async (): Promise<Uint8Array> => (await ask({op: 'list', kind: 'header'})).blobs[0]!;
	expect((await ask({op: 'commit', key: 'both'}, [Buffer.concat([idOf(whole), idOf(half)])])).head).toMatchObject({error: {code: 'PROTOCOL_ERROR'}});
	expect(await visible()).toHaveLength(0);
	expect((await ask({op: 'commit', key: 'one'}, [idOf(whole)])).head).not.toHaveProperty('error');
	expect(Buffer.from(await visible())).toEqual(idOf(whole));
	await served.end();
});

test('only who holds the exclusive lock removes or replaces, also where the server lets them', async () => {
	const location = memoryLocation();
	await makeRepository(location);
	const server = await temporaryServer();
	const backend = await openHttp(`plakar://127.0.0.1:${server.port}/${server.serve(location)}`, {}, settings);
	const [snapshot, chunk] = [randomUUID() as SnapshotId, 'a'.repeat(64) as ChunkId];
	const assertRefused = async (): Promise<void> => {
		for (const act of [async () => backend.dereference(snapshot), async () => backend.remove('chunk', [chunk]), async () => backend.replace('chunk', chunk, Buffer.from('x'))]) {
			await expect(act()).rejects.toMatchObject({code: 'BACKEND_FAILED', message: expect.stringContaining('no exclusive lock')});
		}
	};

	await assertRefused();
	for (const lock of [await backend.lock('shared', 'x'), await (await openBackend(location)).lock('shared', 'x')]) {
		await assertRefused();
		await lock.release();
	}

	// Somebody else's does not count.
	const theirs = await (await openBackend(location)).lock('exclusive', 'x');
	await assertRefused();
	await theirs.release();
	const own = await backend.lock('exclusive', 'x');
	expect(await backend.remove('chunk', [chunk])).toEqual([]);
	await own.release();
	await assertRefused();
	expect((await check(location)).findings).toEqual([]);
});

const config = Buffer.from('{"a": "CONFIG"}');
/** In memory of their own: it is given away. */
const records = (count: number): StoredRecord[] => {
	const bytes = Buffer.allocUnsafeSlow(count * 100);
	randomBytes(bytes.length).copy(bytes);
	return Array.from({length: count}, (_, index) => ({id: randomBytes(32).toString('hex') as RecordId, bytes: bytes.subarray(index * 100, (index + 1) * 100)}));
};

test('threads write what a commit then shows, and forget a transaction that was rolled back', async () => {
	const stagers = new Stagers(3);
	onTestFinished(async () => stagers.close());
	const location = join(temporaryFolder(fastPlace), 'r');
	const backend = await createBackend(location, config);
	await backend.lock('shared', 'test');
	const snapshot = randomUUID() as SnapshotId;
	const place = {location, snapshot};
	const batches = Array.from({length: 12}, () => records(40));
	const expected = batches.flat().map(({id, bytes}) => ({id, hex: Buffer.from(bytes).toString('hex')}));
	const stageAll = async (): Promise<boolean[][]> => Promise.all(batches.map(async batch =>
		stagers.writer(place).stage(snapshot, 'chunk', batch.map(({id, bytes}) => ({id, bytes: Uint8Array.from(bytes)})))));

	for (const isLast of [false, true]) {
		await backend.begin(snapshot, async (_, staged) => staged.map(() => true));
		expect((await stageAll()).flat()).toEqual(expected.map(() => true));
		if (!isLast) {
			await backend.rollback(snapshot);
			await stagers.forget(place);
		}
	}

	await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
	await backend.commit([snapshot]);
	const read = await backend.readBatch('chunk', expected.map(({id}) => id));
	expect(read.map(bytes => bytes instanceof Error ? bytes.message : Buffer.from(bytes).toString('hex'))).toEqual(expected.map(({hex}) => hex));
});

test('what a thread cannot write is told as it was, and the thread goes on', async () => {
	const stagers = new Stagers(1);
	onTestFinished(async () => stagers.close());
	const location = join(temporaryFolder(fastPlace), 'r');
	const snapshot = randomUUID() as SnapshotId;
	const {stage, reference} = stagers.writer({location, snapshot});
	await expect(stage(snapshot, 'chunk', records(2))).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND'});
	const backend = await createBackend(location, config);
	await backend.lock('shared', 'test');
	await backend.begin(snapshot, async (_, staged) => staged.map(() => true));
	const [one] = records(1);
	const {id} = one!;
	expect(await stage(snapshot, 'chunk', [one!])).toEqual([true]);
	const absent = records(1)[0]!.id;
	expect(await reference(snapshot, 'chunk', [id, absent])).toEqual([absent]);
});
