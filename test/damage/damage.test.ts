// Repositories that are broken in one way each: check names the damage, the snapshots and the paths, and nothing else.

import {appendFileSync, linkSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, unlinkSync, writeFileSync, copyFileSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {checkRepository} from '../../source/engine/check/check.js';
import {Counters} from '../../source/engine/counters.js';
import {openSealed, repositoryOf} from '../../source/engine/repository.js';
import type {CheckReport} from '../../source/engine/finding.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {pathFromText} from '../../source/format/paths.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run} from '../support/engine.js';
import {checkInline} from '../support/inline.js';
import {keepScene} from '../support/kept-scene.js';
import {fingerprint, makeTree} from '../support/trees.js';

type Damaged = {readonly location: string; readonly tree: string; readonly snapshots: readonly string[]};

const keep = (passphrase?: string) => keepScene(async ({folder}) => {
	const tree = join(folder, 'tree');
	const location = await makeRepository(join(folder, 'repository'), {encrypted: passphrase !== undefined, passphrase});
	const snapshots: string[] = [];
	for (const step of ['first', 'second']) {
		makeTree(tree, [
			{path: 'small', content: Buffer.from('the small file')},
			{path: 'large', content: Buffer.from(Uint32Array.from({length: 20_000}, (_, index) => Math.imul(index, 2_654_435_761)).buffer)},
			{path: 'step', content: Buffer.from(step)},
		]);
		snapshots.push((await push(location, [tree], {passphrase})).snapshot);
	}

	return {tree, snapshots};
});
const [open, sealed] = [keep(), keep('secret')];

/** Two snapshots of a tree with a small file, a file of several chunks, and one that changes. */
async function makeRepositoryToDamage(kept = open): Promise<Damaged> {
	const {tree, snapshots} = await kept.original().made;
	return {location: join(kept.copy().folder, 'repository'), tree, snapshots};
}

const filesOf = (location: string, kind: 'chunks' | 'objects'): string[] => readdirSync(join(location, kind), {recursive: true, withFileTypes: true})
	.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();

const idOf = (file: string): string => file.slice(-64);

function flip(file: string, offset: number): void {
	const bytes = readFileSync(file);
	bytes[offset < 0 ? bytes.length + offset : offset]! ^= 0x10;
	writeFileSync(file, bytes);
}

/** The chunk that holds the small file's content. */
function smallChunk(location: string): string {
	return filesOf(location, 'chunks').find(file => readFileSync(file).includes('the small file'))!;
}

test('a medium with an examination of its own is examined first, and that is told before it begins', async () => {
	for (const [place, expected] of [['store.db', ['open', 'medium', 'listing']], ['store', ['open', 'listing']]] as const) {
		const location = await makeRepository(`${place === 'store' ? '' : 'sqlite:'}${join(temporaryFolder(fastPlace), place)}`);
		const phases: string[] = [];
		await check(location, {onEvent: event => phases.push(...event.type === 'phase' ? [event.phase] : [])});
		expect(phases.slice(0, expected.length)).toEqual(expected);
	}
});

describe('one flipped byte', () => {
	test('in a chunk is found wherever it is, with the paths and snapshots that lose something', async () => {
		const {location, tree, snapshots} = await makeRepositoryToDamage();
		const file = smallChunk(location);
		const sound = readFileSync(file);
		for (let offset = 0; offset < sound.length; offset += 3) {
			flip(file, offset);
			const {findings, snapshotsAffected, snapshotsProven} = await checkInline(location);
			expect(findings, `byte ${offset}`).toMatchObject([{kind: 'corrupt-chunk', id: idOf(file), severity: 'damage', reads: 2, pathCount: 2}]);
			expect([...findings[0]!.snapshots].sort()).toEqual([...snapshots].sort());
			expect(findings[0]!.paths.map(({path}) => path)).toEqual([join(tree, 'small'), join(tree, 'small')]);
			expect({snapshotsAffected, snapshotsProven}).toEqual({snapshotsAffected: 2, snapshotsProven: 0});
			writeFileSync(file, sound);
		}

		expect((await check(location)).findings).toEqual([]);
	});

	test('in a sealed repository is found without the passphrase, and changes nothing', async () => {
		const {location} = await makeRepositoryToDamage(sealed);
		const [file] = filesOf(location, 'chunks');
		flip(file!, -1);
		const before = fingerprint(location);
		const report = await check(location);
		expect(report).toMatchObject({proof: 'stored', findings: [{kind: 'corrupt-chunk', id: idOf(file!)}]});
		expect(fingerprint(location)).toBe(before);
		// With the passphrase the same chunk is named; when it belongs to an index, that index is named too.
		const {findings} = await check(location, {passphrase: 'secret'});
		expect(findings.filter(({kind}) => kind !== 'corrupt-index')).toMatchObject([{kind: 'corrupt-chunk', id: idOf(file!)}]);
	});

	test.each([['open', open], ['sealed', sealed]] as const)('in an object, a header or a reference list is found, also without its passphrase (%s)', async (_, kept) => {
		const {location, snapshots} = await makeRepositoryToDamage(kept);
		const [object] = filesOf(location, 'objects');
		flip(object!, 20);
		expect((await check(location)).findings).toMatchObject([{kind: 'corrupt-object', id: idOf(object!)}]);
		flip(object!, 20);
		const folder = join(location, 'snapshots', snapshots[0]!.slice(0, 2), snapshots[0]!);
		flip(join(folder, 'HEADER'), 30);
		expect(await check(location)).toMatchObject({findings: [{kind: 'corrupt-header', id: snapshots[0]}], snapshotsAffected: 1, snapshotsProven: 1});
		flip(join(folder, 'HEADER'), 30);
		flip(join(folder, 'REFERENCES'), 30);
		expect((await check(location)).findings).toMatchObject([{kind: 'corrupt-references', id: snapshots[0]}]);
	});

	test('passes a fast check, which says what it did not read', async () => {
		const {location} = await makeRepositoryToDamage();
		flip(smallChunk(location), 10);
		expect(await check(location, {level: 'fast'})).toMatchObject({findings: [], proof: 'presence', chunksRead: 0, snapshotsProven: 0});
	});
});

describe.each(['fast', 'full'] as const)('at level %s', level => {
	test('a deleted chunk is missing', async () => {
		const {location, snapshots} = await makeRepositoryToDamage();
		const file = smallChunk(location);
		rmSync(file);
		const {findings} = await check(location, {level});
		expect(findings).toMatchObject([{kind: 'missing-chunk', id: idOf(file), pathCount: 2}]);
		expect(findings[0]!.snapshots).toHaveLength(snapshots.length);
	});

	test('a truncated object is found', async () => {
		const {location} = await makeRepositoryToDamage();
		const [object] = filesOf(location, 'objects');
		truncateSync(object!, 40);
		expect((await check(location, {level})).findings).toMatchObject([{kind: level === 'fast' ? 'wrong-size' : 'corrupt-object', id: idOf(object!)}]);
	});

	test('a broken link count is found', async () => {
		const {location, snapshots} = await makeRepositoryToDamage();
		const file = smallChunk(location);
		unlinkSync(join(location, 'snapshots', snapshots[0]!.slice(0, 2), snapshots[0]!, 'chunks', idOf(file).slice(0, 2), idOf(file)));
		expect((await check(location, {level})).findings).toMatchObject([{kind: 'wrong-reference-count', id: idOf(file), severity: 'trouble'}]);
	});

	test('copied without its hard links, every count is wrong and nothing is lost', async () => {
		const {location} = await makeRepositoryToDamage();
		for (const file of filesOf(location, 'chunks')) {
			copyFileSync(file, `${file}.copy`);
			renameSync(`${file}.copy`, file);
		}

		const before = filesOf(location, 'chunks').length;
		const {findings} = await check(location, {level});
		expect(new Set(findings.map(({kind}) => kind))).toEqual(new Set(['wrong-reference-count']));
		expect(filesOf(location, 'chunks')).toHaveLength(before);
	});

	test('an orphan is found, and left where it is', async () => {
		const {location} = await makeRepositoryToDamage();
		const file = join(location, 'chunks/aa', 'a'.repeat(64));
		copyFileSync(smallChunk(location), file);
		const {findings} = await check(location, {level});
		expect(findings.map(({kind}) => kind).sort()).toEqual(level === 'fast' ? ['orphan-chunk'] : ['corrupt-chunk', 'orphan-chunk']);
		expect(statSync(file).size).toBeGreaterThan(0);
	});

	test('an unfinished transaction is no finding', async () => {
		const {location} = await makeRepositoryToDamage();
		const chunks = join(location, 'transactions/00000000-0000-4000-8000-000000000001/chunks');
		const id = idOf(smallChunk(location));
		makeTree(chunks, [{path: `00/${'0'.repeat(64)}`, content: Buffer.from('half')}, {path: `${id.slice(0, 2)}/stray`}]);
		linkSync(smallChunk(location), join(chunks, id.slice(0, 2), id));
		expect(await check(location, {level})).toMatchObject({findings: [], unfinished: 1});
	});

	test('a transaction under way is neither a finding nor unfinished', async () => {
		const {location} = await makeRepositoryToDamage();
		const backend = await openBackend(location);
		const lock = await backend.lock('shared', 'test');
		await backend.begin('00000000-0000-4000-8000-000000000001' as SnapshotId, async () => []);
		expect(await check(location, {level})).toMatchObject({findings: [], unfinished: 0});
		await lock.release();
		expect(await check(location, {level})).toMatchObject({findings: [], unfinished: 1});
		await backend.close();
	});
});

test('a read that fails is trouble, never corruption; one that fails once is kept as such', async () => {
	const {location} = await makeRepositoryToDamage();
	const {config} = await openSealed(location);
	const backend = await openBackend(location);
	const bad = idOf(smallChunk(location));
	let failures = 1000;
	const failed = new PlakarError('BACKEND_DENIED', {message: 'The disk failed.', hint: 'Look at it.'});
	const failing = wrap(backend, {
		supports: Object.freeze({...backend.supports, reopenable: false}),
		async readBatch(kind, ids, options) {
			const results = await backend.readBatch(kind, ids, options);
			return results.map((result, index) => ids[index] === bad && failures-- > 0 ? failed : result);
		},
		async survey(kind, ids, read, visit, options) {
			await backend.survey!(kind, ids, read, (inspection, result, index) =>
				visit(inspection, ids[index] === bad && failures-- > 0 ? failed : result, index), options);
		},
	});
	const checkFailing = async () => checkRepository({repository: repositoryOf(failing, config), level: 'full', counters: new Counters()}, {signal: new AbortController().signal, onEvent: () => undefined});
	const report = await checkFailing();
	expect(report.findings).toMatchObject([{kind: 'unreadable-chunk', id: bad, severity: 'trouble', reason: 'The disk failed'}]);
	expect(report.chunksRead).toBe(report.chunks - 1);
	failures = 1;
	expect(await checkFailing()).toMatchObject({findings: [], soundOnSecondRead: 1});
});

test('a check of one path reads what that path needs, and nothing else', async () => {
	const {location, tree, snapshots} = await makeRepositoryToDamage();
	flip(smallChunk(location), 10);
	const of = async (path: string) => run({verb: 'check', repository: {location}, level: 'full', targets: [{snapshot: snapshots[0] as never, path: pathFromText(join(tree, path))}]});
	expect(await of('step')).toMatchObject({findings: [], chunks: 1, chunksRead: 1, snapshotsProven: 0});
	const large = await of('large');
	expect(large.findings).toEqual([]);
	expect(large).toMatchObject({objects: 1});
	expect(large.chunksRead).toBeGreaterThan(3);
	expect((await of('small')).findings).toMatchObject([{kind: 'corrupt-chunk'}]);
	await expect(of('nothing')).rejects.toMatchObject({code: 'PATH_NOT_FOUND'});
});

test('an interrupted check never says that all is sound', async () => {
	const {location} = await makeRepositoryToDamage();
	const controller = new AbortController();
	const report = await check(location, {signal: controller.signal, onEvent: event => {
		if (event.type === 'map') {
			controller.abort();
		}
	}});
	expect(report).toMatchObject({complete: false, findings: []});
	expect(report.chunksRead).toBeLessThan(report.chunks);
	expect(report.snapshotsProven).toBe(0);
});

test('bytes behind a record are found', async () => {
	const {location} = await makeRepositoryToDamage();
	const file = smallChunk(location);
	appendFileSync(file, 'x');
	expect((await check(location)).findings).toMatchObject([{kind: 'corrupt-chunk', id: idOf(file)}]);
});

describe('while others write', () => {
	/** A check for which another process pushes the tree once its snapshots are listed, and each time before records are inspected again, at most `pushes` times. */
	const checkWhilePushed = async (pushes: number): Promise<{readonly report: CheckReport; readonly notices: string[]}> => {
		const {location, tree} = await makeRepositoryToDamage();
		const sealed = await openSealed(location);
		let left = pushes;
		const pushNow = async (): Promise<void> => {
			if (left-- > 0) {
				await push(location, [tree]);
			}
		};

		const backend = wrap(sealed.backend, {
			async* list(kind, after, options) {
				yield* sealed.backend.list(kind, after, options);
				if (left === pushes) {
					await pushNow();
				}
			},
			async inspect(kind, ids, options) {
				await pushNow();
				return sealed.backend.inspect(kind, ids, options);
			},
		});
		const notices: string[] = [];
		const report = await checkRepository({repository: repositoryOf(backend, sealed.config, undefined), level: 'full', counters: new Counters()}, {
			signal: new AbortController().signal,
			onEvent(event) {
				if (event.type === 'notice') {
					notices.push(event.text);
				}
			},
		});
		await sealed.close();
		return {report, notices};
	};

	test('counts that moved between two looks are no finding', async () => {
		const {report, notices} = await checkWhilePushed(3);
		expect({findings: report.findings, notices}).toEqual({findings: [], notices: []});
	});

	test('counts that never rest are told as that, and are no finding', async () => {
		const {report, notices} = await checkWhilePushed(Number.POSITIVE_INFINITY);
		expect(report.findings).toEqual([]);
		expect(notices).toEqual([expect.stringMatching(/^The references of \d+ records changed whenever they were looked at: others are writing\./)]);
	});
});
