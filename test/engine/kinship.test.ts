// Sync between repositories with other keys or settings: content arrives as it was, once, and conflicts are real ones.

import {createHash} from 'node:crypto';
import {appendFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Counters} from '../../source/engine/counters.js';
import {openBackend} from '../../source/backends/registry.js';
import {kinshipOfConfigs, likenessOf} from '../../source/engine/identity.js';
import {pricePlan, sendableRows, type Kinship, type Plan} from '../../source/engine/plan.js';
import {findEntry} from '../../source/engine/reading.js';
import {listSnapshots, openRepository, openSealed, readHeader, type CreateOptions} from '../../source/engine/repository.js';
import {decodeConfig, encodeConfig} from '../../source/format/config.js';
import {encodeHeader, type SnapshotHeader} from '../../source/format/snapshot-header.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {partsOf} from '../../source/workers/content.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, plan, push, restored, run, sync} from '../support/engine.js';
import {makeAwkwardTree, makeTree} from '../support/trees.js';

type Side = {readonly location: string; readonly passphrase: string | undefined};

async function make(options: Partial<CreateOptions>, location = memoryLocation()): Promise<Side> {
	const passphrase = options.encrypted === true ? `passphrase of ${location}` : undefined;
	return {location: await makeRepository(location, {...options, passphrase}), passphrase};
}

/** A clone of `side` that compresses otherwise: the same keys, another setting. */
async function cloneCompressing(side: Side, compression: 'zstd' | 'none'): Promise<Side> {
	const location = memoryLocation();
	await run({verb: 'clone', source: side, target: location});
	const backend = await openBackend(location);
	await backend.writeConfig(encodeConfig({...decodeConfig(await backend.readConfig(), location), compression}));
	return {...side, location};
}

type Pair = readonly [string, Kinship, () => Promise<readonly [Side, Side]>];
const between = (a: Partial<CreateOptions>, b: Partial<CreateOptions>) => async () => [await make(a), await make(b)] as const;

const pairs: readonly Pair[] = [
	['alike', 'family', between({}, {})],
	['compressed to not compressed', 'same-ids', between({}, {compression: 'none'})],
	['not compressed to compressed', 'same-ids', between({compression: 'none'}, {})],
	['encrypted with the same keys, other compression', 'same-ids', async () => {
		const source = await make({encrypted: true});
		return [source, await cloneCompressing(source, 'none')];
	}],
	['encrypted to plain', 'unrelated', between({encrypted: true}, {})],
	['plain to encrypted', 'unrelated', between({}, {encrypted: true})],
	['two keys', 'unrelated', between({encrypted: true}, {encrypted: true})],
	['blake3 to sha256', 'unrelated', between({}, {hashing: 'sha256'})],
	['chunks of 4 KiB to 16 KiB', 'unrelated', between({}, {averageChunkBytes: 16_384})],
	['chunks of 16 KiB to 4 KiB, other everything', 'unrelated', between({averageChunkBytes: 16_384, encrypted: true, hashing: 'sha256'}, {compression: 'none'})],
];

/** Large and small files, contents that repeat, and parts of files that repeat. */
const items = fc.array(fc.record({
	path: fc.constantFrom('a', 'b', 'c', 'd/e', 'd/f', 'g/h/i'),
	seed: fc.nat(5),
	size: fc.oneof(fc.constantFrom(0, 1, 4096), fc.nat(90_000)),
	same: fc.boolean(),
}), {minLength: 1, maxLength: 6});

const contentOf = ({seed, size, same}: {seed: number; size: number; same: boolean}): Uint8Array => {
	const content = Buffer.alloc(size, `seed ${seed} `);
	for (let offset = 0; !same && offset + 4 <= size; offset += 4) {
		content.writeUInt32LE(Math.imul(offset + 1, 2_654_435_761 + seed) >>> 0, offset);
	}

	return content;
};

async function readableOf(side: Side, snapshot: SnapshotId): Promise<SnapshotHeader> {
	const repository = await openRepository(side);
	const header = await readHeader(repository, snapshot);
	await repository.close();
	return header;
}

const plannedBytes = (made: Plan): number => pricePlan(made, new Set(sendableRows(made))).total.bytes;

describe.each(pairs)('%s', (_, kinship, makePair) => {
	test('restore(sync(tree)) = tree, and the second sync sends nothing', async () => {
		await fc.assert(fc.asyncProperty(fc.array(items, {minLength: 1, maxLength: 3}), async steps => {
			const tree = join(temporaryFolder(), 'tree');
			const [source, target] = await makePair();
			const snapshots: SnapshotId[] = [];
			for (const [index, step] of steps.entries()) {
				makeTree(tree, step.map(item => ({path: item.path, content: contentOf(item)})));
				writeFileSync(join(tree, 'step'), `step ${index}`);
				snapshots.push((await push(source.location, [tree], {passphrase: source.passphrase})).snapshot);
			}

			const report = await sync(source, target);
			expect(report).toMatchObject({receipt: true, plan: {kinship, exact: kinship === 'family'}});
			expect([...report.snapshots].sort()).toEqual([...snapshots].sort());
			for (const snapshot of snapshots) {
				expect(await restored(target, snapshot, tree)).toEqual(await restored(source, snapshot, tree));
				const [{index: _ours, totals: {chunks: _chunks, objects: _objects, ...ourTotals}, ...ours}, {index: _theirs, totals: {chunks: _c, objects: _o, ...theirTotals}, ...theirs}] = [await readableOf(source, snapshot), await readableOf(target, snapshot)];
				expect([theirs, theirTotals]).toEqual([ours, ourTotals]);
			}

			expect((await check(target.location, {passphrase: target.passphrase})).findings).toEqual([]);
			const again = await sync(source, target);
			expect(again).toMatchObject({snapshots: [], bytesWritten: 0, recordsWritten: 0, receipt: true, plan: {rows: [], inBoth: snapshots.length}});
			expect((await plan(target, source)).rows).toEqual([]);
		}), {numRuns: 4});
	});
});

test('kinship is symmetric, and ids are shared exactly where it says so', async () => {
	const tree = join(temporaryFolder(), 'tree');
	makeTree(tree, [{path: 'large', content: contentOf({seed: 1, size: 90_000, same: false})}]);
	const idsOf = async ({location, passphrase}: Side): Promise<string[]> => {
		await push(location, [tree], {passphrase});
		const backend = await openBackend(location);
		const ids: string[] = [];
		for await (const page of backend.list('object')) {
			ids.push(...page);
		}

		return ids;
	};

	for (const [name, kinship, makePair] of pairs) {
		const [a, b] = await makePair();
		const configs = [(await openSealed(a.location)).config, (await openSealed(b.location)).config] as const;
		expect([kinshipOfConfigs(...configs), kinshipOfConfigs(configs[1], configs[0])], name).toEqual([kinship, kinship]);
		const [ours, theirs] = [await idsOf(a), await idsOf(b)];
		expect(ours.some(id => theirs.includes(id)), name).toBe(kinship !== 'unrelated');
	}
});

describe('between unrelated repositories', () => {
	test('everything that is hard to keep is kept', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeAwkwardTree(tree);
		const [source, target] = [await make({encrypted: true}), await make({averageChunkBytes: 16_384})];
		const {snapshot} = await push(source.location, [tree], {passphrase: source.passphrase});
		expect((await sync(source, target)).receipt).toBe(true);
		expect(await restored(target, snapshot, tree)).toEqual(await restored(source, snapshot, tree));
	});

	test('the next sync reads and writes only what changed, and its estimate knows that', async () => {
		const folder = temporaryFolder(fastPlace);
		const tree = join(folder, 'tree');
		const large = contentOf({seed: 1, size: 2_000_000, same: false});
		makeTree(tree, [{path: 'large', content: large}, {path: 'small', content: Buffer.from('small')}]);
		const [source, target] = [await make({}, join(folder, 'source')), await make({encrypted: true}, join(folder, 'target'))];
		await push(source.location, [tree]);
		const first = await sync(source, target);
		expect(plannedBytes(first.plan)).toBeGreaterThan(1_900_000);
		expect(first.bytesWritten).toBeGreaterThan(1_900_000);
		expect(Math.abs((plannedBytes(first.plan) / first.bytesWritten) - 1)).toBeLessThan(0.05);

		appendFileSync(join(tree, 'small'), ' and more');
		const {snapshot} = await push(source.location, [tree]);
		const counters = new Counters();
		const second = await sync(source, target, {counters});
		expect(counters.get('bytesRead')).toBeLessThan(20_000);
		expect(plannedBytes(second.plan)).toBeLessThan(20_000);
		expect(second.bytesWritten).toBeLessThan(20_000);
		expect(await restored(target, snapshot, tree)).toEqual(await restored(source, snapshot, tree));
		expect((await check(target.location, {passphrase: target.passphrase})).findings).toEqual([]);
	});

	test('what was learned from snapshots of both sides is not trusted blindly: what has gone from the target is moved again', async () => {
		const folder = temporaryFolder(fastPlace);
		const tree = join(folder, 'tree');
		makeTree(tree, [{path: 'large', content: contentOf({seed: 1, size: 60_000, same: false})}, {path: 'one', content: Buffer.from('chunk')}]);
		const [source, target] = [await make({}, join(folder, 'source')), await make({hashing: 'sha256'}, join(folder, 'target'))];
		await push(source.location, [tree]);
		await sync(source, target);
		writeFileSync(join(tree, 'new'), 'new');
		const {snapshot} = await push(source.location, [tree]);
		const one = createHash('sha256').update('chunk').digest('hex');
		rmSync(join(target.location, 'chunks', one.slice(0, 2), one));
		for (const entry of readdirSync(join(target.location, 'objects'), {recursive: true, withFileTypes: true}).filter(found => found.isFile())) {
			rmSync(join(entry.parentPath, entry.name));
		}

		expect(await sync(source, target)).toMatchObject({snapshots: [snapshot], receipt: true});
		expect(await restored(target, snapshot, tree)).toEqual(await restored(source, snapshot, tree));
	});

	test('a snapshot of both sides that is damaged in the source is no obstacle: nothing is learned from it', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeTree(tree, [{path: 'f', content: contentOf({seed: 3, size: 30_000, same: false})}]);
		const [source, target] = [await make({}), await make({hashing: 'sha256'})];
		const first = await push(source.location, [tree]);
		await sync(source, target);
		writeFileSync(join(tree, 'g'), 'g');
		const {snapshot} = await push(source.location, [tree]);
		const backend = await openBackend(source.location);
		for (const [kind, id] of [['references', first.snapshot], ['chunk', (await readableOf(source, first.snapshot)).index.id]] as const) {
			await backend.replace(kind, id, Buffer.from('damaged'));
		}

		expect(await sync(source, target)).toMatchObject({snapshots: [snapshot], receipt: true, recordsWritten: 2});
		expect(await restored(target, snapshot, tree)).toEqual(await restored(source, snapshot, tree));
	});

	test('snapshots go there and back again to a clone and are the same', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeTree(tree, [{path: 'f', content: contentOf({seed: 2, size: 50_000, same: false})}]);
		const [first, middle] = [await make({encrypted: true}), await make({averageChunkBytes: 8192})];
		const clone = {...first, location: memoryLocation()};
		await run({verb: 'clone', source: first, target: clone.location});
		const {snapshot} = await push(first.location, [tree], {passphrase: first.passphrase});
		await sync(first, middle);
		expect((await sync(middle, clone)).snapshots).toEqual([snapshot]);
		expect(await plan(first, clone)).toMatchObject({kinship: 'family', rows: [], inBoth: 1});
		expect(await restored(clone, snapshot, tree)).toEqual(await restored(first, snapshot, tree));
		// Without the passphrase nobody can know: it is told, and nothing is overwritten.
		expect((await plan(first.location, clone.location)).rows).toMatchObject([{snapshot, state: 'conflict', reason: expect.stringContaining('passphrase') as string}]);
	});

	test('another snapshot of the same id is a conflict, and stays', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeTree(tree, [{path: 'f', content: Buffer.from('one')}]);
		const [source, target] = [await make({encrypted: true}), await make({hashing: 'sha256'})];
		const {snapshot} = await push(source.location, [tree], {passphrase: source.passphrase});
		await sync(source, target);
		for (const change of [{host: 'elsewhere'}, {created: '2001-01-01T00:00:00.000Z'}, {tag: 'other'}]) {
			const repository = await openRepository(target);
			const header = await readHeader(repository, snapshot);
			const original = await repository.backend.read('header', snapshot);
			const forged = repository.codec.sealer.seal('header', snapshot, encodeHeader({...header, ...change}));
			await repository.backend.replace('header', snapshot, forged);
			const report = await sync(source, target);
			expect(report.plan.rows).toMatchObject([{snapshot, state: 'conflict'}]);
			expect(report).toMatchObject({snapshots: [], bytesWritten: 0});
			expect(Buffer.compare(await repository.backend.read('header', snapshot), forged)).toBe(0);
			// Sealed, the two cannot be compared: taken as the same, and told.
			const sealed = await plan(source.location, target);
			expect(sealed.rows).toEqual([]);
			expect(sealed.checks.some(({topic, text}) => topic === 'conflict' && text.includes('not comparable'))).toBe(true);
			await repository.backend.replace('header', snapshot, original);
		}

		expect((await sync(source, target)).plan).toMatchObject({rows: [], inBoth: 1});
	});

	test('without a passphrase the plan says so and is refused; nothing is written', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeTree(tree, [{path: 'f', content: Buffer.from('one')}]);
		const [source, target] = [await make({encrypted: true}), await make({encrypted: true})];
		await push(source.location, [tree], {passphrase: source.passphrase});
		const made = await plan(source, target.location);
		expect(made.checks.find(({level}) => level === 'block')).toMatchObject({topic: 'encryption', text: 'the passphrase of the target is needed'});
		const ticked = made.rows.map(row => row.snapshot);
		await expect(run({verb: 'sync', source, target: {location: target.location}, plan: made, ticked})).rejects.toMatchObject({code: 'PLAN_BLOCKED'});
		const opened = await plan(source, target);
		await expect(run({verb: 'sync', source, target: {location: target.location}, plan: opened, ticked})).rejects.toMatchObject({code: 'PASSPHRASE_NEEDED'});
		expect(await listSnapshots(await openRepository(target))).toEqual([]);
	});

	test('a stopped sync keeps whole snapshots and what was sent of the next, and the following one sends the rest', async () => {
		const folder = temporaryFolder(fastPlace);
		const [source, target] = [await make({}, join(folder, 'source')), await make({hashing: 'sha256'}, join(folder, 'target'))];
		const tree = join(folder, 'tree');
		for (const seed of [1, 2, 3]) {
			makeTree(tree, Array.from({length: 20}, (_, index) => ({path: `file ${index}`, content: contentOf({seed: (seed * 100) + index, size: 150_000, same: false})})));
			await push(source.location, [tree]);
		}

		const controller = new AbortController();
		const stopped = sync(source, target, {signal: controller.signal, onEvent(event) {
			if (event.type === 'snapshot') {
				controller.abort();
			}
		}});
		await expect(stopped).rejects.toMatchObject({code: 'CANCELLED', message: expect.stringContaining('1 of 3 snapshots are complete') as string});
		expect(await listSnapshots(await openRepository(target))).toHaveLength(1);
		expect((await check(target.location)).findings).toEqual([]);
		const rest = await sync(source, target);
		expect(rest).toMatchObject({receipt: true, plan: {inBoth: 1}});
		expect(rest.snapshots).toHaveLength(2);
		expect((await check(target.location)).findings).toEqual([]);
	});

	test('a damaged chunk of the source is not carried, and what was sent before it is kept', async () => {
		const folder = temporaryFolder();
		const [source, target] = [await make({}), await make({hashing: 'sha256'})];
		const snapshots: SnapshotId[] = [];
		for (const name of ['first', 'second']) {
			makeTree(join(folder, name), [{path: name, content: contentOf({seed: name.length, size: 30_000, same: false})}]);
			snapshots.push((await push(source.location, [join(folder, name)])).snapshot);
		}

		const repository = await openSealed(source.location);
		const entry = await findEntry(repository, await readHeader(repository, snapshots[1]!), join(folder, 'second/second') as never);
		const [part] = await partsOf(repository, entry.content!, entry.sizeBytes);
		const bytes = await repository.backend.read('chunk', part!.id);
		bytes[20]! ^= 1;
		await repository.backend.replace('chunk', part!.id, bytes);
		expect(await sync(source, target)).toMatchObject({snapshots: [snapshots[0]], damaged: [{snapshot: snapshots[1]}], receipt: true});
		expect((await listSnapshots(await openRepository(target))).map(({snapshot}) => snapshot)).toEqual([snapshots[0]]);
		expect((await check(target.location)).findings).toEqual([]);
	});

	test('a plan is stale once a repository has other settings', async () => {
		const tree = join(temporaryFolder(), 'tree');
		makeTree(tree, [{path: 'f', content: Buffer.from('one')}]);
		const [source, target] = [await make({}), await make({})];
		await push(source.location, [tree]);
		const made = await plan(source, target);
		const backend = await openBackend(target.location);
		await backend.writeConfig(encodeConfig({...decodeConfig(await backend.readConfig(), ''), compression: 'none'}));
		await expect(run({verb: 'sync', source, target, plan: made, ticked: made.rows.map(row => row.snapshot)})).rejects.toMatchObject({code: 'PLAN_STALE'});
	});
});

test('likeness: equal as stored, equal in what it says, other, or unknown', () => {
	const header: SnapshotHeader = {
		version: 1, snapshot: 's' as SnapshotId, created: '2026-01-01T00:00:00.000Z', host: 'h', user: 'u', commandLine: 'c', paths: ['/p'], roots: ['/p'],
		totals: {files: 1, directories: 1, others: 0, errors: 0, sizeBytes: 3, chunks: 2, objects: 0}, index: {kind: 'chunk', id: 'a'.repeat(64) as never, sizeBytes: 99},
	};
	const summary = (digest: string, changes: Partial<SnapshotHeader> = {}) => ({snapshot: header.snapshot, digest, header: {...header, ...changes}});
	const sealed = (digest: string) => ({snapshot: header.snapshot, digest});
	const recut = {index: {...header.index, id: 'b'.repeat(64) as never}, totals: {...header.totals, chunks: 9}};
	expect(likenessOf(sealed('x'), sealed('x'), 'family')).toBe('same');
	expect(likenessOf(summary('x'), summary('y', recut), 'unrelated')).toBe('same');
	expect(likenessOf(summary('x'), summary('y', recut), 'family')).toBe('other');
	expect(likenessOf(summary('x'), summary('y'), 'family')).toBe('same');
	expect(likenessOf(summary('x'), summary('y', {totals: {...header.totals, sizeBytes: 4}}), 'unrelated')).toBe('other');
	expect([likenessOf(summary('x'), sealed('y'), 'unrelated'), likenessOf(sealed('x'), sealed('y'), 'same-ids'), likenessOf(sealed('x'), sealed('y'), 'family')]).toEqual(['unknown', 'unknown', 'other']);
});
