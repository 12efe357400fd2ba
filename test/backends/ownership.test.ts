// Who may use a repository that several users write to.

import {chmodSync, chownSync, lstatSync, mkdirSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeHome} from '../support/program.js';
import {makeTree} from '../support/trees.js';

/** Nobody of this machine. */
const owner = {uid: 54_321, gid: 54_322};
const isRoot = process.getuid?.() === 0;

/** Every file and folder below and with `root`. */
const everything = (root: string): string[] => [root, ...readdirSync(root, {recursive: true}).map(name => join(root, String(name)))];

const makeSource = (folder: string): string => {
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'one', content: Buffer.alloc(50_000, 'one')}, {path: 'folder/two', content: Buffer.alloc(9000, 'two')}]);
	return tree;
};

describe.skipIf(!isRoot)(`what root writes into the repository of another user${isRoot ? '' : ' (SKIPPED: only root can test it)'}`, () => {
	test('belongs to that user, who goes on as before', () => {
		const {run} = makeHome();
		const folder = temporaryFolder(fastPlace);
		const [tree, place, home] = [makeSource(folder), join(folder, 'r'), join(folder, 'home')];
		for (const path of [place, home]) {
			mkdirSync(path);
			chownSync(path, owner.uid, owner.gid);
		}

		chmodSync(folder, 0o755);
		const theirs = {uid: owner.uid, env: {HOME: home}};
		expect(run(`create -no-encryption ${place}`)).toMatchObject({status: 0});
		expect(run(`on ${place} push ${tree}`)).toMatchObject({status: 0});
		expect(everything(place).filter(path => {
			const {uid, gid} = lstatSync(path);
			return uid !== owner.uid || gid !== owner.gid;
		})).toEqual([]);
		expect(run(`on ${place} push ${tree}`, theirs)).toMatchObject({status: 0, stderr: ''});
		expect(run(`on ${place} push ${tree}`)).toMatchObject({status: 0});
		expect(run(`on ${place} check`, theirs)).toMatchObject({status: 0});
		expect(run(`on ${place} ls`, theirs).stdout.trim().split('\n')).toHaveLength(3);
	});
});

describe('the files of a repository', () => {
	test.each([
		['of one user', 0o700, 0o700, 0o600], ['that everybody may list', 0o755, 0o700, 0o600],
		['shared with a group', 0o2770, 0o2770, 0o660], ['that a group may read', 0o750, 0o750, 0o640], ['of a group, listed by all', 0o775, 0o770, 0o660],
	])('%s', async (_, mode, folderMode, fileMode) => {
		const folder = temporaryFolder(fastPlace);
		const place = join(folder, 'r');
		mkdirSync(place);
		chmodSync(place, mode);
		await push(await makeRepository(place), [makeSource(folder)]);
		const modes = (isFolder: boolean): Set<number> => new Set(everything(place).slice(1).map(path => lstatSync(path)).filter(stats => stats.isDirectory() === isFolder).map(stats => stats.mode & 0o7777));
		expect([modes(true), modes(false)]).toEqual([new Set([folderMode]), new Set([fileMode])]);
	});
});
