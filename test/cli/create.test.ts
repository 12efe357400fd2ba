// create on the command line: what the place refuses is said before anybody is asked for a passphrase.

import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {createBackend, openBackend} from '../../source/backends/registry.js';
import {makeHome} from '../support/program.js';
import {temporaryDisk} from '../support/small-disk.js';
import {temporaryServer} from '../support/server.js';
import {program, startTerminal} from '../terminal/pty.js';

/** What a terminal shows of `create PLACE...`, from beginning to end. */
async function createOn({home, folder}: {home: string; folder: string}, places: readonly string[]): Promise<{readonly exitCode: number; readonly shown: string}> {
	const terminal = startTerminal(process.execPath, [program, 'create', ...places], {columns: 200, rows: 10, env: {HOME: home, PLAKAR_PASSPHRASE: ''}, cwd: folder});
	const {exitCode} = await terminal.exit;
	return {exitCode, shown: terminal.raw()};
}

describe('on a terminal nobody is asked for a passphrase', () => {
	test.each(['', 'sqlite:'])('where the place is taken (%s)', async prefix => {
		const home = makeHome();
		const [taken, free] = ['taken', 'free'].map(name => `${prefix}${join(home.folder, name)}`) as [string, string];
		home.run(`create --no-encryption ${taken}`);
		const {exitCode, shown} = await createOn(home, [free, taken]);
		expect(exitCode).toBe(1);
		expect(shown).toMatch(/^[^\r]*taken is taken: there is a \S+ already\.\r\n.*Choose a place where nothing is[^\r]*\r\n$/);
		expect(readdirSync(home.folder)).not.toContain('free');
	});

	test('where a server has a repository already', async () => {
		const home = makeHome();
		const server = await temporaryServer();
		const place = `plakar://127.0.0.1:${server.port}/${server.serve(join(home.folder, 'there'))}`;
		await (await createBackend(place, Buffer.from('{}'))).close();
		const {exitCode, shown} = await createOn(home, [place]);
		expect(exitCode).toBe(1);
		expect(shown).toContain(`${place} is taken: there is a repository already.`);
		expect(shown).not.toContain('passphrase');
		await (await openBackend(place)).close();
	});

	test('where a server gives for reading only', async () => {
		const home = makeHome();
		const server = await temporaryServer();
		const place = `plakar://127.0.0.1:${server.port}/${server.serve(join(home.folder, 'none'), {add: false, remove: false})}`;
		const {exitCode, shown} = await createOn(home, [place]);
		expect(exitCode).toBe(1);
		expect(shown).toContain(`${place} cannot be made: the server gives it for reading only.`);
		expect(shown).not.toContain('passphrase');
	});

	test.each(['', 'sqlite:'])('where nothing can be written (%s)', async prefix => {
		const disk = temporaryDisk('2m');
		if (disk === undefined || spawnSync('mount', ['-o', 'remount,ro', disk]).status !== 0) {
			return;
		}

		const {exitCode, shown} = await createOn(makeHome(), [`${prefix}${join(disk, 'new')}`]);
		expect(exitCode).toBe(1);
		expect(shown).toContain(`${disk} cannot be written: the filesystem is read-only.`);
		expect(shown).not.toContain('passphrase:');
	});

	test('where it is free, one is', async () => {
		const {home, folder} = makeHome();
		const terminal = startTerminal(process.execPath, [program, 'create', join(folder, 'new')], {env: {HOME: home, PLAKAR_PASSPHRASE: ''}, cwd: folder});
		await terminal.until('new passphrase:');
		terminal.pty.write('secret\r');
		await terminal.until('the same again:');
		terminal.pty.write('secret\r');
		expect(await terminal.exit).toMatchObject({exitCode: 0});
		expect(readdirSync(folder)).toContain('new');
	});
});
