// What keys do with a check: the map, its orders and its zoom, the findings and what they affect.

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../support/folders.js';
import {repositories} from '../terminal/office.js';
import {makeSummary, mapEvent, scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {copies, count, damaged, events, findings, half, map, report, sampled, snapshots, summaries, type Sampled} from './scenes/check.js';

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], options: Partial<Parameters<typeof show>[0]> = {}): Shown & {readonly engine: ScriptedEngine; sample(values: Sampled): void} {
	const engine = scriptedEngine({summaries, copies, ...script});
	const shown = show({columns, rows, jobs: engine, repositories, ...options});
	return {engine, ...shown, sample(values) {
		sampled(values)(shown);
	}};
}

async function running(size: readonly [number, number], script: Partial<Script> = {}, options: Partial<Parameters<typeof show>[0]> = {}): Promise<ReturnType<typeof open>> {
	const shown = open({standing: ['check'], events, ...script}, size, options);
	await shown.settled();
	shown.press('v');
	shown.sample(half);
	await shown.drawn();
	return shown;
}

describe('how far it is', () => {
	test('is told as the map shows it where all of it is read before the next sample', async () => {
		const {drawn, sample} = await running([100, 30], {events: [mapEvent(12, 9, {trusted: 3, isDamaged: false}), {type: 'phase', phase: 'reading'}]});
		sample({...half, chunksTotal: 12, chunksDone: 0, chunksTrusted: 0});
		const grid = await drawn();
		expect(grid[0]).toMatch(/ 9 \+ 3 before \/ 12 {2}100%$/);
		expect(grid.at(-1)).toContain('100% read or proven before. ');
	});
});

test.each([
	['a clone', {}, 'H heals it from vault.'],
	['the same repository, copied without this program', {repositoryId: 'id of /srv/office'}, 'Copied outside: heal from a clone of vault.'],
])('what holds a sound copy is a source of a heal or is not: %s', async (_, changes, advice) => {
	const {press, drawn} = await running([100, 30], {summaries: {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots, changes)}});
	press('g');
	const beside = (await drawn()).join('\n');
	expect(beside).toContain('vault holds a sound copy');
	expect(beside).toContain(advice);
	press('enter');
	expect((await drawn()).join('\n')).toContain(advice);
});

describe('keys', () => {
	test('the cursor of the findings stays on its finding when graver ones come', async () => {
		const {press, drawn, engine} = await running([160, 45], {events: [map, {type: 'finding', finding: findings[0]!}]});
		const current = async (): Promise<string> => (await drawn()).find(text => text.includes('│ >'))!;
		// The first place stays the first: the gravest finding is to be seen at once.
		engine.emit({type: 'finding', finding: findings[2]!});
		expect(await current()).toContain('missing');
		press('j');
		expect(await current()).toContain('wrong reference count');
		engine.emit({type: 'finding', finding: findings[1]!});
		engine.emit({type: 'finding', finding: findings[3]!});
		expect(await current()).toContain('wrong reference count');
		// What becomes better known stays one finding.
		engine.emit({type: 'finding', finding: {...findings[1]!, pathCount: 77}});
		press('g');
		const grid = await drawn();
		expect(grid.join('\n')).toContain('2 Findings  4 ');
		expect(grid.join('\n')).toContain('77 paths');
	});

	test('Enter goes into the cell, Esc out of it and only then out of the screen', async () => {
		const {press, drawn, application} = await running([100, 30]);
		press('1', 'enter');
		expect((await drawn()).join('\n')).toContain('chunks 1 to ');
		press('escape');
		expect(application.state).toMatchObject({screen: 'check', check: {zoom: undefined, focus: 'map'}});
		press('escape');
		expect(application.state.screen).toBe('compare');
	});

	test('in the zoomed cell, Enter on a damaged chunk shows what it affects', async () => {
		const {press, drawn, application} = await running([100, 30]);
		press('1');
		application.update(state => ({...state, check: {...state.check, at: Math.floor(count / 6)}}));
		press('enter');
		application.update(state => ({...state, check: {...state.check, at: Math.floor(count / 6)}}));
		press('enter');
		expect((await drawn()).join('\n')).toContain(damaged[0]!);
		press('escape', 'left', 'left', 'left', 'left', 'enter');
		expect((await drawn()).at(-1)).toContain('Nothing is known to be wrong');
	});

	test('the cursor never leaves the map, whatever is pressed and however the window changes', async () => {
		const {press, drawn, application, terminal} = await running([80, 24], {events: [mapEvent(5000, 2500)]});
		let seed = 7;
		for (let step = 0; step < 400; step++) {
			seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
			press(['1', '2', '3', 'tab', 'o', 'z', 'enter', 'escape', 'up', 'down', 'left', 'right', 'pagedown', 'pageup', 'g', 'G', 'v'][seed % 17]!);
			if (step % 40 === 0) {
				terminal.resize(60 + (seed % 120), 16 + (seed % 40));
			}

			expect(application.state.check.at).toBeGreaterThanOrEqual(0);
			expect(application.state.check.at).toBeLessThan(5000);
		}

		expect(await drawn()).toHaveLength(terminal.rows);
	});

	test('a sample is asked for in percent, says that it is unbiased, and refuses nonsense', async () => {
		const {press, settled, engine, paste} = open({events: [map], checkReport: report}, [100, 30]);
		await settled();
		press('v');
		await settled();
		press('s');
		expect((await settled()).join('\n')).toContain('unbiased');
		press('ctrl-u');
		paste('120');
		press('enter');
		expect((await settled()).at(-1)).toContain('percentage');
		press('s', 'ctrl-u');
		paste('12.5%');
		press('enter');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'check').at(-1)).toMatchObject({samplePercent: 12.5, level: 'full'});
		press('f');
		await settled();
		expect(engine.requests.filter(({verb}) => verb === 'check').at(-1)).toMatchObject({level: 'fast'});
	});

	test('a check that was stopped is gone on with', async () => {
		const {press, settled, engine} = open({events: [map], standing: ['check']}, [100, 30]);
		await settled();
		press('v', 'ctrl-c');
		await settled();
		press('v');
		expect(engine.requests.filter(({verb}) => verb === 'check').map(request => 'resume' in request && request.resume)).toEqual([undefined, {withinDays: 30}]);
	});

	test('another check is not started while one runs, and the key says why', async () => {
		const {press, drawn, engine} = await running([100, 30]);
		for (const key of ['s', 'f', 'v']) {
			press(key);
			expect((await drawn()).at(-1)).toContain('this check still runs');
		}

		expect(engine.requests.filter(({verb}) => verb === 'check')).toHaveLength(1);
	});

	test('the report is written to a new file only, as check --json prints it', async () => {
		const folder = temporaryFolder();
		const {press, settled, paste} = open({events: [map], checkReport: {...report, findings, findingCount: 4}}, [100, 30]);
		await settled();
		press('v');
		await settled();
		const file = join(folder, 'report.jsonl');
		press('e', 'ctrl-u');
		paste(file);
		press('enter');
		expect((await settled()).at(-1)).toContain('4 findings written');
		const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(text => JSON.parse(text) as {type: string; findings?: unknown});
		expect(lines.map(({type}) => type)).toEqual(['finding', 'finding', 'finding', 'finding', 'checked']);
		expect(lines.at(-1)).toMatchObject({findings: 4, snapshotsProven: 12});
		press('e', 'ctrl-u');
		paste(file);
		press('enter');
		expect((await settled()).at(-1)).toContain('not written');
	});
});
