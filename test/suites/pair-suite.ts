// What every pair of media must do together: describePair is the whole test of a source on one and a target on another, describeAlone of either.
// Each verb runs once as a job, in threads that open both sides for themselves; what prepares, looks or goes the other way runs in this thread.

import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {healBytes, type HealPlan, type HealReport} from '../../source/engine/heal/heal-plan.js';
import type {PushReport} from '../../source/engine/jobs.js';
import type {CreateOptions} from '../../source/engine/repository.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {check, makeRepository, plan, push, restored, run, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {applyHeal, flipped, idsOf, planHeal, spoil, truncated} from '../support/healing.js';
import {checkInline, cloneInline, pushInline, restoredInline, syncInline} from '../support/inline.js';
import {describeTree, makeTree} from '../support/trees.js';

export type Medium = {
	readonly name: string;
	/** A location where nothing is; called within a test, after which it may vanish. */
	readonly location: () => string | Promise<string>;
	/** A shorter way to the repository at a location of this medium, taken by what only prepares or looks. */
	readonly near?: (location: string) => string;
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

/** What `restored` answers when all of `tree` has come back. */
const whole = (tree: string): string[] => [...describeTree(tree), 'failed: 0'];

/** A tree, and a way to store its next state. */
type History = {readonly tree: string; readonly grow: (location: string) => Promise<SnapshotId>};

function makeHistory(store: (location: string, paths: readonly string[]) => Promise<PushReport>): History {
	const tree = join(temporaryFolder(fastPlace), 'tree');
	let step = 0;
	makeTree(tree, [{path: 'empty'}, {path: 'folder/large', content: Buffer.from(Array.from({length: 40_000}, (_, index) => (index * index) >> 7))}, {path: 'link', link: 'folder'}]);
	return {
		tree,
		async grow(location) {
			writeFileSync(join(tree, `step ${++step}`), `step ${step}`.repeat(900));
			return (await store(location, [tree])).snapshot;
		},
	};
}

/** Push, check and restore, as jobs, of a repository on one medium. */
export function describeAlone(medium: Medium): void {
	test(`${medium.name} alone is pushed to, checked and restored from`, async () => {
		const {tree, grow} = makeHistory(push);
		const location = await makeRepository(await medium.location());
		await grow(location);
		const second = await grow(location);
		expect((await check(location)).findings).toEqual([]);
		expect(await restored(location, second, tree)).toEqual(whole(tree));
		const [chunk] = await idsOf(location, 'chunk');
		await spoil(location, 'chunk', chunk!, flipped);
		expect((await check(location)).findings).toContainEqual(expect.objectContaining({kind: 'corrupt-chunk', id: chunk}));
	});
}

/** Clone, sync, sync both ways, check, heal and restore between the two media; records equal in a family, else content. */
export function describePair(source: Medium, target: Medium): void {
	describe(`${source.name} to ${target.name}`, () => {
		const placed = new Map<string, string>();
		const near = (location: string): string => placed.get(location) ?? location;
		const placeOn = async (medium: Medium): Promise<string> => {
			const location = await medium.location();
			placed.set(location, medium.near?.(location) ?? location);
			return location;
		};

		const makeOn = async (medium: Medium, options: Partial<CreateOptions> = {}): Promise<string> => {
			const location = await placeOn(medium);
			await makeRepository(near(location), options);
			return location;
		};

		const recordsAt = async (location: string): Promise<Map<string, string>> => recordsOf(near(location));
		const makeNearHistory = (): History => makeHistory(async (location, paths) => pushInline(near(location), paths));

		test('a clone, then a sync, hold the very same records', async () => {
			const {tree, grow} = makeNearHistory();
			const a = await makeOn(source);
			const first = await grow(a);
			const b = await placeOn(target);
			const cloned = await run({verb: 'clone', source: {location: a}, target: b});
			expect(cloned).toMatchObject({receipt: true, snapshots: [first]});
			expect(await recordsAt(b)).toEqual(await recordsAt(a));
			const second = await grow(a);
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [second]});
			expect(await recordsAt(b)).toEqual(await recordsAt(a));
			expect(await syncInline(a, b)).toMatchObject({snapshots: [], bytesWritten: 0});
			expect((await checkInline(b)).findings).toEqual([]);
			expect(await restoredInline(b, second, tree)).toEqual(whole(tree));
		});

		test('a sync both ways ends with the same records on both sides', async () => {
			const {grow} = makeNearHistory();
			const [a, b] = [await makeOn(source), await makeOn(target)];
			const [ours, theirs] = [await grow(a), await grow(b)];
			expect(await syncInline(a, b)).toMatchObject({receipt: true, snapshots: [ours]});
			expect(await syncInline(b, a)).toMatchObject({receipt: true, snapshots: [theirs]});
			expect(await recordsAt(b)).toEqual(await recordsAt(a));
			expect(await plan(a, b)).toMatchObject({rows: [], inBoth: 2, onlyInTarget: 0});
			for (const location of [a, b]) {
				expect((await checkInline(location)).findings).toEqual([]);
			}
		});

		test('the target heals from the source, and the source from the target', async () => {
			const {tree, grow} = makeNearHistory();
			const a = await makeOn(source);
			const snapshot = await grow(a);
			const b = await placeOn(target);
			await cloneInline(a, b);
			const [chunk, object] = [(await idsOf(near(a), 'chunk'))[0]!, (await idsOf(near(a), 'object'))[0]!];
			const healAsJob = async (damaged: string, sound: string): Promise<readonly [HealPlan, HealReport]> => {
				const sides = {target: {location: damaged}, source: {location: sound}};
				const healing = await run({verb: 'plan-heal', ...sides, defects: (await checkInline(damaged)).findings});
				return [healing, await run({verb: 'heal', ...sides, plan: healing})];
			};

			const healInline = async (damaged: string, sound: string): Promise<readonly [HealPlan, HealReport]> => {
				const healing = await planHeal(damaged, sound);
				return [healing, await applyHeal(damaged, sound, healing)];
			};

			for (const [damaged, sound, heal] of [[b, a, healAsJob], [a, b, healInline]] as const) {
				await spoil(near(damaged), 'chunk', chunk, flipped);
				await spoil(near(damaged), 'object', object, truncated);
				await spoil(near(damaged), 'header', snapshot, flipped);
				await spoil(near(damaged), 'references', snapshot, flipped);
				const [healing, report] = await heal(damaged, sound);
				expect(healing.rows.map(({kind, cannot}) => [kind, cannot]).sort()).toEqual([['chunk', undefined], ['header', undefined], ['object', undefined], ['references', undefined]]);
				expect(report).toMatchObject({receipt: true, healed: 4, bytesWritten: healBytes(healing)});
				expect((await checkInline(damaged)).findings).toEqual([]);
				expect(await recordsAt(a)).toEqual(await recordsAt(b));
				expect(await restoredInline(damaged, snapshot, tree)).toEqual(whole(tree));
			}
		});

		test('a target with another key, hash and cuts restores the same content, and so does what comes back from it', async () => {
			const {tree, grow} = makeNearHistory();
			const a = await makeOn(source);
			const passphrase = 'secret';
			const b = {location: await makeOn(target, {encrypted: true, passphrase, hashing: 'sha256', averageChunkBytes: 16_384}), passphrase};
			const first = await grow(a);
			expect(await sync(a, b)).toMatchObject({receipt: true, snapshots: [first]});
			const second = await grow(a);
			expect(await syncInline(a, b)).toMatchObject({receipt: true, snapshots: [second]});
			expect(await syncInline(a, b)).toMatchObject({snapshots: [], bytesWritten: 0});
			expect((await checkInline(b)).findings).toEqual([]);
			expect(await restoredInline(b, second, tree)).toEqual(whole(tree));

			const back = await makeOn(source);
			expect((await sync(b, back)).snapshots).toHaveLength(2);
			expect(await recordsAt(back)).toEqual(await recordsAt(a));
		});
	});
}
