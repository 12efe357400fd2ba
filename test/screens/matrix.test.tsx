// The matrix screen: who lacks what among all repositories, and making them equal after y.

import {describe, expect, test} from 'vitest';
import {scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {four, matrix, summariesOf} from './scenes/matrix.js';

type Opened = Shown & {readonly engine: ScriptedEngine};

function open(script: Partial<Script>, [columns, rows]: readonly [number, number], places: readonly string[] = Object.keys(four), options: Partial<Parameters<typeof show>[0]> = {}): Opened {
	const engine = scriptedEngine({summaries: summariesOf(places), matrix, ...script});
	return {engine, ...show({columns, rows, jobs: engine, repositories: places.map(location => ({location})), ...options})};
}

/** Opens the matrix and asks to make all equal; answers with what is on the screen then. */
async function askMesh({settled, press}: Pick<Opened, 'settled' | 'press'>): Promise<string> {
	await settled();
	press('m');
	await settled();
	press('s');
	return (await settled()).join('\n');
}

describe('making all equal', () => {
	test('sends nothing before y, and then the very transfers that were shown', async () => {
		const {settled, press, wait, engine, application} = open({}, [100, 30]);
		const asked = await askMesh({settled, press});
		expect(asked).toContain('Make 3 repositories equal?');
		expect(asked).toContain('office -> usb-2024: 11 snapshots');
		press('y');
		expect(engine.requests.some(({verb}) => verb === 'mesh')).toBe(false);
		wait(1000);
		press('y');
		const done = (await settled()).join('\n');
		expect(engine.requests.find(({verb}) => verb === 'mesh')).toMatchObject({plan: matrix.mesh, repositories: Object.keys(four).map(location => ({location}))});
		expect(application.state.jobs[0]).toMatchObject({verb: 'mesh', status: 'done'});
		expect(done).toContain('Compared again: all that were reached hold the same.');
		expect(done).toContain('r there compares all again');
		expect(done).not.toMatch(/both|verifies each other/);
	});

	test('counts whom it reaches, and asks for a word that is about all places where content becomes readable', async () => {
		const transfers = matrix.mesh.transfers.map(transfer => ({...transfer, plan: {...transfer.plan, target: {...transfer.plan.target, location: Object.keys(four)[transfer.target]!, encrypted: false}}}));
		const {settled, press, wait, engine} = open({matrix: {...matrix, mesh: {...matrix.mesh, transfers}}}, [100, 30]);
		const asked = await askMesh({settled, press});
		expect(asked).toContain('Make 3 repositories equal?');
		expect(asked).toContain('Not reached, and left as it is: offsite:9876.');
		wait(1000);
		press('y');
		const warned = (await settled()).join(' ').replaceAll(/[\s│]+/g, ' ');
		expect(warned).toContain('these are not encrypted: /mnt/vault, /media/usb-2024.');
		press(...'yes', 'enter', 'enter');
		expect(engine.requests.some(({verb}) => verb === 'mesh')).toBe(false);
		press(...'readable', 'enter');
		expect(engine.requests.some(({verb}) => verb === 'mesh')).toBe(true);
	});

	test('names the transfer that failed', async () => {
		const {settled, press, wait, application} = open({failingTarget: 1}, [100, 30]);
		await askMesh({settled, press});
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
