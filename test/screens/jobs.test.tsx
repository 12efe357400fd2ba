// What keys do in the list of jobs and in the log.

import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {temporaryFolder} from '../support/folders.js';
import {counters, openOffice, type OpenedOffice} from '../terminal/office.js';

/** A check that runs, then a sync that runs. */
async function startTwo(office: OpenedOffice): Promise<void> {
	const {settled, drawn, press, wait} = office;
	await settled();
	press('v', 'escape', 'S');
	await drawn();
	wait(1000);
	press('y');
}

const standing = ['check', 'sync'] as const;

describe('the list of jobs', () => {
	test('Enter opens the job under the cursor, whichever was shown last', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		office.press('J', 'G', 'enter');
		expect(office.application.state).toMatchObject({screen: 'check', shownJob: 1});
		office.press('J', 'g', 'enter');
		expect(office.application.state).toMatchObject({screen: 'run', shownJob: 2});
	});

	test('stopping one asks, stops that one, and leaves the other running', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		office.press('J', 'G', 's', 'y');
		expect(office.engine.cancelled).toEqual([]);
		office.wait(1000);
		office.press('y');
		await office.drawn();
		expect(office.engine.cancelled).toEqual(['check']);
		office.press('g', 'ctrl-c');
		expect(office.engine.cancelled).toEqual(['check']);
		office.wait(1000);
		office.press('y');
		await office.drawn();
		expect(office.engine.cancelled).toEqual(['check', 'sync']);
	});

	test('p pauses the one under the cursor', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		office.press('J', 'G', 'p');
		expect(office.application.state.jobs.map(({isPaused}) => isPaused)).toEqual([true, false]);
	});

	test('it is bounded, and what runs is never dropped', async () => {
		const office = openOffice({standing: ['check']}, [100, 30]);
		await office.settled();
		office.press('v', 'escape');
		office.application.update(state => ({...state, jobs: [...state.jobs, ...Array.from({length: 300}, (_, index) => ({...state.jobs[0]!, id: 1000 + index, status: 'done' as const}))]}));
		office.press('v');
		await office.drawn();
		const {jobs} = office.application.state;
		expect(jobs).toHaveLength(102);
		expect(jobs[0]).toMatchObject({id: 1, status: 'running'});
	});

	test('quitting names what runs', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		office.press('escape', 'q');
		const text = (await office.drawn()).join('\n');
		expect(text).toContain('2 jobs are running');
		expect(text).toContain('check office');
		expect(text).toContain('sync office -> vault');
	});
});

describe('a question about jobs', () => {
	test('says what runs now, goes once nothing does, and takes no answer to what it said before', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		const {application, quits, press, wait, drawn} = office;
		press('escape', 'q');
		await drawn();
		wait(1000);
		application.jobs.stop([1]);
		const text = (await drawn()).join('\n');
		expect(text).toContain('A job is running');
		expect(text).not.toContain('check office  ');
		press('y');
		expect(application.state.dialog).toBeDefined();
		wait(1000);
		application.jobs.stop([2]);
		expect((await drawn()).at(-1)).toContain('Nothing runs any more. q quits.');
		press('y');
		expect([application.state.dialog, quits]).toEqual([undefined, []]);
		press('q');
		expect(quits).toEqual(['']);
	});

	test('goes with its job, also when the key comes before that is drawn', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		const {application, press, wait, drawn} = office;
		for (const keys of [['J', 'G', 's'], ['g', 'ctrl-c']]) {
			press(...keys);
			await drawn();
			wait(1000);
			application.update(state => ({...state, jobs: state.jobs.map(job => job.id === state.jobs.at(keys[0] === 'J' ? 0 : 1)!.id ? {...job, status: 'done'} : job)}));
			press('enter');
			expect(application.state).toMatchObject({screen: 'jobs', dialog: undefined});
		}

		expect(application.state.notice).toBe('sync office -> vault is over, or stopping already.');
	});

	test('is not asked of what is stopping already: Ctrl-C means that job alone', async () => {
		const office = openOffice({standing, counters}, [100, 30]);
		await startTwo(office);
		const {application, press, engine} = office;
		application.update(state => ({...state, jobs: state.jobs.map(job => job.id === 1 ? {...job, status: 'stopping'} : job)}));
		press('J', 'G', 's');
		expect(application.state).toMatchObject({dialog: undefined, notice: 'stop it: it is stopping already.'});
		press('ctrl-c');
		expect(application.state.dialog).toBeUndefined();
		expect(application.state.notice).toContain('Stopping safely: check office.');
		expect(engine.cancelled).toEqual([]);
	});
});

describe('the log', () => {
	test('Enter shows a line whole, however long its words are', async () => {
		const {application, settled, press} = openOffice({}, [80, 24]);
		await settled();
		application.log(`failed at /${'a'.repeat(150)}/end`);
		press('L', 'enter');
		expect((await settled()).join('').replaceAll(/[│ ]/g, '')).toContain(`/${'a'.repeat(150)}/end`);
	});

	test('follows the newest line until the cursor is moved, and again at the end', async () => {
		const {settled, press, application} = openOffice({}, [80, 24]);
		await settled();
		const newest = async (text: string): Promise<boolean> => {
			application.log(text);
			return (await settled()).some(line => line.includes(text));
		};

		for (let index = 0; index < 100; index++) {
			application.log(`old ${index}`);
		}

		press('L');
		expect(await newest('alpha')).toBe(true);
		press('g');
		expect(await newest('beta')).toBe(false);
		press('G');
		expect(await newest('gamma')).toBe(true);
	});

	test('Esc clears the filter first, then goes back', async () => {
		const {settled, press, application} = openOffice({}, [80, 24]);
		await settled();
		application.log('something');
		press('L', '/', 'q', 'enter', 'escape');
		expect(application.state).toMatchObject({screen: 'log', watch: {logFilter: ''}});
		press('escape');
		expect(application.state.screen).toBe('compare');
	});

	test('is written to a new file, never over an old one', async () => {
		const {settled, press, application} = openOffice({}, [80, 24]);
		await settled();
		application.log('kept words');
		const file = join(temporaryFolder(), 'log');
		press('L', 'e', 'ctrl-u', ...file, 'enter');
		await settled();
		expect(readFileSync(file, 'utf8')).toContain('kept words');
		press('e', 'ctrl-u', ...file, 'enter');
		await settled();
		expect(application.state.notice).toContain('not written');
	});
});
