// Heal: every kind of damage that a clone can mend is mended, and nothing that is not proven is ever written.

import {execFileSync} from 'node:child_process';
import {copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import type {Backend} from '../../source/backends/contract.js';
import {openBackend} from '../../source/backends/registry.js';
import {withReadOnly} from '../../source/backends/wrap/read-only.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import type {JobEvent} from '../../source/engine/events.js';
import {healableRows, healBytes} from '../../source/engine/heal/heal-plan.js';
import {readLedger} from '../../source/engine/ledger/ledger-file.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {RecordId, SnapshotId} from '../../source/format/ids.js';
import {makeRepository, memoryLocation, push, restored, run} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {applyHeal, flipped, heal, idsOf, planHeal, read, spoil, truncated} from '../support/healing.js';
import {checkInline} from '../support/inline.js';
import {temporaryServer} from '../support/server.js';
import {describeTree, makeTree} from '../support/trees.js';

type Pair = {readonly a: string; readonly b: string; readonly tree: string; readonly snapshots: readonly SnapshotId[]};

const noise = (words: number): Buffer => Buffer.from(Uint32Array.from({length: words}, (_, index) => Math.imul(index + 1, 2_654_435_761)).buffer);

const built = mkdtempSync(join(fastPlace, 'plakar-tui-heal-'));
afterAll(() => {
	rmSync(built, {recursive: true, force: true});
});

/** A of two snapshots, and its clone B. */
async function buildPair(at: (name: 'a' | 'b') => string, passphrase?: string): Promise<Pair> {
	const tree = mkdtempSync(join(built, 'tree-'));
	const a = await makeRepository(at('a'), {encrypted: passphrase !== undefined, passphrase});
	const snapshots: SnapshotId[] = [];
	for (const step of ['first', 'second']) {
		makeTree(tree, [{path: 'small', content: Buffer.from('the small file')}, {path: 'large', content: noise(12_000)}, {path: 'step', content: Buffer.from(step)}]);
		snapshots.push((await push(a, [tree], {passphrase})).snapshot);
	}

	const b = at('b');
	await run({verb: 'clone', source: {location: a}, target: b});
	return {a, b, tree, snapshots};
}

let plain: Pair;
let sealed: Pair;
beforeAll(async () => {
	plain = await buildPair(name => join(built, name));
	sealed = await buildPair(name => join(built, `sealed-${name}`), 'secret');
});

/** The pair in folders of this test's own, hard links kept. */
function copyOf(pair: Pair): Pair {
	const folder = temporaryFolder(fastPlace);
	const [a, b] = [join(folder, 'a'), join(folder, 'b')];
	execFileSync('cp', ['-a', pair.a, a]);
	execFileSync('cp', ['-a', pair.b, b]);
	return {...pair, a, b};
}

const makePair = (): Pair => copyOf(plain);

const filesOf = (location: string, kind: 'chunks' | 'objects'): string[] => readdirSync(join(location, kind), {recursive: true, withFileTypes: true})
	.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();
const idOf = (file: string): RecordId => file.slice(-64) as RecordId;
const folderOf = (location: string, snapshot: string): string => join(location, 'snapshots', snapshot.slice(0, 2), snapshot);
const smallChunk = (location: string): string => filesOf(location, 'chunks').find(file => readFileSync(file).includes('the small file'))!;

const flipFile = (file: string): void => {
	writeFileSync(file, flipped(readFileSync(file)));
};

/** Names of each file of the store: equal to those of an undamaged copy when every hard link is in its place. */
const linkCounts = (location: string): string[] => (['chunks', 'objects'] as const).flatMap(kind => filesOf(location, kind).map(file => `${idOf(file)} ${statSync(file).nlink}`));

/** What lies in a repository, its locks aside. */
const contentOf = (location: string): string[] => describeTree(location).filter(line => !line.startsWith('["/locks'));

async function expectWhole({a, b}: Pair, passphrase?: string): Promise<void> {
	expect((await checkInline({location: a, passphrase})).findings).toEqual([]);
	for (const name of readdirSync(b, {recursive: true, encoding: 'utf8'}).filter(name => /(?:HEADER|REFERENCES|[\da-f]{64})$/.test(name))) {
		expect(readFileSync(join(a, name)).equals(readFileSync(join(b, name))), name).toBe(true);
	}
}

describe('in a folder', () => {
	test.each<[string, (pair: Pair) => void]>([
		['a flipped chunk', ({a}) => {
			flipFile(smallChunk(a));
		}],
		['a deleted chunk', ({a}) => {
			rmSync(smallChunk(a));
		}],
		['a chunk that is gone with all its links', ({a, snapshots}) => {
			const id = idOf(smallChunk(a));
			rmSync(smallChunk(a));
			for (const snapshot of snapshots) {
				rmSync(join(folderOf(a, snapshot), 'chunks', id.slice(0, 2), id));
			}
		}],
		['a cut object', ({a}) => {
			truncateSync(filesOf(a, 'objects')[0]!, 40);
		}],
		['a deleted object', ({a}) => {
			rmSync(filesOf(a, 'objects')[0]!);
		}],
		['a flipped header', ({a, snapshots}) => {
			flipFile(join(folderOf(a, snapshots[0]!), 'HEADER'));
		}],
		['a deleted header', ({a, snapshots}) => {
			rmSync(join(folderOf(a, snapshots[0]!), 'HEADER'));
		}],
		['a flipped reference list', ({a, snapshots}) => {
			flipFile(join(folderOf(a, snapshots[1]!), 'REFERENCES'));
		}],
		['a deleted reference list', ({a, snapshots}) => {
			rmSync(join(folderOf(a, snapshots[1]!), 'REFERENCES'));
		}],
		['header and reference list of one snapshot', ({a, snapshots}) => {
			flipFile(join(folderOf(a, snapshots[1]!), 'REFERENCES'));
			flipFile(join(folderOf(a, snapshots[1]!), 'HEADER'));
		}],
		['a missing reference', ({a, snapshots}) => {
			const id = idOf(smallChunk(a));
			unlinkSync(join(folderOf(a, snapshots[0]!), 'chunks', id.slice(0, 2), id));
		}],
		['a reference list, and a reference that only it tells of', ({a, snapshots}) => {
			const id = idOf(smallChunk(a));
			flipFile(join(folderOf(a, snapshots[1]!), 'REFERENCES'));
			unlinkSync(join(folderOf(a, snapshots[1]!), 'chunks', id.slice(0, 2), id));
		}],
		['a store that was copied without its hard links', ({a}) => {
			for (const file of [...filesOf(a, 'chunks'), ...filesOf(a, 'objects')]) {
				copyFileSync(file, `${file}.copy`);
				renameSync(`${file}.copy`, file);
			}
		}],
		['an index', ({a}) => {
			for (const file of filesOf(a, 'chunks')) {
				flipFile(file);
			}
		}],
	])('%s is healed, hard links and all', async (_, harm) => {
		const pair = makePair();
		const before = linkCounts(pair.a);
		harm(pair);
		const untouched = contentOf(pair.a);
		const plan = await planHeal(pair.a, pair.b);
		expect(contentOf(pair.a)).toEqual(untouched);
		expect(healableRows(plan)).toHaveLength(plan.rows.length);
		const report = await applyHeal(pair.a, pair.b, plan);
		expect(report).toMatchObject({receipt: true, healed: plan.rows.length, unproven: [], left: 0, bytesWritten: healBytes(plan)});
		await expectWhole(pair);
		expect(linkCounts(pair.a)).toEqual(before);
		// Nothing is left to do, and nothing is left lying about.
		expect((await planHeal(pair.a, pair.b)).rows).toEqual([]);
		expect(readdirSync(pair.a, {recursive: true}).filter(name => /\.(?:heal|part)$/.test(String(name)))).toEqual([]);
	});

	test('what an earlier heal that died has left behind is no obstacle', async () => {
		const pair = makePair();
		const before = linkCounts(pair.a);
		const file = smallChunk(pair.a);
		flipFile(file);
		const place = join(folderOf(pair.a, pair.snapshots[0]!), 'chunks', idOf(file).slice(0, 2), idOf(file));
		writeFileSync(`${file}.heal`, 'half');
		writeFileSync(`${place}.part`, 'half');
		expect(await heal(pair.a, pair.b)).toMatchObject({receipt: true, healed: 1});
		await expectWhole(pair);
		expect(linkCounts(pair.a)).toEqual(before);
	});

	test('the plan says what is whole afterwards, and what still is not', async () => {
		const pair = makePair();
		flipFile(smallChunk(pair.a));
		expect(await planHeal(pair.a, pair.b)).toMatchObject({whole: [...pair.snapshots].sort(), broken: [], proof: 'plaintext', kinship: 'family', rows: [{kind: 'chunk', damage: 'corrupt', origin: 'source', snapshots: 2, paths: 2}]});
		flipFile(smallChunk(pair.b));
		expect(await planHeal(pair.a, pair.b)).toMatchObject({whole: [], broken: [...pair.snapshots].sort()});
	});
});

describe('what cannot be healed is said', () => {
	test('a copy that is damaged too is never written', async () => {
		const pair = makePair();
		const file = smallChunk(pair.a);
		rmSync(file);
		flipFile(smallChunk(pair.b));
		const before = contentOf(pair.a);
		const plan = await planHeal(pair.a, pair.b);
		expect(plan.rows).toMatchObject([{kind: 'chunk', id: idOf(file), damage: 'missing', cannot: expect.stringContaining('its copy is damaged too') as string}]);
		expect(await applyHeal(pair.a, pair.b, plan)).toMatchObject({healed: 0, cannot: 1, bytesWritten: 0});
		expect(contentOf(pair.a)).toEqual(before);
	});

	test('a copy that goes bad between plan and y makes the plan stale', async () => {
		const pair = makePair();
		rmSync(smallChunk(pair.a));
		const plan = await planHeal(pair.a, pair.b);
		flipFile(smallChunk(pair.b));
		const before = contentOf(pair.a);
		await expect(applyHeal(pair.a, pair.b, plan)).rejects.toMatchObject({code: 'PLAN_STALE', message: expect.stringContaining('not sound any more') as string, hint: expect.stringContaining('Nothing was written') as string});
		expect(contentOf(pair.a)).toEqual(before);
	});

	test('a record that is sound by now makes the plan stale', async () => {
		const pair = makePair();
		flipFile(smallChunk(pair.a));
		flipFile(join(folderOf(pair.a, pair.snapshots[0]!), 'HEADER'));
		const plan = await planHeal(pair.a, pair.b);
		flipFile(join(folderOf(pair.a, pair.snapshots[0]!), 'HEADER'));
		await expect(applyHeal(pair.a, pair.b, plan)).rejects.toMatchObject({code: 'PLAN_STALE', message: expect.stringContaining('sound by now') as string});
	});

	test('a plan for others is stale', async () => {
		const [pair, other] = [makePair(), makePair()];
		flipFile(smallChunk(pair.a));
		const plan = await planHeal(pair.a, pair.b);
		await expect(applyHeal(other.a, other.b, plan)).rejects.toMatchObject({code: 'PLAN_STALE'});
	});

	test('unrelated repositories, in words', async () => {
		const pair = makePair();
		const stranger = await makeRepository(memoryLocation(), {hashing: 'sha256'});
		await expect(planHeal(pair.a, stranger)).rejects.toMatchObject({code: 'PLAN_BLOCKED', message: expect.stringMatching(/unrelated \(their hashes differ \(sha256, blake3\)\)/) as string});
		await expect(planHeal(pair.a, pair.a)).rejects.toMatchObject({code: 'REPOSITORY_SAME'});
		const copied = `${pair.b}-copied`;
		cpSync(pair.a, copied, {recursive: true});
		await expect(planHeal(pair.a, copied)).rejects.toMatchObject({code: 'REPOSITORY_SAME', message: expect.stringContaining('made outside this program') as string});
	});

	test('an orphan, and another snapshot under the same id', async () => {
		const pair = makePair();
		const [first, second] = pair.snapshots as [SnapshotId, SnapshotId];
		copyFileSync(smallChunk(pair.a), join(pair.a, 'chunks/aa', 'a'.repeat(64)));
		// The source's second snapshot now says that it is the first one.
		flipFile(join(folderOf(pair.a, first), 'HEADER'));
		copyFileSync(join(folderOf(pair.b, second), 'REFERENCES'), join(folderOf(pair.b, first), 'REFERENCES'));
		const {rows} = await planHeal(pair.a, pair.b);
		expect(rows.map(({id, cannot}) => [id, cannot]).sort()).toEqual([
			['a'.repeat(64), 'no snapshot needs it; it costs space only'],
			['a'.repeat(64), 'no snapshot needs it; it costs space only'],
			[first, 'the other repository holds another snapshot under this id, or cannot show that it is the same'],
		].sort());
	});
});

test('a read that fails is not taken for corruption, unless it is asked for', async () => {
	const pair = makePair();
	const bad = idOf(smallChunk(pair.a));
	const failed = new PlakarError('BACKEND_DENIED', {message: 'The disk failed.', hint: 'Look at it.'});
	let fails = true;
	const change = (backend: Backend): Backend => wrap(backend, {
		async readBatch(kind, ids, options) {
			return (await backend.readBatch(kind, ids, options)).map((result, index) => ids[index] === bad && fails ? failed : result);
		},
		async survey(kind, ids, read, visit, options) {
			await backend.survey!(kind, ids, read, (inspection, result, index) =>
				visit(inspection, ids[index] === bad && fails ? failed : result, index), options);
		},
		async replace(kind, id, bytes, options) {
			await backend.replace(kind, id, bytes, options);
			fails &&= id !== bad;
		},
	});
	expect(await planHeal(pair.a, pair.b, {change})).toMatchObject({rows: [{damage: 'unreadable', reason: 'The disk failed', cannot: expect.stringContaining('no proof of corruption') as string}], broken: [...pair.snapshots].sort()});
	const plan = await planHeal(pair.a, pair.b, {change, rewritesUnreadable: true});
	expect(plan.rows).toMatchObject([{damage: 'unreadable', origin: 'source'}]);
	expect(await applyHeal(pair.a, pair.b, plan, {change})).toMatchObject({receipt: true, healed: 1});
	await expectWhole(pair);
});

describe('sealed', () => {
	test.each([['without any passphrase', undefined, undefined], ['with the passphrase of the target', 'secret', undefined], ['with the passphrase of the source', undefined, 'secret']] as const)('%s', async (_, ours, theirs) => {
		const pair = copyOf(sealed);
		flipFile(filesOf(pair.a, 'chunks')[0]!);
		rmSync(filesOf(pair.a, 'objects')[0]!);
		const [target, source] = [{location: pair.a, passphrase: ours}, {location: pair.b, passphrase: theirs}];
		const plan = await planHeal(target, source);
		expect(plan).toMatchObject({proof: ours === undefined && theirs === undefined ? 'stored' : 'plaintext'});
		expect(await applyHeal(target, source, plan)).toMatchObject({receipt: true, healed: 2});
		await expectWhole(pair, 'secret');
	});

	test('without the passphrase, a copy of another size is not believed; with it, it is no copy', async () => {
		const pair = copyOf(sealed);
		const [file, other] = filesOf(pair.a, 'chunks') as [string, string];
		rmSync(file);
		// Whole as an envelope, and the wrong one.
		copyFileSync(other.replace(pair.a, pair.b), file.replace(pair.a, pair.b));
		expect((await planHeal(pair.a, pair.b)).rows).toMatchObject([{cannot: expect.stringContaining('with the passphrase its content can be proven') as string}]);
		expect((await planHeal({location: pair.a, passphrase: 'secret'}, pair.b)).rows).toMatchObject([{cannot: expect.stringContaining('its copy is damaged too') as string}]);
	});

	test('records that the other side stores otherwise are sealed anew', async () => {
		const {a, tree, snapshots} = makePair();
		const b = await makeRepository(memoryLocation(), {compression: 'none'});
		await run({verb: 'push', repository: {location: b}, paths: [tree], useCache: false, commandLine: 'test'});
		const pair = {a, b, tree, snapshots};
		flipFile(smallChunk(a));
		flipFile(join(folderOf(a, snapshots[0]!), 'HEADER'));
		const plan = await planHeal(a, b);
		expect(plan).toMatchObject({kinship: 'same-ids', rows: [{kind: 'chunk', origin: 'source'}, {kind: 'header', cannot: expect.stringContaining('stores it otherwise') as string}]});
		expect(await applyHeal(a, b, plan)).toMatchObject({receipt: true, healed: 1, cannot: 1});
		flipFile(join(folderOf(a, snapshots[0]!), 'HEADER'));
		expect((await checkInline(pair.a)).findings).toEqual([]);
	});
});

/** The first halves of the ids that a ledger holds as proven. */
async function knownIn(file: string): Promise<string[]> {
	const ledger = await readLedger(file);
	return Array.from({length: ledger?.count ?? 0}, (_, index) => Buffer.from(ledger!.ids.subarray(index * 16, (index + 1) * 16)).toString('hex'));
}

test('a healed chunk stands in the ledger once it was read again', async () => {
	const pair = makePair();
	const bad = idOf(smallChunk(pair.a));
	flipFile(smallChunk(pair.a));
	const ledger = join(temporaryFolder(fastPlace), 'ledger');
	const plan = await planHeal(pair.a, pair.b, {ledgerFile: ledger});
	const before = await knownIn(ledger);
	expect(before).not.toContain(bad.slice(0, 32));
	const events: JobEvent[] = [];
	await applyHeal(pair.a, pair.b, plan, {ledgerFile: ledger, onEvent: event => events.push(event)});
	expect(events.filter(({type}) => type === 'healed')).toEqual([{type: 'healed', kind: 'chunk', ids: [bad]}]);
	expect(await knownIn(ledger)).toEqual([...before, bad.slice(0, 32)].sort());
});

test('a medium that does not keep what is written is found out, and no proof is claimed', async () => {
	const pair = makePair();
	const bad = idOf(smallChunk(pair.a));
	flipFile(smallChunk(pair.a));
	const plan = await planHeal(pair.a, pair.b);
	const change = (backend: Backend): Backend => wrap(backend, {
		async replace(kind, id, bytes, options) {
			await backend.replace(kind, id, flipped(Buffer.from(bytes)), options);
		},
	});
	const events: JobEvent[] = [];
	const ledger = join(temporaryFolder(fastPlace), 'ledger');
	const report = await applyHeal(pair.a, pair.b, plan, {change, ledgerFile: ledger, onEvent: event => events.push(event)});
	expect(report).toMatchObject({receipt: false, healed: 0, unproven: [{kind: 'chunk', id: bad}]});
	expect(events.some(({type}) => type === 'healed')).toBe(false);
	expect(await knownIn(ledger)).toEqual([]);
});

test('stopped in the middle, what was healed is kept and the next plan has the rest', async () => {
	const pair = makePair();
	for (const file of filesOf(pair.a, 'chunks')) {
		flipFile(file);
	}

	const plan = await planHeal(pair.a, pair.b);
	expect(plan.rows.length).toBeGreaterThan(5);
	const controller = new AbortController();
	let writes = 0;
	const change = (backend: Backend): Backend => wrap(backend, {
		async replace(...parameters) {
			await backend.replace(...parameters);
			if (++writes === 3) {
				controller.abort();
			}
		},
	});
	const report = await applyHeal(pair.a, pair.b, plan, {change, signal: controller.signal});
	expect(report).toMatchObject({receipt: false, healed: 3, left: plan.rows.length - 3});
	const rest = await planHeal(pair.a, pair.b);
	expect(rest.rows).toHaveLength(plan.rows.length - 3);
	expect(await applyHeal(pair.a, pair.b, rest)).toMatchObject({receipt: true});
	await expectWhole(pair);
});

test('two at once do not meet: the lock is exclusive, and read-only writes nothing', async () => {
	const pair = makePair();
	flipFile(smallChunk(pair.a));
	const plan = await planHeal(pair.a, pair.b);
	const backend = await openBackend(pair.a);
	const lock = await backend.lock('shared', 'a push');
	await expect(applyHeal(pair.a, pair.b, plan)).rejects.toMatchObject({code: 'BACKEND_LOCKED'});
	await lock.release();
	const before = contentOf(pair.a);
	await expect(applyHeal(pair.a, pair.b, plan, {change: withReadOnly})).rejects.toMatchObject({code: 'BACKEND_READ_ONLY'});
	expect(contentOf(pair.a)).toEqual(before);
	expect(await applyHeal(pair.a, pair.b, plan)).toMatchObject({receipt: true});
});

test('a server lets nobody heal unless it was told to', async () => {
	const {a, b} = await buildPair(memoryLocation);
	const server = await temporaryServer();
	const [adding, removing] = [{add: true, remove: false}, {add: true, remove: true}].map(access => `plakar://127.0.0.1:${server.port}/${server.serve(a, access)}`) as [string, string];
	const [chunk] = await idsOf(a, 'chunk');
	await spoil(a, 'chunk', chunk!, truncated);
	const plan = await planHeal(adding, b);
	await expect(applyHeal(adding, b, plan)).rejects.toMatchObject({code: 'BACKEND_READ_ONLY', hint: expect.stringContaining('--allow-delete') as string});
	expect(await applyHeal(removing, b, plan)).toMatchObject({receipt: true, healed: 1});
});

test('any set of damage is mended: no finding, the same tree, every record as it was', async () => {
	const {a, b, tree, snapshots} = await buildPair(memoryLocation);
	const records = [
		...(await idsOf(a, 'chunk')).map(id => ['chunk', id] as const), ...(await idsOf(a, 'object')).map(id => ['object', id] as const),
		...snapshots.flatMap(id => [['header', id], ['references', id]] as const),
	];
	const originals = new Map(await Promise.all(records.map(async ([kind, id]) => [`${kind} ${id}`, Buffer.from(await read(a, kind, id)).toString('hex')] as const)));
	const trees = await Promise.all(snapshots.map(async snapshot => restored(b, snapshot, tree)));
	await fc.assert(fc.asyncProperty(fc.subarray(records, {minLength: 1}), fc.infiniteStream(fc.tuple(fc.constantFrom('flip', 'cut', 'empty', 'swap'), fc.double({min: 0, max: 1, noNaN: true}))), async (chosen, harms) => {
		for (const [kind, id] of chosen) {
			const [harm, where] = harms.next().value as [string, number];
			await spoil(a, kind, id, bytes => {
				const at = Math.min(bytes.length - 1, Math.floor(where * bytes.length));
				if (harm === 'flip') {
					bytes[at]! ^= 1 + Math.floor(where * 254);
				}

				return harm === 'flip' ? bytes : harm === 'cut' ? bytes.subarray(0, at) : harm === 'empty' ? Buffer.alloc(0) : Buffer.from(originals.get(`${kind} ${id}`)!, 'hex').reverse();
			});
		}

		const report = await heal(a, b);
		expect(report.receipt).toBe(true);
		expect((await checkInline(a)).findings).toEqual([]);
		for (const [kind, id] of records) {
			expect(Buffer.from(await read(a, kind, id)).toString('hex')).toBe(originals.get(`${kind} ${id}`));
		}

		expect(await Promise.all(snapshots.map(async snapshot => restored(a, snapshot, tree)))).toEqual(trees);
	}), {numRuns: 25});
});
