// Syncs over media that fail now and then: the target is sound whatever happens, and a quiet run sends the rest.

import {expect, test} from 'vitest';
import type {Backend} from '../../source/backends/contract.js';
import {openBackend} from '../../source/backends/registry.js';
import {withRetry} from '../../source/backends/wrap/retry.js';
import {Counters} from '../../source/engine/counters.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {openSealed, repositoryOf, type Repository} from '../../source/engine/repository.js';
import {applyPlan} from '../../source/engine/sync.js';
import {isPlakarError} from '../../source/errors/plakar-error.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, push, sync} from '../support/engine.js';
import {randomNumbers, seed} from '../support/random.js';
import {makeTree} from '../support/trees.js';
import {withFaults, type Faults} from './fault-backend.js';

const rounds = 60;

async function openUnreliable(location: string, faults: Faults): Promise<Repository> {
	const {config} = await openSealed(location);
	const unreliable = (inner: Backend): Backend => withRetry(withFaults(inner, faults), {async sleep() {
		// No time goes by here.
	}});
	return repositoryOf(unreliable(await openBackend(location)), config);
}

/** One sync that anything may happen to. Answers the log of faults and how it ended. */
async function syncOnce(source: string, target: string, round: number): Promise<{readonly log: string[]; readonly ended: string}> {
	const log: string[] = [];
	const onFault = (line: string): void => {
		log.push(line);
	};

	const from = await openUnreliable(source, {seed: round, chances: {drop: 0.1, busy: 0.05, delay: 0.2, short: 0.06, flip: 0.06}, onFault});
	const to = await openUnreliable(target, {seed: round + 1, chances: {drop: 0.1, busy: 0.05, delay: 0.2, full: 0.02}, methods: ['stage', 'reference', 'putSnapshot', 'unfinished', 'sizes'], onFault});
	try {
		const plan = await makePlan(await openSealed(source), await openSealed(target), undefined);
		const ticked = sendableRows(plan).map(row => plan.rows[row]!.snapshot);
		await applyPlan({source: from, target: to, plan, ticked, counters: new Counters()}, {signal: new AbortController().signal, onEvent: () => undefined});
		return {log, ended: 'done'};
	} catch (error) {
		return {log, ended: isPlakarError(error) ? error.code : String(error)};
	}
}

test(`whatever fails, the target is sound (SEED=${seed})`, async () => {
	const folder = temporaryFolder(fastPlace);
	const source = await makeRepository(memoryLocation());
	for (const step of ['one', 'two', 'three']) {
		makeTree(folder, [{path: 'shared', content: Buffer.alloc(9000, 'shared ')}, {path: step, content: Buffer.alloc(20_000, step)}]);
		await push(source, [folder]);
	}

	const random = randomNumbers(seed);
	const ends = new Set<string>();
	for (let round = 0; round < rounds; round++) {
		const number = Math.floor(random() * 2 ** 31);
		const target = await makeRepository(memoryLocation());
		const {log, ended} = await syncOnce(source, target, number);
		ends.add(ended);
		const said = `SEED=${seed}, round ${round}, ${ended}, ${log.join('; ')}`;
		expect(['done', 'RECORD_CORRUPT', 'BACKEND_FULL', 'BACKEND_UNAVAILABLE', 'BACKEND_LOCKED', 'FORMAT_INVALID', 'PLAN_STALE'], said).toContain(ended);
		expect((await check(target)).findings.filter(({severity}) => severity === 'damage'), said).toEqual([]);
		expect(await sync(source, target), said).toMatchObject({receipt: true});
		expect((await check(target)).findings, said).toEqual([]);
	}

	expect(ends).toContain('done');
	expect(ends.size).toBeGreaterThan(1);
});

test('the same seed means the same run', async () => {
	const source = await makeRepository(memoryLocation());
	const folder = temporaryFolder(fastPlace);
	makeTree(folder, [{path: 'file', content: Buffer.alloc(30_000, 'text ')}]);
	await push(source, [folder]);
	const logs: string[] = [];
	for (let run = 0; run < 2; run++) {
		const target = await makeRepository(memoryLocation());
		const {log, ended} = await syncOnce(source, target, 7);
		logs.push([...log, ended].join('\n'));
	}

	expect(logs[0]).toBe(logs[1]);
	expect(logs[0]!.split('\n').length).toBeGreaterThan(1);
});
