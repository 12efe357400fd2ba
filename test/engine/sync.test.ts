import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Counters, type CounterName} from '../../source/engine/counters.js';
import {pricePlan, sendableRows} from '../../source/engine/plan.js';
import {openBackend} from '../../source/backends/registry.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {temporaryFolder} from '../support/folders.js';
import {check, contradict, makeRepository, memoryLocation, plan, push, run, sync} from '../support/engine.js';
import {fingerprint, makeTree} from '../support/trees.js';

const clone = async (source: string, target: string, passphrase?: string) => run({verb: 'clone', source: {location: source, passphrase}, target});

/** A history of trees: each step writes some files, some contents shared between steps. */
const histories = fc.array(fc.array(fc.record({name: fc.constantFrom('a', 'b', 'c', 'd/e', 'd/f'), seed: fc.integer({min: 0, max: 6}), size: fc.integer({min: 0, max: 30_000})}), {minLength: 1, maxLength: 4}), {minLength: 1, maxLength: 5});

async function makeHistory(location: string, folder: string, steps: ReadonlyArray<ReadonlyArray<{name: string; seed: number; size: number}>>): Promise<SnapshotId[]> {
	const snapshots: SnapshotId[] = [];
	for (const [index, step] of steps.entries()) {
		makeTree(join(folder, 'tree'), step.map(({name, seed, size}) => ({path: name, content: Buffer.alloc(size, `seed ${seed} `)})));
		writeFileSync(join(folder, 'tree/step'), `step ${index}`);
		snapshots.push((await push(location, [join(folder, 'tree')])).snapshot);
	}

	return snapshots;
}

/** Every stored record of a repository by name and size. */
async function contentsOf(location: string): Promise<Record<string, number>> {
	const backend = await openBackend(location);
	const contents: Record<string, number> = {};
	for (const kind of ['chunk', 'object', 'header'] as const) {
		for await (const page of backend.list(kind)) {
			for (const [index, size] of (await backend.sizes(kind, page)).entries()) {
				contents[`${kind} ${page[index]!}`] = size;
			}
		}
	}

	return contents;
}

describe('sync', () => {
	test('writes the very bytes that the plan showed, for any ticks, and nothing the second time', async () => {
		await fc.assert(fc.asyncProperty(histories, fc.nat(31), async (steps, tickBits) => {
			const folder = temporaryFolder();
			const source = await makeRepository(memoryLocation());
			const target = memoryLocation();
			await clone(source, target);
			await makeHistory(source, folder, steps);
			const made = await plan(source, target);
			const ticked = sendableRows(made).filter(row => ((tickBits >> row) & 1) === 1);
			const {total, sends, untickSaves} = pricePlan(made, new Set(ticked));
			expect(sends.reduce((sum, {bytes}) => sum + bytes, 0)).toBe(total.bytes);

			const request = {verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked: ticked.map(row => made.rows[row]!.snapshot)} as const;
			const report = await run(request);
			expect(report).toMatchObject({bytesWritten: total.bytes, recordsWritten: total.chunks + total.objects, receipt: true});

			// Unticking one saves exactly what was said.
			const [first] = ticked;
			if (first !== undefined) {
				const without = pricePlan(made, new Set(ticked.slice(1))).total.bytes;
				expect(total.bytes - without).toBe(untickSaves[first]!.bytes);
			}

			const rest = await sync(source, target);
			expect(rest.receipt).toBe(true);
			expect(await sync(source, target)).toMatchObject({bytesWritten: 0, recordsWritten: 0, snapshots: []});
			expect(await contentsOf(target)).toEqual(await contentsOf(source));
			expect((await check(target)).findings).toEqual([]);
		}), {numRuns: 15});
	});

	test('refuses a plan once either side has changed in a way that matters, and changes nothing', async () => {
		const folder = temporaryFolder();
		const source = await makeRepository(join(folder, 'source'));
		await clone(source, join(folder, 'target'));
		const target = join(folder, 'target');
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(9000, 'x')}]);
		await push(source, [join(folder, 'tree')]);
		const made = await plan(source, target);
		const ticked = made.rows.map(({snapshot}) => snapshot);
		await sync(source, target);
		const before = fingerprint(target);
		await expect(run({verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked})).rejects.toMatchObject({code: 'PLAN_STALE'});
		expect(fingerprint(target)).toBe(before);

		await push(source, [join(folder, 'tree')]);
		const other = await makeRepository(join(folder, 'other'));
		await expect(run({verb: 'sync', source: {location: source}, target: {location: other}, plan: made, ticked})).rejects.toMatchObject({code: 'PLAN_STALE'});
	});

	test('refuses a plan whose records the target gained from elsewhere', async () => {
		const folder = temporaryFolder();
		const source = await makeRepository(memoryLocation());
		const target = memoryLocation();
		await clone(source, target);
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(9000, 'x')}]);
		await push(source, [join(folder, 'tree')]);
		const made = await plan(source, target);
		await push(target, [join(folder, 'tree')]);
		await expect(run({verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked: made.rows.map(({snapshot}) => snapshot)})).rejects.toMatchObject({code: 'PLAN_STALE'});
	});

	test('never overwrites a snapshot of the same id with other content', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f'}]);
		const source = await makeRepository(memoryLocation());
		const {snapshot} = await push(source, [join(folder, 'tree')]);
		const target = memoryLocation();
		await clone(source, target);
		const backend = await openBackend(target);
		const foreign = await contradict(target, snapshot);
		const made = await plan(source, target);
		expect(made.rows.find(row => row.snapshot === snapshot)).toMatchObject({state: 'conflict'});
		expect(made.checks.some(({topic, level}) => topic === 'conflict' && level === 'warn')).toBe(true);
		await sync(source, target);
		expect(Buffer.compare(await backend.read('header', snapshot), foreign)).toBe(0);
	});

	test('does not carry a damaged record: the snapshot is not sent', async () => {
		const folder = temporaryFolder();
		makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(9000, 'x')}]);
		const source = await makeRepository(memoryLocation());
		const target = memoryLocation();
		await clone(source, target);
		await push(source, [join(folder, 'tree')]);
		const backend = await openBackend(source);
		for await (const [id] of backend.list('chunk')) {
			const bytes = await backend.read('chunk', id!);
			bytes[12]! ^= 1;
			await backend.replace('chunk', id!, bytes);
			break;
		}

		expect(await sync(source, target)).toMatchObject({snapshots: [], damaged: [{reason: expect.stringContaining('is damaged') as string}]});
		expect((await plan(source, target)).inBoth).toBe(0);
		expect((await check(target)).findings).toEqual([]);
	});

	test('of the same repository, or of a copy of its files, is refused', async () => {
		const folder = temporaryFolder();
		const source = await makeRepository(join(folder, 'source'));
		await expect(plan(source, source)).rejects.toMatchObject({code: 'REPOSITORY_SAME'});
		const {cpSync} = await import('node:fs');
		cpSync(source, join(folder, 'copy'), {recursive: true});
		await expect(plan(source, join(folder, 'copy'))).rejects.toMatchObject({code: 'REPOSITORY_SAME'});
	});
});

describe('clone', () => {
	test.each([['plain', undefined], ['encrypted, without its passphrase', 'secret']])('then compare is equal: %s', async (_, passphrase) => {
		const folder = temporaryFolder();
		const source = await makeRepository(join(folder, 'source'), {encrypted: passphrase !== undefined, passphrase});
		for (const step of ['one', 'two']) {
			makeTree(join(folder, 'tree'), [{path: 'f', content: Buffer.alloc(20_000, step)}, {path: step}]);
			await push(source, [join(folder, 'tree')], {passphrase});
		}

		const target = join(folder, 'target');
		const report = await clone(source, target);
		expect(report.receipt).toBe(true);
		expect(await contentsOf(target)).toEqual(await contentsOf(source));
		expect(await plan(source, target)).toMatchObject({rows: [], inBoth: 2, onlyInTarget: 0});
		// Bit rot without the passphrase, content with it.
		expect(await check(target)).toMatchObject({findings: [], proof: passphrase === undefined ? 'plaintext' : 'stored', snapshotsProven: 2});
		expect(await check(target, {passphrase})).toMatchObject({findings: [], proof: 'plaintext', snapshotsProven: 2});
	});

	test('refuses a place that is taken and leaves it as it was', async () => {
		const folder = temporaryFolder();
		const source = await makeRepository(join(folder, 'source'));
		const other = await makeRepository(join(folder, 'other'));
		makeTree(join(folder, 'files'), [{path: 'mine', content: Buffer.from('precious')}]);
		for (const place of [other, join(folder, 'files')]) {
			const before = fingerprint(place);
			await expect(clone(source, place)).rejects.toMatchObject({code: 'REPOSITORY_EXISTS'});
			expect(fingerprint(place)).toBe(before);
		}

		await expect(clone(source, source)).rejects.toMatchObject({code: 'REPOSITORY_SAME'});
	});
});

test('a sync that is stopped still says how much it was to send', async () => {
	const folder = temporaryFolder();
	const source = await makeRepository(memoryLocation());
	const target = memoryLocation();
	await clone(source, target);
	await makeHistory(source, folder, [[{name: 'a', seed: 1, size: 30_000}], [{name: 'b', seed: 2, size: 30_000}]]);
	const made = await plan(source, target);
	const {total} = pricePlan(made, new Set(sendableRows(made)));
	const stopping = new AbortController();
	const counters = new Counters();
	const stopped = sync(source, target, {signal: stopping.signal, counters, onEvent(event) {
		if (event.type === 'phase' && event.phase === 'chunks') {
			stopping.abort();
		}
	}});
	await expect(stopped).rejects.toMatchObject({code: 'CANCELLED'});
	expect(['bytesDone', 'bytesTotal', 'snapshotsTotal'].map(name => counters.get(name as CounterName))).toEqual([0, total.bytes, 2]);
});

test('an encrypted store shows no name and no plaintext hash', async () => {
	const {execFileSync} = await import('node:child_process');
	const {createHash} = await import('node:crypto');
	const {blake3} = await import('../../source/format/hashing.js');
	const folder = temporaryFolder();
	const content = Buffer.from('PLAINTEXT-MARKER '.repeat(9));
	makeTree(join(folder, 'tree'), [{path: 'SECRET-NAME', content}]);
	const location = await makeRepository(join(folder, 'repository'), {encrypted: true, passphrase: 'secret', compression: 'none'});
	await push(location, [join(folder, 'tree')], {passphrase: 'secret'});
	const hashes = [createHash('sha256').update(content).digest('hex'), Buffer.from(blake3(content)).toString('hex')];
	for (const needle of ['PLAINTEXT-MARKER', 'SECRET-NAME', 'secret', ...hashes]) {
		expect(() => execFileSync('grep', ['-raq', needle, location])).toThrow();
		expect(execFileSync('find', [location, '-name', `*${needle}*`]).toString()).toBe('');
	}

	// The search itself works: the family's id is found.
	execFileSync('grep', ['-raq', 'familyId', location]);
});
