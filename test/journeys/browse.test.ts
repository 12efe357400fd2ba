// Browsing and restoring by keys, in the real program on a real repository.

import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {describeTree, makeTree} from '../support/trees.js';
import {program, startTerminal, type Terminal} from '../terminal/pty.js';

type Scene = {readonly folder: string; readonly tree: string; readonly terminal: Terminal};

async function openScene({encrypted = false} = {}): Promise<Scene> {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	const passphrase = encrypted ? 'secret' : undefined;
	const location = await makeRepository(join(folder, 'office'), {encrypted, passphrase});
	makeTree(tree, [{path: 'conf/main.conf', content: Buffer.from('port 80\nhost web\n')}, {path: 'conf/gone', content: Buffer.from('x')}, {path: 'deep/er/still/wanted.txt', content: Buffer.alloc(70_000, 'wanted ')}, {path: 'link', link: 'conf'}]);
	await push(location, [tree], {passphrase});
	writeFileSync(join(tree, 'conf/main.conf'), 'port 8080\nhost web\n');
	rmSync(join(tree, 'conf/gone'));
	await push(location, [tree], {passphrase});
	const terminal = startTerminal(process.execPath, [program, location], {columns: 100, rows: 30, cwd: folder, env: {XDG_CONFIG_HOME: folder}});
	await terminal.until('2 snapshots');
	return {folder, tree, terminal};
}

async function restoreInto(terminal: Terminal, place: string): Promise<void> {
	terminal.press('R');
	await terminal.until('Which folder?');
	terminal.pty.write('\u0015');
	terminal.pty.write(`\u001B[200~${place}\u001B[201~`);
	await terminal.until(place);
	terminal.press('enter');
	await terminal.until('y writes');
}

test('a snapshot is compared with its parent, a file found, and what is marked restored', async () => {
	const {folder, tree, terminal} = await openScene();
	terminal.press('d');
	await terminal.until('+0 ~1 -1');
	terminal.press('enter');
	await terminal.until('main.conf');
	terminal.press('down', 'down');
	const compared = await terminal.until('port 8080');
	expect(compared).toMatch(/- port 80 /);
	terminal.press('/');
	await terminal.until('clear it');
	terminal.pty.write('wanted');
	await terminal.until('Found 1');
	terminal.press('enter');
	await terminal.until('Enter shows it in the tree');
	terminal.press('enter');
	await terminal.until(text => /▾ still[^]*wanted\.txt/.test(text));
	terminal.press('space');
	await terminal.until('1 marked, 68.4 KiB to restore');
	terminal.press('g', 'space');
	await terminal.until('2 marked');
	await restoreInto(terminal, join(folder, 'out'));
	await terminal.insist('y', 'Restoring');
	await terminal.until(text => /\d paths? made/.test(text));
	terminal.press('ctrl-c', 'ctrl-c');
	await terminal.exit;
	expect(describeTree(join(folder, 'out', tree))).toEqual(describeTree(tree));
});

test('what differs on disk stays until the name of the folder is typed, and is found beside it then', async () => {
	const {folder, tree, terminal} = await openScene();
	const out = join(folder, 'out');
	mkdirSync(join(out, tree, 'conf'), {recursive: true});
	const there = join(out, tree, 'conf/main.conf');
	writeFileSync(there, 'mine');
	terminal.press('enter');
	await terminal.until('Enter opens the folder');
	terminal.press('g');
	await restoreInto(terminal, out);
	await terminal.until(text => /newer +1 +newer there: left/.test(text));
	await terminal.insist('y', 'Restoring');
	await terminal.until('left as they were');
	expect(readFileSync(there, 'utf8')).toBe('mine');
	terminal.press('escape');
	await terminal.until('Browse');
	terminal.press('R');
	await terminal.until('Which folder?');
	terminal.pty.write(`\u0015\u001B[200~${out}\u001B[201~`);
	await terminal.until(out);
	terminal.press('enter');
	await terminal.until(text => /new +0 +are made/.test(text));
	terminal.press('w');
	await terminal.until('Type the folder name');
	await terminal.answer('out');
	await terminal.until('y moves what is in the way aside');
	await terminal.insist('y', 'Restoring');
	await terminal.until('1 replaced');
	terminal.press('ctrl-c', 'ctrl-c');
	await terminal.exit;
	expect(describeTree(join(out, tree))).toEqual(describeTree(tree));
	const [aside = ''] = readdirSync(folder).filter(name => name.startsWith('out.before-'));
	expect(readFileSync(join(folder, aside, tree, 'conf/main.conf'), 'utf8')).toBe('mine');
});

test('a sealed snapshot says so; p opens it', async () => {
	const {terminal} = await openScene({encrypted: true});
	terminal.press('enter');
	await terminal.until('p  give the passphrase');
	terminal.press('p');
	await terminal.until('of office');
	await terminal.answer('secret');
	await terminal.until(text => text.includes('conf') && !text.includes('sealed'));
	terminal.press('ctrl-c', 'ctrl-c');
	await terminal.exit;
});
