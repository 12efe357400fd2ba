// A small sync over a network that breaks: at every range of its bytes, in every way. The target is always sound, a cut
// is survived, a dead network ends with an error that names it, and the next sync sends only the rest.

import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {batchRecords} from '../../source/backends/contract.js';
import {openHttp} from '../../source/backends/http/open-http.js';
import {openBackend} from '../../source/backends/registry.js';
import {withRetry} from '../../source/backends/wrap/retry.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {asPlakarError} from '../../source/errors/revive.js';
import {Counters} from '../../source/engine/counters.js';
import type {TransferReport} from '../../source/engine/jobs.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {openSealed, repositoryOf} from '../../source/engine/repository.js';
import {applyPlan} from '../../source/engine/sync.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, memoryLocation, push, run} from '../support/engine.js';
import {temporaryProxy, type Mischief, type Proxy} from '../support/proxy.js';
import {settings, temporaryServer} from '../support/server.js';
import {makeTree} from '../support/trees.js';

beforeEach(() => {
	// Waits between tries are random up to a bound: none, here.
	vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => {
	vi.restoreAllMocks();
});

const options = {signal: new AbortController().signal, onEvent: () => undefined};
/** For a network that falls silent: elsewhere, a busy machine would be silence enough. */
const impatient = {...settings, timeouts: {connectMs: 300, stallMs: 300}};

/** Lanes stay in this thread, where the patience is. */
async function syncThrough(port: number, source: string, patience = settings): Promise<TransferReport> {
	const from = await openSealed(source);
	const opened = await openHttp(`plakar://127.0.0.1:${port}/r0`, {}, patience);
	const backend = wrap(withRetry(opened), {supports: Object.freeze({...opened.supports, reopenable: false})});
	try {
		const to = repositoryOf(backend, (await openSealed(source)).config);
		const target = repositoryOf(backend, {...to.config, repositoryId: '00000000-0000-4000-8000-000000000000'});
		const made = await makePlan(from, target, undefined);
		const ticked = sendableRows(made).map(row => made.rows[row]!.snapshot);
		return await applyPlan({source: from, target, plan: made, ticked, counters: new Counters()}, options);
	} finally {
		await backend.close();
	}
}

const visibleIn = async (location: string): Promise<string[]> => {
	const ids: string[] = [];
	for await (const page of (await openBackend(location)).list('header')) {
		ids.push(...page);
	}

	return ids;
};

/** An empty clone, served, and what stands in front of it. */
async function makeTarget(source: string, mischief?: Mischief) {
	const location = memoryLocation();
	const server = await temporaryServer();
	server.serve(location);
	await makeRepository(location);
	const proxy = await temporaryProxy(server.port, mischief === undefined ? {} : {mischief});
	return {location, server, proxy, source};
}

async function makeSource(): Promise<string> {
	const folder = temporaryFolder(fastPlace);
	const source = await makeRepository(memoryLocation());
	for (const step of ['one', 'two', 'three']) {
		makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared ')}, {path: step, content: Buffer.alloc(3000, step)}]);
		await push(source, [join(folder, 'tree')]);
	}

	return source;
}

const sweep = 40;

const chunks = 10_000;
/** What 50 ms there and back may add to a clone of that many chunks is 5 s, whatever else is slow. */
const mostRounds = 5000 / 50;

/** Does the steps 0 to `count` - 1, some of them at a time: most of each is a wait for a network that does not come back. */
async function sideBySide(count: number, step: (index: number) => Promise<void>): Promise<void> {
	const steps = Array.from({length: count}, (_, index) => index).values();
	await Promise.all(Array.from({length: 8}, async () => {
		for (const index of steps) {
			await step(index);
		}
	}));
}

describe('a sync over a network that breaks', () => {
	test.each(['cut', 'die'] as const)('at any byte: %s', async how => {
		const source = await makeSource();
		const whole = await makeTarget(source);
		const all = await syncThrough(whole.proxy.port, source);
		expect(all).toMatchObject({receipt: true, snapshots: {length: 3}});
		const total = whole.proxy.seen();
		let failures = 0;
		await sideBySide(sweep, async step => {
			const at = Math.floor((total * step) / sweep);
			const {location, server, proxy} = await makeTarget(source, {at, how});
			let outcome: TransferReport | Error;
			try {
				outcome = await syncThrough(proxy.port, source);
			} catch (error) {
				outcome = error as Error;
			}

			const words = `${how} at byte ${at} of ${total}`;
			if (outcome instanceof Error) {
				failures++;
				expect(asPlakarError(outcome), words).toMatchObject({code: 'BACKEND_UNAVAILABLE', message: expect.stringContaining('plakar://127.0.0.1')});
			} else {
				expect(outcome, words).toMatchObject({receipt: true, bytesWritten: all.bytesWritten});
			}

			// As if the lease of the dead client had run out.
			await server.repositories[0]!.end();
			expect((await check(location)).findings, words).toEqual([]);
			const visible = (await visibleIn(location)).length;
			const rest = await syncThrough(server.port, source);
			expect(rest, words).toMatchObject({receipt: true, snapshots: {length: 3 - visible}});
			expect(rest.bytesWritten, words).toBeLessThanOrEqual(all.bytesWritten);
			expect(await visibleIn(location), words).toHaveLength(3);
			expect((await check(location)).findings, words).toEqual([]);
		});

		// One cut is survived; a dead network is not.
		expect(failures).toBe(how === 'cut' ? 0 : sweep);
	});

	test.each(['stall', 'garble'] as const)('%s ends with an error that names it, or is survived', async how => {
		const source = await makeSource();
		const whole = await makeTarget(source);
		await syncThrough(whole.proxy.port, source);
		const total = whole.proxy.seen();
		for (let step = 0; step < 6; step++) {
			const at = Math.floor((total * (step + 0.5)) / 6);
			const {location, server, proxy} = await makeTarget(source, {at, how});
			try {
				expect(await syncThrough(proxy.port, source, impatient)).toMatchObject({receipt: true});
			} catch (error) {
				expect(['BACKEND_UNAVAILABLE', 'PROTOCOL_ERROR', 'PROTOCOL_VERSION', 'RECORD_CORRUPT', 'PLAN_STALE'], `${how} at ${at}: ${String(error)}`).toContain(asPlakarError(error).code);
			}

			await server.repositories[0]!.end();
			await syncThrough(server.port, source);
			expect((await check(location)).findings, `${how} at ${at}`).toEqual([]);
		}
	});

	test('the answer to a batch that was lost is asked for: nothing is sent twice', async () => {
		const folder = temporaryFolder(fastPlace);
		const source = await makeRepository(memoryLocation());
		makeTree(join(folder, 'tree'), Array.from({length: 64}, (_, index) => ({path: `f${index}`, content: Buffer.from(Array.from({length: 4000}, (_byte, at) => (at * (index + 7) * 31) >> 3))})));
		await push(source, [join(folder, 'tree')]);
		const target = async () => {
			let sent = 0;
			let stagedAt = 0;
			const asked: string[] = [];
			const location = memoryLocation();
			const server = await temporaryServer({log: ({operation, receivedBytes, outcome}) => {
				asked.push(operation);
				if (operation === 'stage' && outcome === 'ok') {
					sent += receivedBytes;
					stagedAt = proxy?.seen() ?? 0;
				}
			}});
			let proxy: Proxy | undefined;
			server.serve(location);
			await makeRepository(location);
			return {
				sync: async (mischief?: Mischief) => {
					proxy = await temporaryProxy(server.port, mischief === undefined ? {} : {mischief});
					return syncThrough(proxy.port, source);
				},
				sent: () => sent, stagedAt: () => stagedAt, asked,
			};
		};

		const whole = await target();
		await whole.sync();
		expect(whole.sent()).toBeGreaterThan(50_000);
		let known = 0;
		for (let at = whole.stagedAt() - 200; at < whole.stagedAt() + 300; at += 20) {
			const one = await target();
			expect(await one.sync({at, how: 'cut'})).toMatchObject({receipt: true});
			expect(one.sent()).toBe(whole.sent());
			known += one.asked.includes('outcome') && one.asked.filter(operation => operation === 'stage').length === whole.asked.filter(operation => operation === 'stage').length ? 1 : 0;
		}

		// Some of the cuts hit the answer alone.
		expect(known).toBeGreaterThan(3);
	});

	test('a clone of 10,000 chunks takes a request per batch and a few more, there and back', async () => {
		const folder = temporaryFolder(fastPlace);
		const source = await makeRepository(memoryLocation());
		makeTree(join(folder, 'tree'), Array.from({length: chunks}, (_, index) => ({path: `f${index}`, content: Buffer.from(`file ${index}`)})));
		await push(source, [join(folder, 'tree')]);
		const asked: string[] = [];
		const server = await temporaryServer({log: ({operation}) => {
			asked.push(operation);
		}});
		const name = server.serve(memoryLocation());
		const proxy = await temporaryProxy(server.port);
		const there = `plakar://127.0.0.1:${proxy.port}/${name}`;
		const count = (operation: string): number => asked.filter(other => other === operation).length;
		// As if each of them waited for the one before. A connection that is made is one more way there and back.
		const rounds = (): number => asked.length + proxy.connections();
		expect(await run({verb: 'clone', source: {location: source}, target: there})).toMatchObject({receipt: true});
		expect(count('stage')).toBeGreaterThanOrEqual(Math.ceil(chunks / batchRecords));
		expect(count('stage')).toBeLessThanOrEqual(Math.ceil(chunks / batchRecords) + 2);
		expect(rounds()).toBeLessThanOrEqual(mostRounds);

		asked.length = 0;
		expect(await run({verb: 'clone', source: {location: there}, target: memoryLocation()})).toMatchObject({receipt: true});
		expect(count('readBatch')).toBeLessThanOrEqual(Math.ceil(chunks / batchRecords) + 16);
		expect(rounds()).toBeLessThanOrEqual(mostRounds);
	});
});
