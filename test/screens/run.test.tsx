// What keys do with a job that runs, and after its end.

import {describe, expect, test} from 'vitest';
import {counters, openOffice, type OpenedOffice} from '../terminal/office.js';
import {noSpace} from './scenes/run.js';

/** Starts the planned sync by keys. */
async function start(office: OpenedOffice): Promise<void> {
	const {settled, press, wait} = office;
	await settled();
	press('S');
	await settled();
	wait(1000);
	press('y');
}

describe('keys', () => {
	test('Esc leaves the job running, and the headline of every screen shows it', async () => {
		const office = openOffice({standing: ['sync'], counters}, [100, 30]);
		await start(office);
		office.midway();
		office.press('escape');
		expect((await office.drawn())[0]).toContain('sync office 64%, about 5 min left');
		office.press('?');
		expect((await office.drawn())[0]).toContain('sync office 64%, about 5 min left');
		expect(office.engine.cancelled).toEqual([]);
	});

	test('Esc does not lead back to the plan that is being carried out', async () => {
		const office = openOffice({standing: ['sync'], counters}, [100, 30]);
		await start(office);
		office.press('escape');
		expect(office.application.state.screen).toBe('compare');
	});

	test('a limit that is given after the end of the job is none', async () => {
		const office = openOffice({standing: ['sync']}, [80, 24]);
		await start(office);
		office.press('l', '5', 'K');
		office.application.jobs.stop([office.application.state.jobs[0]!.id]);
		await office.settled();
		office.press('enter');
		expect((await office.settled()).at(-1)).toContain('The job has ended meanwhile: there is nothing to limit.');
		expect(office.application.state.jobs[0]!.limitBytesPerSecond).toBeFalsy();
	});

	test('the figures of a job that has ended are of all that it did, however short it was', async () => {
		const office = openOffice({standing: ['sync']}, [80, 24]);
		await start(office);
		office.application.jobs.sample();
		const mean = (): number => office.application.state.jobs[0]!.sample!.meanBytesPerSecond;
		expect(mean()).toBe(0);
		office.engine.counters!.set('bytesDone', 896);
		office.press('ctrl-c');
		await office.settled();
		expect(mean()).toBeGreaterThan(0);
	});

	test('while a job is paused and nothing moves, nothing is written to the terminal', async () => {
		const office = openOffice({standing: ['sync'], counters}, [80, 24]);
		await start(office);
		office.application.jobs.sample();
		office.press('p');
		// The first sample of the pause still stops the figures.
		office.application.jobs.sample();
		const before = office.application.state;
		await office.drawn();
		const {bytes} = office.terminal;
		office.application.jobs.sample();
		office.application.jobs.sample();
		expect(office.application.state).toBe(before);
		await office.drawn();
		expect(office.terminal.bytes).toBe(bytes);
		office.press('p');
		office.application.jobs.sample();
		expect(office.application.state).not.toBe(before);
	});

	test('l limits the rate of the running job, and what is no size changes nothing', async () => {
		const office = openOffice({standing: ['sync'], counters}, [100, 30]);
		await start(office);
		office.midway();
		office.press('l', ...'2M', 'enter');
		expect(office.engine.counters!.limit).toBe(2 * 2 ** 20);
		expect((await office.drawn()).join('\n')).toContain('2.0 MiB/s');
		office.press('l', ...'fast', 'enter');
		expect(office.engine.counters!.limit).toBe(2 * 2 ** 20);
		office.press('l', '0', 'enter');
		expect(office.engine.counters!.limit).toBe(0);
	});

	test('r after a failure plans what the target still lacks', async () => {
		const office = openOffice({counters, syncAnswer: noSpace}, [100, 30]);
		await start(office);
		await office.settled();
		office.press('r');
		await office.settled();
		expect(office.engine.requests.filter(({verb}) => verb === 'plan').at(-1)).toMatchObject({snapshots: office.application.state.jobs[0]!.transfer!.snapshots});
		expect(office.application.state.screen).toBe('plan');
	});

	test('v after the end checks the target', async () => {
		const office = openOffice({standing: ['check'], counters}, [100, 30]);
		await start(office);
		await office.settled();
		office.press('v');
		expect(office.engine.requests.at(-1)).toMatchObject({verb: 'check', repository: {location: '/mnt/vault'}});
	});

	test('Ctrl-C stops the job that is shown, and no other', async () => {
		const office = openOffice({standing: ['sync', 'check'], counters}, [100, 30]);
		await office.settled();
		office.press('v', 'escape', 'S');
		await office.drawn();
		office.wait(1000);
		office.press('y', 'ctrl-c');
		await office.drawn();
		expect(office.engine.cancelled).toEqual(['sync']);
	});
});

describe('in the smallest window', () => {
	test('how it ended is told whole, with what to do next', async () => {
		const office = openOffice({counters, syncAnswer: noSpace}, [60, 16]);
		await start(office);
		const grid = await office.settled();
		expect(grid.slice(7, 10)).toEqual([
			'┌─ Failed ─────────────────────────────────────────────────┐',
			'│ No space left in /mnt/vault.                             │',
			'│ Free some space or untick snapshots, then run it again.  │',
		]);
		expect(grid[12]).toBe(`└${'─'.repeat(58)}┘`);
	});

	test('every box of a running job is whole, and its figures are not cut', async () => {
		const office = openOffice({standing: ['sync'], counters}, [60, 16]);
		await start(office);
		office.midway();
		const grid = await office.drawn();
		expect(grid.join('\n').match(/┌/g)).toHaveLength(3);
		expect(grid.join('\n').match(/└/g)).toHaveLength(3);
		expect(grid.slice(1, 6).join('\n')).not.toContain('…');
	});
});
