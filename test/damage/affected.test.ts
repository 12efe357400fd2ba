// From a damaged chunk to the files that lose something, while the check still reads.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {checkRepository} from '../../source/engine/check/check.js';
import {FindingList} from '../../source/engine/check/finding-list.js';
import {findingOf} from '../../source/engine/check/judge.js';
import {ObjectParts} from '../../source/engine/check/object-parts.js';
import {Counters} from '../../source/engine/counters.js';
import {maximumFindings, maximumPaths, type Finding} from '../../source/engine/finding.js';
import {openSealed, repositoryOf} from '../../source/engine/repository.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run} from '../support/engine.js';
import {makeTree, type TreeItem} from '../support/trees.js';

const noise = (words: number, seed = 0): Buffer => Buffer.from(Uint32Array.from({length: words}, (_, index) => Math.imul(index + seed, 2_654_435_761)).buffer);

async function makeScene(items: readonly TreeItem[]): Promise<{location: string; tree: string; chunks: string[]}> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, items);
	const location = await makeRepository(join(folder, 'repository'), {compression: 'none'});
	await push(location, [tree]);
	await push(location, [tree]);
	const chunks = readdirSync(join(location, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
	return {location, tree, chunks: chunks.sort((a, b) => a.slice(-64) < b.slice(-64) ? -1 : 1)};
}

function flip(file: string): void {
	const bytes = readFileSync(file);
	bytes[bytes.length - 1]! ^= 0x10;
	writeFileSync(file, bytes);
}

test('paths are told before the reading ends', async () => {
	const {location, tree, chunks} = await makeScene([{path: 'large-file', content: noise(500_000)}]);
	// A chunk of the first task that is not a part of the index.
	const bad = chunks.slice(0, 256).find(file => !readFileSync(file).includes('large-file'))!;
	flip(bad);
	const {config} = await openSealed(location);
	const backend = await openBackend(location);
	let tell: (finding: Finding) => void = () => undefined;
	const told = new Promise<Finding>(resolve => {
		tell = resolve;
	});
	let tasks = 0;
	// The second task of chunks is not answered before somebody was told of the paths.
	const waiting = repositoryOf(wrap(backend, {
		supports: Object.freeze({...backend.supports, reopenable: false}),
		async survey(kind, ids, read, visit, options) {
			if (kind === 'chunk' && tasks++ === 1) {
				await told;
			}

			await backend.survey!(kind, ids, read, visit, options);
		},
	}), config);
	const report = await checkRepository({repository: waiting, level: 'full', counters: new Counters()}, {
		signal: new AbortController().signal,
		onEvent(event) {
			if (event.type === 'finding' && event.finding.pathCount > 0) {
				tell(event.finding);
			}
		},
	});
	const early = await told;
	expect(tasks).toBe(2);
	expect(early).toMatchObject({kind: 'corrupt-chunk', id: bad.slice(-64), pathCount: 2});
	expect(early.paths.map(({path}) => path)).toEqual([join(tree, 'large-file'), join(tree, 'large-file')]);
	expect(report.findings).toEqual([early]);
});

test('thousands of paths are counted, and kept up to a bound', async () => {
	const {location, chunks} = await makeScene(Array.from({length: 3000}, (_, index) => ({path: `copy-${String(index).padStart(4, '0')}`, content: Buffer.from('the same everywhere')})));
	flip(chunks.find(file => readFileSync(file).includes('the same everywhere'))!);
	const {findings: [finding]} = await check(location);
	expect(finding).toMatchObject({kind: 'corrupt-chunk', pathCount: 6000});
	expect(finding!.paths).toHaveLength(maximumPaths);
	expect(new Set(finding!.paths.map(({snapshot, path}) => `${snapshot} ${path}`)).size).toBe(maximumPaths);
});

test('an object that was not opened by this check is read for its chunks', async () => {
	const {location, tree, chunks} = await makeScene([{path: 'large-file', content: noise(30_000)}]);
	const bad = chunks.find(file => !readFileSync(file).includes('large-file'))!;
	writeFileSync(bad, readFileSync(bad).subarray(0, 100));
	// A fast check opens no object; the wrong size is damage all the same.
	const {findings} = await check(location, {level: 'fast'});
	expect(findings).toMatchObject([{kind: 'wrong-size', pathCount: 2, paths: [{path: join(tree, 'large-file')}, {path: join(tree, 'large-file')}]}]);
});

describe('findings', () => {
	const made = (index: number, kind: 'corrupt-chunk' | 'orphan-chunk') => findingOf({kind, id: String(index).padStart(64, '0'), reason: 'broken', snapshots: kind === 'corrupt-chunk' ? [`s${index}` as never] : []});

	test('beyond the bound are counted, and trouble never crowds out damage', () => {
		const list = new FindingList();
		for (let index = 0; index < maximumFindings + 500; index++) {
			list.put(made(index, 'orphan-chunk'));
		}

		expect(list.put(made(1, 'corrupt-chunk'))).toBe(true);
		expect(list.put(made(maximumFindings + 1000, 'orphan-chunk'))).toBe(false);
		expect(list.count).toBe(maximumFindings + 502);
		expect(list.list()).toHaveLength(maximumFindings + 1);
		expect([...list.damagedSnapshots]).toEqual(['s1']);
	});

	test('that become better known stay one', () => {
		const list = new FindingList();
		list.put(made(1, 'corrupt-chunk'));
		list.put({...made(1, 'corrupt-chunk'), pathCount: 3});
		expect(list.count).toBe(1);
		expect(list.list()).toMatchObject([{pathCount: 3}]);
	});
});

test('the chunks of objects are found again, also when the table had to grow', () => {
	const parts = new ObjectParts();
	for (let object = 0; object < 3000; object++) {
		parts.add(object, [object, object + 1, object + 2]);
	}

	parts.add(5, [1]);
	const found: string[] = [];
	parts.findOwners(new Set([7, 2999]), (object, chunk) => {
		found.push(`${object}:${chunk}`);
	});
	expect(found).toEqual(['5:7', '6:7', '7:7', '2997:2999', '2998:2999', '2999:2999']);
	expect([parts.has(2999), parts.has(3000)]).toEqual([true, false]);
});

test('other repositories of the family are named with when they were proven, others not at all', async () => {
	const folder = temporaryFolder(fastPlace);
	makeTree(join(folder, 'tree'), [{path: 'a', content: Buffer.from('the small file')}]);
	const own = await makeRepository(join(folder, 'own'));
	await push(own, [join(folder, 'tree')]);
	await run({verb: 'clone', source: {location: own}, target: join(folder, 'clone')});
	const stranger = await makeRepository(join(folder, 'stranger'));
	await push(stranger, [join(folder, 'tree')]);
	const [chunk] = readdirSync(join(own, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(({name}) => name);
	const locate = async () => run({verb: 'locate', repositories: [{location: own}, {location: join(folder, 'nowhere')}, {location: stranger}, {location: join(folder, 'clone')}], records: [{kind: 'chunk', id: chunk as never}, {kind: 'chunk', id: 'f'.repeat(64) as never}]});
	expect(await locate()).toEqual([{id: chunk, location: join(folder, 'clone'), sizeBytes: expect.any(Number)}]);
	await check(join(folder, 'clone'));
	expect(await locate()).toEqual([{id: chunk, location: join(folder, 'clone'), sizeBytes: expect.any(Number), provenAt: expect.stringMatching(/^\d{4}-/)}]);
});
