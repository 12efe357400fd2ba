import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import type {Matrix} from '../../source/engine/several/matrix.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {temporaryFolder} from '../support/folders.js';
import {check, contradict, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {makeTree} from '../support/trees.js';

type World = {readonly places: readonly string[]; /** By place. */ readonly held: ReadonlyArray<ReadonlySet<SnapshotId>>; readonly conflicts: ReadonlySet<SnapshotId>};

const matrixOf = async (places: readonly string[], snapshots?: readonly SnapshotId[]): Promise<Matrix> => run({verb: 'matrix', repositories: places.map(location => ({location})), snapshots});
const meshOf = async (places: readonly string[], matrix: Matrix) => run({verb: 'mesh', repositories: places.map(location => ({location})), plan: matrix.mesh});

async function headersOf(location: string): Promise<Map<string, string>> {
	const backend = await openBackend(location);
	const headers = new Map<string, string>();
	for await (const page of backend.list('header')) {
		for (const id of page) {
			headers.set(id, Buffer.from(await backend.read('header', id)).toString('hex'));
		}
	}

	return headers;
}

/** Repositories of one family; snapshot number i is in those whose bit is set in `memberships[i]`, and contradicts itself where told to. */
async function makeWorld(count: number, memberships: readonly number[], contradictions: ReadonlySet<number>): Promise<World> {
	const folder = temporaryFolder();
	const archive = await makeRepository(memoryLocation());
	const places = Array.from({length: count}, memoryLocation);
	await run({verb: 'clone-each', source: {location: archive}, targets: places});
	const held = places.map(() => new Set<SnapshotId>());
	const conflicts = new Set<SnapshotId>();
	for (const [number, membership] of memberships.entries()) {
		makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared')}, {path: `${number % 3}`, content: Buffer.alloc(5000, `third ${number % 3}`)}]);
		writeFileSync(join(folder, 'tree/own'), `${number} `.repeat(2000));
		const {snapshot} = await push(archive, [join(folder, 'tree')]);
		const holders = places.flatMap((_, index) => ((membership >> index) & 1) === 1 ? [index] : []);
		for (const index of holders) {
			const access = {source: {location: archive}, target: {location: places[index]!}};
			const plan = await run({verb: 'plan', ...access, snapshots: [snapshot]});
			await run({verb: 'sync', ...access, plan, ticked: [snapshot]});
			held[index]!.add(snapshot);
		}

		if (contradictions.has(number) && holders.length > 1) {
			await contradict(places[holders[0]!]!, snapshot);
			conflicts.add(snapshot);
		}
	}

	return {places, held, conflicts};
}

const worlds = fc.record({
	count: fc.integer({min: 3, max: 4}),
	memberships: fc.array(fc.nat(15), {minLength: 1, maxLength: 5}),
	contradictions: fc.uniqueArray(fc.nat(4), {maxLength: 2}),
});

describe('sync with several', () => {
	test('ends with the union everywhere; conflicts stay as they are and are shown', async () => {
		await fc.assert(fc.asyncProperty(worlds, async ({count, memberships, contradictions}) => {
			const {places, held, conflicts} = await makeWorld(count, memberships, new Set(contradictions));
			const before = await Promise.all(places.map(headersOf));
			const matrix = await matrixOf(places);
			const cell = (snapshot: SnapshotId, index: number): string => held[index]!.has(snapshot) ? (conflicts.has(snapshot) ? 'conflict' : 'held') : 'lacking';
			const known = new Set(held.flatMap(ids => [...ids]));
			expect(new Map(matrix.rows.map(({snapshot, cells}) => [snapshot, cells]))).toEqual(new Map([...known].map(snapshot => [snapshot, places.map((_, index) => cell(snapshot, index))])));

			const report = await meshOf(places, matrix);
			expect(report.equal).toBe(true);
			expect(report.transfers.map(({error}) => error)).toEqual(report.transfers.map(() => undefined));
			expect(new Set(report.skipped.map(({snapshot}) => snapshot))).toEqual(conflicts);
			expect(report.bytesWritten).toBeLessThanOrEqual(matrix.mesh.bytes);
			if (matrix.mesh.exact) {
				expect(report.bytesWritten).toBe(matrix.mesh.bytes);
			}

			for (const [index, place] of places.entries()) {
				const after = await headersOf(place);
				const wanted = [...known].filter(snapshot => !conflicts.has(snapshot) || held[index]!.has(snapshot));
				expect(new Set(after.keys())).toEqual(new Set(wanted));
				for (const [snapshot, header] of before[index]!) {
					expect(after.get(snapshot)).toBe(header);
				}

				if (conflicts.size === 0) {
					expect((await check(place)).findings).toEqual([]);
				}
			}

			expect((await matrixOf(places)).mesh.transfers).toEqual([]);
		}), {numRuns: 15});
	});

	test('a damaged header is no conflict: the sound copy goes to who lacks it, the damaged one stays and is told where to be healed from', async () => {
		const {places, held} = await makeWorld(4, [0b0011, 0b0110], new Set());
		const [hurt] = held[0]!;
		const backend = await openBackend(places[0]!);
		const bytes = await backend.read('header', hurt!);
		bytes[bytes.length - 1]! ^= 1;
		await backend.replace('header', hurt!, bytes);
		const matrix = await matrixOf(places);
		expect(matrix.rows.find(({snapshot}) => snapshot === hurt)).toMatchObject({cells: ['damaged', 'held', 'lacking', 'lacking'], comparable: true});
		expect(matrix.mesh).toMatchObject({skipped: [], damaged: [{snapshot: hurt, holder: 0, soundIn: [1]}]});
		expect(matrix.mesh.transfers.filter(({snapshots}) => snapshots.includes(hurt!)).map(({source, target}) => [source, target])).toEqual([[1, 2], [1, 3]]);

		expect(await meshOf(places, matrix)).toMatchObject({equal: true, skipped: []});
		const sound = (await headersOf(places[1]!)).get(hurt!);
		expect((await Promise.all(places.slice(2).map(headersOf))).map(headers => headers.get(hurt!))).toEqual([sound, sound]);
		expect((await headersOf(places[0]!)).get(hurt!)).toBe(Buffer.from(bytes).toString('hex'));
		expect((await matrixOf(places)).mesh).toMatchObject({transfers: [], damaged: [{holder: 0, soundIn: [1, 2, 3]}]});
	});

	test('reads a source once for all that it serves, and takes what one source lacks from another', async () => {
		const {places} = await makeWorld(3, [0b001, 0b001, 0b010], new Set());
		const matrix = await matrixOf(places);
		const {mesh} = matrix;
		expect(mesh.transfers.map(({source, target, snapshots}) => `${source}>${target}:${snapshots.length}`)).toEqual(['0>1:2', '0>2:2', '1>0:1', '1>2:1']);
		// The third is served by two, which share records: only they together know the bytes.
		expect(mesh.exact).toBe(false);
		const report = await meshOf(places, matrix);
		expect(report).toMatchObject({equal: true, skipped: []});
		expect(report.bytesWritten).toBeLessThan(mesh.bytes);
	});

	test('among keys that know nothing of each other: what one has received meanwhile makes no plan of another one stale', async () => {
		const folder = temporaryFolder();
		const access = await Promise.all([true, true, false].map(async encrypted => ({
			location: await makeRepository(memoryLocation(), {encrypted, passphrase: 'same words'}), passphrase: 'same words',
		})));
		for (const {location, passphrase} of access) {
			makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared')}, {path: 'own', content: Buffer.from(location)}]);
			await push(location, [join(folder, 'tree')], {passphrase});
		}

		const {mesh} = await run({verb: 'matrix', repositories: access, snapshots: undefined});
		const report = await run({verb: 'mesh', repositories: access, plan: mesh});
		expect(report.transfers.map(({error}) => error?.message)).toEqual(report.transfers.map(() => undefined));
		expect(report).toMatchObject({equal: true, skipped: []});
		for (const {location, passphrase} of access) {
			expect(await headersOf(location)).toHaveProperty('size', 3);
			expect((await check(location, {passphrase})).findings).toEqual([]);
		}
	});

	test('only the snapshots asked for, when there are any', async () => {
		const {places, held} = await makeWorld(3, [0b001, 0b001, 0b010], new Set());
		const [wanted] = held[0]!;
		const matrix = await matrixOf(places, [wanted!]);
		await meshOf(places, matrix);
		for (const place of places.slice(1)) {
			expect([...(await headersOf(place)).keys()]).toContain(wanted);
		}

		expect((await headersOf(places[2]!)).size).toBe(1);
	});

	test('is refused once a repository has changed, before anything is written', async () => {
		const {places} = await makeWorld(3, [0b001, 0b010], new Set());
		const matrix = await matrixOf(places);
		const folder = temporaryFolder();
		makeTree(folder, [{path: 'new', content: Buffer.from('new')}]);
		await push(places[1]!, [folder]);
		const before = await Promise.all(places.map(headersOf));
		await expect(meshOf(places, matrix)).rejects.toMatchObject({code: 'PLAN_STALE'});
		expect(await Promise.all(places.map(headersOf))).toEqual(before);
	});
});

describe('compare of several', () => {
	test('names what cannot be reached, and compares the rest', async () => {
		const {places} = await makeWorld(3, [0b001, 0b011], new Set());
		const nowhere = `memory:${randomUUID()}`;
		const matrix = await matrixOf([places[0]!, nowhere, places[1]!]);
		expect(matrix.columns).toMatchObject([{snapshots: 2}, {location: nowhere, error: {code: 'REPOSITORY_NOT_FOUND'}}, {snapshots: 1}]);
		expect(matrix.rows.map(({cells}) => cells.join())).toEqual(['held,unknown,held', 'held,unknown,lacking']);
		expect(matrix.pairs.map(({source, target, total}) => `${source}>${target}:${total.snapshots}`)).toEqual(['0>2:1', '2>0:0']);
		expect(await meshOf([places[0]!, nowhere, places[1]!], matrix)).toMatchObject({equal: true, transfers: [{source: 0, target: 2}]});
	});

	test('tells of kin that cannot exchange records, and of a damaged snapshot', async () => {
		const {places} = await makeWorld(2, [0b001, 0b001], new Set());
		const stranger = await makeRepository(memoryLocation(), {hashing: 'sha256'});
		const backend = await openBackend(places[0]!);
		const [damaged] = (await headersOf(places[0]!)).keys();
		const bytes = await backend.read('references', damaged as never);
		bytes[bytes.length - 1]! ^= 1;
		await backend.replace('references', damaged as never, bytes);
		const matrix = await matrixOf([...places, stranger]);
		expect(matrix.rows.find(({snapshot}) => snapshot === damaged)!.cells).toEqual(['damaged', 'lacking', 'lacking']);
		expect(matrix.mesh.skipped.find(({snapshot}) => snapshot === damaged)!.reason).toContain('damaged in every repository');
		expect(matrix.pairs.find(({source, target}) => source === 0 && target === 1)).toMatchObject({total: {snapshots: 1}, kinship: 'family'});
		expect(structuredClone(matrix)).toEqual(matrix);
	});
});
