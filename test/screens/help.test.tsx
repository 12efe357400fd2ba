// The list of keys: searched as it is typed, and what a line says is done by Enter.

import {describe, expect, test} from 'vitest';
import {makeSnapshot, makeSummary, scriptedEngine} from '../terminal/scripted-engine.js';
import {show} from '../terminal/show.js';

const summaries = {'/srv/office': makeSummary('/srv/office', [makeSnapshot(0), makeSnapshot(1)]), '/mnt/vault': makeSummary('/mnt/vault', [makeSnapshot(1)])};
const open = () => {
	const engine = scriptedEngine({summaries});
	return {engine, ...show({columns: 80, rows: 24, jobs: engine, repositories: [{location: '/srv/office'}, {location: '/mnt/vault'}]})};
};

describe('help', () => {
	test('narrows as it is searched; Enter does what the line says, on the screen below', async () => {
		const {settled, press, application} = open();
		await settled();
		press('?', '/', ...'invert', 'enter');
		const grid = await settled();
		expect(grid.filter(line => line.includes('invert marks'))).toHaveLength(1);
		expect(grid.some(line => line.includes('sync plan'))).toBe(false);
		press('enter');
		expect(application.state.screen).toBe('compare');
		expect([...application.state.compare.marks]).toEqual([makeSnapshot(0).snapshot]);
	});

	test('the palette knows what other screens do, says where, and does not do it here', async () => {
		const {settled, press, application, engine} = open();
		await settled();
		press(':', ...'heal');
		expect((await settled()).find(line => line.includes('> heal '))).toContain('off: it is on the check screen');
		const before = engine.requests.length;
		press('enter');
		await settled();
		expect([application.state.screen, application.state.notice, engine.requests.length]).toEqual(['compare', 'heal: it is on the check screen.', before]);
	});

	test('a key of another letter than its title is found too, and Esc shows all before it leaves', async () => {
		const {settled, press, application} = open();
		await settled();
		press('?', '/', 'f', '5', 'enter');
		expect((await settled()).some(line => line.includes('sync plan'))).toBe(true);
		press('escape');
		expect(application.state.screen).toBe('help');
		press('escape');
		expect(application.state.screen).toBe('compare');
	});

	test('what cannot be done stays listed with its reason, and says it again when it is chosen', async () => {
		const {settled, press} = open();
		await settled();
		press('?', '/', ...'next target', 'enter');
		expect((await settled()).some(line => line.includes('off: there are no other repositories'))).toBe(true);
		press('enter');
		expect((await settled()).at(-1)).toContain('there are no other repositories');
	});
});
