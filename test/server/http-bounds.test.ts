// Connections are bounded, and idle ones make room; bytes that requests announce, or bring one by one, keep nobody out;
// bytes that they bring are bounded.

import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {messageType} from '../../source/backends/http/http-line.js';
import {openHttp} from '../../source/backends/http/open-http.js';
import {maximumMessageBytes} from '../../source/backends/wire/message.js';
import type {ServerLimits} from '../../source/server/http-server.js';
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

async function serve(limits: Partial<ServerLimits>): Promise<{readonly port: number; readonly name: string; readonly place: string}> {
	const location = memoryLocation();
	await makeRepository(location);
	const server = await temporaryServer({limits: {...limits, graceMs: 100}});
	const name = server.serve(location);
	return {port: server.port, name, place: `plakar://127.0.0.1:${server.port}/${name}`};
}

async function readConfig(place: string): Promise<number> {
	const client = await openHttp(place, {}, settings);
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
