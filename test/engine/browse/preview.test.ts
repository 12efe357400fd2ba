// Previews: what a file is, in words, and nothing on the screen that could do harm.

import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {Browser} from '../../../source/engine/browse/browser.js';
import {decodeText} from '../../../source/engine/browse/preview.js';
import type {Preview} from '../../../source/engine/browse/questions.js';
import {openRepository} from '../../../source/engine/repository.js';
import {makeRepository, memoryLocation, push} from '../../support/engine.js';
import {fastPlace, temporaryFolder} from '../../support/folders.js';
import {makeTree} from '../../support/trees.js';

async function previews(files: Readonly<Record<string, Buffer>>): Promise<Readonly<Record<string, Preview>>> {
	const tree = join(temporaryFolder(fastPlace), 'tree');
	makeTree(tree, Object.entries(files).map(([path, content]) => ({path, content})));
	const location = await makeRepository(memoryLocation());
	const {snapshot} = await push(location, [tree]);
	const browser = new Browser(await openRepository({location}));
	await browser.answer({name: 'open', snapshot});
	const {rows} = await browser.answer({name: 'find', text: '.x'});
	return Object.fromEntries(await Promise.all(rows.map(async row => [row.path.slice(row.path.lastIndexOf('/') + 1), await browser.answer({name: 'preview', place: row.own!})] as const)));
}

test('kinds, encodings and counts', async () => {
	const shown = await previews({
		'ascii.x': Buffer.from('one\ntwo\n'),
		'utf8.x': Buffer.from('日本語\n'),
		'latin.x': Buffer.from('caf\xe9 au lait, d\xe9j\xe0 vu', 'latin1'),
		'utf16.x': Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('wide', 'utf16le')]),
		'empty.x': Buffer.alloc(0),
		'zeros.x': Buffer.alloc(10_000),
		'noise.x': randomBytes(50_000),
		'long.x': Buffer.from('line\n'.repeat(100_000)),
	});
	expect(shown['ascii.x']).toMatchObject({kind: 'text', encoding: 'ascii', lineCount: 2, isCut: false, chunkCount: 1});
	expect(shown['utf8.x']).toMatchObject({kind: 'text', encoding: 'utf-8', lines: [{text: '日本語', number: 1}]});
	expect(shown['latin.x']).toMatchObject({kind: 'text', encoding: '8-bit text, not utf-8'});
	expect(shown['utf16.x']).toMatchObject({kind: 'text', encoding: 'utf-16, little-endian', lines: [{text: 'wide'}]});
	expect(shown['empty.x']).toMatchObject({kind: 'empty', chunkCount: 0});
	expect(shown['zeros.x']).toMatchObject({kind: 'binary', lines: []});
	expect(shown['zeros.x']!.entropy).toMatch(/^nearly all the same byte/);
	expect(shown['noise.x']!.entropy).toMatch(/^compressed or encrypted/);
	expect(shown['long.x']).toMatchObject({kind: 'text', isCut: true, lineCount: undefined});
	expect(shown['long.x']!.lines.length).toBeLessThanOrEqual(2000);
});

test('what could move a cursor, ring or reorder is shown as an escape; long lines are cut', async () => {
	const shown = await previews({
		'evil.x': Buffer.from(`${'fine text here '.repeat(20)}\u001B[2J\u001B]0;title\u0007\n\u202Edrowssap\n\ttab\n`),
		'wide.x': Buffer.from(`${'x'.repeat(50_000)}\n`),
	});
	const text = shown['evil.x']!.lines.map(line => line.text).join('\n');
	expect(text).toContain('\\x1b[2J');
	expect(text).toContain('\\u202edrowssap');
	expect(text).toContain('\n    tab');
	expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/);
	expect(shown['wide.x']!.lines[0]!.text.length).toBeLessThan(1000);
});

test('a cut in the middle of a character is no damage to the text', () => {
	const bytes = Buffer.from('ab€');
	for (const end of [3, 4, 5]) {
		expect(decodeText(bytes.subarray(0, end), false)).toEqual({encoding: 'utf-8', text: end === 5 ? 'ab€' : 'ab'});
	}

	expect(decodeText(Buffer.from('a longer line that ends in half of \u20AC').subarray(0, -1), true).encoding).toBe('8-bit text, not utf-8');
});
