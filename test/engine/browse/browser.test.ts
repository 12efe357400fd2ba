// Listings, totals, marks, hits and versions equal what a full scan of the index says.

import {rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {Browser} from '../../../source/engine/browse/browser.js';
import {listedAtOnce, type HistoryPage, type Listing, type TreeRow} from '../../../source/engine/browse/questions.js';
import {diffSnapshots, isTelling, type Difference} from '../../../source/engine/diff.js';
import {entriesOf} from '../../../source/engine/reading.js';
import {openRepository, readHeader, type Repository} from '../../../source/engine/repository.js';
import type {Entry} from '../../../source/format/entry.js';
import type {SnapshotId} from '../../../source/format/ids.js';
import {comparePaths, isWithin, type PathBytes} from '../../../source/format/paths.js';
import {makeRepository, memoryLocation, push} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {makeAwkwardTree, makeTree, type TreeItem} from '../../support/trees.js';

const collect = async <Item>(items: AsyncIterable<Item>): Promise<Item[]> => {
	const collected: Item[] = [];
	for await (const item of items) {
		collected.push(item);
	}

	return collected;
};

/** Every row of a folder, page by page. */
async function listWhole(browser: Browser, {own, other}: TreeRow): Promise<TreeRow[]> {
	const rows: TreeRow[] = [];
	for (let page: Listing | undefined; page === undefined || page.next !== undefined;) {
		page = await browser.answer({name: 'list', own: own?.folder, other: other?.folder, start: page?.next});
		expect(page.rows.length).toBeLessThanOrEqual(2 * listedAtOnce);
		rows.push(...page.rows);
	}

	return rows;
}

/** Every row of the tree, by listing every folder. */
async function expandAll(browser: Browser, root: TreeRow): Promise<TreeRow[]> {
	const all = [root];
	for (const row of all) {
		if (row.type === 'directory') {
			all.push(...await listWhole(browser, row));
		}
	}

	return all;
}

const names = ['a', 'b', 'ab', 'a-b', 'b.c', 'ä', 'x y', 'zz'];
// A name is a file or a folder by its depth, so that no path is both.
const treeItems = fc.uniqueArray(
	fc.record({
		folders: fc.array(fc.constantFrom(...names), {maxLength: 3}), file: fc.constantFrom(...names), content: fc.integer({min: 0, max: 3}), isLink: fc.boolean(),
	}),
	{selector: ({folders, file}) => [...folders, file].join('/'), maxLength: 25},
).map(items => items.map(({folders, file, content, isLink}): TreeItem => ({
	path: [...folders.map(name => `${name}.d`), `${file}.f`].join('/'), content: Buffer.alloc(content * 5000, String(content)), ...(isLink && content === 0 ? {link: `to-${file}`} : {}),
})));

async function pushTree(repository: string, tree: string, items: readonly TreeItem[]) {
	rmSync(tree, {recursive: true, force: true});
	makeTree(tree, [{path: 'always', content: Buffer.from('here')}, ...items]);
	return (await push(repository, [tree])).snapshot;
}

const whatItIs = ({path, content, sizeBytes, mode, type, linkTarget, mtimeSeconds, mtimeNanoseconds}: Entry): string =>
	JSON.stringify([path, type, content, sizeBytes, mode, linkTarget, mtimeSeconds, mtimeNanoseconds]);

/** `entries` with `differences` carried out. */
function applied(entries: readonly Entry[], differences: readonly Difference[]): string[] {
	const byPath = new Map(entries.map(entry => [entry.path, entry]));
	for (const {path, after} of differences) {
		if (after === undefined) {
			byPath.delete(path);
		} else {
			byPath.set(path, after);
		}
	}

	return [...byPath.values()].map(entry => whatItIs(entry)).sort();
}

async function openBrowser(location: string): Promise<{readonly browser: Browser; readonly repository: Repository}> {
	const repository = await openRepository({location});
	return {browser: new Browser(repository), repository};
}

const sumsOf = (entries: readonly Entry[], folder: PathBytes): {bytes: number; count: number} => {
	const inside = entries.filter(({path}) => path !== folder && isWithin(path, folder));
	return {bytes: inside.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0), count: inside.length};
};

describe('random trees', () => {
	test('a difference applied to the first snapshot gives the second; rows, totals and marks equal a full scan', async () => {
		const tree = join(temporaryFolder(fastPlace), 'tree');
		await fc.assert(fc.asyncProperty(treeItems, treeItems, async (first, second) => {
			const location = await makeRepository(memoryLocation());
			const [before, after] = [await pushTree(location, tree, first), await pushTree(location, tree, second)];
			const {browser, repository} = await openBrowser(location);
			const [oldHeader, newHeader] = [await readHeader(repository, before), await readHeader(repository, after)];
			const [oldEntries, newEntries] = [await collect(entriesOf(repository, oldHeader)), await collect(entriesOf(repository, newHeader))];
			const differences = await collect(diffSnapshots(repository, {header: oldHeader}, {header: newHeader}));
			expect(applied(oldEntries, differences)).toEqual(newEntries.map(entry => whatItIs(entry)).sort());

			const alone = await browser.answer({name: 'open', snapshot: after});
			const listed = await expandAll(browser, alone.root);
			expect(listed.map(({path}) => path).sort()).toEqual(newEntries.map(({path}) => path).sort());
			for (const {path, type, sizeBytes, entries} of listed.filter(row => row.type === 'directory')) {
				expect({path, type, sizeBytes, entries}).toEqual({path, type, sizeBytes: sumsOf(newEntries, path).bytes, entries: sumsOf(newEntries, path).count});
			}

			const {root, counts} = await browser.answer({name: 'open', snapshot: after, other: before});
			const compared = await expandAll(browser, root);
			const telling = differences.filter(difference => isTelling(difference));
			const count = (mark: string): number => telling.filter(difference => difference.mark === mark).length;
			expect(counts).toEqual({added: count('+'), removed: count('-'), changed: count('~')});
			const isMarked = ({path, type}: TreeRow): boolean => telling.some(difference => difference.path === path || (type === 'directory' && isWithin(difference.path, path)));
			expect(compared.filter(row => row.mark !== '').map(({path}) => path).sort()).toEqual(compared.filter(row => isMarked(row)).map(({path}) => path).sort());
			expect(compared.map(({path}) => path).sort()).toEqual([...new Set([...oldEntries, ...newEntries].map(({path}) => path))].sort());
			await repository.close();
		}), {numRuns: 12});
	});
});

describe('large folders', () => {
	test('their pages, of one snapshot or of two compared, are every row once and in order', async () => {
		const tree = join(temporaryFolder(fastPlace), 'tree');
		const location = await makeRepository(memoryLocation());
		const name = (index: number): TreeItem => ({path: index % 500 === 0 ? `${String(index).padStart(5, '0')}/inside` : String(index).padStart(5, '0')});
		const numbers = Array.from({length: 3 * listedAtOnce}, (_, index) => index);
		// The first has its own at the beginning and lacks the end, the second the other way: their pages do not end together.
		const before = await pushTree(location, tree, numbers.filter(index => index < 2 * listedAtOnce && index % 3 !== 0).map(index => name(index)));
		const after = await pushTree(location, tree, numbers.filter(index => index > 1.2 * listedAtOnce || index % 7 === 0).map(index => name(index)));
		const {browser} = await openBrowser(location);
		for (const other of [undefined, before]) {
			const {root} = await browser.answer({name: 'open', snapshot: after, other});
			const paths = (await expandAll(browser, root)).map(({path}) => path);
			const {repository} = await openBrowser(location);
			const scan = async (snapshot: SnapshotId): Promise<PathBytes[]> => (await collect(entriesOf(repository, await readHeader(repository, snapshot)))).map(({path}) => path);
			const expected = new Set([...await scan(after), ...(other === undefined ? [] : await scan(other))]);
			expect([...paths].sort()).toEqual([...expected].sort());
			const inTree = (await listWhole(browser, (await browser.answer({name: 'find', text: 'tree'})).rows.find(({type}) => type === 'directory')!)).map(({path}) => path);
			expect(inTree).toEqual([...inTree].sort(comparePaths));
		}
	});
});

describe('names', () => {
	test('a search in pages finds what a full scan finds', async () => {
		const tree = join(temporaryFolder(fastPlace), 'tree');
		makeTree(tree, Array.from({length: 3000}, (_, index) => ({path: `folder-${index % 7}/File ${index}.txt`})));
		const location = await makeRepository(memoryLocation());
		const {snapshot} = await push(location, [tree]);
		const {browser} = await openBrowser(location);
		await browser.answer({name: 'open', snapshot});
		const search = async (text: string, most?: number): Promise<{readonly rows: TreeRow[]; readonly pages: number; readonly left: number}> => {
			const rows: TreeRow[] = [];
			let pages = 0;
			let left = 0;
			for (let start: number | undefined; pages === 0 || start !== undefined; pages++) {
				const page = await browser.answer({name: 'find', text, start, ...(most === undefined ? {} : {most: most - rows.length})});
				rows.push(...page.rows);
				left += page.left;
				start = page.next;
			}

			return {rows, pages, left};
		};

		const all = await search('file');
		expect(all.rows).toHaveLength(3000);
		expect(all.pages).toBeGreaterThan(1);
		// A screen keeps so many, and tells how many more there are.
		expect(await search('file', 400)).toMatchObject({rows: all.rows.slice(0, 400), left: 2600});
		expect((await search('File 12?.txt')).rows).toHaveLength(10);
		expect((await search('FILE')).rows).toHaveLength(0);
		const [folder] = (await search('folder-3')).rows;
		expect(folder!.own!.folder).toBeDefined();
		expect(await listWhole(browser, folder!)).toHaveLength(429);
	});
});

describe('history', () => {
	test('every snapshot says what it holds of a path', async () => {
		const tree = join(temporaryFolder(fastPlace), 'tree');
		const location = await makeRepository(memoryLocation());
		makeTree(tree, [...Array.from({length: 2000}, (_, index) => ({path: `many/${index}`})), {path: 'wanted', content: Buffer.from('one')}]);
		await push(location, [tree]);
		await push(location, [tree]);
		writeFileSync(join(tree, 'wanted'), 'two');
		await push(location, [tree]);
		rmSync(join(tree, 'wanted'));
		symlinkSync('elsewhere', join(tree, 'wanted'));
		await push(location, [tree]);
		rmSync(join(tree, 'wanted'));
		await push(location, [tree]);
		const {browser} = await openBrowser(location);
		const versions = [];
		for (let start: number | undefined = 0; start !== undefined;) {
			const page: HistoryPage = await browser.answer({name: 'history', path: `${tree}/wanted` as PathBytes, start});
			versions.push(...page.versions);
			start = page.next;
		}

		expect(versions.map(({row}) => row?.type)).toEqual([undefined, 'symlink', 'file', 'file', 'file']);
		expect(new Set(versions.map(({key}) => key)).size).toBe(4);
		expect(versions[3]!.key).toBe(versions[4]!.key);
		const preview = await browser.answer({name: 'preview', place: versions[2]!.row!.own!, against: versions[4]!.row!.own!});
		expect(preview.lines.map(({mark, text}) => mark + text)).toEqual(['-one', '+two']);
		const unchanged = await browser.answer({name: 'preview', place: versions[3]!.row!.own!, against: versions[4]!.row!.own!});
		expect(unchanged).toMatchObject({changedLines: 0, lines: [{mark: ' ', text: 'one'}]});
	});
});

test('odd names and types are listed as they are', async () => {
	const tree = join(temporaryFolder(), 'tree');
	makeAwkwardTree(tree);
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const {browser, repository} = await openBrowser(location);
	const {root} = await browser.answer({name: 'open', snapshot});
	const rows = await expandAll(browser, root);
	expect(rows.map(({path}) => path).sort()).toEqual((await collect(entriesOf(repository, await readHeader(repository, snapshot)))).map(({path}) => path).sort());
	for (const row of rows) {
		const preview = await browser.answer({name: 'preview', place: row.own!});
		expect(preview.path).toBe(row.path);
	}
});

test('a folder that no answer has named is refused', async () => {
	const tree = join(temporaryFolder(fastPlace), 'tree');
	makeTree(tree, [{path: 'one'}]);
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const {browser} = await openBrowser(location);
	await expect(browser.answer({name: 'list', own: 0})).rejects.toMatchObject({code: 'INTERNAL'});
	await browser.answer({name: 'open', snapshot});
	await expect(browser.answer({name: 'list', own: 0, start: {own: 1e9}})).rejects.toMatchObject({code: 'INTERNAL'});
	await expect(browser.answer({name: 'list', own: 99})).rejects.toMatchObject({code: 'INTERNAL'});
	await expect(browser.answer({name: 'preview', place: {snapshot, at: 1e12}})).rejects.toMatchObject({code: 'RECORD_CORRUPT'});
});
