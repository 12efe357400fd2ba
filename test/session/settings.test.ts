// The settings file: what is added to it leaves everything else as it was, and it is never half written.

import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {keepRepository, readSettings, resolvePlace, whyNotName} from '../../source/session/known/settings.js';
import {temporaryFolder} from '../support/folders.js';

const makeFile = (content?: string): string => {
	const file = join(temporaryFolder(), 'plakar-tui', 'config.json');
	if (content !== undefined) {
		mkdirSync(dirname(file), {recursive: true});
		writeFileSync(file, content);
	}

	return file;
};

describe('keeping a repository', () => {
	test('makes the file where there is none, for its owner alone', async () => {
		const file = makeFile();
		await keepRepository('vault', '/mnt/vault', file);
		expect(readSettings(file)).toEqual({repositories: {vault: '/mnt/vault'}, keys: {}});
		expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
		expect(readdirSync(dirname(file))).toEqual(['config.json']);
	});

	test('leaves what it does not know, and closes a file that others could read', async () => {
		const file = makeFile('{"repositories": {"office": "/srv/office"}, "keys": {"clone": ["C"]}, "colours": {"a": [1, null]}}');
		chmodSync(file, 0o644);
		await keepRepository('vault', '/mnt/vault', file);
		expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({repositories: {office: '/srv/office', vault: '/mnt/vault'}, keys: {clone: ['C']}, colours: {a: [1, null]}});
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	test('keeps whatever was there, for any content', async () => {
		await fc.assert(fc.asyncProperty(
			fc.record({repositories: fc.dictionary(fc.stringMatching(/^[a-z][\w.-]{0,8}$/), fc.string()), keys: fc.constant({}), other: fc.jsonValue()}),
			fc.stringMatching(/^[A-Z][\w.-]{0,8}$/), fc.string(),
			async (settings, name, location) => {
				const before = JSON.parse(JSON.stringify(settings)) as typeof settings;
				const file = makeFile(JSON.stringify(settings));
				await keepRepository(name, location, file);
				expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({...before, repositories: {...before.repositories, [name]: location}});
			}), {numRuns: 30});
	});

	test('writes through a link and leaves it a link', async () => {
		const file = makeFile();
		const real = join(temporaryFolder(), 'dotfiles.json');
		writeFileSync(real, '{}');
		mkdirSync(dirname(file), {recursive: true});
		symlinkSync(real, file);
		await keepRepository('vault', '/mnt/vault', file);
		expect(readlinkSync(file)).toBe(real);
		expect(readSettings(real).repositories).toEqual({vault: '/mnt/vault'});
	});

	test.each([['{not json'], ['{"repositories": ["a"]}']])('a file that cannot be used is refused and stays: %s', async content => {
		const file = makeFile(content);
		await expect(keepRepository('vault', '/mnt/vault', file)).rejects.toMatchObject({code: 'CONFIG_CORRUPT'});
		expect(readFileSync(file, 'utf8')).toBe(content);
	});

	test('a name that is taken, or is none, is refused', async () => {
		const file = makeFile('{"repositories": {"vault": "/elsewhere"}}');
		await expect(keepRepository('vault', '/mnt/vault', file)).rejects.toMatchObject({code: 'USAGE', message: expect.stringContaining('/elsewhere') as string});
		for (const name of ['', '@vault', 'a b', '../x', '__proto__', 'x'.repeat(65)]) {
			expect(whyNotName(name, '/mnt/vault', readSettings(file))).toContain('A name has letters');
		}

		expect(whyNotName('vault', '/elsewhere', readSettings(file))).toBeUndefined();
		expect(existsSync(file)).toBe(true);
	});
});

test('a place is a name of the list, a path below the home, or what it says', () => {
	const file = makeFile('{"repositories": {"vault": "/mnt/vault"}}');
	expect(['@vault', '~/store', '~', './x', 'plakar://host'].map(place => resolvePlace(place, file))).toEqual(['/mnt/vault', join(homedir(), 'store'), homedir(), './x', 'plakar://host']);
	for (const name of ['@other', '@constructor']) {
		expect(() => resolvePlace(name, file)).toThrow(expect.objectContaining({code: 'REPOSITORY_NOT_FOUND', hint: 'Known: @vault.'}));
	}
});
