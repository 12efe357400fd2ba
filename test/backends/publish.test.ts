// Publishing by two threads: every record gets its one name in the store, whoever takes it and whatever fails.

import {randomBytes} from 'node:crypto';
import {existsSync, readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import * as fc from 'fast-check';
import {afterEach, describe, expect, test} from 'vitest';
import {filesystemBackend} from '../../source/backends/filesystem/filesystem.js';
import {Layout, sharedKinds} from '../../source/backends/filesystem/layout.js';
import {publishAll, type Part} from '../../source/backends/filesystem/publish/publish-all.js';
import {Publisher} from '../../source/backends/filesystem/publish/publisher.js';
import {system} from '../../source/backends/filesystem/system.js';
import type {RecordId, SharedKind, SnapshotId} from '../../source/format/ids.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';

const original = {...system};
afterEach(() => {
	Object.assign(system, original);
});

const snapshots = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'] as SnapshotId[];
/** Takes half of the groups, says so in a file, and ends with nothing done. */
const dyingThread = (): URL => new URL(`data:text/javascript,${encodeURIComponent(`
	import {writeFileSync} from 'node:fs';
	import {workerData} from 'node:worker_threads';
	Atomics.add(workerData.work.next, 0, 128);
	writeFileSync(workerData.root + '/taken', '');
	throw new Error('dead');
`)}`);

type Ids = {readonly kind: SharedKind; readonly ids: readonly RecordId[]};
const randomIds = (count: number): RecordId[] => Array.from({length: count}, () => randomBytes(32).toString('hex') as RecordId);
const partOf = (folder: string, {kind, ids}: Ids): Part => ({folder, kind, ids: Buffer.from(ids.join(''), 'hex')});

/** A repository in which each of `staged` is a transaction that holds these records. */
async function stage(staged: readonly Ids[][]): Promise<{readonly layout: Layout; readonly publisher: Publisher; readonly parts: readonly Part[]}> {
	const root = join(temporaryFolder(fastPlace), 'repository');
	const backend = await filesystemBackend.create(root, Buffer.from('{}'));
	const layout = new Layout(root);
	for (const [index, list] of staged.entries()) {
		await backend.begin(snapshots[index]!, async () => []);
		for (const {kind, ids} of list) {
			await backend.stage(snapshots[index]!, kind, ids.map(id => ({id, bytes: Buffer.from(`${index}`)})));
		}
	}

	await backend.close();
	return {layout, publisher: new Publisher(layout, true), parts: staged.flatMap((list, index) => list.map(ids => partOf(layout.transaction(snapshots[index]!), ids)))};
}

/** The store holds these records and no other, each the same file as in every transaction that has it. */
function expectPublished(layout: Layout, staged: readonly Ids[][]): void {
	for (const kind of sharedKinds) {
		const wanted = new Set(staged.flat().filter(list => list.kind === kind).flatMap(({ids}) => ids));
		const folder = join(layout.root, kind === 'chunk' ? 'chunks' : 'objects');
		expect(readdirSync(folder).flatMap(bucket => readdirSync(join(folder, bucket))).sort()).toEqual([...wanted].sort());
	}

	for (const [index, list] of staged.entries()) {
		for (const {kind, ids} of list) {
			const inodes = ids.map(id => [statSync(layout.shared(kind, id)).ino, statSync(layout.within(layout.transaction(snapshots[index]!), kind, id)).ino]);
			expect(inodes.every(([shared, mine]) => shared === mine)).toBe(true);
		}
	}
}

const publishedIn = (folder: string): number => readdirSync(folder).reduce((count, bucket) => count + readdirSync(join(folder, bucket)).length, 0);

/** Keeps this thread from going on, while others do; not for ever. */
function waitUntil(isReached: () => boolean): void {
	const pause = new Int32Array(new SharedArrayBuffer(4));
	for (let turn = 0; turn < 1000 && !isReached(); turn++) {
		Atomics.wait(pause, 0, 0, 10);
	}
}

describe('publishing', () => {
	test('two threads share the records', async () => {
		const staged = [[{kind: 'chunk', ids: randomIds(600)}, {kind: 'object', ids: randomIds(100)}]] satisfies Ids[][];
		const {layout, publisher, parts} = await stage(staged);
		let own = 0;
		system.linkSync = (from, to) => {
			if (own === 0) {
				waitUntil(() => publishedIn(join(layout.root, 'objects')) > 0);
			}

			own++;
			original.linkSync(from, to);
		};

		await publishAll(publisher, parts, {worthHelp: 1});
		expect(own).toBeGreaterThan(0);
		expect(own).toBeLessThan(700);
		expectPublished(layout, staged);
	});

	test('the same records in two transactions and noted twice end as one file each, by any number of threads', async () => {
		const pool = randomIds(40);
		const some = fc.record({kind: fc.constantFrom('chunk' as const, 'object' as const), ids: fc.array(fc.constantFrom(...pool), {maxLength: 60})});
		await fc.assert(fc.asyncProperty(fc.array(fc.array(some, {maxLength: 3}), {minLength: 2, maxLength: 2}), fc.boolean(), async (staged, isHelped) => {
			const {layout, publisher, parts} = await stage(staged);
			await publishAll(publisher, parts, {worthHelp: isHelped ? 0 : Number.POSITIVE_INFINITY});
			expectPublished(layout, staged);
		}), {numRuns: 12});
	});

	test('what a thread that ended has left undone is done by the other', async () => {
		const staged = [[{kind: 'chunk', ids: randomIds(300)}]] satisfies Ids[][];
		const {layout, publisher, parts} = await stage(staged);
		system.linkSync = (from, to) => {
			waitUntil(() => existsSync(join(layout.root, 'taken')));
			original.linkSync(from, to);
		};

		await publishAll(publisher, parts, {worthHelp: 1, helper: dyingThread});
		expectPublished(layout, staged);
	});

	test('without another thread, this one does all', async () => {
		const staged = [[{kind: 'chunk', ids: randomIds(20)}]] satisfies Ids[][];
		const {layout, publisher, parts} = await stage(staged);
		await publishAll(publisher, parts, {
			worthHelp: 1,
			helper() {
				throw new Error('no such file');
			},
		});
		expectPublished(layout, staged);
	});

	test('a failure is thrown once the other thread has stopped', async () => {
		const staged = [[{kind: 'chunk', ids: randomIds(4000)}]] satisfies Ids[][];
		const {layout, publisher, parts} = await stage(staged);
		system.linkSync = () => {
			waitUntil(() => publishedIn(join(layout.root, 'chunks')) > 0);
			throw Object.assign(new Error('full'), {code: 'ENOSPC'});
		};

		await expect(publishAll(publisher, parts, {worthHelp: 1})).rejects.toMatchObject({code: 'BACKEND_FULL'});
		const count = publishedIn(join(layout.root, 'chunks'));
		expect(count).toBeGreaterThan(0);
		let looks = 0;
		waitUntil(() => publishedIn(join(layout.root, 'chunks')) !== count || ++looks === 3);
		expect(publishedIn(join(layout.root, 'chunks'))).toBe(count);
	});

	test('a record that its transaction has lost is told', async () => {
		const staged = [[{kind: 'chunk', ids: randomIds(3)}]] satisfies Ids[][];
		const {layout, publisher, parts} = await stage(staged);
		const lost = partOf(layout.transaction(snapshots[0]!), {kind: 'chunk', ids: randomIds(1)});
		await expect(publishAll(publisher, [...parts, lost], {worthHelp: 0})).rejects.toMatchObject({code: 'BACKEND_NOT_FOUND'});
	});

	test('a record that becomes visible after a look is one record all the same, with the names of both', async () => {
		const backend = await filesystemBackend.create(join(temporaryFolder(fastPlace), 'repository'), Buffer.from('{}'));
		const [id] = randomIds(1) as [RecordId];
		const lock = await backend.lock('shared', 'test');
		for (const snapshot of snapshots) {
			await backend.begin(snapshot, async () => []);
			await backend.putSnapshot(snapshot, {references: new Uint8Array(1), header: new Uint8Array(1)});
		}

		expect(await backend.sizes('chunk', [id])).toEqual([-1]);
		await backend.stage(snapshots[0]!, 'chunk', [{id, bytes: Buffer.from('same')}]);
		await backend.commit([snapshots[0]!]);
		expect(await backend.stage(snapshots[1]!, 'chunk', [{id, bytes: Buffer.from('same')}], {areAbsent: true})).toEqual([true]);
		await backend.commit([snapshots[1]!]);
		await lock.release();
		expect(await backend.inspect('chunk', [id])).toEqual([{sizeBytes: 4, references: 2, reserved: 0}]);
	});
});
