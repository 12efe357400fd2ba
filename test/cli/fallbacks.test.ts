// Machines that lack a native piece: everything is the same there, only slower or to the microsecond.

import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {makeHome} from '../support/program.js';
import {makeTree} from '../support/trees.js';

/** What `sh -c 'command -v NAME'` finds. */
const placeOf = (name: string): string => execFileSync('sh', ['-c', `command -v ${name}`], {encoding: 'utf8'}).trim();

test('without koffi, a native BLAKE3 and `sync -f`: the same ids, sound repositories, times to the microsecond', () => {
	const home = makeHome();
	const [tree, native, plain, clone, out] = ['tree', 'native', 'plain', 'clone', 'out'].map(name => join(home.folder, name)) as [string, string, string, string, string];
	makeTree(tree, [{path: 'one', content: Buffer.alloc(700_000, 'content that is cut into chunks')}, {path: 'folder/two', content: Buffer.from('two')}]);
	// Whatever asks for one of these is told that it is not there; the commands found on the way are all but `sync`.
	const [block, asked] = [join(home.folder, 'block.cjs'), join(home.folder, 'asked')];
	writeFileSync(block, `const Module = require('node:module');
const {appendFileSync} = require('node:fs');
const load = Module._load;
Module._load = function (name, ...rest) {
	if (name === 'koffi' || name === '@napi-rs/blake-hash') {
		appendFileSync(${JSON.stringify(asked)}, name + ' ');
		throw Object.assign(new Error('Cannot find module ' + name), {code: 'MODULE_NOT_FOUND'});
	}
	return load.call(this, name, ...rest);
};
`);
	const commands = join(home.folder, 'commands');
	mkdirSync(commands);
	symlinkSync(placeOf('mknod'), join(commands, 'mknod'));
	const poor = {NODE_OPTIONS: `--require ${block}`, PATH: commands};

	home.run(`create -no-encryption ${native}`);
	home.run(`on ${native} push ${tree}`);
	expect(home.run(`create -no-encryption ${plain}`, {env: poor})).toMatchObject({status: 0});
	expect(home.run(`on ${plain} push ${tree}`, {env: poor})).toMatchObject({status: 0});
	expect(home.run(`on ${plain} clone ${clone}`, {env: poor})).toMatchObject({status: 0});

	const chunksOf = (repository: string): string[] => execFileSync('find', [join(repository, 'chunks'), '-type', 'f', '-printf', '%f\n'], {encoding: 'utf8'}).trim().split('\n').sort();
	expect(chunksOf(plain)).toEqual(chunksOf(native));
	for (const repository of [plain, clone]) {
		expect(home.run(`on ${repository} check`)).toMatchObject({status: 0});
	}

	expect(home.run(`on ${native} check`, {env: poor})).toMatchObject({status: 0});
	expect(home.run(`on ${clone} restore latest --to ${out}`, {env: poor})).toMatchObject({status: 0});
	expect(new Set(readFileSync(asked, 'utf8').trim().split(' '))).toEqual(new Set(['koffi', '@napi-rs/blake-hash']));
	expect(readFileSync(join(out, tree, 'one'))).toEqual(readFileSync(join(tree, 'one')));
	expect(Math.abs(statSync(join(out, tree, 'one')).mtimeMs - statSync(join(tree, 'one')).mtimeMs)).toBeLessThan(0.01);
});
