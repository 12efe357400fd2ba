// A snapshot as a tree, compared and searched, and restoring from it.

import type {HistoryPage, Preview, TextLine} from '../../../source/engine/browse/questions.js';
import type {RestoreReport} from '../../../source/engine/jobs.js';
import {leftAlone} from '../../../source/engine/restore/standing.js';
import {PlakarError} from '../../../source/errors/plakar-error.js';
import {toPlainError} from '../../../source/errors/revive.js';
import {pathFromText} from '../../../source/format/paths.js';
import type {ScriptedPath} from '../../terminal/scripted-browser.js';
import {makeSnapshot, makeSummary, type Script} from '../../terminal/scripted-engine.js';
import type {Scene, Scenes, Step} from './scene.js';

export const snapshots = Array.from({length: 9}, (_, index) => makeSnapshot(index));
const summaries = {'/srv/office': makeSummary('/srv/office', snapshots), '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(3))};

const text = (lines: ReadonlyArray<readonly [TextLine['mark'], number, string]>): TextLine[] => lines.map(([mark, number, words]) => ({mark, number, text: words}));
const nginx: Partial<Preview> = {
	encoding: 'utf-8', lineCount: 132, changedLines: 2, proof: {unproven: 0, oldestAt: '2026-02-11T02:11:00.000Z'},
	lines: text([[' ', 40, ''], [' ', 41, 'upstream app {'], ['-', 42, '  server 10.0.0.4:8080;'], ['+', 42, '  server 10.0.0.7:8080;'], [' ', 43, '  keepalive 32;'], [' ', 44, '}']]),
};
const paths: readonly ScriptedPath[] = [
	{path: '/srv/etc/hosts', sizeBytes: 18_400_000},
	{path: '/srv/www/assets/logo.png', sizeBytes: 9_771_050_598, preview: {kind: 'binary', encoding: 'binary', entropy: 'compressed or encrypted, 8.0 bits a byte', chunkCount: 37_281, chunks: Array.from({length: 100}, (_, index) => `${(0x7f_c0_2e_11 + (index * 7919)).toString(16)}`.repeat(8)), proof: {unproven: 12, oldestAt: '2026-02-11T02:11:00.000Z'}}},
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
	folder: '/root/restored-a91c04', created: 12, replaced: 0, unchanged: 200, refused: 4, differing: 3, newer: 2, obstructed: 1, freeBytes: 41 * 2 ** 30, failed: 1, bytesWritten: 88_080_384, dryRun: true, durationMs: 12,
};
const troubles = ([['newer', 'srv/www/conf/nginx.conf'], ['different', 'srv/www/conf/tls.conf'], ['newer', 'srv/www/conf/sites.conf'], ['folder', 'srv/www/current']] as const)
	.map(([obstacle, path]) => ({type: 'trouble', path: `/root/restored-a91c04/${path}`, error: toPlainError(leftAlone(pathFromText(`/root/restored-a91c04/${path}`), obstacle))}) as const);

const past = (index: number, key: string): HistoryPage['versions'][number] => ({
	snapshot: snapshots[index]!.snapshot, created: snapshots[index]!.header!.created, key,
	row: key === '' ? undefined : {path: pathFromText('/srv/www/conf/nginx.conf'), type: 'file', mark: '', changed: [], own: {snapshot: snapshots[index]!.snapshot, at: 8}, sizeBytes: 4000 + index, entries: 0, mtimeSeconds: 1_770_000_000 - (index * 90_000)},
});
const history: HistoryPage = {versions: [past(0, 'c'), past(1, 'b'), past(2, 'b'), past(3, 'b'), past(4, 'a'), past(5, 'a'), past(6, ''), past(7, '')], unreadable: 1, total: 9};

/** Opens the first snapshot, expands /srv/www and /srv/www/conf, and stands on nginx.conf. */
export const toFile = (how: 'enter' | 'd' = 'enter'): readonly (readonly string[])[] => [how, 'down', 'enter', 'down', 'down', 'l', 'down'].map(key => [key]);

const hostileTroubles = Array.from({length: 5000}, (_, index) => ({...troubles[0]!, path: index % 2 === 0 ? `/root/restored-a91c04/srv/日本語のとても長いファイル名前です/${'folder/'.repeat(12)}${index}` : `/root/restored-a91c04/evil\u001B[31m/${index}`}));
const notAllowed = new PlakarError('PATH_UNREADABLE', {message: '/root/restored-a91c04 cannot be written: permission denied.', hint: 'Choose another folder.'});
const diskFull = new PlakarError('BACKEND_FULL', {message: 'The disk of /root/restored-a91c04 is full.', hint: 'Make room there.'});
const toRestore = [...toFile(), ['space', 'R', 'enter']];

const replaceReport: RestoreReport = {...restoreReport, replaced: 4, refused: 0, asideFolder: '/root/restored-a91c04.before-00a91c', bytesWritten: 88_090_000};
export const browseScript: Partial<Script> = {summaries, tree: {paths, history}, restoreReport, replaceReport, events: troubles};
const sealed = new PlakarError('PASSPHRASE_NEEDED', {message: '/srv/office is encrypted and its passphrase was not given.', hint: 'p asks for it.'});

const scene = (steps: readonly Step[], own: Omit<Scene, 'screen' | 'steps'> & {readonly screen?: Scene['screen']} = {}): Scene => ({screen: 'browse', ...own, steps, script: {...browseScript, ...own.script}});

export const browseScenes: Scenes = {
	browse: scene([...toFile(), ['space', 'down']], {moves: 'up'}),
	'browse-diff': scene(toFile('d'), {picture: {name: 'browse', title: 'A snapshot as a tree, compared with its parent'}}),
	'browse-preview': scene([...toFile('d'), ['tab']]),
	'browse-hostile': scene([['enter'], ['down']], {shows: ['long names', 'thousands of rows'], script: {tree: {paths: hostile}}}),
	'browse-opening': scene([['enter']], {shows: ['loading'], script: {tree: {paths, standing: ['open']}}}),
	'browse-sealed': scene([['enter']], {shows: ['error'], script: {tree: {paths, problem: sealed}}}),
	'browse-find': scene([...toFile(), ['/', ...'conf', 'enter'], ['down', 'down']]),
	'browse-finding': scene([...toFile(), ['/', ...'conf'], ['down']], {dialog: 'text'}),
	'browse-find-nothing': scene([...toFile(), ['/', ...'nowhere', 'enter']]),
	'browse-hit': scene([['enter'], ['/', ...'conf', 'enter'], ['enter'], ['n'], ['n']]),
	'browse-binary': scene([['d'], ['down', 'down'], ['enter'], ['down', 'l'], ['down', 'tab']]),
	'browse-changes': scene([...toFile('d'), ['D']]),
	'browse-history': scene([...toFile(), ['H'], ['down']]),
	'browse-history-gone': scene([...toFile(), ['H'], ['G']]),
	'browse-empty': scene([['enter']], {shows: ['empty'], script: {tree: {paths: []}}}),
	'restore-folder': scene([...toFile(), ['space', 'R']], {dialog: 'text'}),
	'restore-replace-dialog': scene([...toRestore, ['w', ...'rest']], {screen: 'restore', dialog: 'text'}),
	'restore-replace': scene([...toRestore, ['w', ...'restored-a91c04', 'enter']], {screen: 'restore'}),
	'restore-no-room': scene(toRestore, {screen: 'restore', script: {restoreReport: {...restoreReport, freeBytes: 2 ** 20}}}),
	restore: scene(toRestore, {screen: 'restore', moves: 'w'}),
	'restore-nothing': scene(toRestore, {screen: 'restore', shows: ['empty'], script: {events: [], restoreReport: {...restoreReport, created: 0, refused: 0, differing: 0, newer: 0, obstructed: 0, failed: 0, bytesWritten: 0}}}),
	'restore-computing': scene(toRestore, {screen: 'restore', shows: ['loading'], script: {standing: ['restore']}}),
	'restore-error': scene(toRestore, {screen: 'restore', shows: ['error'], script: {restoreReport: notAllowed}}),
	'restore-failed': scene([...toRestore, ['y']], {screen: 'run', script: {restoreEnd: diskFull}}),
	'restore-many': scene(toRestore, {screen: 'restore', shows: ['long names', 'thousands of rows'], script: {events: hostileTroubles, restoreReport: {...restoreReport, refused: 5000, differing: 5000, newer: 1200, obstructed: 0, freeBytes: 2 ** 20}}}),
};
