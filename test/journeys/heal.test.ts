// A heal by keys in the real program: damage is found, H shows the plan, y mends it, and the next check is clean.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {check, makeRepository, push, run} from '../support/engine.js';
import {makeTree} from '../support/trees.js';
import {program, startTerminal} from '../terminal/pty.js';

test('check, H, y: the findings are healed and the next check is clean', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	makeTree(tree, [{path: 'accounts.db', content: Buffer.from('the accounts'.repeat(9000))}, {path: 'notes', content: Buffer.from('notes')}]);
	const office = await makeRepository(join(folder, 'office'), {compression: 'none'});
	await push(office, [tree]);
	await run({verb: 'clone', source: {location: office}, target: join(folder, 'vault')});
	const damaged = (['chunks', 'objects'] as const).map(kind => readdirSync(join(office, kind), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).find(file => !readFileSync(file).includes('notes'))!);
	for (const file of damaged) {
		const bytes = readFileSync(file);
		bytes[40]! ^= 1;
		writeFileSync(file, bytes);
	}

	const terminal = startTerminal(process.execPath, [program, office, join(folder, 'vault')], {columns: 100, rows: 30, cwd: folder, env: {XDG_CONFIG_HOME: folder, XDG_STATE_HOME: join(folder, 'state')}});
	await terminal.until('== 1 in both');
	terminal.press('v');
	await terminal.until(text => text.includes('full check') || text.includes('reading every byte, done'));
	await terminal.until('vault holds a copy');
	terminal.pty.write('H');
	// A frame comes in pieces: what stands at its top may be there before the rest.
	const planned = ['2 of 2 can be healed', 'Each copy was read and its content hashed.', 'Whole afterwards: 1 snapshot.'];
	await terminal.until(text => planned.every(words => text.includes(words)));
	const done = await terminal.insist('y', '2 records healed and proven by reading again');
	expect(done).toContain('Esc goes back to the findings');
	terminal.press('escape');
	const healed = await terminal.until(', 2 healed');
	expect(healed).toContain('Healed: rewritten, read again, and sound.');
	terminal.press('v');
	await terminal.until('No defect found');
	terminal.press('escape', 'q');
	expect(await terminal.exit).toMatchObject({exitCode: 0});
	expect((await check(office)).findings).toEqual([]);
});
