// The probe before a sync: what it reads, what it says where there is nothing to read, and that it never lasts.

import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {describe, expect, test} from 'vitest';
import type {Backend, CallOptions} from '../../source/backends/contract.js';
import {probeSpeed} from '../../source/engine/probe.js';
import {openRepository, repositoryOf, type Repository} from '../../source/engine/repository.js';
import {cancelled} from '../../source/errors/plakar-error.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {makeRepository, memoryLocation, push, run, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const probeBytes = 16 * 1024 * 1024;

/** `count` files of 40 KiB that nobody else has. */
async function pushRandom(location: string, count: number): Promise<SnapshotId> {
	const folder = join(temporaryFolder(fastPlace), 'tree');
	makeTree(folder, Array.from({length: count}, (_, index) => ({path: `${index}`, content: randomBytes(40_000)})));
	return (await push(location, [folder])).snapshot;
}

/** A family of two: the target lacks `snapshot` and has one of its own. */
async function sides(): Promise<{readonly source: string; readonly target: string; readonly snapshot: SnapshotId}> {
	const source = await makeRepository(memoryLocation(), {averageChunkBytes: 16_384});
	await pushRandom(source, 20);
	const target = memoryLocation();
	await run({verb: 'clone', source: {location: source}, target});
	const snapshot = await pushRandom(source, 20);
	await pushRandom(target, 30);
	return {source, target, snapshot};
}

/** A repository with some of its calls done otherwise. */
async function opened(location: string, calls: (backend: Backend) => Partial<Backend> = () => ({})): Promise<Repository> {
	const {backend, config} = await openRepository({location});
	return repositoryOf({...backend, ...calls(backend)}, config);
}

/** Notes the chunks that are read. */
const noting = (ids: RecordId[]) => (backend: Backend): Partial<Backend> => ({
	async readBatch(kind, wanted, options) {
		ids.push(...kind === 'chunk' ? wanted : []);
		return backend.readBatch(kind, wanted, options);
	},
});

/** Answers when it is told to stop, and not before. */
const never = async (_: unknown, __: unknown, options?: CallOptions): Promise<never> => new Promise((_resolve, reject) => {
	options!.signal!.addEventListener('abort', () => {
		reject(cancelled());
	});
});

const listed = async (location: string): Promise<string[]> => {
	const {backend} = await openRepository({location});
	const ids: string[] = [];
	for await (const page of backend.list('chunk')) {
		ids.push(...page);
	}

	return ids;
};

const options = {signal: new AbortController().signal, onEvent: () => undefined};

describe('a probe', () => {
	test('reads what the target lacks in the source, and what it holds in the target', async () => {
		const {source, target, snapshot} = await sides();
		const [read, readThere]: [RecordId[], RecordId[]] = [[], []];
		const probe = await probeSpeed(await opened(source, noting(read)), await opened(target, noting(readThere)), snapshot, options);
		expect(probe.sourceBytesPerSecond).toBeGreaterThan(0);
		expect(probe.targetBytesPerSecond).toBeGreaterThan(0);
		const held = new Set(await listed(target));
		expect(read.length).toBeGreaterThan(20);
		expect(read.filter(id => held.has(id))).toEqual([]);
		expect(readThere.length).toBeGreaterThan(20);
		expect(readThere.filter(id => !held.has(id))).toEqual([]);
	});

	test('reads no more than 16 MiB of a side', async () => {
		const {source, target, snapshot} = await sides();
		const sizes: number[] = [];
		const padded = await opened(source, backend => ({
			// As if every record were a mebibyte.
			async readBatch(kind, ids, callOptions) {
				sizes.push(...ids.map(() => 2 ** 20));
				return kind === 'chunk' ? ids.map(() => new Uint8Array(2 ** 20)) : backend.readBatch(kind, ids, callOptions);
			},
		}));
		await probeSpeed(padded, await opened(target), snapshot, options);
		expect(sizes.length).toBeGreaterThan(1);
		expect(Math.max(...sizes)).toBeLessThanOrEqual(probeBytes);
	});

	test('has no figure for an empty target', async () => {
		const {source, snapshot} = await sides();
		const empty = memoryLocation();
		await makeRepository(empty);
		const probe = await probeSpeed(await opened(source), await opened(empty), snapshot, options);
		expect(probe.sourceBytesPerSecond).toBeGreaterThan(0);
		expect(probe.targetBytesPerSecond).toBe(undefined);
	});

	test('works the same between repositories that share no names', async () => {
		const {source, snapshot} = await sides();
		const other = await makeRepository(memoryLocation(), {hashing: 'sha256'});
		await pushRandom(other, 3);
		const probe = await run({verb: 'probe', source: {location: source}, target: {location: other}, snapshot}, {readOnly: true});
		expect(probe.sourceBytesPerSecond).toBeGreaterThan(0);
		expect(probe.targetBytesPerSecond).toBeGreaterThan(0);
	});

	test('ends without a figure where a side does not answer, whatever memory is tidied meanwhile', async () => {
		const {source, target, snapshot} = await sides();
		const probing = probeSpeed(await opened(source, () => ({
			async readBatch(...call) {
				setImmediate(collectGarbage);
				return never(...call);
			},
		})), await opened(target), snapshot, options);
		expect(await probing).toEqual({});
	});

	test('is given up when it is cancelled', async () => {
		const {source, target, snapshot} = await sides();
		const controller = new AbortController();
		const probing = probeSpeed(await opened(source, () => ({
			async readBatch(...call) {
				const hanging = never(...call);
				controller.abort();
				return hanging;
			},
		})), await opened(target), snapshot, {...options, signal: controller.signal});
		await expect(probing).rejects.toMatchObject({code: 'CANCELLED'});
	});

	test('does not stand in the way of the sync that it is made for', async () => {
		const {source, target, snapshot} = await sides();
		const place = memoryLocation();
		await run({verb: 'clone', source: {location: target}, target: place});
		await run({verb: 'probe', source: {location: source}, target: {location: place}, snapshot}, {readOnly: true});
		expect((await sync(source, place)).receipt).toBe(true);
	});
});
