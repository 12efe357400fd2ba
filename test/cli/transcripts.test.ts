// The two transcripts of March 2022, with plakar-tui for plakar, word for word.

import {existsSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {makeHome, type Home} from '../support/program.js';
import {program, startTerminal} from '../terminal/pty.js';

/** Runs lines as a person would and answers what stood on stdout, all of which must end with 0. */
const outputs = ({run}: Home, lines: readonly string[]): string[] => lines.map(line => {
	const {status, stdout, stderr} = run(line);
	expect({line, status, stderr}).toEqual({line, status: 0, stderr: ''});
	return stdout;
});

const listing = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ {2}([\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}) {1,8}\d+(?:\.\d)? [kMG]?B \/bin\n$/;

test('clone', () => {
	const home = makeHome();
	const copy = join(home.folder, 'plakar-copy');
	const [created, pushed, listed, cloned, listedCopy] = outputs(home, ['create -no-encryption', 'push /bin', 'ls', `clone ${copy}`, `on ${copy} ls`]);
	expect([created, cloned]).toEqual(['', '']);
	expect(listed).toMatch(listing);
	expect(listedCopy).toBe(listed);
	// Into a pipe, push prints the UUID, and it is the one listed.
	expect(pushed!.trim()).toBe(listing.exec(listed!)![1]);
	// The columns of 2022: the UUID right-aligned in 38, the size in 10.
	expect(listed!.indexOf(' /bin')).toBe(20 + 38 + 10);
	expect(Number(/ (\d+(?:\.\d)?) [kMG]?B/.exec(listed!)![1])).toBeGreaterThan(0);
});

test('sync', () => {
	const home = makeHome();
	const other = join(home.folder, 'bleh.t1');
	const results = outputs(home, ['create -no-encryption', `clone ${other}`, 'ls', `on ${other} ls`, 'push /bin', 'ls', `sync ${other}`, `on ${other} ls`]);
	expect([0, 1, 2, 3, 6].map(index => results[index])).toEqual(['', '', '', '', '']);
	expect(results[5]).toMatch(listing);
	expect(results[7]).toBe(results[5]);
	expect(outputs(home, [`sync ${other}`])).toEqual(['']);
	expect(home.run(`on ${other} check`)).toMatchObject({status: 0, stdout: ''});
});

test('on a terminal, nothing is left behind but what the transcript shows', async () => {
	const {folder} = makeHome();
	const home = join(folder, 'home');
	const terminal = startTerminal('bash', ['--norc', '-i'], {columns: 300, rows: 30, env: {PS1: '$ ', HOME: home}, cwd: folder});
	const file = join(folder, 'plakar-copy');
	const prompts = (text: string): number => text.split('\n').filter(line => line.startsWith('$')).length;
	await terminal.until(text => prompts(text) === 1);
	for (const [index, line] of ['create -no-encryption', 'push /bin', 'ls', `clone ${file}`, `on ${file} ls`].entries()) {
		terminal.pty.write(`${process.execPath} ${program} ${line}\r`);
		await terminal.until(text => prompts(text) === index + 2);
	}

	const shown = terminal.grid().join('\n').split('\n').filter(line => line.trim() !== '' && !line.includes(program) && !line.startsWith('$') && !line.includes('plakar-copy'));
	expect(shown).toHaveLength(2);
	expect(shown[0]).toMatch(/Z {2}[\da-f-]{36} +\d+ MB \/bin$/);
	expect(shown[1]).toBe(shown[0]);
	expect(existsSync(file)).toBe(true);
	rmSync(file, {recursive: true});
});
