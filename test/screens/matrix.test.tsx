// The matrix screen: who lacks what among all repositories, and making them equal after y.

import {describe, expect, test} from 'vitest';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {expectGolden, expectPicture} from '../terminal/golden.js';
import {makeMatrix, makeSnapshot, makeSummary, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';

const range = (from: number, to: number): number[] => Array.from({length: to - from}, (_, index) => from + index);
const four = {'/srv/office': range(0, 20), '/mnt/vault': [3, ...range(5, 20)], 'plakar://offsite:9876': undefined, '/media/usb-2024': range(12, 22)};
const matrix = makeMatrix(four, {conflict: 3, sealed: [6, 7]});
const twelve = Object.fromEntries(range(0, 12).map(index => [`/mnt/日本語-${index}`, range(0, 3000).filter(position => position % (index + 2) !== 0)]));

type Opened = Shown & {readonly engine: ScriptedEngine};

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], places: readonly string[] = Object.keys(four), options: Partial<Parameters<typeof show>[0]> = {}): Opened {
	const summaries = Object.fromEntries(places.map(location => [location, makeSummary(location, [makeSnapshot(0)])]));
	const engine = scriptedEngine({summaries, matrix, ...script});
	return {engine, ...show({columns, rows, jobs: engine, repositories: places.map(location => ({location})), ...options})};
}

const scenes: Readonly<Record<string, {readonly script?: Partial<Script>; readonly keys?: readonly string[]; readonly places?: readonly string[]}>> = {
	matrix: {keys: ['down', 'down']},
	'matrix-differences': {keys: ['d', 'G']},
	'matrix-dialog': {keys: ['s']},
	'matrix-computing': {script: {standing: ['matrix']}},
	'matrix-error': {script: {matrix: new PlakarError('CANCELLED', {message: 'Stopped on request. Nothing was left half done.', hint: 'Run the same command again to go on.'})}},
	'matrix-equal': {script: {matrix: makeMatrix({'/srv/office': range(0, 5), '/mnt/vault': range(0, 5)})}, keys: ['d'], places: ['/srv/office', '/mnt/vault']},
	'matrix-many': {script: {matrix: makeMatrix(twelve, {path: '/evil\\x1b[31m/and/a/very/long/path'})}, keys: ['pagedown'], places: Object.keys(twelve)},
};

describe.each([[80, 24], [100, 30], [160, 45]] as const)('at %ix%i', (columns, rows) => {
	test.each(Object.entries(scenes))('%s', async (name, {script = {}, keys = [], places}) => {
		const {settled, drawn, press, terminal} = open(script, [columns, rows], places);
		await settled();
		press('m');
		await (script.standing === undefined ? settled() : drawn());
		press(...keys);
		const grid = await drawn();
		expectGolden(`${name}.${columns}x${rows}`, grid);
		if (name === 'matrix' && columns === 100) {
			await expectPicture('matrix', 'Four repositories: which of them lacks which snapshot', terminal);
		}

		expect(grid.every(line => line.length <= columns)).toBe(true);
	});
});

test('ASCII draws it with ASCII alone', async () => {
	const {settled, press} = open({}, [80, 24], undefined, {ascii: true});
	await settled();
	press('m');
	const grid = await settled();
	expectGolden('matrix-ascii.80x24', grid);
	expect(grid.join('')).toMatch(/^[\u0020-\u007E]*$/);
});

describe('making all equal', () => {
	test('sends nothing before y, and then the very transfers that were shown', async () => {
		const {settled, press, wait, engine, application} = open({}, [100, 30]);
		await settled();
		press('m');
		await settled();
		press('s');
		expect((await settled()).join('\n')).toContain('office -> usb-2024: 11 snapshots');
		press('y');
		expect(engine.requests.some(({verb}) => verb === 'mesh')).toBe(false);
		wait(1000);
		press('y');
		await settled();
		expect(engine.requests.find(({verb}) => verb === 'mesh')).toMatchObject({plan: matrix.mesh, repositories: Object.keys(four).map(location => ({location}))});
		expect(application.state.jobs[0]).toMatchObject({verb: 'mesh', status: 'done'});
	});

	test('names the transfer that failed', async () => {
		const {settled, press, wait, application} = open({failingTarget: 1}, [100, 30]);
		await settled();
		press('m');
		await settled();
		press('s');
		wait(1000);
		press('y');
		await settled();
		expect(application.state.jobs[0]).toMatchObject({status: 'failed', problem: {message: 'vault does not answer any more.'}});
		expect(application.state.log.join('\n')).toContain('vault: vault does not answer any more.');
	});

	test('is off under --read-only and while there is nothing to send, and says why', async () => {
		const {settled, press, engine} = open({}, [100, 30], undefined, {readOnly: true});
		await settled();
		press('m');
		await settled();
		press('s');
		expect((await settled()).at(-1)).toContain('--read-only');
		expect(engine.requests.some(({verb}) => verb === 'mesh')).toBe(false);
	});

	test('a comparison that is asked for again gives up the one before', async () => {
		const {drawn, settled, press, engine} = open({standing: ['matrix']}, [100, 30]);
		await settled();
		press('m', 'r');
		await drawn();
		expect(engine.cancelled).toEqual(['matrix']);
	});
});
