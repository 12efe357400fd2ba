// Records that are flushed while a transaction goes on: none gets its name in the store before it is on the disk, and no
// failure of writing is lost between two flushes.

import {randomBytes} from 'node:crypto';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {Backend, Lock, StoredRecord} from '../../source/backends/contract.js';
import {filesystemBackend} from '../../source/backends/filesystem/filesystem.js';
import {syncFilesystem} from '../../source/backends/filesystem/foreign.js';
import {system} from '../../source/backends/filesystem/system.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';

const original = {...system};
beforeEach(() => {
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
});
afterEach(() => {
	vi.useRealTimers();
	Object.assign(system, original);
});

const snapshots = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as never[];
const records = (count: number): StoredRecord[] => Array.from({length: count}, () => ({id: randomBytes(32).toString('hex') as never, bytes: randomBytes(50)}));
const parts = {references: new Uint8Array(1), header: new Uint8Array(1)};

/** A filesystem that keeps only what was written before a flush began that has ended. */
function watchDisk(): {readonly flushes: () => number; readonly fail: () => void; readonly unflushed: string[]} {
	const written = new Map<number, string>();
	const dirty = new Set<string>();
	const unflushed: string[] = [];
	let flushes = 0;
	let fails = false;
	system.openSync = ((path: string, ...rest: [string, number]) => {
		const handle = original.openSync(path, ...rest);
		written.set(handle, path);
		return handle;
	}) as typeof system.openSync;
	system.writeSync = (handle, ...rest) => {
		dirty.add(written.get(handle)!);
		return original.writeSync(handle, ...rest);
	};

	system.syncFilesystem = async () => {
		const atStart = [...dirty];
		await new Promise(resolve => {
			setImmediate(resolve);
		});
		flushes++;
		for (const path of fails ? [] : atStart) {
			dirty.delete(path);
		}

		const isDone = !fails;
		fails = false;
		return isDone;
	};

	system.linkSync = ((from: string, to: string) => {
		if (dirty.has(from)) {
			unflushed.push(to);
		}

		original.linkSync(from, to);
	}) as typeof system.linkSync;
	system.renameSync = ((from: string, to: string) => {
		unflushed.push(...[...dirty].filter(path => to.includes('/snapshots/') && path.startsWith(`${from}/`) && !/OWNER|STAGED/.test(path)));
		original.renameSync(from, to);
	}) as typeof system.renameSync;
	return {
		flushes: () => flushes,
		fail() {
			fails = true;
		},
		unflushed,
	};
}

async function open(): Promise<{readonly root: string; readonly backend: Backend; readonly lock: Lock}> {
	const root = join(temporaryFolder(fastPlace), 'repository');
	const backend = await filesystemBackend.create(root, Buffer.from('{}'));
	return {root, backend, lock: await backend.lock('shared', 'test')};
}

const tick = async (): Promise<void> => {
	await vi.advanceTimersByTimeAsync(1000);
	await new Promise(resolve => {
		setImmediate(() => setImmediate(resolve));
	});
};

describe('flushing while records are staged', () => {
	test('publishes nothing that is not on the disk, whatever is staged before and during flushes', async () => {
		const {backend, lock} = await open();
		const disk = watchDisk();
		let number = 0;
		const step = fc.oneof(fc.record({snapshot: fc.nat(1), count: fc.integer({min: 1, max: 4})}), fc.constant('tick' as const), fc.constant('rollback' as const));
		await fc.assert(fc.asyncProperty(fc.array(step, {maxLength: 12}), async steps => {
			number++;
			const names = [0, 1].map(index => `00000000-0000-4000-8000-${String(number * 2 + index).padStart(12, '0')}` as never);
			const staged: StoredRecord[][] = [[], []];
			await backend.begin(names[0]!, async () => []);
			await backend.begin(names[1]!, async () => []);
			for (const step of steps) {
				if (step === 'tick') {
					await tick();
				} else if (step === 'rollback') {
					await backend.rollback(names[0]!);
					await backend.begin(names[0]!, async () => []);
					staged[0] = [];
				} else {
					const fresh = records(step.count);
					staged[step.snapshot]!.push(...fresh);
					await backend.stage(names[step.snapshot]!, 'chunk', fresh);
				}
			}

			for (const name of names) {
				await backend.putSnapshot(name, parts);
			}

			await backend.commit(names);
			expect(disk.unflushed).toEqual([]);
			expect(await backend.sizes('chunk', staged.flat().map(({id}) => id))).toEqual(staged.flat().map(() => 50));
		}), {numRuns: 40});
		await lock.release();
	});

	test.each([['ended', true], ['under way', false]])('knows nothing of a transaction that is begun again, of a flush that has %s', async (_, isEnded) => {
		const {backend, lock} = await open();
		const disk = watchDisk();
		await backend.begin(snapshots[0]!, async () => []);
		await backend.stage(snapshots[0]!, 'chunk', records(3));
		if (isEnded) {
			await tick();
		} else {
			vi.advanceTimersByTime(1000);
		}

		await backend.rollback(snapshots[0]!);
		await backend.begin(snapshots[0]!, async () => []);
		await backend.stage(snapshots[0]!, 'chunk', records(2));
		await new Promise(resolve => {
			setImmediate(() => setImmediate(resolve));
		});
		expect(disk.flushes()).toBe(1);
		await backend.putSnapshot(snapshots[0]!, parts);
		await backend.commit([snapshots[0]!]);
		expect(disk.unflushed).toEqual([]);
		await lock.release();
	});

	test('goes on while there is something new, and ends with the transaction', async () => {
		const {backend, lock} = await open();
		const disk = watchDisk();
		await backend.begin(snapshots[0]!, async () => []);
		await tick();
		expect(disk.flushes()).toBe(0);
		for (const expected of [1, 2]) {
			await backend.stage(snapshots[0]!, 'chunk', records(1));
			await tick();
			await tick();
			expect(disk.flushes()).toBe(expected);
		}

		await backend.rollback(snapshots[0]!);
		expect(vi.getTimerCount()).toBe(0);
		await lock.release();
	});

	test('a failure of an early flush fails every commit that relies on it, and nothing is visible', async () => {
		const {root, backend, lock} = await open();
		const disk = watchDisk();
		for (const snapshot of snapshots) {
			await backend.begin(snapshot, async () => []);
			await backend.stage(snapshot, 'chunk', records(2));
			await backend.putSnapshot(snapshot, parts);
		}

		disk.fail();
		await tick();
		expect(disk.flushes()).toBe(1);
		await expect(backend.commit([snapshots[0]!])).rejects.toMatchObject({code: 'BACKEND_FAILED'});
		await backend.rollback(snapshots[0]!);
		await expect(backend.commit([snapshots[1]!])).rejects.toMatchObject({code: 'BACKEND_FAILED'});
		await backend.rollback(snapshots[1]!);
		expect(readdirSync(join(root, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile())).toEqual([]);
		await backend.begin(snapshots[0]!, async () => []);
		await backend.stage(snapshots[0]!, 'chunk', records(2));
		await backend.putSnapshot(snapshots[0]!, parts);
		await backend.commit([snapshots[0]!]);
		await lock.release();
	});
});

describe('syncfs', () => {
	test.skipIf(process.platform !== 'linux')('tells success and failure', async () => {
		const handle = original.openSync(temporaryFolder(), 'r');
		expect(await syncFilesystem(handle)).toBe(true);
		original.closeSync(handle);
		expect(await syncFilesystem(-1)).toBe(false);
	});
});
