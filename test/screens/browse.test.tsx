// Golden screens of browsing, comparing and restoring, and what keys do there.

import {describe, expect, test} from 'vitest';
import type {RestoreReport} from '../../source/engine/jobs.js';
import type {HistoryPage, Preview, TextLine} from '../../source/engine/browse/questions.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {pathFromText} from '../../source/format/paths.js';
import {expectGolden, expectPicture} from '../terminal/golden.js';
import {makeSnapshot, makeSummary, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import type {ScriptedPath} from '../terminal/scripted-browser.js';
import {show, type Shown} from '../terminal/show.js';

const sizes = [[80, 24], [100, 30], [160, 45]] as const;
const repositories = [{location: '/srv/office'}, {location: '/mnt/vault'}];
const snapshots = Array.from({length: 9}, (_, index) => makeSnapshot(index));
const summaries = {'/srv/office': makeSummary('/srv/office', snapshots), '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(3))};

const text = (lines: ReadonlyArray<readonly [TextLine['mark'], number, string]>): TextLine[] => lines.map(([mark, number, words]) => ({mark, number, text: words}));
const nginx: Partial<Preview> = {
	encoding: 'utf-8', lineCount: 132, changedLines: 2,
	lines: text([[' ', 40, ''], [' ', 41, 'upstream app {'], ['-', 42, '  server 10.0.0.4:8080;'], ['+', 42, '  server 10.0.0.7:8080;'], [' ', 43, '  keepalive 32;'], [' ', 44, '}']]),
};
const paths: readonly ScriptedPath[] = [
	{path: '/srv/etc/hosts', sizeBytes: 18_400_000},
	{path: '/srv/www/assets/logo.png', sizeBytes: 9_771_050_598, preview: {kind: 'binary', encoding: 'binary', entropy: 'compressed or encrypted, 8.0 bits a byte', chunkCount: 37_281}},
	{path: '/srv/www/conf/nginx.conf', sizeBytes: 4198, mark: '~', changed: ['content', 'time'], preview: nginx},
	{path: '/srv/www/conf/old.conf', sizeBytes: 700, mark: '-'},
	{path: '/srv/www/conf/sites.conf', sizeBytes: 2048, preview: {lineCount: 3, lines: text([[' ', 1, 'server {'], [' ', 2, '    listen 443;'], [' ', 3, '}']])}},
	{path: '/srv/www/conf/tls.conf', sizeBytes: 921, mark: '+'},
	{path: '/srv/www/current', type: 'symlink', preview: {linkTarget: 'releases/42', chunkCount: 0}},
	{path: '/srv/www/uploads/film.mkv', sizeBytes: 89_765_000_000, mark: '~', changed: ['mode'], preview: {kind: 'binary', notCompared: 'too long to compare line by line'}},
];
const hostile: readonly ScriptedPath[] = [
	{path: '/srv/日本語のとても長いファイル名前です/ファイル📦.txt', sizeBytes: 12}, {path: '/srv/evil\u001B[2J\u0007\u202Etxt.exe', sizeBytes: 666, preview: {lines: text([[' ', 1, '\\x1b[31mred']])}},
	{path: '/srv/a-name-that-is-much-longer-than-any-column-could-ever-be-on-any-terminal-that-anybody-uses-today.tar.gz', sizeBytes: 5}, {path: '/srv/unreadable', error: 'EACCES', preview: {kind: 'unreadable', error: 'EACCES'}},
	...Array.from({length: 10_000}, (_, index) => ({path: `/srv/many-${String(index).padStart(5, '0')}`, sizeBytes: index})),
];
const restoreReport: RestoreReport = {
	folder: '/root/restored-a91c04', created: 12, overwritten: 0, unchanged: 200, refused: 3, differing: 2, differingBytes: 4919, freeBytes: 41 * 2 ** 30, failed: 1, bytesWritten: 88_080_384, dryRun: true, durationMs: 12,
};
const troubles = ['/root/restored-a91c04/srv/www/conf/nginx.conf', '/root/restored-a91c04/srv/www/conf/tls.conf', '/root/restored-a91c04/srv/www/current']
	.map(path => ({type: 'trouble', path, error: {code: 'PATH_EXISTS', message: '', hint: '', context: {}}}) as const);

const past = (index: number, key: string): HistoryPage['versions'][number] => ({
	snapshot: snapshots[index]!.snapshot, created: snapshots[index]!.header!.created, key,
	row: key === '' ? undefined : {path: pathFromText('/srv/www/conf/nginx.conf'), type: 'file', mark: '', changed: [], own: {snapshot: snapshots[index]!.snapshot, at: 8}, sizeBytes: 4000 + index, entries: 0, mtimeSeconds: 1_770_000_000 - (index * 90_000)},
});
const history: HistoryPage = {versions: [past(0, 'c'), past(1, 'b'), past(2, 'b'), past(3, 'b'), past(4, 'a'), past(5, 'a'), past(6, ''), past(7, '')], unreadable: 1, total: 9};

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine} {
	const engine = scriptedEngine({summaries, tree: {paths, history}, restoreReport, events: troubles, ...script});
	return {engine, ...show({columns, rows, jobs: engine, repositories, ...options})};
}

/** Opens the first snapshot, expands /srv/www and /srv/www/conf, and stands on nginx.conf. */
async function toFile({settled, press}: Shown, how: 'enter' | 'd' = 'enter'): Promise<void> {
	await settled();
	press(how);
	await settled();
	for (const key of ['down', 'enter', 'down', 'down', 'l', 'down']) {
		press(key);
		await settled();
	}
}

describe.each(sizes)('at %ix%i', (columns, rows) => {
	const size = [columns, rows] as const;
	const golden = (name: string, grid: readonly string[]): void => {
		expectGolden(`${name}.${columns}x${rows}`, grid);
	};

	test('browse', async () => {
		const shown = open({}, size);
		await toFile(shown);
		shown.press('space', 'down');
		golden('browse', await shown.settled());
	});

	test('browse, compared with the parent', async () => {
		const shown = open({}, size);
		await toFile(shown, 'd');
		golden('browse-diff', await shown.settled());
		if (columns === 100) {
			await expectPicture('browse', 'A snapshot as a tree, compared with its parent', shown.terminal);
		}

		shown.press('tab');
		golden('browse-preview', await shown.settled());
	});

	test('browse, hostile and wide names, 10,000 of them', async () => {
		const shown = open({tree: {paths: hostile}}, size);
		await shown.settled();
		shown.press('enter');
		await shown.settled();
		shown.press('down');
		golden('browse-hostile', await shown.settled());
	});

	test('browse, while the index is read', async () => {
		const shown = open({tree: {paths, standing: ['open']}}, size);
		await shown.settled();
		shown.press('enter');
		golden('browse-opening', await shown.drawn());
	});

	test('browse, sealed', async () => {
		const problem = new PlakarError('PASSPHRASE_NEEDED', {message: '/srv/office is encrypted and its passphrase was not given.', hint: 'p asks for it.'});
		const shown = open({tree: {paths, problem}}, size);
		await shown.settled();
		shown.press('enter');
		golden('browse-sealed', await shown.settled());
	});

	test('find', async () => {
		const shown = open({}, size);
		await toFile(shown);
		shown.press('/', ...'conf', 'enter');
		await shown.settled();
		shown.press('down', 'down');
		golden('browse-find', await shown.settled());
	});

	test('history', async () => {
		const shown = open({}, size);
		await toFile(shown);
		shown.press('H');
		await shown.settled();
		shown.press('down');
		golden('browse-history', await shown.settled());
	});

	test('restore', async () => {
		const shown = open({}, size);
		await toFile(shown);
		shown.press('space', 'R', 'enter');
		golden('restore', await shown.settled());
	});
});

describe('without the niceties of a terminal', () => {
	test('ASCII draws the same screen with ASCII alone', async () => {
		const shown = open({}, [100, 30], {ascii: true});
		await toFile(shown, 'd');
		const grid = await shown.settled();
		expectGolden('browse-diff-ascii.100x30', grid);
		expect(grid.join('')).toMatch(/^[\u0020-\u007E]*$/);
	});
});

describe('keys', () => {
	test('nothing is restored before y, overwriting needs the typed word, and then exactly that is done', async () => {
		const shown = open({}, [100, 30]);
		const {press, settled, wait, paste, engine} = shown;
		const writes = (): unknown[] => engine.requests.filter(request => request.verb === 'restore' && !request.dryRun);
		await toFile(shown);
		press('R');
		await settled();
		press('ctrl-u');
		paste('/tmp/out');
		press('enter');
		await settled();
		press('y');
		expect(writes()).toEqual([]);
		paste('y');
		wait(1000);
		press('w', ...'overwrit', 'enter');
		expect((await settled()).at(-1)).toContain('not typed');
		press('w', ...'overwrite', 'enter');
		expect((await settled()).join('\n')).toContain('2 overwritten');
		press('y');
		expect(writes()).toEqual([]);
		wait(1000);
		press('y');
		await settled();
		expect(writes()).toMatchObject([{folder: '/tmp/out', overwrite: true, targets: [{path: '/srv/www/conf/nginx.conf'}]}]);
		expect(shown.application.state.screen).toBe('run');
		press('escape');
		expect(shown.application.state.screen).toBe('browse');
	});

	test('read-only restores nothing', async () => {
		const shown = open({}, [100, 30], {readOnly: true});
		await toFile(shown);
		shown.press('R');
		expect((await shown.settled()).at(-1)).toContain('--read-only');
		expect(shown.engine.requests.every(({verb}) => verb === 'describe')).toBe(true);
	});

	test('a marked folder is restored once, not again for what is marked in it', async () => {
		const shown = open({}, [100, 30]);
		await toFile(shown);
		shown.press('space', 'h', 'h', 'space', 'R', 'enter');
		await shown.settled();
		expect(shown.engine.requests.at(-1)).toMatchObject({targets: [{path: '/srv/www/conf'}]});
	});

	test('only the newest wish for a preview is asked, and none where it cannot be seen', async () => {
		const shown = open({}, [80, 24]);
		await toFile(shown);
		expect(shown.engine.questions.some(({name}) => name === 'preview')).toBe(false);
		shown.press('tab');
		await shown.settled();
		shown.press('tab', 'up', 'up', 'up', 'down', 'tab');
		await shown.settled();
		expect(shown.engine.questions.filter(({name}) => name === 'preview')).toHaveLength(2);
	});

	test('a hit is shown in the tree, below its folders', async () => {
		const shown = open({}, [100, 30]);
		await shown.settled();
		shown.press('enter');
		await shown.settled();
		shown.press('/', ...'sites', 'enter');
		await shown.settled();
		shown.press('enter');
		const grid = await shown.settled();
		expect(grid.join('\n')).toMatch(/>.*sites\.conf/);
		expect(grid.at(-5)).toContain('/srv/www/conf/sites.conf');
	});

	test('Esc closes what lies over the tree, then the screen, and the thread with it', async () => {
		const shown = open({}, [100, 30]);
		await toFile(shown);
		shown.press('H');
		await shown.settled();
		shown.press('escape');
		expect(shown.application.state.screen).toBe('browse');
		shown.press('escape');
		expect(shown.application.state.screen).toBe('compare');
		expect(shown.application.state.browse.status).toBe('closed');
	});

	test('two marked snapshots are compared', async () => {
		const shown = open({}, [100, 30]);
		await shown.settled();
		shown.press('space', 'down', 'space', 'd');
		await shown.settled();
		expect(shown.engine.questions[0]).toMatchObject({name: 'open', snapshot: snapshots[0]!.snapshot, other: snapshots[2]!.snapshot});
	});

	test('d compares with the one marked snapshot, else with the parent, and ends the comparison', async () => {
		const shown = open({}, [100, 30]);
		const opened = (): unknown => shown.engine.questions.filter(({name}) => name === 'open').at(-1);
		await toFile(shown);
		shown.press('d');
		await shown.settled();
		expect(opened()).toMatchObject({other: snapshots[3]!.snapshot});
		shown.press('d');
		expect((await shown.settled()).join('\n')).toMatch(/>.*nginx\.conf/);
		expect(opened()).toMatchObject({other: undefined});
		shown.press('escape', 'down', 'space', 'g', 'enter');
		await shown.settled();
		shown.press('d');
		await shown.settled();
		expect(opened()).toMatchObject({snapshot: snapshots[0]!.snapshot, other: snapshots[1]!.snapshot});
	});

	test('sorting keeps the cursor on its row', async () => {
		const shown = open({}, [100, 30]);
		await toFile(shown);
		for (const key of ['o', 'o', 'O', 'o']) {
			shown.press(key);
			expect((await shown.settled()).join('\n')).toMatch(/>.*nginx\.conf/);
		}
	});
});
