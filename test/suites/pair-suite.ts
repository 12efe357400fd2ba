// What every pair of media must do together: describePair is the whole test of a source on one and a target on another.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {healBytes} from '../../source/engine/heal/heal-plan.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {check, makeRepository, plan, push, restored, run, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {flipped, idsOf, spoil, truncated} from '../support/healing.js';
import {makeTree} from '../support/trees.js';

export type Medium = {
	readonly name: string;
	/** A location where nothing is; called within a test, after which it may vanish. */
	readonly location: () => string | Promise<string>;
};

/** Every record of a repository as it is stored. */
async function recordsOf(location: string): Promise<Map<string, string>> {
	const backend = await openBackend(location);
	const records = new Map<string, string>();
	for (const kind of ['chunk', 'object', 'header'] as const) {
		for await (const page of backend.list(kind)) {
			for (const id of page) {
				records.set(`${kind} ${id}`, Buffer.from(await backend.read(kind, id)).toString('base64'));
				if (kind === 'header') {
					records.set(`references ${id}`, Buffer.from(await backend.read('references', id)).toString('base64'));
				}
			}
		}
	}

	await backend.close();
	return records;
}

/** Clone, sync, sync both ways, check, heal and restore between the two media; records equal in a family, else content. A few seconds a pair. */
export function describePair(source: Medium, target: Medium): void {
	describe(`${source.name} to ${target.name}`, () => {
		/** A tree, and a way to push its next state. */
		const makeHistory = (): {readonly tree: string; readonly grow: (location: string) => Promise<SnapshotId>} => {
			const tree = join(temporaryFolder(fastPlace), 'tree');
			let step = 0;
			makeTree(tree, [{path: 'empty'}, {path: 'folder/large', content: Buffer.from(Array.from({length: 40_000}, (_, index) => (index * index) >> 7))}, {path: 'link', link: 'folder'}]);
			return {
				tree,
				async grow(location) {
					writeFileSync(join(tree, `step ${++step}`), `step ${step}`.repeat(900));
					return (await push(location, [tree])).snapshot;
				},
			};
		};

		test('a clone, then a sync, hold the very same records', async () => {
			const {tree, grow} = makeHistory();
			const a = await makeRepository(await source.location());
			const first = await grow(a);
			const b = await target.location();
			const cloned = await run({verb: 'clone', source: {location: a}, target: b});
			expect(cloned).toMatchObject({receipt: true, snapshots: [first]});
			expect(await recordsOf(b)).toEqual(await recordsOf(a));
			const second = await grow(a);
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [second]});
			expect(await recordsOf(b)).toEqual(await recordsOf(a));
			expect(await sync(a, b)).toMatchObject({snapshots: [], bytesWritten: 0});
			expect((await check(b)).findings).toEqual([]);
			expect(await restored(b, second, tree)).toEqual(await restored(a, second, tree));
		});

		test('a sync both ways ends with the same records on both sides', async () => {
			const {grow} = makeHistory();
			const [a, b] = [await makeRepository(await source.location()), await makeRepository(await target.location())];
			const [ours, theirs] = [await grow(a), await grow(b)];
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [ours]});
			expect(await sync(b, a)).toMatchObject({receipt: true, snapshots: [theirs]});
			expect(await recordsOf(b)).toEqual(await recordsOf(a));
			expect(await plan(a, b)).toMatchObject({rows: [], inBoth: 2, onlyInTarget: 0});
			for (const location of [a, b]) {
				expect((await check(location)).findings).toEqual([]);
			}
		});

		test('the target heals from the source, and the source from the target', async () => {
			const {tree, grow} = makeHistory();
			const a = await makeRepository(await source.location());
			const snapshot = await grow(a);
			const b = await target.location();
			await run({verb: 'clone', source: {location: a}, target: b});
			const [chunk, object] = [(await idsOf(a, 'chunk'))[0]!, (await idsOf(a, 'object'))[0]!];
			for (const [damaged, whole] of [[a, b], [b, a]] as const) {
				await spoil(damaged, 'chunk', chunk, flipped);
				await spoil(damaged, 'object', object, truncated);
				await spoil(damaged, 'header', snapshot, flipped);
				await spoil(damaged, 'references', snapshot, flipped);
				const sides = {target: {location: damaged}, source: {location: whole}};
				const {findings} = await check(damaged);
				const healing = await run({verb: 'plan-heal', ...sides, defects: findings});
				expect(healing.rows.map(({kind, cannot}) => [kind, cannot]).sort()).toEqual([['chunk', undefined], ['header', undefined], ['object', undefined], ['references', undefined]]);
				expect(await run({verb: 'heal', ...sides, plan: healing})).toMatchObject({receipt: true, healed: 4, bytesWritten: healBytes(healing)});
				expect((await check(damaged)).findings).toEqual([]);
				expect(await recordsOf(a)).toEqual(await recordsOf(b));
				expect(await restored(damaged, snapshot, tree)).toEqual(await restored(whole, snapshot, tree));
			}
		});

		test('a target with another key, hash and cuts restores the same content, and so does what comes back from it', async () => {
			const {tree, grow} = makeHistory();
			const a = await makeRepository(await source.location());
			const passphrase = 'secret';
			const b = {location: await makeRepository(await target.location(), {encrypted: true, passphrase, hashing: 'sha256', averageChunkBytes: 16_384}), passphrase};
			const first = await grow(a);
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [first]});
			const second = await grow(a);
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [second]});
			expect(await sync(a, b)).toMatchObject({snapshots: [], bytesWritten: 0});
			expect((await check(b.location, {passphrase})).findings).toEqual([]);
			expect(await restored(b, second, tree)).toEqual(await restored(a, second, tree));

			const back = await makeRepository(await source.location());
			expect((await sync(b, back)).snapshots).toHaveLength(2);
			expect(await recordsOf(back)).toEqual(await recordsOf(a));
		});
	});
}
