// diff, find and tarball: what they print, and that an archive is what tar itself would make.

import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {keepScene} from '../support/kept-scene.js';
import {makeHome, type Home} from '../support/program.js';
import {describeTree, makeAwkwardTree, makeTree} from '../support/trees.js';

const jsonLines = (text: string): Array<Record<string, unknown>> => text.trim().split('\n').map(line => JSON.parse(line) as Record<string, unknown>);

const kept = keepScene(home => {
	const [a, tree] = [join(home.folder, 'a'), join(home.folder, 'tree')];
	makeTree(tree, ['gone', 'kept', 'grown', 'modes', 'folder/inside'].map(path => ({path, content: Buffer.from(path)})));
	home.run(`create -no-encryption ${a}`);
	const first = home.run(`on ${a} push ${tree}`).stdout.trim();
	rmSync(join(tree, 'gone'));
	writeFileSync(join(tree, 'grown'), 'grown larger');
	utimesSync(join(tree, 'grown'), 1_000_000, 1_000_000);
	chmodSync(join(tree, 'modes'), 0o600);
	writeFileSync(join(tree, 'folder', 'evil\u001B[31m'), 'new');
	const ids: readonly [string, string] = [first, home.run(`on ${a} push ${tree}`).stdout.trim()];
	return {tree, ids};
});

/** A repository with two states of a tree, whose paths are those of the tree that was pushed. */
function makeScene(): Home & {readonly a: string; readonly tree: string; readonly ids: readonly [string, string]} {
	const {made, ...home} = kept.copy();
	return {...home, ...made, a: join(home.folder, 'a')};
}

describe('diff', () => {
	test('tells what was added, removed and changed, and how', () => {
		const {run, a, tree, ids: [first, second]} = makeScene();
		const shown = run(`on ${a} diff ${first} ${second}`);
		expect(shown.status).toBe(0);
		expect(shown.stdout.split('\n')).toEqual([`+ ..... ${tree}/folder/evil\\x1b[31m`, `- ..... ${tree}/gone`, `~ .c..t ${tree}/grown`, `~ ..m.. ${tree}/modes`, '']);
		expect(shown.stderr).toContain('1 added, 2 changed, 1 removed');
		expect(run(`on ${a} diff ${second} ${second}`).stdout).toBe('');
		const back = jsonLines(run(`on ${a} --json diff ${second}:${tree} ${first}:${tree}`).stdout);
		expect(back.at(-1)).toEqual({type: 'diffed', added: 1, changed: 2, removed: 1});
		expect(back.find(({path}) => path === `${tree}/grown`)).toMatchObject({mark: '~', changed: ['content', 'time'], before: {sizeBytes: 12}, after: {sizeBytes: 5}});
	});

	test('compares one path, and two different ones', () => {
		const {run, a, tree, ids: [first, second]} = makeScene();
		expect(run(`on ${a} diff ${first}:${tree}/modes ${second}:${tree}/modes`).stdout).toBe(`~ ..m.. ${tree}/modes\n`);
		expect(run(`on ${a} diff ${first}:${tree}/kept ${first}:${tree}/gone`).stdout).toMatch(/^~ \.c\.[.t]{2} \S+gone\n$/);
		expect(run(`on ${a} diff ${first}:/nowhere ${second}:/nowhere`)).toMatchObject({status: 1});
		expect(run(`on ${a} diff ${first}`)).toMatchObject({status: 2});
	});
});

describe('find', () => {
	test('looks through all snapshots, or those that are named', () => {
		const {run, a, tree, ids: [first, second]} = makeScene();
		expect(run(`on ${a} find gone`).stdout).toBe(`${first.slice(0, 8)}:${tree}/gone\n`);
		expect(run(`on ${a} find g*`).stdout.trim().split('\n').sort()).toEqual([`${first.slice(0, 8)}:${tree}/gone`, `${first.slice(0, 8)}:${tree}/grown`, `${second.slice(0, 8)}:${tree}/grown`].sort());
		expect(run(`on ${a} find *evil* ${first}`).stdout).toBe('');
		expect(jsonLines(run(`on ${a} --json find *evil*`).stdout)).toMatchObject([{type: 'found', snapshot: second, path: `${tree}/folder/evil\\x1b[31m`, kind: 'file', sizeBytes: 3}, {type: 'searched', found: 1, snapshots: 2}]);
		expect(run(`on ${a} find`)).toMatchObject({status: 2});
	});
});

describe('tarball', () => {
	test('GNU tar makes the very tree of it: odd names, links, times, modes, long names', () => {
		const {run, folder} = makeHome();
		const [a, tree, out] = ['a', 'tree', 'out'].map(name => join(folder, name)) as [string, string, string];
		makeAwkwardTree(tree);
		const deep = join(tree, ...Array.from({length: 6}, (_, index) => `${index}-${'long name '.repeat(12)}`));
		mkdirSync(deep, {recursive: true});
		writeFileSync(join(deep, 'at the end'), 'deep');
		run(`create -no-encryption ${a}`);
		const id = run(`on ${a} push ${tree}`).stdout.trim();
		const made = run(`on ${a} tarball ${id} --output ${folder}/archive.tar`);
		expect(made.status).toBe(3);
		expect(made.stderr).toMatch(/socket is not in the archive/);
		mkdirSync(out);
		execFileSync('tar', ['-C', out, '-xpf', `${folder}/archive.tar`], {stdio: ['ignore', 'ignore', 'pipe']});
		const isNoSocket = (line: string): boolean => !line.startsWith('["/socket"');
		expect(describeTree(join(out, tree)).filter(line => isNoSocket(line))).toEqual(describeTree(tree).filter(line => isNoSocket(line)));
	});

	test('goes to stdout, holds what was asked for, and overwrites nothing', () => {
		const {run, a, tree, folder, ids: [first]} = makeScene();
		const listed = execFileSync('tar', ['-t'], {input: Buffer.from(run(`on ${a} tarball ${first}:${tree}/folder`).stdout)}).toString();
		expect(listed).toBe(`${tree.slice(1)}/folder/\n${tree.slice(1)}/folder/inside\n`);
		writeFileSync(join(folder, 'there'), 'mine');
		expect(run(`on ${a} tarball ${first} --output ${folder}/there`)).toMatchObject({status: 1});
		expect(readFileSync(join(folder, 'there'), 'utf8')).toBe('mine');
		expect(run(`on ${a} tarball ${first}:/nowhere --output ${folder}/none`)).toMatchObject({status: 1});
		expect(() => readFileSync(join(folder, 'none'))).toThrow('ENOENT');
	});
});
