// The program in sentences: what is said of each screen, of each step, and of a job while it runs.

import {describe, expect, test} from 'vitest';
import {Application} from '../../source/session/application.js';
import {actionsWith} from '../../source/session/key-settings.js';
import {paste, pressKey} from '../../source/session/keymap.js';
import {Speech} from '../../source/session/plain/speech.js';
import {plainScreens} from '../../source/session/plain/screens.js';
import {PlainWriter} from '../../source/ui/plain.js';
import {expectGolden} from '../terminal/golden.js';
import {finding, makePlan, makeSnapshot, makeSummary, mapEvent, planRow, scriptedEngine, type Script} from '../terminal/scripted-engine.js';

const snapshots = Array.from({length: 5}, (_, index) => makeSnapshot(index, {host: index === 3 ? 'evil\u001B[31m' : 'web1'}));
const summaries = {'/srv/office': makeSummary('/srv/office', snapshots), '/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(2))};
const plan = makePlan([planRow(snapshots[1]!), planRow(snapshots[0]!)]);

function listen(script: Partial<Script> = {}) {
	const engine = scriptedEngine({summaries, plan, ...script});
	let nowMs = Date.parse('2026-03-01T12:00:00Z');
	const application = new Application({
		terminal: {colours: '256 colours', encoding: 'UTF-8'},
		repositories: [{location: '/srv/office'}, {location: '/mnt/vault'}], readOnly: false, jobs: engine, actions: actionsWith({}), settingsFile: '/dev/null/config.json', samplesPerSecond: 0.001, now: () => nowMs,
		onQuit: () => undefined, onSuspend: () => undefined, onRepaint: () => undefined,
	});
	const speech = new Speech(application);
	let heard = '';
	const writer = new PlainWriter(text => {
		heard += text;
	});
	application.store.subscribe(() => {
		writer.say(speech.next());
	});
	application.start();
	return {
		application, engine,
		press(...keys: string[]) {
			for (const key of keys) {
				pressKey(application, key);
			}
		},
		paste(text: string) {
			paste(application, text);
		},
		wait(ms: number) {
			nowMs += ms;
		},
		/** What was said since the last call. */
		async heard(): Promise<string> {
			for (let turns = 0; turns < 5;) {
				await new Promise(resolve => {
					setImmediate(resolve);
				});
				turns = application.isIdle ? turns + 1 : turns;
				if (script.standing !== undefined) {
					turns++;
				}
			}

			const said = heard;
			heard = '';
			return said;
		},
	};
}

describe('in sentences', () => {
	test('a sync from the comparison to its receipt, a clone that is thought better of, the keys', async () => {
		const {press, paste: type, wait, heard} = listen();
		const parts = [await heard()];
		for (const keys of [['down'], ['space'], ['down'], ['S'], ['down'], ['space'], ['i'], ['escape'], ['space']]) {
			press(...keys);
			parts.push(`[${keys.join(' ')}]\n${await heard()}`);
		}

		wait(1000);
		press('y');
		parts.push(`[y]\n${await heard()}`);
		press('escape', 'escape', 'c');
		type('/mnt/new');
		press('x', 'backspace', 'enter');
		wait(1000);
		press('enter');
		parts.push(`[c, a place, Enter, Enter]\n${await heard()}`);
		press('?', 'down', 'end');
		parts.push(`[? down end]\n${await heard()}`);
		const text = parts.join('');
		expectGolden('plain', text.split('\n'));
		expect(text).not.toContain('\u001B');
	});

	test('a tick says what is sent now, once, and no other key does', async () => {
		const {press, heard} = listen();
		await heard();
		press('S');
		await heard();
		const after = async (key: string): Promise<string[]> => {
			press(key);
			return (await heard()).split('\n').filter(text => text.includes('ticked: '));
		};

		expect(await after('down')).toEqual([]);
		expect(await after('space')).toEqual(['1 of 2 ticked: sends 2.0 GiB']);
		expect(await after('up')).toEqual([]);
		expect(await after('a')).toEqual(['2 of 2 ticked: sends 3.0 GiB']);
		expect(await after('a')).toEqual(['0 of 2 ticked: sends nothing']);
	});

	test('nothing is said while nothing changes', async () => {
		const {application, heard} = listen();
		await heard();
		application.update(state => ({...state}));
		expect(await heard()).toBe('');
	});

	test('a job speaks at every tenth, after half a minute of silence, of findings, and at its end', async () => {
		const {application, press, wait, heard} = listen({standing: ['check'], events: [mapEvent(1000, 0)]});
		await heard();
		press('v');
		expect(await heard()).toContain('== Integrity check of office');
		const read = (chunksDone: number): void => {
			application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {
				values: {...job.sample?.values, chunksDone, chunksTotal: 1000} as never, lanes: [], rateBytesPerSecond: 0, meanBytesPerSecond: 0, readBytesPerSecond: 0, doing: {}, history: [], historyMs: 1000, elapsedMs: 1000,
			}}))}));
		};

		read(50);
		expect(await heard()).toBe('');
		read(100);
		expect(await heard()).toBe('Integrity check office: 100 / 1,000 chunks  10%\n');
		read(150);
		expect(await heard()).toBe('');
		wait(31_000);
		read(151);
		expect(await heard()).toBe('Integrity check office: 151 / 1,000 chunks  15%\n');
		application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, findings: [finding]}))}));
		expect(await heard()).toContain('Finding: corrupt-chunk 9b1e77aa');
		press('p');
		expect(await heard()).toContain('paused');
		press('ctrl-c');
		expect(await heard()).toContain('stopped');
	});

	test('a passphrase is not said', async () => {
		const {press, paste: type, heard} = listen();
		await heard();
		press('p');
		type('correct horse');
		press('enter');
		const text = await heard();
		expect(text).not.toContain('horse');
		expect(text).toContain('> *************');
	});

	test('every screen has its sentences', () => {
		const {application} = listen();
		for (const plain of Object.values(plainScreens)) {
			expect(plain.heading(application.state)).not.toBe('');
			expect(plain.facts(application.state, application).every(text => !text.includes('\u001B'))).toBe(true);
		}
	});
});

test('how long a plan may take is said once it was measured', async () => {
	const {press, heard} = listen({probe: {sourceBytesPerSecond: 2e7, targetBytesPerSecond: 1e7}});
	await heard();
	press('S');
	const said = await heard();
	expect(said.match(/being measured/g)).toHaveLength(1);
	expect(said).toMatch(/\ntime about .* at 9\.5 MiB\/s \(up to 16 MiB read on both sides\)\n/);
});
