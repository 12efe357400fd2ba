// What a line over HTTP promises beyond the contract: how many connections, how long it waits, and how it ends.

import {once} from 'node:events';
import {createServer, type AddressInfo, type Socket} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {HttpLine, messageType} from '../../source/backends/http/http-line.js';
import type {HttpSettings} from '../../source/backends/http/open-http.js';
import {settings} from '../support/server.js';
import {until} from '../support/until.js';

const answer = (text: string): string => `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
const request = Buffer.from('a request');

/** A line to a server that hands each connection to `onSocket`. */
async function lineTo(onSocket: (socket: Socket) => void, own: Partial<HttpSettings> = {}): Promise<{line: HttpLine; sockets: Socket[]}> {
	const sockets: Socket[] = [];
	const server = createServer(socket => {
		sockets.push(socket);
		socket.on('error', () => undefined);
		onSocket(socket);
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	const line = new HttpLine({secure: false, host: '127.0.0.1', port: (server.address() as AddressInfo).port, name: 'x'}, {...settings, ...own});
	onTestFinished(async () => {
		await line.close();
		server.close();
		for (const socket of sockets) {
			socket.destroy();
		}
	});
	return {line, sockets};
}

/** Answers each request with its count on that connection. */
const echo = (socket: Socket): void => {
	let count = 0;
	socket.on('data', () => {
		socket.write(answer(String(++count)));
	});
};

/** Takes what comes and says nothing. */
const listen = (socket: Socket): void => {
	socket.resume();
};

/** Answers the request that it has had, and those that follow. */
const answerLate = (socket: Socket): void => {
	socket.write(answer('late'));
	echo(socket);
};

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

test('calls one after the other share a connection', async () => {
	const {line, sockets} = await lineTo(echo);
	expect([textOf(await line.carry(request)), textOf(await line.carry(request)), textOf(await line.carry(request))]).toEqual(['1', '2', '3']);
	expect(sockets).toHaveLength(1);
});

test('a connection that the server closed meanwhile is made anew', async () => {
	const {line, sockets} = await lineTo(echo);
	await line.carry(request);
	sockets[0]!.end();
	await once(sockets[0]!, 'close');
	expect(textOf(await line.carry(request))).toBe('1');
	expect(sockets).toHaveLength(2);
});

test('four calls are at work at once; a fifth waits for one of them, or until it is given up', async () => {
	const {line, sockets} = await lineTo(listen);
	const calls = Array.from({length: 5}, async () => line.carry(request));
	const controller = new AbortController();
	const givenUp = line.carry(request, {signal: controller.signal});
	await until('four connections', () => sockets.length === 4);
	controller.abort();
	await expect(givenUp).rejects.toMatchObject({code: 'CANCELLED'});
	for (const socket of sockets) {
		answerLate(socket);
	}

	expect((await Promise.all(calls)).map(textOf).sort()).toEqual(['1', 'late', 'late', 'late', 'late']);
	expect(sockets).toHaveLength(4);
});

test('a call that waits for a connection waits for those before it, not for the network', async () => {
	const connectMs = 200;
	const {line, sockets} = await lineTo(listen, {timeouts: {connectMs, stallMs: 30_000}});
	const calls = Array.from({length: 5}, async () => line.carry(request));
	await until('four connections', () => sockets.length === 4);
	const startedMs = performance.now();
	await until('longer than a connection may take', () => performance.now() - startedMs > connectMs * 2);
	for (const socket of sockets) {
		answerLate(socket);
	}

	expect((await Promise.all(calls)).map(textOf).sort()).toEqual(['1', 'late', 'late', 'late', 'late']);
});

test('a call that is given up ends its connection and nobody else\'s', async () => {
	const {line, sockets} = await lineTo(listen);
	const controller = new AbortController();
	const givenUp = line.carry(request, {signal: controller.signal});
	const other = line.carry(request);
	await until('two connections', () => sockets.length === 2);
	const closed = Promise.race(sockets.map(async socket => once(socket, 'close')));
	controller.abort();
	await expect(givenUp).rejects.toMatchObject({code: 'CANCELLED'});
	await closed;
	answerLate(sockets.find(socket => !socket.destroyed)!);
	expect(textOf(await other)).toBe('late');
	expect(textOf(await line.carry(request))).toBe('1');
	expect(sockets).toHaveLength(2);
});

test('a line that is closed ends what is at work, what waits and what begins', async () => {
	const {line, sockets} = await lineTo(listen);
	const calls = Promise.allSettled(Array.from({length: 6}, async () => line.carry(request)));
	await until('four connections', () => sockets.length === 4);
	const closed = Promise.all(sockets.map(async socket => once(socket, 'close')));
	await line.close();
	expect(await calls).toMatchObject(Array.from({length: 6}, () => ({status: 'rejected', reason: {code: 'CANCELLED'}})));
	await expect(line.carry(request)).rejects.toMatchObject({code: 'CANCELLED'});
	await closed;
	expect(sockets).toHaveLength(4);
});

test('a server that takes a request slowly is not silent', async () => {
	const body = Buffer.alloc(24 * 1024 * 1024);
	const stallMs = 500;
	const startedMs = performance.now();
	const {line} = await lineTo(socket => {
		let received = 0;
		socket.on('data', piece => {
			received += piece.length;
			if (received >= body.length) {
				socket.write(answer('taken'));
			} else {
				socket.pause();
				setTimeout(() => socket.resume(), 4);
			}
		});
	}, {timeouts: {connectMs: 30_000, stallMs}});
	expect(textOf(await line.carry(body))).toBe('taken');
	expect(performance.now() - startedMs).toBeGreaterThan(stallMs);
});

test('a server that stops in the middle of an answer is silent', async () => {
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.write(answer('0123456789').slice(0, -3));
		});
	}, {timeouts: {connectMs: 30_000, stallMs: 200}});
	await expect(line.carry(request)).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('was silent for 0.2 s')});
});

/** Writes a part after the other, each after `everyMs`, until the connection ends. */
function trickle(socket: Socket, everyMs: number, nextPart: () => string | undefined): void {
	const timer = setInterval(() => {
		const part = nextPart();
		if (part === undefined) {
			clearInterval(timer);
		} else {
			socket.write(part);
		}
	}, everyMs);
	socket.on('close', () => {
		clearInterval(timer);
	});
}

const head = (length: number): string => `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: ${length}\r\n\r\n`;

test.each([
	['a head', 'HTTP/1.1 200 OK\r\nx-more: ', 'a'],
	['an answer', `${head(1_000_000)}text`, 'a'],
	['an answer after signs of life', `${head(1_000_000)}${'\0'.repeat(40)}text`, 'a'],
	['what says again and again that it goes on', 'HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 100 Continue\r\n\r\n'],
	['a foreign answer', 'HTTP/1.1 200 OK\r\n\r\nHello', 'a'],
])('%s that trickles without end is not waited for', async (_, first, next) => {
	const stallMs = 200;
	const startedMs = performance.now();
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.write(first);
			trickle(socket, 20, () => next);
		});
	}, {timeouts: {connectMs: 30_000, stallMs}});
	await expect(line.carry(request)).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('answers too slowly: next to nothing came within 0.2 s')});
	expect(performance.now() - startedMs).toBeGreaterThan(stallMs);
});

test.each([
	['signs of life, then an answer', Array.from({length: 60}, () => '\0\0\0\0'), 'an answer'],
	['an answer in small pieces, each in time', Array.from({length: 60}, () => 'a'.repeat(300)), 'a'.repeat(60 * 300 + 9)],
])('%s, are waited for', async (_, parts, whole) => {
	const stallMs = 200;
	const startedMs = performance.now();
	const all = [...parts, whole.slice(-9)];
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.write(head(all.join('').length));
			trickle(socket, 20, () => all.shift());
		});
	}, {timeouts: {connectMs: 30_000, stallMs}});
	expect(textOf(await line.carry(request))).toBe(whole);
	expect(performance.now() - startedMs).toBeGreaterThan(stallMs * 4);
});

test.each([
	['heads without end', `HTTP/1.1 200 OK\r\n${'x-more: again\r\n'.repeat(2000)}\r\n`, 'PROTOCOL_ERROR', 'does not speak HTTP (HPE_HEADER_OVERFLOW)'],
	['another protocol', '220 mail.example ESMTP\r\n', 'PROTOCOL_ERROR', 'does not speak HTTP (HPE_INVALID_CONSTANT)'],
	['an end in the middle that was announced', `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: 9\r\nconnection: close\r\n\r\nabc`, 'BACKEND_UNAVAILABLE', 'the connection broke'],
	['an end in the middle of pieces', `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n9\r\nabc`, 'BACKEND_UNAVAILABLE', 'the connection broke'],
	['no answer', '', 'BACKEND_UNAVAILABLE', 'the connection broke'],
	['a redirect', 'HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n', 'PROTOCOL_ERROR', 'status 302'],
	['a foreign answer without end', `HTTP/1.1 200 OK\r\n\r\nHello\r\n${'again '.repeat(100)}`, 'PROTOCOL_ERROR', '"Hello"'],
	['HTTP/2 that nobody asked for', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n', 'BACKEND_UNAVAILABLE', 'the connection broke'],
])('%s is told in words', async (_, bytes, code, words) => {
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.end(bytes);
		});
	});
	await expect(line.carry(request)).rejects.toMatchObject({code, message: expect.stringContaining(words)});
});

test('a connection that breaks without TLS is hinted that the port may want it', async () => {
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.end();
		});
	});
	await expect(line.carry(request)).rejects.toMatchObject({code: 'BACKEND_UNAVAILABLE', hint: expect.stringContaining('write plakars://')});
});

test('what was early said, as hints are, is no answer', async () => {
	const {line} = await lineTo(socket => {
		socket.once('data', () => {
			socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${answer('whole')}`);
		});
	});
	expect(textOf(await line.carry(request))).toBe('whole');
});
