// The demonstration in the real program: built by one key, checked, and gone with the program.

import {existsSync, readdirSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {temporaryFolder} from '../support/folders.js';
import {program, startTerminal} from '../terminal/pty.js';

test('d builds two repositories, v finds the damaged chunk, q leaves nothing', async () => {
	const folder = temporaryFolder();
	const temporary = temporaryFolder();
	const environment = {TMPDIR: temporary, HOME: folder, ...Object.fromEntries(['CONFIG', 'DATA', 'STATE', 'CACHE'].map(name => [`XDG_${name}_HOME`, join(folder, name)]))};
	const terminal = startTerminal(process.execPath, [program], {columns: 100, rows: 30, cwd: folder, env: environment});
	await terminal.until('No repositories yet');
	terminal.press('d');
	await terminal.until('-> 3 only source');
	const [made] = readdirSync(temporary);
	expect(existsSync(join(temporary, made!, 'office', 'CONFIG'))).toBe(true);
	terminal.press('v');
	// Its end is waited for: while it runs, q asks first.
	await terminal.until(text => text.includes('1 finding') && text.includes('reading every byte, done'));
	terminal.press('escape');
	await terminal.until('-> 3 only source');
	terminal.press('q');
	expect(await terminal.exit).toMatchObject({exitCode: 0});
	expect(readdirSync(temporary)).toEqual([]);
	const ledgers = join(folder, 'STATE', 'plakar-tui', 'ledgers');
	expect(existsSync(ledgers) ? readdirSync(ledgers) : []).toEqual([]);
	// Whoever only looks at it has no cache of it afterwards.
	const cache = join(folder, 'CACHE');
	expect(existsSync(cache) ? readdirSync(cache, {recursive: true}) : []).toEqual([]);
});
