// Records that are damaged in the source: what needs them is left out and named, everything else arrives whole.

import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {SharedKind, SnapshotId} from '../../source/format/ids.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {listSnapshotIds, openSealed, readReferences} from '../../source/engine/repository.js';
import {openBackend} from '../../source/backends/registry.js';
import {withFaults} from '../faults/fault-backend.js';
import {applyPlan} from '../../source/engine/sync.js';
import {Counters} from '../../source/engine/counters.js';
import {repositoryOf} from '../../source/engine/repository.js';
import {check, makeRepository, memoryLocation, plan, push, run, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

type RecordOf = {readonly kind: SharedKind; readonly id: string};

const options = {signal: new AbortController().signal, onEvent: () => undefined};

/** Snapshots of which any two share one file, and each has one of its own. */
async function makeHistory(source: string, count: number): Promise<SnapshotId[]> {
	const folder = temporaryFolder(fastPlace);
	const snapshots: SnapshotId[] = [];
	for (let index = 0; index < count; index++) {
		const shared = Array.from({length: count}, (_, other) => other).filter(other => other !== index).map(other => [index, other].sort((a, b) => a - b).join('-'));
		makeTree(join(folder, `${index}`), [
			...shared.map(name => ({path: `with ${name}`, content: Buffer.alloc(9000, `shared ${name} `)})), {path: 'own', content: Buffer.alloc(7000, `own ${index} `)},
		]);
		snapshots.push((await push(source, [join(folder, `${index}`)])).snapshot);
	}

	return snapshots;
}

async function recordsOf(location: string, snapshot: SnapshotId): Promise<RecordOf[]> {
	const references = await readReferences(await openSealed(location), snapshot);
	return (['chunk', 'object'] as const).flatMap(kind => Array.from({length: references[kind].count}, (_, index) => ({kind, id: references[kind].idAt(index) as string})));
}

const keyOf = ({kind, id}: RecordOf): string => `${kind} ${id}`;

/** Damages records; answers how to mend them. */
async function damage(location: string, records: readonly RecordOf[]): Promise<() => Promise<void>> {
	const backend = await openBackend(location);
	const sound = new Map<RecordOf, Uint8Array>();
	for (const record of records) {
		const bytes = await backend.read(record.kind, record.id as never);
		sound.set(record, Uint8Array.from(bytes));
		bytes[bytes.length - 1]! ^= 1;
		await backend.replace(record.kind, record.id as never, bytes);
	}

	return async () => {
		for (const [{kind, id}, bytes] of sound) {
			await backend.replace(kind, id as never, bytes);
		}
	};
}

async function held(location: string): Promise<Set<string>> {
	const backend = await openBackend(location);
	const keys = new Set<string>();
	for (const kind of ['chunk', 'object'] as const) {
		for await (const page of backend.list(kind)) {
			for (const id of page) {
				keys.add(keyOf({kind, id}));
			}
		}
	}

	return keys;
}

const makeTargets = (folder: string): string[] => [memoryLocation(), join(folder, 'files'), `sqlite:${join(folder, 'file.db')}`];

/** `heldBy`: one number a target, a bit a snapshot. `hurt`: which records are damaged, counted over all of them. `dies`: the call at which a first run of the first target ended. */
type World = {readonly count: number; readonly heldBy: readonly number[]; readonly hurt: readonly number[]; readonly dies: number};
const worlds = fc.record({count: fc.integer({min: 2, max: 5}), heldBy: fc.array(fc.nat(31), {minLength: 3, maxLength: 3}), hurt: fc.array(fc.nat(10_000), {minLength: 1, maxLength: 3}), dies: fc.nat(60)});

/** A first run that ends at call number `dies`: it leaves what it staged. */
async function dieOnce(source: string, target: string, dies: number): Promise<void> {
	const [repository, healthy] = [await openSealed(source), await openSealed(target)];
	const made = await makePlan(repository, healthy, undefined);
	const dying = repositoryOf(withFaults(await openBackend(target), {seed: 1, dieAtCall: dies}), healthy.config);
	await applyPlan({source: repository, target: dying, plan: made, ticked: sendableRows(made).map(row => made.rows[row]!.snapshot), counters: new Counters()}, options).catch(() => undefined);
}

async function examine({count, heldBy, hurt, dies}: World): Promise<void> {
	const source = await makeRepository(memoryLocation());
	const targets = makeTargets(temporaryFolder(fastPlace));
	await run({verb: 'clone-each', source: {location: source}, targets});
	const snapshots = await makeHistory(source, count);
	for (const [index, target] of targets.entries()) {
		const made = await plan(source, target);
		const ticked = snapshots.filter((_, position) => ((heldBy[index]! >> position) & 1) === 1);
		await run({verb: 'sync', source: {location: source}, target: {location: target}, plan: made, ticked});
	}

	await dieOnce(source, targets[0]!, dies);
	const needs = new Map<SnapshotId, Set<string>>();
	for (const snapshot of snapshots) {
		needs.set(snapshot, new Set((await recordsOf(source, snapshot)).map(keyOf)));
	}

	const all = [...new Map((await Promise.all(snapshots.map(async snapshot => recordsOf(source, snapshot)))).flat().map(record => [keyOf(record), record])).values()];
	const damaged = [...new Set(hurt.map(number => all[number % all.length]!))];
	const heal = await damage(source, damaged);
	const repository = {location: source};
	const plans = await run({verb: 'plan-each', source: repository, targets: targets.map(location => ({location}))});
	const before = await Promise.all(targets.map(held));
	const outcomes = await run({verb: 'sync-each', source: repository, targets: plans.map(({plan: made}, index) => ({access: {location: targets[index]!}, plan: made!, ticked: made!.rows.map(row => row.snapshot)}))});
	for (const [index, target] of targets.entries()) {
		const lost = damaged.map(keyOf).filter(key => !before[index]!.has(key));
		const wanted = plans[index]!.plan!.rows.map(({snapshot}) => snapshot);
		const left = wanted.filter(snapshot => lost.some(key => needs.get(snapshot)!.has(key)));
		expect(outcomes[index]!.error).toBeUndefined();
		// What a run that died had staged already need not be read again.
		const named = outcomes[index]!.report!.damaged.map(({snapshot}) => snapshot);
		expect(index === 0 ? left : named).toEqual(expect.arrayContaining(index === 0 ? named : left));
		expect([...outcomes[index]!.report!.snapshots, ...named].sort()).toEqual([...wanted].sort());
		expect((await check(target)).findings.filter(({severity}) => severity === 'damage')).toEqual([]);
	}

	await heal();
	for (const target of targets) {
		expect((await sync(source, target)).receipt).toBe(true);
		expect(await listSnapshotIds(await openSealed(target))).toEqual(await listSnapshotIds(await openSealed(source)));
		expect((await check(target)).findings).toEqual([]);
	}
}

describe('damaged records of the source', () => {
	test('keep exactly those snapshots away that need them, from each of several targets; mended, the rest follows', async () => {
		await fc.assert(fc.asyncProperty(worlds, examine), {numRuns: 12, examples: [[{count: 3, heldBy: [0, 1, 0], hurt: [0, 7], dies: 0}]]});
	});

	test.each([['other hash', {hashing: 'sha256'}], ['other compression', {compression: 'none'}]] as const)('leave the others to a target with %s', async (_, settings) => {
		const source = await makeRepository(memoryLocation());
		const target = await makeRepository(memoryLocation(), settings);
		const snapshots = await makeHistory(source, 4);
		const others = new Set((await Promise.all([0, 2, 3].map(async index => recordsOf(source, snapshots[index]!)))).flat().map(keyOf));
		const heal = await damage(source, [(await recordsOf(source, snapshots[1]!)).find(record => record.kind === 'chunk' && !others.has(keyOf(record)))!]);
		expect(await sync(source, target)).toMatchObject({snapshots: snapshots.filter((__, index) => index !== 1), damaged: [{snapshot: snapshots[1]}], receipt: true});
		expect((await check(target)).findings).toEqual([]);
		await heal();
		expect(await sync(source, target)).toMatchObject({snapshots: [snapshots[1]], damaged: [], receipt: true});
		expect((await check(target)).findings).toEqual([]);
	});

	test('that are reference lists keep no other snapshot from being planned; each list is read once', async () => {
		const source = await makeRepository(memoryLocation());
		const target = await makeRepository(memoryLocation());
		const snapshots = await makeHistory(source, 3);
		const opened = await openSealed(source);
		await opened.backend.replace('references', snapshots[1]!, opened.codec.sealer.seal('references', snapshots[1]!, Buffer.from('a digest that is right')));
		const read: SnapshotId[] = [];
		const watched = repositoryOf({
			...opened.backend,
			async readBatch(kind, ids, given) {
				read.push(...kind === 'references' ? ids as readonly SnapshotId[] : []);
				return opened.backend.readBatch(kind, ids, given);
			},
		}, opened.config);
		const made = await makePlan(watched, await openSealed(target), undefined);
		expect([...read].sort()).toEqual([...snapshots].sort());
		expect(made.rows.map(({snapshot, state}) => [snapshot, state])).toEqual([[snapshots[0], 'send'], [snapshots[2], 'send'], [snapshots[1], 'damaged']]);
		expect(made.rows[2]!.reason).toContain('counts do not fit');
		expect(await sync(source, target)).toMatchObject({snapshots: [snapshots[0], snapshots[2]], receipt: true});
		expect((await check(target)).findings).toEqual([]);
	});

	test('leave a clone unfinished, which the same command finishes once they are mended', async () => {
		const source = await makeRepository(memoryLocation());
		const snapshots = await makeHistory(source, 3);
		const heal = await damage(source, [(await recordsOf(source, snapshots[0]!)).find(({kind}) => kind === 'chunk')!]);
		const target = memoryLocation();
		const clone = async (): Promise<unknown> => run({verb: 'clone', source: {location: source}, target});
		expect(await clone()).toMatchObject({damaged: expect.arrayContaining([expect.objectContaining({snapshot: snapshots[0]})]) as unknown});
		expect((await openSealed(target)).config.unfinishedCloneOf).toBeDefined();
		await heal();
		expect(await clone()).toMatchObject({damaged: [], receipt: true});
		expect((await openSealed(target)).config.unfinishedCloneOf).toBeUndefined();
	});
});
