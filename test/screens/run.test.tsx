// The running screen from its start to each of its ends, and what keys do with the job.

import {describe, expect, test} from 'vitest';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {expectGolden, expectPicture} from '../terminal/golden.js';
import {counters, openOffice, sizes, type OpenedOffice} from '../terminal/office.js';
import {transferReport} from '../terminal/scripted-engine.js';

const noSpace = new PlakarError('BACKEND_FULL', {message: 'No space left in /mnt/vault.', hint: 'Free some space or untick snapshots, then run it again. Finished snapshots are kept.'});

/** Starts the planned sync by keys. */
async function start(office: OpenedOffice): Promise<void> {
	const {settled, press, wait} = office;
	await settled();
	press('S');
	await settled();
	wait(1000);
	press('y');
}

/** Times that the machine takes, replaced by what has their width. */
const steady = (grid: readonly string[]): string[] => grid.map(line => line.replaceAll(/elapsed [\d.]+s|last \d+ s/g, match => match.replaceAll(/\d/g, '0')));

describe.each(sizes)('at %ix%i', (columns, rows) => {
	const size = [columns, rows] as const;
	const golden = (name: string, grid: readonly string[]): void => {
		expectGolden(`${name}.${columns}x${rows}`, steady(grid));
		expect(grid.every(line => line.length <= columns)).toBe(true);
	};

	test('in the middle', async () => {
		const office = openOffice({standing: ['sync'], counters}, size);
		await start(office);
		office.midway();
		golden('running', await office.drawn());
		if (columns === 100) {
			await expectPicture('running', 'A sync while it runs: phases, throughput, what stopping now would keep', office.terminal);
		}
	});

	test('without lanes', async () => {
		const office = openOffice({standing: ['sync'], counters}, size);
		await start(office);
		office.midway();
		office.press('w');
		golden('running-no-lanes', await office.drawn());
	});

	test('paused', async () => {
		const office = openOffice({standing: ['sync'], counters}, size);
		await start(office);
		office.press('p');
		office.midway();
		golden('running-paused', await office.drawn());
	});

	test('before its first figures', async () => {
		const office = openOffice({standing: ['sync']}, size);
		await start(office);
		golden('running-start', await office.drawn());
	});

	test('done, with its receipt', async () => {
		const office = openOffice({counters, syncAnswer: {...transferReport, snapshots: office9, retries: 3}}, size);
		await start(office);
		await office.settled();
		office.midway();
		golden('run-done', await office.settled());
	});

	test('failed', async () => {
		const office = openOffice({counters, syncAnswer: noSpace}, size);
		await start(office);
		await office.settled();
		office.midway();
		golden('run-failed', await office.settled());
	});
});

const office9 = Array.from({length: 9}, (_, index) => `${index}` as never);

test('ASCII draws the same screen with ASCII alone', async () => {
	const office = openOffice({standing: ['sync'], counters}, [80, 24], {ascii: true});
	await start(office);
	office.midway();
	const grid = await office.drawn();
	expectGolden('running-ascii.80x24', steady(grid));
	expect(grid.join('')).toMatch(/^[\u0020-\u007E]*$/);
});

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
