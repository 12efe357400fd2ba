// A client that is not ours, and HTTP by another library: kept connections, requests sent ahead of answers, TLS.

import {createHash} from 'node:crypto';
import {Pool} from 'undici';
import {describe, expect, onTestFinished, test} from 'vitest';
import {messageType} from '../../source/backends/http/http-line.js';
import {packIds} from '../../source/backends/wire/fields.js';
import {decodeMessage, encodeMessage, type Head, type Message} from '../../source/backends/wire/message.js';
import type {ChunkId} from '../../source/format/ids.js';
import {hasOpenssl, makeCertificate} from '../support/certificates.js';
import {makeRepository, memoryLocation, push} from '../support/engine.js';
import {temporaryFolder} from '../support/folders.js';
import {temporaryServer} from '../support/server.js';
import {makeTree} from '../support/trees.js';

const files = 40;
const connections = 2;
/** Requests on one connection that wait for their answers at once. */
const pipelining = 8;
const client = {host: 'elsewhere', pid: 1};

/** A server of a repository with `files` files, each one chunk. */
async function serveFiles(tls?: {cert: string; key: string}): Promise<{port: number; name: string}> {
	const location = await makeRepository(memoryLocation());
	const tree = temporaryFolder();
	makeTree(tree, Array.from({length: files}, (_, index) => ({path: `file ${index}`, content: Buffer.from(createHash('sha512').update(`${index}`).digest('hex'))})));
	await push(location, [tree]);
	const server = await temporaryServer(tls === undefined ? {} : {tls});
	return {port: server.port, name: server.serve(location)};
}

function poolFor(origin: string, connect: object = {}): Pool {
	const pool = new Pool(origin, {connections, pipelining, connect});
	onTestFinished(async () => pool.destroy());
	return pool;
}

async function call(pool: Pool, name: string, fields: Head, blobs: readonly Uint8Array[] = []): Promise<Message> {
	const {statusCode, headers, body} = await pool.request({
		method: 'POST', path: `/${name}`, body: encodeMessage({client, ...fields}, blobs), headers: {'content-type': messageType},
		// As a client may that knows its requests change nothing; a POST is not sent ahead otherwise.
		idempotent: true, blocking: false,
	});
	expect(statusCode).toBe(200);
	expect(headers['content-type']).toBe(messageType);
	return decodeMessage(await body.bytes(), 'the server');
}

/** Every chunk, each asked for by a request of its own, all of them at once. */
async function expectAllChunks(pool: Pool, name: string): Promise<void> {
	const {head, blobs} = await call(pool, name, {op: 'list', kind: 'chunk'});
	const packed = Buffer.from(blobs[0]!);
	expect(head['error']).toBeUndefined();
	const ids = Array.from({length: packed.length / 32}, (_, index) => packed.toString('hex', index * 32, (index + 1) * 32) as ChunkId);
	expect(ids.length).toBeGreaterThanOrEqual(files);
	const one = async (id: ChunkId): Promise<Message> => call(pool, name, {op: 'readBatch', kind: 'chunk'}, [packIds('chunk', [id])]);
	const alone: Message[] = [];
	for (const id of ids) {
		alone.push(await one(id));
	}

	expect(new Set(alone.map(answer => Buffer.concat(answer.blobs).toString('hex'))).size).toBe(ids.length);
	expect(await Promise.all(ids.map(one))).toEqual(alone);
}

if (!hasOpenssl) {
	process.stderr.write('\n*** SKIPPED: openssl is not installed; another HTTP library was not tried over TLS. ***\n\n');
}

describe('another HTTP library as the client', () => {
	test('gets to each of its requests the answer to that one, many of them sent ahead on few connections', async () => {
		const {port, name} = await serveFiles();
		const pool = poolFor(`http://127.0.0.1:${port}`);
		let connected = 0;
		pool.on('connect', () => {
			connected++;
		});
		await expectAllChunks(pool, name);
		expect(connected).toBeLessThanOrEqual(connections);
	});

	test.skipIf(!hasOpenssl)('does so over TLS', async () => {
		const {cert, key} = makeCertificate(temporaryFolder(), 'server');
		const {port, name} = await serveFiles({cert, key});
		await expectAllChunks(poolFor(`https://127.0.0.1:${port}`, {ca: cert}), name);
	});
});
