// What stands in the way of a restore is never lost: it stays, or it is found again in the folder beside.

import {existsSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {JobEvent} from '../../../source/engine/events.js';
import type {RestoreReport} from '../../../source/engine/jobs.js';
import {makeRepository, memoryLocation, push, run} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {describeTree, fingerprint, makeTree} from '../../support/trees.js';

type Scene = {readonly out: string; readonly tree: string; restore(options?: {readonly overwrite?: boolean; readonly dryRun?: boolean; readonly folder?: string}): Promise<RestoreReport & {readonly troubles: readonly string[]}>};

/** A pushed tree, and a folder to restore it into. */
async function makeScene(files: Readonly<Record<string, string>>, prepare: (tree: string) => void = () => undefined): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, Object.entries(files).map(([path, content]) => ({path, content: Buffer.from(content)})));
	prepare(tree);
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const out = join(folder, 'place', 'www');
	return {
		tree, out,
		async restore({overwrite = false, dryRun = false, folder: chosen = out} = {}) {
			const troubles: string[] = [];
			const report = await run({verb: 'restore', repository: {location}, targets: [{snapshot, path: tree as never}], folder: chosen, overwrite, dryRun}, {
				onEvent(event: JobEvent) {
					if (event.type === 'trouble') {
						troubles.push(event.error.message);
					}
				},
			});
			return {...report, troubles};
		},
	};
}

const told = ({durationMs: _, dryRun: __, freeBytes: ___, troubles: ____, ...numbers}: RestoreReport & {readonly troubles: readonly string[]}): unknown => numbers;

/** What a person would miss: names, types, contents and times, without the folders. */
const belongings = (root: string): string[] => existsSync(root)
	? describeTree(root).filter(line => (JSON.parse(line) as [string, number])[1] !== 4)
	: [];

const names = ['a', 'b', 'c/d', 'c/e', 'f/g/h'];
const changes = fc.constantFrom('keep', 'remove', 'older', 'newer', 'folder', 'link', 'parent is a file', 'parent is a link', 'extra');

function change(out: string, name: string, what: string, elsewhere: string): void {
	const path = join(out, name);
	const parent = dirname(path);
	if (!lstatSync(parent, {throwIfNoEntry: false})?.isDirectory()) {
		return;
	}

	if (what === 'extra') {
		writeFileSync(join(parent, `extra of ${name.replaceAll('/', ' ')}`), name);
	} else if (what.startsWith('parent')) {
		if (parent !== out) {
			rmSync(parent, {recursive: true});
			if (what.endsWith('file')) {
				writeFileSync(parent, `a file in place of the folder of ${name}`);
			} else {
				symlinkSync(elsewhere, parent);
			}
		}
	} else if (what !== 'keep') {
		rmSync(path, {recursive: true, force: true});
		if (what === 'folder') {
			makeTree(path, [{path: 'deep/inside', content: Buffer.from(`in the way of ${name}`)}]);
		} else if (what === 'link') {
			symlinkSync(elsewhere, path);
		} else if (what !== 'remove') {
			writeFileSync(path, `${what} ${name}`);
			utimesSync(path, 1000, what === 'older' ? 1000 : 4_000_000_000);
		}
	}
}

describe('whatever stands there', () => {
	test('the preview tells what the run does; nothing is lost, nothing goes through a symlink, and replacing gives the pushed tree', async () => {
		const {tree, out, restore} = await makeScene(Object.fromEntries(names.map(name => [name, `content of ${name}`])));
		const inOut = join(out, tree);
		const elsewhere = temporaryFolder(fastPlace);
		makeTree(elsewhere, [{path: 'd', content: Buffer.from('foreign')}, {path: 'g/h', content: Buffer.from('foreign too')}]);
		const foreign = fingerprint(elsewhere);
		await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...names), changes), {maxLength: 6}), fc.boolean(), async (mutations, overwrite) => {
			rmSync(dirname(out), {recursive: true, force: true});
			await restore();
			for (const [name, what] of mutations) {
				change(inOut, name, what, elsewhere);
			}

			const before = belongings(inOut);
			const state = fingerprint(dirname(out));
			const preview = await restore({overwrite, dryRun: true});
			expect(fingerprint(dirname(out))).toBe(state);
			const done = await restore({overwrite});
			expect(told(done)).toEqual(told(preview));
			expect(fingerprint(elsewhere)).toBe(foreign);
			const kept = new Set([...belongings(inOut), ...(done.asideFolder === undefined ? [] : belongings(join(done.asideFolder, tree)))]);
			expect(before.filter(line => !kept.has(line))).toEqual([]);
			expect(done.failed).toBe(0);
			if (overwrite) {
				expect(done.refused).toBe(0);
				const isExtra = (line: string): boolean => line.includes('extra of');
				expect(belongings(inOut).filter(line => !isExtra(line))).toEqual(belongings(tree));
			} else {
				expect(done.asideFolder).toBeUndefined();
				expect(readdirSync(dirname(out))).toEqual(['www']);
			}
		}), {numRuns: 25});
	});
});

describe('the folder beside', () => {
	test('is made anew by each restore, and not at all when nothing is in the way', async () => {
		const {tree, out, restore} = await makeScene({a: 'snapshot'});
		const there = join(out, tree, 'a');
		expect(await restore({overwrite: true})).not.toHaveProperty('asideFolder');
		for (const number of [1, 2]) {
			writeFileSync(there, `mine ${number}`);
			const {asideFolder, newer, replaced} = await restore({overwrite: true});
			expect({newer, replaced}).toEqual({newer: 1, replaced: 1});
			expect(asideFolder).toMatch(number === 1 ? /www\.before-[\da-f]{6}$/ : /www\.before-[\da-f]{6}-2$/);
			expect(readFileSync(join(asideFolder!, tree, 'a'), 'utf8')).toBe(`mine ${number}`);
			expect(lstatSync(asideFolder!).mode & 0o777).toBe(0o700);
			expect(readFileSync(there, 'utf8')).toBe('snapshot');
		}
	});

	test('second names of a file are moved and made too', async () => {
		const {tree, out, restore} = await makeScene({a: 'snapshot'}, place => {
			linkSync(join(place, 'a'), join(place, 'b'));
		});
		mkdirSync(join(out, tree), {recursive: true});
		for (const name of ['a', 'b']) {
			writeFileSync(join(out, tree, name), `mine ${name}`);
		}

		const preview = await restore({overwrite: true, dryRun: true});
		const done = await restore({overwrite: true});
		expect(told(done)).toEqual(told(preview));
		expect(['a', 'b'].map(name => readFileSync(join(done.asideFolder!, tree, name), 'utf8'))).toEqual(['mine a', 'mine b']);
		expect(lstatSync(join(out, tree, 'a')).ino).toBe(lstatSync(join(out, tree, 'b')).ino);
	});
});

describe('where nothing can be made', () => {
	test.each([
		['a file', (out: string) => writeFileSync(out, 'mine'), /^\S+www is no folder: nothing can be restored into it\.$/],
		['a symlink to nowhere', (out: string) => symlinkSync('/nowhere/at/all', out), /^\S+www is a symlink that leads nowhere\.$/],
	])('%s in place of the folder: one sentence, nothing touched', async (_, put, sentence) => {
		const {out, restore} = await makeScene({a: 'snapshot'});
		mkdirSync(dirname(out));
		put(out);
		const before = fingerprint(dirname(out));
		for (const dryRun of [true, false]) {
			await expect(restore({dryRun, overwrite: true})).rejects.toMatchObject({code: 'PATH_EXISTS', message: expect.stringMatching(sentence) as string});
		}

		expect(fingerprint(dirname(out))).toBe(before);
	});

	test('in a folder that the system does not let anybody write to', async () => {
		const {restore} = await makeScene({a: 'snapshot'});
		await expect(restore({folder: '/proc/plakar'})).rejects.toMatchObject({code: 'BACKEND_FAILED', message: '/proc/plakar cannot be made: the system takes no folders there.'});
	});

	test('a symlink and a file in place of folders are named, once each, with what it means for what is below', async () => {
		const {tree, out, restore} = await makeScene({'c/d': 'd', 'c/e': 'e', 'f/g/h': 'h'});
		mkdirSync(join(out, tree), {recursive: true});
		symlinkSync('/etc', join(out, tree, 'c'));
		writeFileSync(join(out, tree, 'f'), 'mine');
		const {troubles, refused, obstructed} = await restore();
		expect(troubles.map(text => text.replace(/^\S+\//, ''))).toEqual([
			'c is left as it is: it is a symlink, and a restore never goes through one, so nothing below it is restored.',
			'f is left as it is: a file stands where the snapshot has a folder, so nothing below it is restored.',
		]);
		expect({refused, obstructed}).toEqual({refused: 6, obstructed: 2});
	});
});
