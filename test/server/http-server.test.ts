import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {connect, createServer, type AddressInfo, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, onTestFinished, test} from 'vitest';
import {messageType} from '../../source/backends/http/http-line.js';
import {openHttp, settingsFrom} from '../../source/backends/http/open-http.js';
import {locationOf, parseHttpPlace} from '../../source/backends/http/place.js';
import {decodeMessage, encodeMessage} from '../../source/backends/wire/message.js';
import type {ChunkId, SnapshotId} from '../../source/format/ids.js';
import {createAccessLog} from '../../source/server/access-log.js';
import {nameRepositories, startServer} from '../../source/server/serve.js';
import {readToken, tokenDigest} from '../../source/server/token.js';
import {hasOpenssl, makeCertificate} from '../support/certificates.js';
import {temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, push, run, sync} from '../support/engine.js';
import {everything, factoryWith, settings, startServer as startTestServer, temporaryServer, type TestServer} from '../support/server.js';
import {makeTree} from '../support/trees.js';
import {until} from '../support/until.js';
import {httpsBackend} from '../../source/backends/http/http.js';
import {describeBackend} from '../suites/backend-suite.js';
import {program} from '../terminal/pty.js';

const token = 'a-token-of-some-length';
const chunk = 'a'.repeat(64) as ChunkId;
const snapshot = '11111111-1111-4111-8111-111111111111' as SnapshotId;
const acceptNone = async (): Promise<boolean[]> => [];

async function rejection(promise: Promise<unknown>): Promise<unknown> {
	return promise.then(() => 'nothing was thrown', (error: unknown) => error);
}

/** Answers every connection with `bytes`. */
async function foreignServer(onSocket: (socket: Socket) => void): Promise<number> {
	const server = createServer(onSocket).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => {
		server.close();
	});
	return (server.address() as AddressInfo).port;
}

const post = async (port: number, path: string, body: Buffer, headers: Record<string, string> = {}): Promise<{status: number; body: Buffer}> => new Promise((resolve, reject) => {
	const outgoing = request({host: '127.0.0.1', port, method: 'POST', path, headers: {'content-type': messageType, 'content-length': body.length, ...headers}}, response => {
		const pieces: Buffer[] = [];
		response.on('data', (piece: Buffer) => pieces.push(piece));
		response.on('end', () => {
			resolve({status: response.statusCode!, body: Buffer.concat(pieces)});
		});
	});
	outgoing.on('error', reject);
	outgoing.end(body);
});

describe('who may come in', () => {
	test('only with the token, and the log holds neither it nor control characters', async () => {
		const lines: string[] = [];
		const server = await temporaryServer({token: tokenDigest(token), log: createAccessLog(line => {
			lines.push(line);
		})});
		const location = memoryLocation();
		await makeRepository(location);
		const place = `plakar://127.0.0.1:${server.port}/${server.serve(location)}`;
		await expect(openHttp(place, {}, settings)).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('wants a token')});
		await expect(openHttp(place, {}, {...settings, token: `${token}x`})).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('this token')});
		const backend = await openHttp(place, {}, {...settings, token});
		expect(await backend.readConfig()).toBeInstanceOf(Uint8Array);
		await backend.close();
		await Promise.all([post(server.port, '/%1b[31m', Buffer.alloc(0), {authorization: `Bearer ${token}`}), post(server.port, `/r0?token=${token}`, Buffer.alloc(0))]);
		expect(lines.join('')).not.toContain(token);
		expect(lines.join('')).toMatch(/ \/r0\?\.\.\. .* AUTHENTICATION_FAILED/);
		expect(lines.every(line => /^[\u0020-\u007E]+\n$/.test(line))).toBe(true);
	});

	test('a token is not sent over an open line to another machine', async () => {
		await expect(openHttp('plakar://192.0.2.1/x', {}, {...settings, token})).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringContaining('not encrypted')});
	});

	test('what no token can be is refused before anything is sent', () => {
		expect(() => settingsFrom({PLAKAR_TOKEN: 'to\u0001ken'})).toThrow(expect.objectContaining({code: 'USAGE', message: expect.stringContaining('PLAKAR_TOKEN') as string}) as Error);
		expect(settingsFrom({PLAKAR_TOKEN: ` ${token}\n`}).token).toBe(token);
		expect(settingsFrom({}).token).toBeUndefined();
	});

	test('a token file that everybody can read, or an easy token, is refused', () => {
		const file = join(temporaryFolder(), 'token');
		writeFileSync(file, `${token}\n`, {mode: 0o600});
		expect(readToken(file)).toEqual(tokenDigest(token));
		chmodSync(file, 0o644);
		expect(() => readToken(file)).toThrow(expect.objectContaining({code: 'USAGE', message: expect.stringContaining('every user') as string}) as Error);
		writeFileSync(file, 'short');
		chmodSync(file, 0o600);
		expect(() => readToken(file)).toThrow(expect.objectContaining({code: 'USAGE'}) as Error);
		expect(() => readToken(`${file}-2`)).toThrow(expect.objectContaining({code: 'PATH_NOT_FOUND'}) as Error);
	});

	test('an address that others reach needs a token and TLS', async () => {
		const wish = {listen: '0.0.0.0:0', locations: ['memory:x'], access: {add: true, remove: false}, tokenFile: undefined, certFile: undefined, keyFile: undefined, insecure: false, log: () => undefined};
		await expect(startServer(wish)).rejects.toMatchObject({code: 'USAGE', message: expect.stringContaining('other machines')});
		await expect(startServer({...wish, listen: '127.0.0.1:0', certFile: '/x'})).rejects.toMatchObject({code: 'USAGE'});
		await expect(startServer({...wish, listen: 'a b'})).rejects.toMatchObject({code: 'USAGE'});
		await (await startServer({...wish, insecure: true})).close();
		await (await startServer({...wish, listen: '127.0.0.1:0'})).close();
	});
});

describe('what may be done', () => {
	const setup = async (access: {add: boolean; remove: boolean}) => {
		const location = memoryLocation();
		await makeRepository(location);
		const server = await temporaryServer();
		return {location, backend: await openHttp(`plakar://127.0.0.1:${server.port}/${server.serve(location, access)}`, {}, settings)};
	};

	test('read-only: nothing can be added', async () => {
		const {backend} = await setup({add: false, remove: false});
		expect(await backend.freeSpace()).toBeUndefined();
		for (const act of [
			async () => backend.lock('shared', 'x'), async () => backend.begin(snapshot, acceptNone), async () => backend.writeConfig(Buffer.from('x')), async () => backend.rollback(snapshot),
		]) {
			expect(await rejection(act())).toMatchObject({code: 'BACKEND_READ_ONLY', message: expect.stringContaining('reading only')});
		}
	});

	test('by default, nothing can be removed or replaced', async () => {
		const {backend, location} = await setup({add: true, remove: false});
		const lock = await backend.lock('shared', 'x');
		await backend.begin(snapshot, acceptNone);
		await backend.rollback(snapshot);
		// As when the answer was lost.
		await backend.rollback(snapshot);
		await backend.begin(snapshot, acceptNone);
		await lock.release();
		for (const act of [
			async () => backend.lock('exclusive', 'x'), async () => backend.rollback(snapshot), async () => backend.dereference(snapshot),
			async () => backend.remove('chunk', [chunk]), async () => backend.replace('chunk', chunk, Buffer.from('x')), async () => backend.writeConfig(await backend.readConfig()),
		]) {
			expect(await rejection(act())).toMatchObject({code: 'BACKEND_READ_ONLY', message: expect.stringContaining('remove or replace')});
		}

		expect((await check(location)).findings).toEqual([]);
	});

	test('a clone can be made and finished without the right to remove', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(20_000, 'x')}]);
		const source = await makeRepository(memoryLocation());
		await push(source, [join(folder, 'tree')]);
		const server = await temporaryServer();
		const place = `plakar://127.0.0.1:${server.port}/${server.serve(memoryLocation(), {add: true, remove: false})}`;
		expect(await run({verb: 'clone', source: {location: source}, target: place})).toMatchObject({receipt: true});
		expect(await run({verb: 'describe', repository: {location: place}})).toMatchObject({unfinishedClone: false, scheme: 'plakar'});
		expect(await sync(place, source)).toMatchObject({snapshots: []});
	});
});

describe('names', () => {
	test('only what is served can be reached', async () => {
		const server = await temporaryServer();
		const [first] = [memoryLocation(), memoryLocation()];
		await makeRepository(first);
		server.serve(first);
		const place = `plakar://127.0.0.1:${server.port}`;
		expect((await openHttp(place, {}, settings)).location).toBe(place);
		server.serve(memoryLocation());
		await expect(openHttp(place, {}, settings)).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND', hint: expect.stringContaining('r0, r1')});
		await expect(openHttp(`${place}/r1`, {}, settings)).rejects.toMatchObject({code: 'REPOSITORY_NOT_FOUND', message: expect.stringContaining('no repository r1 yet')});
		for (const path of ['/../r0', '/r0/../../etc', '//r0', '/%72%30', '/r0?x', '/etc/passwd', '/r0/']) {
			expect((await post(server.port, path, encodeMessage({op: 'hello', client: {host: 'h', pid: 1}}))).status, path).toBe(404);
		}
	});

	test('are the last parts of the places, made unique', () => {
		expect([...nameRepositories(['/srv/vault', '/mnt/vault', '/a b/c d', 'sqlite:///x/y.db', '/'])]).toEqual([
			['vault', '/srv/vault'], ['vault-2', '/mnt/vault'], ['c-d', '/a b/c d'], ['y.db', 'sqlite:///x/y.db'], ['repository', '/'],
		]);
	});

	test.each(['plakar://', 'plakar://ho st/x', 'plakar://joe:secret@host/x', 'plakar://host:0/x', 'plakar://host:99999/x', 'plakar://host/a/b', 'plakar://host/..', 'plakar://host/%2e', 'plakar://-x/y', 'plakar://[::1::]/x'])('%j is refused', location => {
		expect(() => parseHttpPlace(location)).toThrow(expect.objectContaining({code: 'USAGE', message: expect.not.stringContaining('secret') as string}) as Error);
	});

	test('two spellings of one place are one', () => {
		expect(['plakar://HOST/x', 'plakar://host:9876/x/', 'plakar://host/x'].map(location => locationOf(parseHttpPlace(location)))).toEqual(Array.from({length: 3}, () => 'plakar://host:9876/x'));
		expect(['plakars://[::1]/x', 'plakars://[0:0::1]:9876/x//', 'plakars://[0000:0:0:0:0:0:0:1]/x'].map(location => locationOf(parseHttpPlace(location)))).toEqual(Array.from({length: 3}, () => 'plakars://[::1]:9876/x'));
		expect(locationOf(parseHttpPlace('plakar://[FE80::0A]'))).toBe('plakar://[fe80::a]:9876');
	});
});

describe('locks', () => {
	/** Far more than a busy machine takes from one request to the next. */
	const leaseMs = 2000;
	const askAs = (port: number, name: string) => async (pid: number, fields: Record<string, unknown>): Promise<Readonly<Record<string, unknown>>> =>
		decodeMessage((await post(port, `/${name}`, encodeMessage({client: {host: `host${pid}`, pid}, ...fields}))).body, 'server').head;

	test('name the client, and end when nothing is heard of it', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		const server = await temporaryServer({}, leaseMs);
		const name = server.serve(location);
		const ask = askAs(server.port, name);
		const session = 'one';
		expect(await ask(7, {op: 'lock', session, mode: 'shared', purpose: 'receive'})).toMatchObject({holder: [{host: 'host7', pid: 7, purpose: 'receive'}], leaseMs});
		await ask(7, {op: 'begin', session, snapshot, key: 'k'});
		expect(await ask(8, {op: 'locks'})).toMatchObject({locks: [{mode: 'shared', host: 'host7', pid: 7, purpose: 'receive'}]});
		await until('the lock ended', async () => ((await ask(8, {op: 'locks'}))['locks'] as unknown[]).length === 0);
		expect(await ask(8, {op: 'unfinished'})).toMatchObject({transactions: [{snapshot, active: false}]});
		expect(await ask(7, {op: 'refresh', session})).toMatchObject({error: {code: 'BACKEND_FAILED', message: expect.stringContaining('holds no lock') as string}});
		expect(await ask(7, {op: 'putSnapshot', snapshot})).toMatchObject({error: {code: 'BACKEND_FAILED'}});
	});

	test('a client that is heard of keeps its own', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		let refreshes = 0;
		const server = await temporaryServer({log: ({operation}) => {
			refreshes += operation === 'refresh' ? 1 : 0;
		}}, leaseMs);
		const backend = await openHttp(`plakar://127.0.0.1:${server.port}/${server.serve(location)}`, {}, settings);
		const other = await openHttp(`plakar://127.0.0.1:${server.port}/r0`, {}, settings);
		const lock = await backend.lock('shared', 'receive');
		// Four for each lease.
		await until('more than a lease went by', () => refreshes >= 6);
		expect(await other.locks()).toMatchObject([{pid: process.pid, purpose: 'receive'}]);
		await lock.release();
		expect(await other.locks()).toEqual([]);
	});

	test('another client is refused with the name of the first', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		const server = await temporaryServer();
		const name = server.serve(location);
		const ask = askAs(server.port, name);
		const session = 'one';
		await ask(1, {op: 'lock', session, mode: 'shared', purpose: 'x'});
		expect(await ask(1, {op: 'begin', session, snapshot, key: 'k'})).not.toHaveProperty('error');
		await ask(2, {op: 'lock', session: 'two', mode: 'shared', purpose: 'y'});
		expect(await ask(2, {op: 'begin', session: 'two', snapshot, key: 'k'})).toMatchObject({error: {code: 'BACKEND_LOCKED', message: expect.stringContaining('host1 (pid 1)') as string}});
		expect(await ask(2, {op: 'rollback', snapshot: '22222222-2222-4222-8222-222222222222'})).not.toHaveProperty('error');
		expect(await ask(2, {op: 'refresh', session})).toMatchObject({error: {code: 'BACKEND_FAILED'}});
		await ask(2, {op: 'release', session});
		expect(await ask(1, {op: 'refresh', session})).not.toHaveProperty('error');
	});
});

describe('bounds', () => {
	test('what is too long, has no length, or is no message, is refused with words', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		const server = await temporaryServer();
		const path = `/${server.serve(location)}`;
		const codeOf = ({body}: {body: Buffer}): unknown => (decodeMessage(body, 'server').head['error'] as {code: string}).code;
		expect((await post(server.port, path, Buffer.from('{}'), {'content-type': 'application/json'})).status).toBe(415);
		expect((await post(server.port, path, Buffer.alloc(3))).status).toBe(200);
		expect(codeOf(await post(server.port, path, Buffer.alloc(3)))).toBe('PROTOCOL_ERROR');
		expect(codeOf(await post(server.port, path, encodeMessage({op: 'nothing', client: {host: 'h', pid: 1}})))).toBe('PROTOCOL_ERROR');
		expect(codeOf(await post(server.port, path, encodeMessage({v: 2, op: 'hello'})))).toBe('PROTOCOL_VERSION');
		const socket = connect(server.port, '127.0.0.1');
		let answer = '';
		socket.on('data', (piece: Buffer) => {
			answer += piece.toString('latin1');
		});
		socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${messageType}\r\ncontent-length: 999999999999\r\n\r\n`);
		await once(socket, 'close');
		expect(answer).toMatch(/^HTTP\/1.1 413 /);
	});

	test('more requests at once than it takes are told to come again', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		const server = await temporaryServer({limits: {requests: 1, graceMs: 100}});
		const path = `/${server.serve(location)}`;
		const slow = connect(server.port, '127.0.0.1');
		slow.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${messageType}\r\ncontent-length: 100\r\n\r\n`);
		await until('it was busy', async () => (await post(server.port, path, encodeMessage({op: 'hello', client: {host: 'h', pid: 1}}))).status === 503);
		slow.destroy();
		await until('it was free again', async () => (await post(server.port, path, encodeMessage({op: 'hello', client: {host: 'h', pid: 1}}))).status === 200);
	});
});

describe('what else may answer', () => {
	const open = async (port: number, own = {}): Promise<unknown> => rejection(openHttp(`plakar://127.0.0.1:${port}/x`, {}, {...settings, ...own}));
	const http = (text: string, headers = ''): string => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n${headers}\r\n${text}`;

	test.each([
		['another web server', http('<html>It works!</html>', 'content-type: text/html\r\n'), 'PROTOCOL_ERROR', 'It works!'],
		['garbage', 'SSH-2.0-OpenSSH_9.2\r\n', 'PROTOCOL_ERROR', 'does not speak HTTP'],
		['a proxy with a problem', 'HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n', 'BACKEND_UNAVAILABLE', '502'],
		['an endless length', `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: 99999999999\r\n\r\n`, 'PROTOCOL_ERROR', 'announces'],
		['half an answer', `HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: 500\r\n\r\nabc`, 'BACKEND_UNAVAILABLE', 'broke'],
		['a newer version', http(encodeMessage({v: 7}).toString('latin1'), `content-type: ${messageType}\r\n`), 'PROTOCOL_VERSION', 'version 7'],
		['a message without an answer', http(encodeMessage({}).toString('latin1'), `content-type: ${messageType}\r\n`), 'PROTOCOL_ERROR', 'references'],
		['an error that nobody knows', http(encodeMessage({error: {code: 'NEW', message: 'Something new.', hint: 7}}).toString('latin1'), `content-type: ${messageType}\r\n`), 'INTERNAL', 'Something new.'],
	])('%s', async (_, bytes, code, words) => {
		const port = await foreignServer(socket => {
			socket.on('error', () => undefined);
			socket.once('data', () => {
				socket.end(Buffer.from(bytes, 'latin1'));
			});
		});
		expect(await open(port)).toMatchObject({code, message: expect.stringContaining(words)});
	});

	test('nothing at all ends within its time', async () => {
		const port = await foreignServer(socket => {
			socket.on('error', () => undefined);
		});
		expect(await open(port, {timeouts: {connectMs: 300, stallMs: 300}})).toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('silent for 0.3 s')});
	});

	test('a server that says it is still at work is waited for', async () => {
		const port = await foreignServer(socket => {
			socket.on('error', () => undefined);
			socket.once('data', () => {
				const message = encodeMessage({references: 'links', freeSpace: false, parallelWrites: false});
				socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: ${messageType}\r\ncontent-length: ${message.length + 8}\r\nconnection: close\r\n\r\n`), Buffer.alloc(8), message]));
			});
		});
		expect(await open(port)).toBe('nothing was thrown');
	});
});

if (!hasOpenssl) {
	process.stderr.write('\n*** SKIPPED: openssl is not installed; nothing was tried over TLS. ***\n\n');
}

describe.skipIf(!hasOpenssl)('over TLS', () => {
	const folder = mkdtempSync(join(tmpdir(), 'plakar-tui-test-'));
	const good = hasOpenssl ? makeCertificate(folder, 'good') : undefined;
	let server: TestServer;
	beforeAll(async () => {
		server = await startTestServer({tls: good!, token: tokenDigest(token), limits: {graceMs: 100}});
	});
	afterAll(async () => {
		await server.close();
		rmSync(folder, {recursive: true, force: true});
	});

	describeBackend('https with a token', {
		factory: factoryWith({token, authorities: good?.cert}, httpsBackend),
		location: () => `plakars://127.0.0.1:${server.port}/${server.serve(memoryLocation())}`,
	});

	test.each([
		['not trusted', () => good!, false, 'self-signed'],
		['expired', () => makeCertificate(folder, 'old', -1), true, 'expired'],
		['for another name', () => makeCertificate(folder, 'other', 2, '192.0.2.1'), true, 'another name'],
	])('a certificate that is %s is refused', async (_, make, isTrusted, words) => {
		const certificate = make();
		const own = await temporaryServer({tls: certificate});
		const place = `plakars://127.0.0.1:${own.port}/${own.serve(memoryLocation())}`;
		await expect(openHttp(place, {}, {...settings, authorities: isTrusted ? certificate.cert : undefined})).rejects.toMatchObject({code: 'AUTHENTICATION_FAILED', message: expect.stringContaining(words)});
	});

	test('files that are no certificate with its key are named when the server starts', async () => {
		const wish = {listen: '127.0.0.1:0', locations: [memoryLocation()], access: everything, tokenFile: undefined, insecure: false, log: () => undefined};
		const [cert, key, none] = ['c.pem', 'k.pem', 'none.pem'].map(name => join(folder, name)) as [string, string, string];
		writeFileSync(cert, good!.cert);
		writeFileSync(key, makeCertificate(folder, 'stranger').key);
		writeFileSync(none, 'nothing');
		await expect(startServer({...wish, certFile: none, keyFile: none})).rejects.toMatchObject({code: 'USAGE', message: expect.stringContaining(none)});
		await expect(startServer({...wish, certFile: cert, keyFile: key})).rejects.toMatchObject({code: 'USAGE', message: expect.stringContaining(key)});
	});

	test('TLS against a server without it, and the other way round, is told', async () => {
		const plain = await temporaryServer();
		await expect(openHttp(`plakars://127.0.0.1:${plain.port}/x`, {}, settings)).rejects.toMatchObject({code: 'PROTOCOL_ERROR', message: expect.stringContaining('TLS')});
		expect(await rejection(openHttp(`plakar://127.0.0.1:${server.port}/x`, {}, settings))).toMatchObject({message: expect.stringContaining('plakar://')});
	});
});

describe('the command', () => {
	test('serves, is cloned to and from, and ends in order on SIGTERM', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(30_000, 'x')}]);
		const source = await makeRepository(join(folder, 'source'));
		await push(source, [join(folder, 'tree')]);
		const child = spawn(process.execPath, [program, 'server', '--listen', '127.0.0.1:0', join(folder, 'copy')], {stdio: ['ignore', 'pipe', 'pipe']});
		onTestFinished(() => {
			child.kill('SIGKILL');
		});
		let log = '';
		child.stderr.on('data', (piece: Buffer) => {
			log += piece.toString();
		});
		const [line] = await once(child.stdout, 'data') as [Buffer];
		const place = line.toString().trim();
		expect(place).toMatch(/^plakar:\/\/127\.0\.0\.1:\d+\/copy$/);
		expect(await run({verb: 'clone', source: {location: source}, target: place})).toMatchObject({receipt: true});
		expect((await check(place)).findings).toEqual([]);
		child.kill('SIGTERM');
		expect(await once(child, 'exit')).toEqual([0, null]);
		expect(log).toMatch(/\/copy commit 200 ok/);
		expect((await check(join(folder, 'copy'))).findings).toEqual([]);
	});
});
