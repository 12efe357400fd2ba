// The first run: what the screen offers to somebody who has no repository, and the demonstration that it builds.

import {existsSync, readdirSync} from 'node:fs';
import {dirname} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {createForgetfulMemory} from '../../source/session/jobs/run-memory.js';
import {expectGolden} from '../terminal/golden.js';
import {sample, sizes} from '../terminal/office.js';
import {makeSnapshot, makeSummary, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown, type ShowOptions} from '../terminal/show.js';

/** Any place in a folder of the demonstration answers like one of its two repositories. */
const summaries: Script['summaries'] = new Proxy({}, {
	get: (_, location: string) => makeSummary(location, location.endsWith('/office') ? [makeSnapshot(0), makeSnapshot(1)] : [makeSnapshot(1)]),
});

function open(size: readonly [number, number], script: Partial<Script> = {}, options: Partial<ShowOptions> = {}): Shown & {readonly engine: ScriptedEngine} {
	const engine = scriptedEngine({summaries, ...script});
	return {engine, ...show({columns: size[0], rows: size[1], jobs: engine, repositories: [], ...options})};
}

/** Ends the program as far as the demonstration is concerned. */
function leave(): void {
	for (const listener of process.listeners('exit').filter(each => String(each).includes('removeAll') || String((each as {listener?: unknown}).listener).includes('removeAll'))) {
		process.off('exit', listener);
		(listener as () => void)();
	}
}

test('in the smallest window', async () => {
	expectGolden('first-run.60x16', await open([60, 16]).settled());
});

test.each(sizes)('while the demonstration is built, at %ix%i', async (columns, rows) => {
	const {settled, drawn, press, application} = open([columns, rows], {standing: ['demo']});
	await settled();
	press('d');
	const values = {...sample.values, bytesTotal: 12_582_912, bytesDone: 4_800_000, filesTotal: 800, filesDone: 310, snapshotsTotal: 5, snapshotsDone: 0, bytesWritten: 0, recordsWritten: 0, retries: 0};
	application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {...sample, values, estimate: undefined, lanes: []}}))}));
	// The folder has another name every time.
	expectGolden(`demo-building.${columns}x${rows}`, (await drawn()).map(line => line.replace(/plakar-tui-demo-\w{6}/, 'plakar-tui-demo-000000')));
	leave();
});

describe('keys', () => {
	test.each([['o', 'Add a repository'], ['A', 'Add a repository'], ['n', 'Create a repository'], ['N', 'Create a repository']])('%s asks: %s', async (key, title) => {
		const {settled, press} = open([80, 24]);
		await settled();
		press(key);
		expect((await settled()).join('\n')).toContain(title);
	});

	test('once a repository is there, o sorts and n and d are what they are everywhere', async () => {
		const {settled, press, application} = open([80, 24], {}, {repositories: [{location: '/srv/office'}]});
		await settled();
		press('o', 'n');
		await settled();
		expect([application.state.compare.sort, application.state.dialog]).toEqual(['size', undefined]);
	});
});

describe('the demonstration', () => {
	test('opens its two repositories side by side, and leaves nothing behind', async () => {
		const memory = createForgetfulMemory();
		const {settled, press, engine, application, quits} = open([100, 30], {}, {memory});
		await settled();
		press('d');
		const grid = await settled();
		expect(grid[0]).toContain('office ──> vault');
		expect(grid.at(-1)).toMatch(/One chunk of office is damaged: v finds it\. .* is removed when you quit/);
		const [source, target] = application.state.repositories.map(({location}) => location) as [string, string];
		expect(engine.requests[0]).toMatchObject({verb: 'demo', folder: dirname(source)});
		memory.keep({source, target, rateBytesPerSecond: 1});
		memory.keep({source: '/srv/office', target: '/srv/vault', rateBytesPerSecond: 1});
		expect(readdirSync(dirname(source))).toEqual([]);
		press('q');
		expect(quits).toEqual([`Removing the demonstration in ${dirname(source)}.`]);
		leave();
		expect(existsSync(dirname(source))).toBe(false);
		expect(memory.all()).toEqual([{source: '/srv/office', target: '/srv/vault', rateBytesPerSecond: 1}]);
	});

	test('that is left while it is built promises nothing that would stay', async () => {
		const {settled, drawn, press, wait, engine, quits} = open([80, 24], {standing: ['demo']});
		await settled();
		press('d', 'escape', 'q');
		const text = (await drawn()).join('\n');
		expect(text).toContain('files of this host');
		expect(text).toContain('Quitting ends it; nothing of it stays.');
		wait(1000);
		press('y');
		await drawn();
		expect(engine.cancelled).toEqual(['demo']);
		expect(quits).toEqual([expect.stringMatching(/^Removing the demonstration in [^\n]*\.$/)]);
		leave();
	});

	test('that cannot be built says why, and its folder goes too', async () => {
		const {settled, press, engine} = open([80, 24], {demonstrated: new PlakarError('BACKEND_FULL', {message: 'No space left in /tmp.', hint: 'Free some.'})});
		await settled();
		press('d');
		expect((await settled()).at(-1)).toContain('No space left in /tmp. Its folder is removed when you quit.');
		const [request] = engine.requests;
		leave();
		expect(request?.verb === 'demo' && existsSync(request.folder)).toBe(false);
	});

	test('is off under --read-only, and says so', async () => {
		const {settled, press, engine} = open([80, 24], {}, {readOnly: true});
		await settled();
		press('d', 'n');
		expect((await settled()).at(-1)).toContain('started with --read-only');
		expect(engine.requests).toEqual([]);
	});
});
