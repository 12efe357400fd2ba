// Random and mutated messages against both parsers: every one is answered or refused in words; nothing throws anything
// else, hangs, or takes memory that was only announced. The seed of a failing run is printed: SEED=... runs it again.

import {PassThrough} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {Fields} from '../../source/backends/wire/fields.js';
import {FrameParser, frameHead} from '../../source/backends/wire/frames.js';
import type {Line} from '../../source/backends/wire/line.js';
import {decodeMessage, encodeMessage} from '../../source/backends/wire/message.js';
import {operations} from '../../source/backends/wire/operations.js';
import {openRemote} from '../../source/backends/wire/remote-backend.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {ChunkId, SnapshotId} from '../../source/format/ids.js';
import {answerMessage} from '../../source/server/answer.js';
import {servePipe} from '../../source/server/pipe-server.js';
import {ServedRepository} from '../../source/server/served-repository.js';
import {check, makeRepository, memoryLocation} from '../support/engine.js';
import {randomNumbers, seed} from '../support/random.js';

const rounds = 4000;
const snapshot = '11111111-1111-4111-8111-111111111111' as SnapshotId;
const chunk = 'ab'.repeat(32) as ChunkId;

const random = randomNumbers(seed);
const below = (limit: number): number => Math.floor(random() * limit);
const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
const noise = (size: number): Buffer => Buffer.from(Array.from({length: size}, () => below(256)));

const oddValues: readonly unknown[] = [
	null, true, -1, 0, 1.5, 1e308, Number.MAX_SAFE_INTEGER, '', 'chunk', 'header', '../../CONFIG', snapshot, chunk, '\u0000', 'x'.repeat(5000), [], [[]], [1, 2], {}, {a: {}}, {length: 5},
	{__proto__: null}, ['a', -1], 'constructor', '__proto__', 'toString', Array.from({length: 600}, () => 0),
];
const names = ['op', 'client', 'kind', 'snapshot', 'session', 'key', 'after', 'id', 'mode', 'purpose', 'blobs', 'v', 'sizes', 'results', 'more', 'written', 'known', 'error', 'locks', 'transactions', 'holder', 'leaseMs', 'bytes', 'references', 'reserved'];
const oddBlobs = (): Buffer[] => Array.from({length: below(4)}, () => pick([noise(below(100)), Buffer.from(chunk, 'hex'), Buffer.alloc(16), Buffer.alloc(32 * below(600)), Buffer.alloc(0)]));

function mutated(message: Buffer): Buffer {
	const bytes = Buffer.from(message);
	switch (below(5)) {
		case 0: {
			return noise(below(300));
		}

		case 1: {
			return bytes.subarray(0, below(bytes.length + 1));
		}

		case 2: {
			return Buffer.concat([bytes, noise(1 + below(50))]);
		}

		case 3: {
			bytes[below(bytes.length)] = below(256);
			return bytes;
		}

		default: {
			return message;
		}
	}
}

const oddRequest = (): Buffer => {
	const head: Record<string, unknown> = {op: pick(Object.keys(operations)), client: {host: 'h', pid: 1}};
	if (below(2) === 0) {
		Object.assign(head, {kind: 'chunk', snapshot, session: 's', key: `k${below(50)}`, mode: 'shared', purpose: 'p'});
	}

	for (let count = below(4); count > 0; count--) {
		head[pick(names)] = pick(oddValues);
	}

	return mutated(encodeMessage(head, oddBlobs()));
};

describe(`SEED=${seed}`, () => {
	test('whatever is asked, the server answers, and what it holds stays sound', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		const repository = new ServedRepository({name: 'fuzz', location, access: {add: true, remove: false}, leaseMs: 60_000});
		const outcomes = new Set<string>();
		const defects: unknown[] = [];
		for (let round = 0; round < rounds; round++) {
			const {message, outcome} = await answerMessage(repository, oddRequest());
			outcomes.add(outcome);
			const {head} = decodeMessage(message, 'server');
			if (outcome === 'INTERNAL') {
				defects.push(head['error']);
			}
		}

		await repository.end();
		expect([...outcomes]).toEqual(expect.arrayContaining(['ok', 'PROTOCOL_ERROR', 'PROTOCOL_VERSION', 'BACKEND_UNAVAILABLE', 'BACKEND_READ_ONLY', 'BACKEND_FAILED']));
		expect(defects).toEqual([]);
		expect((await check(location)).findings).toEqual([]);
	});

	test('whatever is answered, the client ends with a result or an error in words', async () => {
		const greeting = new Fields({head: {references: 'links', freeSpace: true, parallelWrites: true, storedSize: true}, blobs: []}, 'server');
		const line: Line = {
			peer: 'server',
			async carry() {
				const head: Record<string, unknown> = pick([
					{}, {more: below(20) > 0, sizes: [1]}, {results: [3, {code: 'X'}]}, {sizes: [1], references: [2], reserved: [3]}, {written: [true]}, {known: true, written: [true]}, {bytes: 5},
					{holder: [{mode: 'shared', host: 'h', pid: 1, purpose: 'p', sinceMs: 1, refreshedMs: 1}], leaseMs: 1e9}, {error: pick(oddValues)}, {error: {code: pick(['X', 'BACKEND_FULL', 7]), message: pick(oddValues), hint: pick(oddValues), context: pick(oddValues)}},
				]);
				for (let count = below(3); count > 0; count--) {
					head[pick(names)] = pick(oddValues);
				}

				// A checksum that differs is a try again later; that is tried elsewhere.
				const message = mutated(encodeMessage(head, oddBlobs()));
				try {
					decodeMessage(message, 'server');
				} catch (error) {
					if (error instanceof PlakarError && error.code === 'BACKEND_UNAVAILABLE') {
						return encodeMessage({});
					}
				}

				return message;
			},
			async close() {
				// Nothing is open.
			},
		};
		const backend = openRemote(line, greeting, {location: 'server', reopenable: false});
		const drain = async (pages: AsyncIterable<unknown>): Promise<void> => {
			let count = 0;
			for await (const _ of pages) {
				expect(++count).toBeLessThan(10_000);
			}
		};

		const calls: ReadonlyArray<() => Promise<unknown>> = [
			async () => backend.readConfig(), async () => backend.read('chunk', chunk), async () => backend.readBatch('chunk', [chunk, chunk]), async () => drain(backend.list('chunk')), async () => drain(backend.list('header')),
			async () => backend.sizes('chunk', [chunk]), async () => backend.inspect('chunk', [chunk]), async () => drain(backend.listReferences(snapshot, 'chunk')), async () => backend.unfinished(), async () => drain(backend.listStaged(snapshot)),
			async () => backend.freeSpace(), async () => backend.storedSize!(), async () => backend.locks(), async () => backend.lock('shared', 'x').then(async lock => lock.release()), async () => backend.begin(snapshot, async (_, records) => records.map(() => true)),
			async () => backend.stage(snapshot, 'chunk', [{id: chunk, bytes: Buffer.alloc(3)}]), async () => backend.reference(snapshot, 'chunk', [chunk]), async () => backend.commit([snapshot]), async () => backend.remove('chunk', [chunk]),
		];
		let results = 0;
		for (let round = 0; round < rounds; round++) {
			try {
				await pick(calls)();
				results++;
			} catch (error) {
				expect(error, `round ${round}: ${String(error)}`).toBeInstanceOf(PlakarError);
				expect((error as PlakarError).message.length).toBeLessThan(3000);
			}
		}

		expect(results).toBeGreaterThan(rounds / 20);
	});

	test('whatever comes down a pipe, the server ends or answers', async () => {
		const location = memoryLocation();
		await makeRepository(location);
		for (let round = 0; round < 200; round++) {
			const [input, output] = [new PassThrough(), new PassThrough()];
			output.resume();
			const frames = Array.from({length: below(5)}, (_, number) => {
				const message = oddRequest();
				return Buffer.concat([frameHead(number, message.length), message]);
			});
			input.end(mutated(Buffer.concat([...frames, Buffer.alloc(1)])));
			const served = servePipe(new ServedRepository({name: 'fuzz', location, access: {add: true, remove: false}, leaseMs: Number.POSITIVE_INFINITY}), input, output);
			await served.catch((error: unknown) => {
				expect(error, `round ${round}`).toMatchObject({code: 'PROTOCOL_ERROR'});
			});
		}

		expect((await check(location)).findings).toEqual([]);
	});

	test('frames come out as they went in, however they are cut; announced memory is not taken', async () => {
		for (let round = 0; round < 300; round++) {
			const bodies = Array.from({length: below(6)}, () => noise(below(2000)));
			const stream = Buffer.concat(bodies.map((body, number) => Buffer.concat([frameHead(number, body.length), body])));
			const parser = new FrameParser('peer');
			const seen: Buffer[] = [];
			for (let offset = 0; offset < stream.length;) {
				const size = 1 + below(700);
				seen.push(...parser.push(stream.subarray(offset, offset + size)).map(({body}) => body));
				offset += size;
			}

			expect(seen.map(body => body.toString('hex'))).toEqual(bodies.map(body => body.toString('hex')));
			expect(parser.isBetween).toBe(true);
		}

		const before = process.memoryUsage().arrayBuffers;
		const parsers = Array.from({length: 50}, () => {
			const parser = new FrameParser('peer');
			parser.push(frameHead(0, 200 * 1024 * 1024));
			return parser;
		});
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100 * 1024 * 1024);
		expect(parsers.every(parser => !parser.isBetween)).toBe(true);
	});
});
