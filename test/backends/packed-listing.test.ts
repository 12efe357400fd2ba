import {randomBytes} from 'node:crypto';
import {linkSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {readEntries} from '../../source/backends/filesystem/foreign.js';
import {buckets} from '../../source/backends/filesystem/layout.js';
import {packEntries} from '../../source/backends/filesystem/pack-names.js';
import {listPackedIn} from '../../source/backends/filesystem/packed-listing.js';
import {system} from '../../source/backends/filesystem/system.js';
import {temporaryFolder} from '../support/folders.js';

const {openSync, readdirSync: readNames} = system;

afterEach(() => {
	Object.assign(system, {openSync, readdirSync: readNames});
});

const id = (bucket: string): string => bucket + randomBytes(31).toString('hex');

/** Buckets of many and of few names, one of more than fits into one read; names of no id among them. */
function makeFolder(): {readonly folder: string; readonly ids: string[]} {
	const folder = temporaryFolder();
	const file = join(folder, 'file');
	writeFileSync(file, '');
	const ids: string[] = [];
	const fill = (bucket: string, count: number): void => {
		for (let index = 0; index < count; index++) {
			const name = id(bucket);
			linkSync(file, join(folder, bucket, name));
			ids.push(name);
		}
	};

	for (const bucket of buckets.filter(name => name !== '7e')) {
		mkdirSync(join(folder, bucket));
	}

	fill('00', 200);
	fill('01', 3);
	fill('7f', 7000);
	fill('ff', 1);
	for (const stranger of [id('00'), id('7f').toUpperCase(), id('7f').slice(1), `${id('7f')}0`, id('7f').replace(/.$/, 'g'), `${id('7f').slice(0, 63)}é`, '.tmp', 'ä'.repeat(100)]) {
		linkSync(file, join(folder, '7f', stranger));
	}

	return {folder, ids: ids.sort()};
}

async function listed(folder: string): Promise<string[]> {
	const ids: string[] = [];
	for await (const page of listPackedIn(folder, undefined)) {
		for (let at = 0; at < page.length; at += 32) {
			ids.push(Buffer.from(page.subarray(at, at + 32)).toString('hex'));
		}
	}

	return ids.sort();
}

const openHandles = (): number => readdirSync('/proc/self/fd').length;

describe('the packed listing of a folder', () => {
	test('tells every id once, and nothing that is none, whichever way the names come', async () => {
		const {folder, ids} = makeFolder();
		const byName: string[] = [];
		system.readdirSync = path => {
			byName.push(path);
			return readNames(path);
		};
		expect(await listed(folder)).toEqual(ids);
		// The first bucket shows how many there are; where the C library has the call, nothing else comes by name but the one that is missing.
		expect(byName).toHaveLength(process.platform === 'linux' ? 2 : buckets.length);
		system.openSync = () => {
			throw new Error('no handle is left');
		};
		byName.length = 0;
		expect(await listed(folder)).toEqual(ids);
		expect(byName).toHaveLength(buckets.length);
	});

	test.runIf(process.platform === 'linux')('closes every folder, also when nobody wants the rest', async () => {
		const {folder} = makeFolder();
		const before = openHandles();
		for await (const page of listPackedIn(folder, undefined)) {
			if (page.length < 200 * 32) {
				break;
			}
		}

		const controller = new AbortController();
		await expect((async () => {
			for await (const _ of listPackedIn(folder, controller.signal)) {
				controller.abort();
			}
		})()).rejects.toMatchObject({code: 'CANCELLED'});
		expect(openHandles()).toBe(before);
	});

	test.runIf(process.platform === 'linux')('survives entries that are none', async () => {
		const {folder} = makeFolder();
		const handle = openSync(join(folder, '7f'), 'r');
		const entries = Buffer.alloc(64 * 1024);
		const length = (await readEntries(handle, entries))!;
		system.closeSync(handle);
		expect(length).toBeGreaterThan(60_000);
		for (let round = 0; round < 300; round++) {
			const mutated = Buffer.from(entries.subarray(0, Math.floor(Math.random() * length)));
			for (let change = 0; change < 3 && mutated.length > 0; change++) {
				mutated[Math.floor(Math.random() * mutated.length)] = Math.floor(Math.random() * 256);
			}

			const packed = packEntries(mutated, '7f');
			expect(packed.length % 32).toBe(0);
			expect(packed.length).toBeLessThanOrEqual(mutated.length);
		}
	});
});
