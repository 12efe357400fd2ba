// Repositories by keys alone, in the real program on a real terminal: added, created, chosen.

import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, plan, push, run} from '../support/engine.js';
import {makeTree} from '../support/trees.js';
import {program, startTerminal, type Terminal} from '../terminal/pty.js';

const open = (folder: string, places: readonly string[]): Terminal =>
	startTerminal(process.execPath, [program, ...places], {columns: 100, rows: 30, cwd: folder, env: {HOME: folder, XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data')}});

const settingsOf = (folder: string): unknown => JSON.parse(readFileSync(join(folder, 'config', 'plakar-tui', 'config.json'), 'utf8'));

const without = (words: string) => (text: string): boolean => !text.includes(words);

async function makePushed(folder: string, name: string, steps: readonly string[]): Promise<string> {
	const repository = await makeRepository(join(folder, name));
	for (const step of steps) {
		makeTree(join(folder, 'tree'), [{path: step, content: Buffer.alloc(20_000, `${step} `)}]);
		await push(repository, [join(folder, 'tree')]);
	}

	return repository;
}

test('the first run: a repository is added, kept under a name, and there the next time', async () => {
	const folder = temporaryFolder(fastPlace);
	const office = await makePushed(folder, 'office', ['one']);
	const terminal = open(folder, []);
	await terminal.until('No repositories yet');
	terminal.press('o');
	await terminal.until('Add a repository');
	terminal.pty.write(`\u001B[200~${office}\u001B[201~`);
	await terminal.until(office);
	terminal.press('enter');
	await terminal.until('Keep it in your list?');
	terminal.press('enter');
	await terminal.until('Keep it as @office?');
	await terminal.insist('y', without('Keep it as'));
	await terminal.until('is in your list as @office');
	expect(settingsOf(folder)).toMatchObject({repositories: {office}});
	terminal.press('q');
	await terminal.exit;
	const again = open(folder, []);
	await again.until('SOURCE office (file)');
	again.press('q');
	expect(await again.exit).toMatchObject({exitCode: 0});
});

test('an encrypted repository is created; its passphrase opens it, another does not', async () => {
	const folder = temporaryFolder(fastPlace);
	const place = join(folder, 'sealed');
	const terminal = open(folder, []);
	await terminal.until('No repositories yet');
	terminal.press('n');
	await terminal.until('Create a repository');
	await terminal.answer(place);
	await terminal.until('Is it to be encrypted?');
	terminal.press('enter');
	for (const title of ['New passphrase', 'The same again']) {
		await terminal.until(title);
		await terminal.answer('correct horse');
	}

	await terminal.until('Create /');
	expect(existsSync(place)).toBe(false);
	await terminal.insist('y', text => text.includes('Keep it in your list?'));
	terminal.press('escape');
	await terminal.until('SOURCE sealed (file)');
	terminal.press('q');
	await terminal.exit;
	expect(terminal.raw()).not.toContain('horse');
	makeTree(join(folder, 'tree'), [{path: 'a', content: Buffer.alloc(5000, 'a')}]);
	await push(place, [join(folder, 'tree')], {passphrase: 'correct horse'});
	expect((await check(place, {passphrase: 'correct horse'})).findings).toEqual([]);

	const again = open(folder, [place]);
	await again.until('sealed (p opens)');
	for (const [words, answer] of [['wrong', 'That is not the passphrase'], ['correct horse', 'encryption: on, opened']] as const) {
		await again.until(text => text.includes('Passphrase of sealed') || text.includes('sealed (p opens)'));
		if (words === 'wrong') {
			again.press('p');
			await again.until('Passphrase of sealed');
		}

		await again.answer(words);
		await again.until(answer);
	}

	again.press('q');
	await again.exit;
	expect(again.raw()).not.toContain('horse');
});

test('source and target are chosen from three, and the plan is between those two', async () => {
	const folder = temporaryFolder(fastPlace);
	const office = await makePushed(folder, 'office', ['one', 'two', 'three']);
	for (const name of ['vault', 'offsite']) {
		await run({verb: 'clone', source: {location: office}, target: join(folder, name)});
	}

	makeTree(join(folder, 'tree'), [{path: 'four', content: Buffer.alloc(20_000, 'four ')}]);
	await push(join(folder, 'offsite'), [join(folder, 'tree')]);
	const terminal = open(folder, ['office', 'vault', 'offsite']);
	await terminal.until(text => text.includes('== 3 in both') && !text.includes('being read'));
	terminal.press('1', 'down', 'down', 'space');
	await terminal.until('offsite ──> vault');
	terminal.press('up', 'up');
	await terminal.insist('enter', 'offsite ──> office');
	await terminal.until('-> 1 only source');
	terminal.press('2', 's');
	await terminal.until('1 of 1 ticked');
	await terminal.insist('y', text => text.includes('both sides hold them alike'));
	terminal.press('escape', 'escape');
	await terminal.until('== 4 in both');
	terminal.press('q');
	await terminal.exit;
	expect((await plan(join(folder, 'offsite'), office)).rows).toEqual([]);
	expect((await plan(office, join(folder, 'vault'))).rows).toHaveLength(1);
});
