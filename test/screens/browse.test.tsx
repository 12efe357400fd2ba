// What keys do while a snapshot is browsed, compared and restored from.

import {describe, expect, test} from 'vitest';
import {repositories} from '../terminal/office.js';
import {scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {browseScript, snapshots, toFile} from './scenes/browse.js';

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine} {
	const engine = scriptedEngine({...browseScript, ...script} as Script);
	return {engine, ...show({columns, rows, jobs: engine, repositories, ...options})};
}

async function go({settled, press}: Shown, steps: readonly (readonly string[])[]): Promise<void> {
	await settled();
	for (const keys of steps) {
		press(...keys);
		await settled();
	}
}

describe('keys', () => {
	test('nothing is restored before y, replacing needs the typed name of the folder, and then exactly that is done', async () => {
		const shown = open({}, [100, 30]);
		const {press, settled, wait, paste, engine} = shown;
		const writes = (): unknown[] => engine.requests.filter(request => request.verb === 'restore' && !request.dryRun);
		await go(shown, toFile());
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
		press('w', ...'overwrite', 'enter');
		expect((await settled()).at(-1)).toContain('not typed');
		press('w', ...'restored-a91c04', 'enter');
		expect((await settled()).join('\n')).toContain('y moves what is in the way aside, then writes 16 paths');
		press('y');
		expect(writes()).toEqual([]);
		expect((await settled()).at(-1)).toBe(' The plan has just appeared: look at it, then press y again.');
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
		await go(shown, toFile());
		shown.press('R');
		expect((await shown.settled()).at(-1)).toContain('--read-only');
		expect(shown.engine.requests.every(({verb}) => verb === 'describe')).toBe(true);
	});

	test('a marked folder is restored once, not again for what is marked in it', async () => {
		const shown = open({}, [100, 30]);
		await go(shown, toFile());
		shown.press('space', 'h', 'h', 'space', 'R', 'enter');
		await shown.settled();
		expect(shown.engine.requests.at(-1)).toMatchObject({targets: [{path: '/srv/www/conf'}]});
	});

	test('only the newest wish for a preview is asked, and none where it cannot be seen', async () => {
		const shown = open({}, [80, 24]);
		await go(shown, toFile());
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
		await go(shown, toFile());
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
		await go(shown, toFile());
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
		await go(shown, toFile());
		for (const key of ['o', 'o', 'O', 'o']) {
			shown.press(key);
			expect((await shown.settled()).join('\n')).toMatch(/>.*nginx\.conf/);
		}
	});
});

test('what is marked says when it was last verified, once the preview has told of all of it', async () => {
	const shown = open({}, [100, 30]);
	const {settled, press} = shown;
	await go(shown, toFile());
	press('space');
	expect((await settled()).join('\n')).toMatch(/ 1 marked, [^,]+ to restore, verified 2026-02-11$/m);
	// The folder above holds more than was looked at.
	press('up', 'up', 'space');
	expect((await settled()).join('\n')).toMatch(/ 2 marked, [^,]+ to restore$/m);
});
