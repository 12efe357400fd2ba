// A way to every screen and every kind of dialog, for what is asked of each of them.

import type {CheckReport} from '../../source/engine/finding.js';
import type {RestoreReport} from '../../source/engine/jobs.js';
import {openOffice, planBack, type OpenedOffice} from './office.js';
import {finding, makeMatrix, mapEvent, type Script} from './scripted-engine.js';
import type {ShowOptions} from './show.js';

const second = {...finding, id: '77aa00bc'.repeat(8), snapshots: finding.snapshots.slice(0, 1)};
const checkReport: CheckReport = {
	level: 'full', proof: 'plaintext', findings: [finding, second], findingCount: 2, chunks: 4000, chunksRead: 4000, chunksTrusted: 0, chunksSound: 3998, objects: 900, bytesRead: 443_000_000, snapshots: 12,
	snapshotsAffected: 2, snapshotsProven: 10, soundOnSecondRead: 0, unfinished: 0, complete: true, durationMs: 5400,
};
const restoreReport: RestoreReport = {
	folder: '/root/restored', created: 2, overwritten: 0, unchanged: 1, refused: 1, differing: 1, differingBytes: 4198, freeBytes: 41 * 2 ** 30, failed: 0, bytesWritten: 8396, dryRun: true, durationMs: 12,
};
const script: Partial<Script> = {
	checkReport, restoreReport, plansFrom: {'/mnt/vault': planBack}, events: [mapEvent(4000, 4000)],
	matrix: makeMatrix({'/srv/office': [0, 1, 2, 3], '/mnt/vault': [2, 3, 4]}),
	tree: {paths: ['/srv/etc/hosts', '/srv/www/index.html'].map(path => ({path, sizeBytes: 4198}))},
};

export type Scene = {readonly keys: ReadonlyArray<readonly string[]>; /** A key that moves something on it. */ readonly moves: string; readonly script?: Partial<Script>};
export const scenes: Readonly<Record<string, Scene>> = {
	compare: {keys: [['space']], moves: 'down'},
	list: {keys: [['1']], moves: 'down'},
	inspect: {keys: [['i']], moves: 'down'},
	plan: {keys: [['S'], ['t']], moves: 'down'},
	checks: {keys: [['v']], moves: 'down'},
	map: {keys: [['v'], ['1']], moves: 'right'},
	zoom: {keys: [['v'], ['1', 'enter']], moves: 'down'},
	affected: {keys: [['v'], ['enter']], moves: 'escape'},
	browse: {keys: [['enter'], ['down']], moves: 'up'},
	restore: {keys: [['enter'], ['R'], ['enter']], moves: 'w'},
	matrix: {keys: [['m']], moves: 'down'},
	help: {keys: [['?']], moves: 'down'},
	palette: {keys: [[':']], moves: 'down'},
	field: {keys: [['c', '/']], moves: 'm'},
	choice: {keys: [['N', ...'/mnt/new', 'enter']], moves: 'down'},
	jobs: {keys: [['v'], ['escape', 'v'], ['J']], moves: 'down'},
	log: {keys: [['v'], ['escape', 'v'], ['L']], moves: 'up'},
	running: {keys: [['S'], ['y']], moves: 'w', script: {standing: ['sync']}},
};

/** Walks to a scene; `onOpened` sees the application before the first key. */
export async function openScene({keys, script: own}: Scene, size: readonly [number, number], options: Partial<ShowOptions> = {}, onOpened: (office: OpenedOffice) => void = () => undefined): Promise<OpenedOffice> {
	const office = openOffice({...script, ...own}, size, options);
	await office.settled();
	onOpened(office);
	for (const pressed of keys) {
		office.wait(1000);
		office.press(...pressed);
		await (own?.standing === undefined ? office.settled() : office.drawn());
	}

	return office;
}
