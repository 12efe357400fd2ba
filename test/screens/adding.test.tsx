// Adding, creating and opening repositories from the screen: dialogs that say what will be, and write nothing before y.

import {readFileSync, existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PlakarError} from '../../source/errors/plakar-error.js';
import {temporaryFolder} from '../support/folders.js';
import {scriptedEngine, type Script, type ScriptedEngine} from '../terminal/scripted-engine.js';
import {show, type Shown} from '../terminal/show.js';
import {places as summaries} from './scenes/dialogs.js';

type Opened = Shown & {readonly engine: ScriptedEngine; readonly settingsFile: string; type(text: string): void; confirm(): void};

function open({repositories = [], script = {}, size: [columns, rows] = [80, 24], readOnly = false}: {repositories?: readonly string[]; script?: Partial<Script>; size?: readonly [number, number]; readOnly?: boolean} = {}): Opened {
	const engine = scriptedEngine({summaries, ...script});
	const settingsFile = join(temporaryFolder(), 'config.json');
	const shown = show({columns, rows, jobs: engine, repositories: repositories.map(location => ({location})), settingsFile, readOnly});
	return {
		...shown, engine, settingsFile,
		type(text) {
			shown.press(...text);
		},
		confirm() {
			shown.wait(1000);
			shown.press('y');
		},
	};
}

const listOf = (file: string): unknown => existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as {repositories: unknown}).repositories : {};

describe('adding one', () => {
	test('opens it, and keeps it in the list under a name after y', async () => {
		const {settled, press, type, confirm, settingsFile, application} = open();
		await settled();
		press('A');
		type('/srv/office');
		press('enter');
		expect((await settled()).join('\n')).toContain('Keep it in your list?');
		press('ctrl-u');
		type('main');
		press('enter');
		expect((await settled()).join('\n')).toContain('Keep it as @main?');
		expect(listOf(settingsFile)).toEqual({});
		confirm();
		await settled();
		expect(listOf(settingsFile)).toEqual({main: '/srv/office'});
		expect(application.state.repositories).toMatchObject([{location: '/srv/office', name: 'main', status: 'ready'}]);
	});

	test('the second becomes the target; Esc leaves it out of the list', async () => {
		const {settled, press, type, settingsFile, application} = open({repositories: ['/srv/office']});
		await settled();
		press('A');
		type('/mnt/vault');
		press('enter');
		await settled();
		press('escape');
		expect((await settled())[0]).toContain('office ──> vault');
		expect([application.state.source, application.state.target]).toEqual([0, 1]);
		expect(listOf(settingsFile)).toEqual({});
	});

	test('what cannot be opened is said, and asked for again with what was typed', async () => {
		const {settled, press, type, application} = open();
		await settled();
		press('A');
		type('/mnt/vualt');
		press('enter');
		const text = (await settled()).join('\n');
		expect(text).toContain('There is no repository at /mnt/vualt.');
		expect(text).toContain('> /mnt/vualt');
		expect(application.state.repositories).toEqual([]);
	});

	test('one that is there already is not added twice', async () => {
		const {settled, press, type, application} = open({repositories: ['/srv/office']});
		await settled();
		press('A');
		type('/srv/office');
		press('enter');
		await settled();
		expect(application.state.repositories).toHaveLength(1);
	});

	test('a settings file that cannot be used is left alone and told of', async () => {
		const {settled, press, type, settingsFile} = open();
		writeFileSync(settingsFile, '{broken');
		await settled();
		press('A');
		type('/srv/office');
		press('enter');
		expect((await settled()).join('\n')).toContain('It cannot be kept in your list');
		expect(readFileSync(settingsFile, 'utf8')).toBe('{broken');
	});
});

describe('creating one', () => {
	const toPassphrase = (shown: Opened, place: string): void => {
		shown.press('N');
		shown.type(place);
		shown.press('enter', 'enter');
	};

	test('encrypted: the passphrase twice, then y, then a job makes it; no passphrase is seen or kept', async () => {
		const shown = open();
		const {settled, press, type, confirm, engine, settingsFile, application} = shown;
		await settled();
		toPassphrase(shown, '/srv/new');
		type('correct horse');
		expect((await settled()).join('\n')).not.toContain('horse');
		press('enter');
		type('correct horse');
		press('enter');
		expect(engine.requests).toEqual([]);
		confirm();
		await settled();
		expect(engine.requests[0]).toMatchObject({verb: 'create', location: '/srv/new', passphrase: 'correct horse'});
		expect(engine.requests[1]).toMatchObject({verb: 'describe', repository: {location: '/srv/new', passphrase: 'correct horse'}});
		press('enter');
		confirm();
		await settled();
		expect(listOf(settingsFile)).toEqual({new: '/srv/new'});
		expect(readFileSync(settingsFile, 'utf8')).not.toContain('horse');
		expect(application.state.log.join()).not.toContain('horse');
	});

	test('two passphrases that differ, and an empty one, are asked for anew', async () => {
		const shown = open();
		const {settled, press, type, engine} = shown;
		await settled();
		toPassphrase(shown, '/srv/new');
		press('enter');
		expect((await settled()).join('\n')).toContain('An empty passphrase protects nothing.');
		type('one');
		press('enter');
		type('two');
		press('enter');
		expect((await settled()).join('\n')).toContain('The two differ.');
		expect(engine.requests).toEqual([]);
	});

	test('not encrypted is a choice of its own; Enter alone never makes anything', async () => {
		const {settled, press, type, wait, confirm, engine} = open();
		await settled();
		press('N');
		type('/srv/new');
		press('enter', '2');
		wait(1000);
		press('enter');
		expect(engine.requests).toEqual([]);
		press('N');
		type('/srv/new');
		press('enter', 'down', 'enter');
		confirm();
		await settled();
		expect(engine.requests[0]).toMatchObject({verb: 'create', location: '/srv/new', passphrase: undefined});
	});

	test('a place that is taken is said, and asked for again', async () => {
		const taken = new PlakarError('REPOSITORY_EXISTS', {message: 'Something is at /srv/new already.', hint: 'Name another place.'});
		const {settled, press, type, confirm, application} = open({script: {created: taken}});
		await settled();
		press('N');
		type('/srv/new');
		press('enter', '2');
		confirm();
		const text = (await settled()).join('\n');
		expect(text).toContain('Something is at /srv/new already.');
		expect(text).toContain('> /srv/new');
		expect(application.state.repositories).toEqual([]);
	});

	test('is off under --read-only, and says so; opening still works and keeps nothing', async () => {
		const {settled, press, type, engine, application} = open({readOnly: true});
		await settled();
		press('N');
		expect((await settled()).at(-1)).toContain('--read-only');
		press('A');
		type('/srv/office');
		press('enter');
		await settled();
		expect(application.state.dialog).toBeUndefined();
		expect(engine.requests.every(({verb}) => verb === 'describe')).toBe(true);
	});
});

describe('a passphrase', () => {
	test('a wrong one changes nothing and is asked for again; the right one opens', async () => {
		const {settled, press, type, application} = open({repositories: ['/srv/sealed'], script: {passphrases: {'/srv/sealed': 'right'}}});
		await settled();
		press('p');
		type('wrong');
		press('enter');
		expect((await settled()).join('\n')).toContain('That is not the passphrase of sealed.');
		expect(application.state.repositories[0]).toMatchObject({status: 'ready', passphrase: undefined});
		type('right');
		press('enter');
		await settled();
		expect(application.state.repositories[0]).toMatchObject({status: 'ready', passphrase: 'right'});
		expect(application.state.dialog).toBeUndefined();
	});

	test('a wrong one from the start leaves a sealed repository that says so', async () => {
		const engine = scriptedEngine({summaries, passphrases: {'/srv/sealed': 'right'}});
		const {settled, press} = show({columns: 100, rows: 30, jobs: engine, repositories: [{location: '/srv/sealed', passphrase: 'wrong'}]});
		expect((await settled()).join('\n')).toContain('wrong passphrase');
		press('p', ...'right', 'enter');
		expect((await settled()).join('\n')).not.toContain('wrong passphrase');
	});
});
