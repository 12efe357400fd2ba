// What keys do with a heal: when H is off and why, what y writes, and how the findings look afterwards.

import {describe, expect, test} from 'vitest';
import {findingOf} from '../../source/engine/check/judge.js';
import {PlakarError} from '../../source/errors/plakar-error.js';
import type {JobRequest} from '../../source/engine/jobs.js';
import {mapCode} from '../../source/engine/counters.js';
import type {RecordId} from '../../source/format/ids.js';
import {openOffice, type OpenedOffice} from '../terminal/office.js';
import {makeSummary, type Script} from '../terminal/scripted-engine.js';
import type {ShowOptions} from '../terminal/show.js';
import {copies, count, damaged, events, findings, half, map, report, sampled, snapshots, summaries} from './scenes/check.js';
import {healPlan, healReport} from './scenes/heal.js';

const size = [100, 30] as const;
const checked: Partial<Script> = {summaries, copies, events, checkReport: {...report, findings, findingCount: findings.length}, healPlan, healReport};

async function open(script: Partial<Script> = {}, options: Partial<ShowOptions> = {}): Promise<OpenedOffice> {
	const office = openOffice({...checked, ...script}, size, options);
	await office.settled();
	office.press('v');
	await office.settled();
	return office;
}

const lastLine = async ({settled}: OpenedOffice): Promise<string> => (await settled()).at(-1)!;

describe('H is off', () => {
	test.each<[string, string, Partial<Script>]>([
		['without a finding', 'nothing was found', {events: [map], checkReport: report}],
		['without another repository of the kind', 'no related repository is open: add a clone of it', {summaries: {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots, {canary: 'another', familyId: 'another'})}}],
		['where the only one was copied outside', 'vault is a copy made outside: clone it and add the clone', {summaries: {...summaries, '/mnt/vault': makeSummary('/mnt/vault', snapshots, {repositoryId: 'id of /srv/office'})}}],
		['when it is known that nobody holds a copy', 'no other repository of the list holds a copy', {copies: [], events: [map, {type: 'finding', finding: findings[1]!}], checkReport: {...report, findings: [findings[1]!], findingCount: 1}}],
		['for orphans', 'nothing that heal can mend is left', {events: [map], checkReport: {...report, findings: [findingOf({kind: 'orphan-chunk', id: damaged[0]!, reason: 'no snapshot references it'})], findingCount: 1}}],
	])('%s', async (_, reason, script) => {
		const office = await open(script);
		office.press('H');
		expect(await lastLine(office)).toContain(`heal: ${reason}.`);
		expect(office.application.state.screen).toBe('check');
		expect(office.engine.requests.some(({verb}) => verb === 'plan-heal')).toBe(false);
	});
});

test('H plans all findings from the other repository, and y carries out that very plan', async () => {
	const office = await open({standing: ['heal']});
	const {engine, press, wait, drawn, application} = office;
	press('H');
	await drawn();
	expect(engine.requests.at(-1)).toMatchObject({verb: 'plan-heal', source: {location: '/mnt/vault'}, target: {location: '/srv/office'}, rewritesUnreadable: false});
	expect((engine.requests.at(-1) as JobRequest & {readonly verb: 'plan-heal'}).defects).toHaveLength(findings.length);
	// The y of before was meant for something else.
	press('y');
	expect(application.state).toMatchObject({screen: 'heal', notice: 'The plan has just appeared: look at it, then press y again.'});
	wait(300);
	press('y');
	await drawn();
	expect(engine.requests.at(-1)).toMatchObject({verb: 'heal', source: {location: '/mnt/vault'}, target: {location: '/srv/office'}, plan: {id: healPlan.id}});
	expect(application.state.screen).toBe('run');

	// Only what was read again turns sound, in the list and on the map.
	const places = [Math.floor(count / 6), Math.floor(count / 6) + 3, Math.floor(count / 4)];
	const states = (): number[] => places.map(place => application.state.jobs[0]!.map!.states[place]!);
	const before = states();
	engine.emit({type: 'healed', kind: 'chunk', ids: [damaged[0]! as RecordId]});
	expect(states()).toEqual([mapCode.sound, before[1], before[2]]);
	press('escape');
	sampled(half)(office);
	const grid = (await drawn()).join('\n');
	expect(grid).toContain('2 Findings  4, 1 healed');
	expect(grid).toContain('Healed: rewritten, read again, and sound.');
	expect(grid).toContain('1 of 4 findings healed since this check, and read again. v verifies again.');
	// What is healed is not planned again.
	wait(1000);
	press('H');
	await drawn();
	expect((engine.requests.at(-1) as JobRequest & {readonly verb: 'plan-heal'}).defects).toHaveLength(findings.length - 1);
});

test('with several that could heal, it is asked which, and t takes the next one', async () => {
	const repositories = [{location: '/srv/office'}, {location: '/mnt/vault'}, {location: '/mnt/shelf'}];
	const found = copies.map(copy => ({...copy, location: '/mnt/shelf'}));
	const office = await open({summaries: {...summaries, '/mnt/shelf': makeSummary('/mnt/shelf', snapshots)}, copies: found}, {repositories});
	office.press('H');
	// The one that is known to hold copies stands first.
	expect((await office.settled()).join('\n')).toMatch(/> 1 {2}shelf[\s\S]*2 {2}vault/);
	office.press('enter');
	await office.settled();
	expect(office.engine.requests.at(-1)).toMatchObject({verb: 'plan-heal', source: {location: '/mnt/shelf'}});
	office.press('t');
	await office.settled();
	expect(office.engine.requests.at(-1)).toMatchObject({verb: 'plan-heal', source: {location: '/mnt/vault'}});
	office.press('u');
	await office.settled();
	expect(office.engine.requests.at(-1)).toMatchObject({verb: 'plan-heal', source: {location: '/mnt/vault'}, rewritesUnreadable: true});
});

test('a plan that is made too late is not shown in place of the one made after it', async () => {
	const keep: Array<(plan: typeof healPlan) => void> = [];
	const office = openOffice({
		...checked,
		get healPlan() {
			return new Promise<typeof healPlan>(resolve => {
				keep.push(resolve);
			});
		},
	}, size);
	await office.settled();
	office.press('v');
	await office.settled();
	office.press('H');
	await office.drawn();
	office.press('escape', 'H');
	await office.drawn();
	expect(office.engine.cancelled).toContain('plan-heal');
	keep[1]!({...healPlan, id: 'newer'});
	await office.drawn();
	keep[0]!(healPlan);
	await office.settled();
	expect(office.application.state.heal).toMatchObject({status: 'ready', plan: {id: 'newer'}});
});

test('--read-only shows the plan and starts nothing; neither does a paste', async () => {
	const office = await open({}, {readOnly: true});
	office.press('H');
	await office.settled();
	office.wait(1000);
	office.press('y');
	expect(await lastLine(office)).toContain('started with --read-only');
	office.paste('yyy');
	await office.settled();
	expect(office.engine.requests.some(({verb}) => verb === 'heal')).toBe(false);
});

test('a plan that went stale says so, and leads back to the findings', async () => {
	const office = await open({healReport: new PlakarError('PLAN_STALE', {message: 'The plan no longer fits: the chunk 2a is sound by now.', hint: 'Nothing was written. Make the plan again and review it.'})});
	office.press('H');
	await office.settled();
	office.wait(1000);
	office.press('y');
	const grid = (await office.settled()).join('\n');
	expect(grid).toContain('the chunk 2a is sound by now');
	expect(grid).toContain('H on the check makes a new plan');
	office.press('escape');
	expect((await office.settled()).join('\n')).toContain('2 Findings  4 ');
});
