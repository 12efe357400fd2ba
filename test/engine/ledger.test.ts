// The ledger never says more than was read: whatever is merged, cut short, put back in time, or done by two at once.

import {appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {checkRepository, type CheckInput} from '../../source/engine/check/check.js';
import type {PackedIds} from '../../source/engine/check/inventory.js';
import {ProofKeeper} from '../../source/engine/check/proof-keeper.js';
import {Counters} from '../../source/engine/counters.js';
import type {JobEvent} from '../../source/engine/events.js';
import type {CheckReport} from '../../source/engine/finding.js';
import {ledgerFile, readLedger, readLedgerHead, writeLedger} from '../../source/engine/ledger/ledger-file.js';
import type {Ledger} from '../../source/engine/ledger/ledger.js';
import {findInLedger, mergeLedger, refuted} from '../../source/engine/ledger/merge-ledger.js';
import {readVerified} from '../../source/engine/ledger/verified.js';
import {openRepository, openSealed, repositoryOf} from '../../source/engine/repository.js';
import {makeRepository, push, run} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {fingerprint, makeTree} from '../support/trees.js';

const daySeconds = 86_400;

type Known = ReadonlyMap<number, {readonly size: number; readonly storedAt: number; readonly contentAt: number}>;

/** The id whose first four bytes are `number`. */
const idOf = (number: number, length: number): Buffer => {
	const id = Buffer.alloc(length, 7);
	id.writeUInt32BE(number);
	return id;
};

function ledgerOf(known: Known, head: Partial<Ledger> = {}): Ledger {
	const sorted = [...known].sort(([a], [b]) => a - b);
	return {
		chunks: known.size, unfinishedSince: 0, snapshots: 'ab'.repeat(32), count: sorted.length,
		ids: Buffer.concat(sorted.map(([number]) => idOf(number, 16))),
		sizes: Uint32Array.from(sorted, ([, {size}]) => size),
		storedAt: Uint32Array.from(sorted, ([, {storedAt}]) => storedAt),
		contentAt: Uint32Array.from(sorted, ([, {contentAt}]) => contentAt),
		...head,
	};
}

function knownOf({count, ids, sizes, storedAt, contentAt}: Pick<Ledger, 'count' | 'ids' | 'sizes' | 'storedAt' | 'contentAt'>): Map<number, {size: number; storedAt: number; contentAt: number}> {
	return new Map(Array.from({length: count}, (_, index) => [
		Buffer.from(ids.slice(index * 16, (index + 1) * 16)).readUInt32BE(), {size: sizes[index]!, storedAt: storedAt[index]!, contentAt: contentAt[index]!},
	]));
}

const times = fc.integer({min: 1, max: 4_000_000_000});
const known: fc.Arbitrary<Known> = fc.array(fc.tuple(fc.nat(40), fc.record({size: fc.nat(3), storedAt: times, contentAt: fc.oneof(fc.constant(0), times)}))).map(entries => new Map(entries));
const seen = fc.array(fc.tuple(fc.nat(40), fc.record({proof: fc.oneof(fc.constant(0), fc.constant(refuted), times), size: fc.nat(3)}))).map(entries => new Map(entries));

describe('merging', () => {
	test('is what a table would say: the newest word counts, damage takes every proof away, nothing else is touched', () => {
		fc.assert(fc.property(fc.option(known, {nil: undefined}), seen, fc.boolean(), fc.boolean(), (before, check, opens, isWhole) => {
			const sorted = [...check].sort(([a], [b]) => a - b);
			const merged = mergeLedger(before === undefined ? undefined : ledgerOf(before), {
				count: sorted.length, ids: Buffer.concat(sorted.map(([number]) => idOf(number, 32))),
				proofs: Uint32Array.from(sorted, ([, {proof}]) => proof), sizes: Uint32Array.from(sorted, ([, {size}]) => size), opens, isWhole,
			});
			const expected = new Map(isWhole ? [...before ?? []].filter(([number]) => check.has(number)) : before);
			for (const [number, {proof, size}] of sorted) {
				const old = before?.get(number);
				if (proof === refuted) {
					expected.delete(number);
				} else if (proof > 0) {
					expected.set(number, {size, storedAt: proof, contentAt: opens ? proof : old?.size === size ? old.contentAt : 0});
				}
			}

			expect(knownOf(merged)).toEqual(expected);
			for (const number of expected.keys()) {
				expect(merged.storedAt[findInLedger(merged, idOf(number, 32).toString('hex'))]).toBe(expected.get(number)!.storedAt);
			}

			expect(findInLedger(merged, idOf(41, 32).toString('hex'))).toBe(-1);
		}));
	});
});

describe('the file', () => {
	test('gives back what was written', async () => {
		const file = join(temporaryFolder(fastPlace), 'a.ledger');
		await fc.assert(fc.asyncProperty(known, fc.nat(1_000_000), async (entries, unfinishedSince) => {
			await writeLedger(file, ledgerOf(entries, {unfinishedSince, chunks: 77}));
			const read = (await readLedger(file))!;
			expect(knownOf(read)).toEqual(new Map(entries));
			expect(await readLedgerHead(file)).toMatchObject({unfinishedSince, chunks: 77, snapshots: 'ab'.repeat(32)});
			const head = (await readLedgerHead(file))!;
			expect(head.days.reduce((sum, {stored}) => sum + stored, 0)).toBe(entries.size);
			expect(head.days.reduce((sum, {content}) => sum + content, 0)).toBe([...entries.values()].filter(({contentAt}) => contentAt > 0).length);
		}), {numRuns: 30});
	});

	test('proofs of more days than the head has room for are all counted, the old ones as old', async () => {
		const file = join(temporaryFolder(fastPlace), 'a.ledger');
		await writeLedger(file, ledgerOf(new Map(Array.from({length: 2000}, (_, index) => [index, {size: 1, storedAt: (10_000 + index) * daySeconds, contentAt: 0}]))));
		const {days} = (await readLedgerHead(file))!;
		expect(days[0]).toEqual({day: 11_999, stored: 1, content: 0});
		expect(days.at(-1)!.day).toBe(0);
		expect(days.reduce((sum, {stored}) => sum + stored, 0)).toBe(2000);
	});

	test('is refused as a whole for any byte that is wrong, any length, and is absent when it is absent', async () => {
		const file = join(temporaryFolder(fastPlace), 'a.ledger');
		expect(await readLedger(file)).toBeUndefined();
		await writeLedger(file, ledgerOf(new Map([[1, {size: 3, storedAt: 9, contentAt: 0}], [2, {size: 4, storedAt: 8, contentAt: 8}]])));
		const sound = readFileSync(file);
		await fc.assert(fc.asyncProperty(fc.nat(sound.length - 1), fc.integer({min: 1, max: 255}), async (at, mask) => {
			const bytes = Buffer.from(sound);
			bytes[at]! ^= mask;
			writeFileSync(file, bytes);
			await expect(readLedger(file)).rejects.toMatchObject({code: 'FORMAT_INVALID'});
		}), {numRuns: 60});
		for (const length of [0, 1, 4095, 4096, sound.length - 1]) {
			writeFileSync(file, sound);
			truncateSync(file, length);
			await expect(readLedger(file)).rejects.toMatchObject({code: 'FORMAT_INVALID'});
		}

		writeFileSync(file, sound);
		appendFileSync(file, 'x');
		await expect(readLedger(file)).rejects.toMatchObject({code: 'FORMAT_INVALID'});
	});

	test('a write that dies in the middle leaves the old ledger, and what it left is cleared away later', async () => {
		const folder = temporaryFolder(fastPlace);
		const file = join(folder, 'a.ledger');
		await writeLedger(file, ledgerOf(new Map([[1, {size: 3, storedAt: 9, contentAt: 0}]])));
		// A folder where the part would stand makes the write fail after it began.
		const part = `${file}.${process.pid}.part`;
		mkdirSync(join(part, 'in the way'), {recursive: true});
		await expect(writeLedger(file, ledgerOf(new Map()))).rejects.toThrow();
		expect(knownOf((await readLedger(file))!).size).toBe(1);
		rmSync(part, {recursive: true});
		const left = `${file}.99999.part`;
		writeFileSync(left, readFileSync(file).subarray(0, 5000));
		await writeLedger(file, ledgerOf(new Map()));
		expect(existsSync(left)).toBe(true);
		utimesSync(left, 1000, 1000);
		await writeLedger(file, ledgerOf(new Map()));
		expect(readdirSync(folder)).toEqual(['a.ledger']);
	});

	test('belongs to one repository at one place: a copy elsewhere was never read', () => {
		expect(ledgerFile('id', '/a')).not.toBe(ledgerFile('id', '/b'));
		expect(ledgerFile('id', '/a')).not.toBe(ledgerFile('other', '/a'));
		expect(ledgerFile('id', '/a')).toBe(ledgerFile('id', '/a'));
	});
});

type Scene = {readonly location: string; readonly ledger: string; readonly check: (input?: Partial<CheckInput>, events?: {readonly signal?: AbortSignal; readonly onEvent?: (event: JobEvent) => void}) => Promise<CheckReport>; readonly chunks: () => string[]};

const startMs = Date.parse('2026-03-01T12:00:00Z');
const dayMs = 86_400_000;

async function makeScene(passphrase?: string, words = 12_000): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'a', content: Buffer.from('the small file')}, {path: 'large', content: Buffer.from(Uint32Array.from({length: words}, (_, index) => Math.imul(index, 2_654_435_761)).buffer)}]);
	const location = await makeRepository(join(folder, 'repository'), passphrase === undefined ? {} : {encrypted: true, passphrase});
	await push(location, [tree], {passphrase});
	const ledger = join(folder, 'state', 'a.ledger');
	return {
		location, ledger,
		async check(input = {}, {signal = new AbortController().signal, onEvent = () => undefined} = {}) {
			const repository = input.repository ?? await openRepository({location, passphrase});
			try {
				return await checkRepository({level: 'full', counters: new Counters(), ledgerFile: ledger, now: () => startMs, ...input, repository}, {signal, onEvent});
			} finally {
				await repository.close();
			}
		},
		chunks: () => readdirSync(join(location, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort(),
	};
}

const resume = {withinDays: 30};

describe('a check', () => {
	test('remembers what it proved, and going on reads what is due and no more', async () => {
		const {check, ledger, location, chunks} = await makeScene();
		const before = fingerprint(location);
		const first = await check();
		expect(first).toMatchObject({complete: true, chunksTrusted: 0});
		expect((await readLedger(ledger))!).toMatchObject({count: first.chunks, chunks: first.chunks, unfinishedSince: 0});
		expect(await check({resume, now: () => startMs + (10 * dayMs)})).toMatchObject({chunksRead: 0, chunksTrusted: first.chunks, snapshotsProven: 1, complete: true, trustedSince: new Date(startMs - (20 * dayMs)).toISOString()});
		// What was not read again is as old as it was.
		expect(await check({resume, now: () => startMs + (31 * dayMs)})).toMatchObject({chunksRead: first.chunks, chunksTrusted: 0, snapshotsProven: 1});
		expect(fingerprint(location)).toBe(before);
		expect(chunks()).toHaveLength(first.chunks);
	});

	test('that is stopped says what it read, and the next one reads the rest', async () => {
		// More tasks of chunks than are under way at once in one thread.
		const {check, ledger, chunks} = await makeScene(undefined, 2_500_000);
		const controller = new AbortController();
		const location = chunks()[0]!.split('/chunks/')[0]!;
		const {config} = await openSealed(location);
		const backend = await openBackend(location);
		let reads = 0;
		// Read in this thread, and stopped once a chunk was read.
		const stopping = repositoryOf(wrap(backend, {
			supports: Object.freeze({...backend.supports, reopenable: false}),
			async survey(kind, ids, read, visit, options) {
				await backend.survey!(kind, ids, read, visit, options);
				if (kind === 'chunk' && ++reads === 1) {
					controller.abort();
				}
			},
		}), config);
		const file = `${ledger}.second`;
		const stopped = await check({repository: stopping, ledgerFile: file}, {signal: controller.signal});
		expect(stopped.complete).toBe(false);
		expect(stopped.chunksRead).toBeGreaterThan(0);
		expect(stopped.chunksRead).toBeLessThan(stopped.chunks);
		expect(stopped.snapshotsProven).toBe(0);
		const remembered = (await readLedger(file))!;
		expect(remembered).toMatchObject({count: stopped.chunksSound, chunks: stopped.chunks, unfinishedSince: startMs / 1000});
		const later = startMs + (3 * 3_600_000);
		const rest = await check({repository: await openRepository({location}), ledgerFile: file, resume, now: () => later});
		expect(rest).toMatchObject({chunksTrusted: stopped.chunksRead, chunksRead: stopped.chunks - stopped.chunksRead, snapshotsProven: 1, complete: true, trustedSince: new Date(startMs).toISOString()});
		expect((await readLedger(file))!).toMatchObject({count: stopped.chunks, unfinishedSince: 0});
	});

	test('never trusts a chunk whose stored size changed, a damaged one, or a proof of stored bytes for its content', async () => {
		const {check, chunks, ledger} = await makeScene('secret');
		const sealed = async (input: Partial<CheckInput> = {}) => check({...input, repository: await openRepository({location: chunks()[0]!.split('/chunks/')[0]!})});
		const {chunks: count} = await sealed();
		// Without the passphrase only stored bytes were proven: with it, all is read.
		expect(await sealed({resume})).toMatchObject({chunksTrusted: count, proof: 'stored'});
		expect(await check({resume})).toMatchObject({chunksTrusted: 0, chunksRead: count, proof: 'plaintext'});
		expect(await check({resume})).toMatchObject({chunksTrusted: count, chunksRead: 0});
		const [file] = chunks();
		appendFileSync(file!, 'x');
		expect(await check({resume})).toMatchObject({chunksTrusted: count - 1, chunksRead: 1, findings: expect.arrayContaining([expect.objectContaining({kind: 'corrupt-chunk', id: file!.slice(-64)})])});
		// It stays due until it is sound again, also when its size is right.
		truncateSync(file!, statSync(file!).size - 1);
		expect(findInLedger((await readLedger(ledger))!, file!.slice(-64))).toBe(-1);
		expect(await check({resume})).toMatchObject({chunksTrusted: count - 1, chunksRead: 1, findings: []});
	});

	test('believes no proof from the future: a clock that was put back makes chunks due', async () => {
		const {check} = await makeScene();
		const {chunks} = await check({now: () => startMs + (400 * dayMs)});
		expect(await check({resume})).toMatchObject({chunksTrusted: 0, chunksRead: chunks});
		expect(await check({resume, now: () => startMs + dayMs})).toMatchObject({chunksTrusted: chunks, chunksRead: 0});
	});

	test('a sample feeds the ledger with what it read, and leaves an unfinished check unfinished', async () => {
		const {check, ledger} = await makeScene();
		const sampled = await check({samplePercent: 50});
		expect((await readLedger(ledger))?.count ?? 0).toBe(sampled.chunksSound);
		await writeLedger(ledger, {...(await readLedger(ledger))!, unfinishedSince: 1000});
		await check({samplePercent: 50});
		expect((await readLedgerHead(ledger))!.unfinishedSince).toBe(1000);
	});

	test('with a ledger that is damaged says so, trusts nothing, and writes a new one', async () => {
		const {check, ledger} = await makeScene();
		const {chunks} = await check();
		truncateSync(ledger, 5000);
		const notices: string[] = [];
		const report = await check({resume}, {onEvent: event => {
			if (event.type === 'notice') {
				notices.push(event.text);
			}
		}});
		expect(report).toMatchObject({chunksRead: chunks, chunksTrusted: 0});
		expect(notices).toEqual([expect.stringContaining('cannot be used')]);
		expect((await readLedger(ledger))!.count).toBe(chunks);
	});

	test('goes on without a ledger where none can be written, and says so once', async () => {
		const {check, ledger} = await makeScene();
		mkdirSync(dirname(dirname(ledger)), {recursive: true});
		writeFileSync(dirname(ledger), 'a file where the folder should be');
		const notices: string[] = [];
		expect(await check({}, {onEvent: event => {
			if (event.type === 'notice') {
				notices.push(event.text);
			}
		}})).toMatchObject({complete: true, findings: []});
		expect(notices.some(text => text.includes('ledger'))).toBe(true);
	});

	test('two at once keep what both proved', async () => {
		const file = join(temporaryFolder(fastPlace), 'a.ledger');
		const ids = {count: 4, packed: () => Buffer.concat([1, 2, 3, 4].map(number => idOf(number, 32)))} as unknown as PackedIds;
		const open = async () => ProofKeeper.open({file, ids, opens: true, snapshots: 'cd'.repeat(32), isFull: true, now: () => startMs, onNotice: () => undefined});
		const saw = (states: readonly number[]) => ({states: Uint8Array.from(states), sizes: Float64Array.from([5, 5, 5, 5])}) as never;
		const [one, two] = [await open(), await open()];
		one.take(0, saw([1, 0, 0, 0]));
		two.take(0, saw([0, 1, 3, 0]));
		await one.finish(false);
		await two.finish(false);
		expect([...knownOf((await readLedger(file))!).keys()]).toEqual([1, 2]);
	});

	test('writes on the way, so that a kill loses little', async () => {
		const file = join(temporaryFolder(fastPlace), 'a.ledger');
		const ids = {count: 1, packed: () => idOf(1, 32)} as unknown as PackedIds;
		const proofs = await ProofKeeper.open({file, ids, opens: false, snapshots: 'cd'.repeat(32), isFull: true, now: () => startMs, onNotice: () => undefined, saveEveryMs: 0});
		proofs.take(0, {states: Uint8Array.from([1]), sizes: Float64Array.from([5])} as never);
		proofs.keep();
		while (!existsSync(file)) {
			await new Promise(resolve => {
				setImmediate(resolve);
			});
		}

		expect((await readLedger(file))!).toMatchObject({count: 1, unfinishedSince: startMs / 1000});
	});
});

describe('the share that lists show', () => {
	test('is told by day, says when snapshots came since, and what was stopped', async () => {
		const {location} = await makeScene();
		const before = await run({verb: 'describe', repository: {location}});
		expect(before.verified).toBeUndefined();
		const {chunks} = await run({verb: 'check', repository: {location}, level: 'full'});
		const {verified, repositoryId, snapshots} = await run({verb: 'describe', repository: {location}});
		expect(verified).toEqual({chunks, recent: chunks, isCurrent: true, lastProvenDay: new Date().toISOString().slice(0, 10)});
		const ids = snapshots.map(({snapshot}) => snapshot);
		const at = async (ms: number, opens = true) => readVerified({repositoryId, location, opens}, ids, ms);
		expect(await at(Date.now() + (29 * dayMs))).toMatchObject({recent: chunks});
		expect(await at(Date.now() + (31 * dayMs))).toMatchObject({recent: 0, chunks});
		expect(await at(Date.now() - (2 * dayMs))).toMatchObject({recent: 0});
		expect(await readVerified({repositoryId, location, opens: true}, [], Date.now())).toMatchObject({isCurrent: false});
		expect(await readVerified({repositoryId, location: '/elsewhere', opens: true}, ids, Date.now())).toBeUndefined();
	});
});
