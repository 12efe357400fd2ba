import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Backend} from '../../source/backends/contract.js';
import {openBackend} from '../../source/backends/registry.js';
import {createTally, withMeter} from '../../source/backends/wrap/meter.js';
import {Counters} from '../../source/engine/counters.js';
import type {TargetOutcome} from '../../source/engine/jobs.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {pricePlan, sendableRows} from '../../source/engine/plan.js';
import {openSealed, repositoryOf, type Repository} from '../../source/engine/repository.js';
import {syncEach} from '../../source/engine/several/sync-each.js';
import {stepsOf} from '../../source/engine/transfer/steps.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {withFaults, type Faults} from '../faults/fault-backend.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, push, run, sync} from '../support/engine.js';
import {makeTree} from '../support/trees.js';

const options = {signal: new AbortController().signal, onEvent: () => undefined};

/** `count` snapshots that share some of their content. */
async function makeHistory(location: string, count: number): Promise<SnapshotId[]> {
	const folder = temporaryFolder(fastPlace);
	const snapshots: SnapshotId[] = [];
	for (let index = 0; index < count; index++) {
		makeTree(join(folder, 'tree'), [
			{path: 'shared', content: Buffer.alloc(12_000, 'shared by all')}, {path: `${index >> 1}`, content: Buffer.alloc(9000, `pair ${index >> 1} `)},
		]);
		writeFileSync(join(folder, 'tree/step'), `step ${index} `.repeat(800));
		snapshots.push((await push(location, [join(folder, 'tree')])).snapshot);
	}

	return snapshots;
}

async function makeClones(source: string, count: number): Promise<string[]> {
	const targets = Array.from({length: count}, memoryLocation);
	await run({verb: 'clone-each', source: {location: source}, targets});
	return targets;
}

async function syncSome(source: string, target: string, keep: (row: number) => boolean): Promise<void> {
	const plan = await run({verb: 'plan', source: {location: source}, target: {location: target}});
	const ticked = sendableRows(plan).filter(row => keep(row)).map(row => plan.rows[row]!.snapshot);
	await run({verb: 'sync', source: {location: source}, target: {location: target}, plan, ticked});
}

async function idsOf(location: string, kind: 'chunk' | 'object' | 'header'): Promise<Set<string>> {
	const ids = new Set<string>();
	for await (const page of (await openBackend(location)).list(kind)) {
		for (const id of page) {
			ids.add(id);
		}
	}

	return ids;
}

async function openWith(location: string, wrapped: (backend: Backend) => Backend): Promise<Repository> {
	return repositoryOf(wrapped(await openBackend(location)), (await openSealed(location)).config);
}

/** Syncs everything from `source` to `targets`, which fail as they are told to once the plans are made. */
async function syncToAll(source: Repository, targets: readonly string[], faults: readonly (Omit<Faults, 'seed'> | undefined)[] = []): Promise<TargetOutcome[]> {
	const prepared = await Promise.all(targets.map(async (location, index) => {
		const plan = await makePlan(source, await openSealed(location), undefined);
		const fault = faults[index];
		const repository = await openWith(location, backend => fault === undefined ? backend : withFaults(backend, {seed: 1, ...fault}));
		return {opened: {location, repository}, plan, ticked: sendableRows(plan).map(row => plan.rows[row]!.snapshot)};
	}));
	return syncEach(source, prepared, new Counters(), options);
}

describe('sync to several', () => {
	test('reads each record once, whoever lacks it, and writes what each plan showed', async () => {
		await fc.assert(fc.asyncProperty(fc.integer({min: 1, max: 5}), fc.array(fc.nat(31), {minLength: 2, maxLength: 4}), async (count, memberships) => {
			const source = await makeRepository(memoryLocation());
			const targets = await makeClones(source, memberships.length);
			await makeHistory(source, count);
			for (const [index, target] of targets.entries()) {
				await syncSome(source, target, row => ((memberships[index]! >> row) & 1) === 1);
			}

			const lacking = new Set<string>();
			for (const kind of ['chunk', 'object'] as const) {
				const all = await idsOf(source, kind);
				for (const target of targets) {
					const held = await idsOf(target, kind);
					for (const id of all) {
						if (!held.has(id)) {
							lacking.add(`${kind} ${id}`);
						}
					}
				}
			}

			const tally = createTally();
			const repository = await openWith(source, backend => withMeter(backend, {tally, kinds: ['chunk', 'object']}));
			const plans = await Promise.all(targets.map(async target => makePlan(repository, await openSealed(target), undefined)));
			const outcomes = await syncToAll(repository, targets);
			expect(tally.recordsRead).toBe(lacking.size);
			for (const [index, target] of targets.entries()) {
				const {total} = pricePlan(plans[index]!, new Set(sendableRows(plans[index]!)));
				expect(outcomes[index]).toMatchObject({report: {bytesWritten: total.bytes, recordsWritten: total.chunks + total.objects, receipt: true}});
				expect(outcomes[index]!.error).toBeUndefined();
				for (const kind of ['chunk', 'object', 'header'] as const) {
					expect(await idsOf(target, kind)).toEqual(await idsOf(source, kind));
				}

				expect((await check(target)).findings).toEqual([]);
			}
		}), {numRuns: 12});
	});

	test('a target that fills up, one that dies and one that is gone do not stop the others', async () => {
		const source = await makeRepository(memoryLocation());
		const targets = await makeClones(source, 4);
		const snapshots = await makeHistory(source, 4);
		const repository = await openSealed(source);
		const [good, full, dying, other] = await syncToAll(repository, targets, [undefined, {chances: {full: 1}, methods: ['stage']}, {dieAtCall: 12}, undefined]);
		expect([good, other]).toMatchObject([{report: {snapshots, receipt: true}}, {report: {snapshots, receipt: true}}]);
		expect([full, dying]).toMatchObject([{location: targets[1], error: {code: 'BACKEND_FULL'}}, {location: targets[2], error: {code: 'BACKEND_FAILED'}}]);
		for (const target of targets) {
			expect((await check(target)).findings.filter(({severity}) => severity === 'damage')).toEqual([]);
		}

		// What they missed, the next run sends.
		for (const outcome of await syncToAll(repository, targets)) {
			expect(outcome).toMatchObject({report: {receipt: true}});
			expect(await idsOf(outcome.location, 'header')).toEqual(new Set(snapshots));
		}

		const gone = await run({verb: 'plan-each', source: {location: source}, targets: [{location: 'memory:nowhere'}, {location: targets[0]!}]});
		expect(gone).toMatchObject([{location: 'memory:nowhere', error: {code: 'REPOSITORY_NOT_FOUND'}}, {plan: {inBoth: 4}}]);
	});

	test('a target dies at every single call, and the other receives everything', async () => {
		const source = await makeRepository(memoryLocation());
		await makeHistory(source, 2);
		const repository = await openSealed(source);
		for (let dieAtCall = 1; ; dieAtCall++) {
			const [good, dying] = [await makeRepository(memoryLocation()), await makeRepository(memoryLocation())];
			const outcomes = await syncToAll(repository, [dying, good], [{dieAtCall}]);
			expect(outcomes[1], `died at ${dieAtCall}`).toMatchObject({report: {receipt: true}});
			expect((await check(dying)).findings.filter(({severity}) => severity === 'damage'), `died at ${dieAtCall}`).toEqual([]);
			if (outcomes[0]!.error === undefined) {
				expect(dieAtCall).toBeGreaterThan(12);
				break;
			}

			const again = await sync(source, dying);
			expect(again.receipt).toBe(true);
		}
	});

	test('a damaged record in the source keeps what needs it from those who lack it, and nothing else', async () => {
		const source = await makeRepository(memoryLocation());
		const targets = await makeClones(source, 2);
		const [first] = await makeHistory(source, 1);
		const sound = await idsOf(source, 'chunk');
		await makeHistory(source, 2);
		const backend = await openBackend(source);
		const damaged = [...await idsOf(source, 'chunk')].find(id => !sound.has(id))!;
		const bytes = await backend.read('chunk', damaged as never);
		bytes[12]! ^= 1;
		await backend.replace('chunk', damaged as never, bytes);
		const repository = await openSealed(source);
		const prepared = await Promise.all(targets.map(async location => ({opened: {location, repository: await openSealed(location)}, plan: await makePlan(repository, await openSealed(location), undefined)})));
		const all = prepared[0]!.plan.rows.map(({snapshot}) => snapshot);
		const outcomes = await syncEach(repository, prepared.map((target, index) => ({...target, ticked: index === 0 ? all : [first!]})), new Counters(), options);
		expect(outcomes).toMatchObject([{report: {receipt: true}}, {report: {snapshots: [first], damaged: [], receipt: true}}]);
		const {snapshots, damaged: left} = outcomes[0]!.report!;
		expect(left.length).toBeGreaterThan(0);
		expect([...snapshots, ...left.map(({snapshot}) => snapshot)].sort()).toEqual([...all].sort());
	});

	test('the same repository named twice is written once', async () => {
		const source = await makeRepository(memoryLocation());
		const [target] = await makeClones(source, 1);
		await makeHistory(source, 1);
		expect(await syncToAll(await openSealed(source), [target!, target!])).toMatchObject([{report: {receipt: true}}, {error: {code: 'REPOSITORY_SAME'}}]);
	});
});

describe('clone to several', () => {
	test('makes each, names the one that cannot be made, and leaves it as it was', async () => {
		const source = await makeRepository(memoryLocation());
		const snapshots = await makeHistory(source, 2);
		const taken = await makeRepository(memoryLocation());
		const places = [memoryLocation(), taken, memoryLocation()];
		const outcomes = await run({verb: 'clone-each', source: {location: source}, targets: places});
		expect(outcomes).toMatchObject([{report: {snapshots, receipt: true}}, {location: taken, error: {code: 'REPOSITORY_EXISTS'}}, {report: {snapshots, receipt: true}}]);
		expect(await run({verb: 'describe', repository: {location: places[2]!}})).toMatchObject({unfinishedClone: false});
		expect(await idsOf(taken, 'header')).toEqual(new Set());
	});
});

describe('the order of one pass', () => {
	const steps = (...queues: string[][]): string[] => [...stepsOf(queues as SnapshotId[][])].map(({snapshot, takers}) => `${snapshot}:${takers.join('')}`);

	test('shares a snapshot where the orders agree', () => {
		expect(steps(['a', 'b', 'c'], ['b', 'c'], ['a', 'c'])).toEqual(['a:02', 'b:01', 'c:012']);
		expect(steps(['b'], ['a', 'b'])).toEqual(['a:1', 'b:01']);
		expect(steps([], [])).toEqual([]);
	});

	test('keeps every order also where they contradict each other', () => {
		fc.assert(fc.property(fc.array(fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')), {maxLength: 4}), queues => {
			const taken = queues.map((): string[] => []);
			for (const {snapshot, takers} of stepsOf(queues as SnapshotId[][])) {
				for (const index of takers) {
					taken[index]!.push(snapshot);
				}
			}

			expect(taken).toEqual(queues);
		}));
	});
});
