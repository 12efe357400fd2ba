// What a folder is said to take: exact while it is small, near the truth when it is not, and never at length.

import {randomUUID} from 'node:crypto';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {buckets, Layout} from '../../source/backends/filesystem/layout.js';
import {storedSizeOf} from '../../source/backends/filesystem/stored-size.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {randomNumbers, seed} from '../support/random.js';

const random = randomNumbers(seed);
/** A clock that stands still: this machine may be busy. */
const standing = (): number => 0;

/** A folder of a repository with `chunks`, `objects` and `snapshots` of random names and sizes; answers what they take. */
function fill({chunks, objects, snapshots}: {readonly chunks: number; readonly objects: number; readonly snapshots: number}): {readonly layout: Layout; readonly bytes: number} {
	const root = temporaryFolder(fastPlace);
	let bytes = 0;
	const write = (path: string, size: number): void => {
		writeFileSync(path, Buffer.alloc(size));
		bytes += size;
	};

	for (const [folder, count, scale] of [['chunks', chunks, 2000], ['objects', objects, 200]] as const) {
		for (const bucket of buckets) {
			mkdirSync(join(root, folder, bucket), {recursive: true});
		}

		for (let index = 0; index < count; index++) {
			const id = Array.from({length: 8}, () => Math.floor(random() * 2 ** 32).toString(16).padStart(8, '0')).join('');
			// Many small ones and a few large: as chunks are.
			write(join(root, folder, id.slice(0, 2), id), 1 + Math.floor(-Math.log(1 - random()) * scale));
		}
	}

	for (let index = 0; index < snapshots; index++) {
		const id = randomUUID();
		const folder = join(root, 'snapshots', id.slice(0, 2), id);
		mkdirSync(folder, {recursive: true});
		write(join(folder, 'HEADER'), 400);
		write(join(folder, 'REFERENCES'), 3000);
	}

	return {layout: new Layout(root), bytes};
}

test('a small one to the byte', async () => {
	const {layout, bytes} = fill({chunks: 700, objects: 60, snapshots: 5});
	writeFileSync(join(layout.root, 'chunks', '00', 'no-record.part'), Buffer.alloc(100_000));
	expect(await storedSizeOf(layout, {}, standing)).toEqual({bytes, exact: true});
});

test(`a large one to a tenth (SEED=${seed})`, async () => {
	const {layout, bytes} = fill({chunks: 6000, objects: 300, snapshots: 20});
	const size = await storedSizeOf(layout, {}, standing);
	expect(size?.exact).toBe(false);
	expect(size!.bytes / bytes).toBeGreaterThan(0.9);
	expect(size!.bytes / bytes).toBeLessThan(1.1);
});

test('of a medium that is too slow, nothing is said', async () => {
	const {layout} = fill({chunks: 700, objects: 60, snapshots: 5});
	let nowMs = 0;
	expect(await storedSizeOf(layout, {}, () => nowMs += 5)).toBe(undefined);
	expect(nowMs).toBeLessThan(1000);
});

test('an empty one takes nothing', async () => {
	expect(await storedSizeOf(new Layout(temporaryFolder(fastPlace)), {}, standing)).toEqual({bytes: 0, exact: true});
});

test('is given up when it is cancelled', async () => {
	const {layout} = fill({chunks: 700, objects: 60, snapshots: 5});
	await expect(storedSizeOf(layout, {signal: AbortSignal.abort()}, standing)).rejects.toMatchObject({code: 'CANCELLED'});
});
