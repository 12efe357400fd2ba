// A check by keys in the real program: damage, what it affects, the report, stopping, and going on where it was stopped.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeRepository, push, run} from '../support/engine.js';
import {makeTree} from '../support/trees.js';
import {program, startTerminal} from '../terminal/pty.js';

const noise = (words: number): Buffer => Buffer.from(Uint32Array.from({length: words}, (_, index) => Math.imul(index + 1, 2_654_435_761)).buffer);

test('damage is followed to its files, written down, and the check goes on where it was stopped', async () => {
	const folder = temporaryFolder(fastPlace);
	const tree = join(folder, 'tree');
	// Many tasks of chunks, so that a check can be stopped between them.
	makeTree(tree, [{path: 'accounts.db', content: noise(10_000_000)}]);
	const office = await makeRepository(join(folder, 'office'), {compression: 'none'});
	await push(office, [tree]);
	await run({verb: 'clone', source: {location: office}, target: join(folder, 'vault')});
	const chunks = readdirSync(join(office, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort((a, b) => a.slice(-64) < b.slice(-64) ? -1 : 1);
	const bad = chunks.find(file => !readFileSync(file).includes('accounts.db'))!;
	const bytes = readFileSync(bad);
	bytes[40]! ^= 1;
	writeFileSync(bad, bytes);

	const terminal = startTerminal(process.execPath, [program, office, join(folder, 'vault')], {columns: 160, rows: 45, cwd: folder, env: {XDG_CONFIG_HOME: folder, XDG_STATE_HOME: join(folder, 'state')}});
	await terminal.until('== 1 in both');
	// Paused before anything is read; a pause that is lifted for a moment lets each lane do one task.
	terminal.pty.write('vp');
	await terminal.until(text => text.includes('Integrity check') && text.includes('paused'));
	const found = await terminal.insist(['p', 'p'], text => text.includes('corrupt-chunk') && text.includes('accounts.db'));
	expect(found).toContain(`chunk ${bad.slice(-64).slice(0, 8)}`);
	expect(found).toContain('needed by 1 snapshot, 1 path');
	await terminal.until('vault holds a copy, never checked there');
	terminal.press('enter');
	const all = await terminal.until('Snapshots and paths');
	expect(all).toContain(bad.slice(-64));
	expect(all).toContain(join(tree, 'accounts.db').slice(-30));
	terminal.press('escape');
	await terminal.until('Chunk map');
	terminal.press('e');
	await terminal.until('Export the report');
	terminal.pty.write('\u0015');
	const file = join(folder, 'report.jsonl');
	terminal.pty.write(`\u001B[200~${file}\u001B[201~`);
	await terminal.until('report.jsonl');
	terminal.press('enter');
	await terminal.until('1 finding written');
	expect(readFileSync(file, 'utf8').trim().split('\n').map(text => JSON.parse(text) as object)).toMatchObject([{type: 'finding', kind: 'corrupt-chunk', id: bad.slice(-64), pathCount: 1}, {type: 'unfinished'}]);

	terminal.press('ctrl-c');
	const stopped = await terminal.until('stopped');
	const read = Number(/([\d,]+) \/ [\d,]+ chunks/.exec(stopped)![1]!.replaceAll(',', ''));
	expect(read).toBeGreaterThan(0);
	expect(read).toBeLessThan(chunks.length);
	expect(stopped).toContain('What was not read is not proven sound');
	terminal.press('v');
	const done = await terminal.until(text => text.includes('going on, done'));
	const [, now, before] = /([\d,]+) \+ ([\d,]+) before/.exec(done)!.map(text => Number(text.replaceAll(',', '')));
	// All but the damaged chunk is spared; that one is read again.
	expect({now, before}).toEqual({now: chunks.length - read + 1, before: read - 1});
	expect(done).toContain('corrupt-chunk');
	terminal.press('escape', 'q');
	expect(await terminal.exit).toMatchObject({exitCode: 0});
});
