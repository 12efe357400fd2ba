// Connections are bounded, and idle ones make room; bytes that requests announce, or bring one by one, keep nobody out,
// nor do answers that are not taken; bytes that requests bring, and of answers, are bounded.

import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {connect as connectTls} from 'node:tls';
import {describe, expect, onTestFinished, test} from 'vitest';
import {messageType} from '../../source/backends/http/http-line.js';
import {openHttp} from '../../source/backends/http/open-http.js';
import {openBackend} from '../../source/backends/registry.js';
import {packIds} from '../../source/backends/wire/fields.js';
import {encodeMessage, maximumMessageBytes} from '../../source/backends/wire/message.js';
import type {ChunkId, SnapshotId} from '../../source/format/ids.js';
import type {ServerLimits} from '../../source/server/http-server.js';
import {hasOpenssl, makeCertificate, type Certificate} from '../support/certificates.js';
import {temporaryFolder} from '../support/folders.js';
import {makeRepository, memoryLocation} from '../support/engine.js';
import {settings, temporaryServer} from '../support/server.js';
import {until} from '../support/until.js';

async function announce(port: number, name: string, sizeBytes: number): Promise<Socket> {
	const socket = connect(port, '127.0.0.1').on('error', () => undefined);
	onTestFinished(() => {
		socket.destroy();
	});
	await once(socket, 'connect');
	socket.write(`POST /${name} HTTP/1.1\r\nhost: x\r\ncontent-type: ${messageType}\r\ncontent-length: ${sizeBytes}\r\nexpect: 100-continue\r\n\r\n`);
	// The server has taken it up.
	await once(socket, 'data');
	return socket;
}

type Served = {readonly port: number; readonly name: string; readonly place: string; readonly location: string; readonly tls: Certificate | undefined};

async function serve(limits: Partial<ServerLimits>, tls?: Certificate): Promise<Served> {
	const location = memoryLocation();
	await makeRepository(location);
	const server = await temporaryServer({tls, limits: {...limits, graceMs: 100}});
	const name = server.serve(location);
	return {port: server.port, name, place: `${tls === undefined ? 'plakar' : 'plakars'}://127.0.0.1:${server.port}/${name}`, location, tls};
}

async function readConfig(place: string, tls?: Certificate): Promise<number> {
	const client = await openHttp(place, {}, {...settings, authorities: tls?.cert});
	const {length} = await client.readConfig();
	await client.close();
	return length;
}

test('a long request that is announced and not sent keeps nobody out', async () => {
	const {port, name, place} = await serve({bytes: maximumMessageBytes});
	const slow = await announce(port, name, maximumMessageBytes);
	expect(await readConfig(place)).toBeGreaterThan(0);
	expect(slow.closed).toBe(false);
});

test('one that brings more than there is room for is cut off, and forgotten', async () => {
	const {port, name, place} = await serve({bytes: 1024 * 1024});
	const greedy = await announce(port, name, maximumMessageBytes);
	const closed = new Promise(resolve => {
		greedy.once('close', resolve);
	});
	greedy.write(Buffer.alloc(2 * 1024 * 1024));
	await closed;
	expect(await readConfig(place)).toBeGreaterThan(0);
});

test('requests that come byte by byte give way one by one where there is no more room; who brings more does not', async () => {
	const {port, name, place} = await serve({requests: 4, paceMs: 100, paceBytes: 64 * 1024});
	const trickling: Socket[] = [];
	for (let count = 0; count < 3; count++) {
		trickling.push(await announce(port, name, 1024 * 1024));
	}

	const steady = await announce(port, name, maximumMessageBytes);
	await until('there was room', async () => {
		for (const socket of trickling) {
			socket.write('x');
		}

		steady.write(Buffer.alloc(128 * 1024));
		return readConfig(place).then(() => true, () => false);
	});
	await until('one was cut off', () => trickling[0]!.closed);
	expect([...trickling.slice(1), steady].map(({closed}) => closed)).toEqual([false, false, false]);
});

function flood(port: number): readonly Socket[] {
	const sockets = Array.from({length: 400}, () => connect(port, '127.0.0.1').on('error', () => undefined));
	onTestFinished(() => {
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return sockets;
}

/** Nothing is overdue while the test runs. */
const patient = {headerMs: 600_000, requestMs: 600_000, idleMs: 600_000};

test('of a flood of idle connections, those beyond the bound are closed as they come; who was there before goes on', async () => {
	const {port, place} = await serve({...patient, connections: 40});
	const client = await openHttp(place, {}, settings);
	const sockets = flood(port);
	const open = (): readonly Socket[] => sockets.filter(({closed}) => !closed);
	await until('the rest was turned away', () => open().length <= 39);
	// With that of the client, as many as there may be.
	expect(open()).toHaveLength(39);
	expect((await client.readConfig()).length).toBeGreaterThan(0);
	await expect(openHttp(place, {}, settings)).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE'});
	open()[0]!.destroy();
	await until('there was room for one more', async () => readConfig(place).then(() => true, () => false));
	expect(open()).toHaveLength(38);
	await client.close();
});

test('idle connections that ask for nothing in time are closed, and then there is room again', async () => {
	const {port, place} = await serve({...patient, connections: 40, headerMs: 300});
	await Promise.all(flood(port).map(async socket => Promise.race([once(socket, 'connect'), once(socket, 'close')])));
	await until('there was room again', async () => readConfig(place).then(() => true, () => false));
});

const chunk = 'a'.repeat(64) as ChunkId;
/** More than the kernel holds for a connection. */
const answerBytes = 48 * 1024 * 1024;

/** Puts a chunk of `answerBytes` into the repository. */
async function fill(location: string): Promise<void> {
	const snapshot = '11111111-1111-4111-8111-111111111111' as SnapshotId;
	const backend = await openBackend(location);
	const lock = await backend.lock('shared', 'x');
	await backend.begin(snapshot, async () => []);
	await backend.stage(snapshot, 'chunk', [{id: chunk, bytes: Buffer.alloc(answerBytes)}]);
	await backend.putSnapshot(snapshot, {references: Buffer.from('r'), header: Buffer.from('h')});
	await backend.commit([snapshot]);
	await lock.release();
}

/** A client that asks for the chunk, `times` over, and takes of the answers what it is told to. */
class Reader {
	takenBytes = 0;
	readonly socket: Socket;
	#wantedBytes = 0;

	constructor({port, name, tls}: Served, times = 1) {
		this.socket = tls === undefined ? connect(port, '127.0.0.1') : connectTls({port, host: '127.0.0.1', ca: tls.cert});
		onTestFinished(() => {
			this.socket.destroy();
		});
		this.socket.on('error', () => undefined).on('data', (piece: Buffer) => {
			this.takenBytes += piece.length;
			if (this.takenBytes >= this.#wantedBytes) {
				this.socket.pause();
			}
		}).pause();
		const wanted = encodeMessage({op: 'readBatch', kind: 'chunk', client: {host: 'h', pid: 1}}, [packIds('chunk', [chunk])]);
		for (let count = 0; count < times; count++) {
			this.socket.write(`POST /${name} HTTP/1.1\r\nhost: x\r\ncontent-type: ${messageType}\r\ncontent-length: ${wanted.length}\r\n\r\n`);
			this.socket.write(wanted);
		}
	}

	/** Resolves when the answer has begun. */
	async begin(): Promise<void> {
		this.take(1);
		await until('the answer began', () => this.takenBytes > 0);
	}

	take(bytes: number): void {
		this.#wantedBytes = this.takenBytes + bytes;
		this.socket.resume();
	}

	/** Whether the answer is whole, when all that can be had of it was taken. */
	async end(): Promise<boolean> {
		this.take(Infinity);
		await until('the answer ended', () => this.socket.closed || this.takenBytes > answerBytes);
		return this.takenBytes > answerBytes;
	}
}

test('answers that nobody takes are bounded, and forgotten with their connection', async () => {
	const served = await serve({bytes: 1024 * 1024, paceMs: 600_000});
	await fill(served.location);
	// A second one waits behind the first.
	const {socket} = new Reader(served, 2);
	await until('it was busy', async () => readConfig(served.place).then(() => false, () => true));
	socket.destroy();
	await until('it was free again', async () => readConfig(served.place).then(() => true, () => false));
});

test('one that is taken slowly gives way to what a request brings', async () => {
	const served = await serve({...patient, bytes: answerBytes * 1.5, paceMs: 1});
	await fill(served.location);
	const trickling = new Reader(served);
	await trickling.begin();
	const request = await announce(served.port, served.name, answerBytes);
	request.write(Buffer.alloc(answerBytes));
	const [answer] = await once(request, 'data') as [Buffer];
	expect(answer.toString('latin1')).toMatch(/^HTTP\/1.1 200 /);
	expect(await trickling.end()).toBe(false);
});

describe.each([['in the clear', false], ['over TLS', true]])('an answer that is taken slowly %s', (_, isTls) => {
	const serveFilled = async (limits: Partial<ServerLimits>): Promise<Served> => {
		const served = await serve(limits, isTls ? makeCertificate(temporaryFolder(), 'good') : undefined);
		await fill(served.location);
		return served;
	};

	test.skipIf(isTls && !hasOpenssl)('gives way where there is no more room; one that is taken faster does not', async () => {
		const served = await serveFilled({...patient, bytes: answerBytes * 1.5, paceMs: 100, paceBytes: 64 * 1024});
		const trickling = new Reader(served);
		await trickling.begin();
		const steady = new Reader(served);
		await steady.begin();
		await until('there was room', async () => {
			trickling.socket.read(1);
			steady.take(1024 * 1024);
			return readConfig(served.place, served.tls).then(() => true, () => false);
		});
		expect([await trickling.end(), await steady.end()]).toEqual([false, true]);
	});

	test.skipIf(isTls && !hasOpenssl).each([['is cut off where nobody waits, too, when it goes on', 64, false], ['is not where nobody waits and it keeps the pace', 1, true]])('%s', async (_words, paceMebibytes, isWhole) => {
		const served = await serveFilled({...patient, idleMs: 1000, paceMs: 1000, paceBytes: paceMebibytes * 1024 * 1024});
		const reader = new Reader(served);
		// About 10 MiB a second.
		await until('it ended', () => {
			reader.take(256 * 1024);
			return reader.socket.closed || reader.takenBytes > answerBytes;
		});
		expect(await reader.end()).toBe(isWhole);
	});
});
