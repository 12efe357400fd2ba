// The user's settings: known repositories and keys, in one JSON file that is read tolerantly and written whole or not at all.

import {randomUUID} from 'node:crypto';
import {readFileSync, realpathSync} from 'node:fs';
import {mkdir, open, rename, rm} from 'node:fs/promises';
import {homedir} from 'node:os';
import {dirname, join} from 'node:path';
import {PlakarError} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';

/** The folder that an XDG variable names, else its default below the home. */
export const homeFolder = (variable: string, fallback: string): string => {
	const value = process.env[variable];
	return value === undefined || value === '' ? join(homedir(), fallback) : value;
};

export const settingsFile = (): string => join(homeFolder('XDG_CONFIG_HOME', '.config'), 'plakar-tui', 'config.json');

export type Settings = {
	/** Location by name. */
	readonly repositories: Readonly<Record<string, string>>;
	/** Keys by action id; an empty list switches an action's keys off. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
};

const isRecordOf = (value: unknown, isItem: (item: unknown) => boolean): boolean =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(item => isItem(item));

/** The user's settings; empty ones when there is no file. Throws CONFIG_CORRUPT. */
export function readSettings(file = settingsFile()): Settings {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) {
			return {repositories: {}, keys: {}};
		}

		throw new PlakarError('CONFIG_CORRUPT', {message: `The settings in ${file} cannot be read: ${(error as Error).message}`, hint: 'Check who may read the file, or move it away.', cause: error});
	}

	const wrong = (reason: string): PlakarError => new PlakarError('CONFIG_CORRUPT', {
		message: `The settings in ${file} cannot be used: ${reason}.`,
		hint: 'Mend the file or move it away; it looks like {"repositories": {"vault": "/srv/vault"}, "keys": {}}.',
	});
	let value: Partial<Settings> | null;
	try {
		value = JSON.parse(text) as Partial<Settings> | null;
	} catch {
		throw wrong('it is not JSON');
	}

	const {repositories = {}, keys = {}} = value ?? {};
	if (!isRecordOf(repositories, item => typeof item === 'string')) {
		throw wrong('"repositories" must map names to locations');
	}

	if (!isRecordOf(keys, item => Array.isArray(item) && item.every(key => typeof key === 'string'))) {
		throw wrong('"keys" must map actions to lists of keys');
	}

	return {...value, repositories, keys};
}

/** A location as it was given: a name from the list replaced, "~" taken as the home. Throws REPOSITORY_NOT_FOUND for a name that is not in it. */
export function resolvePlace(given: string, file = settingsFile()): string {
	if (given === '~' || given.startsWith('~/')) {
		return join(homedir(), given.slice(1));
	}

	if (!given.startsWith('@')) {
		return given;
	}

	const {repositories} = readSettings(file);
	const name = given.slice(1);
	if (!Object.hasOwn(repositories, name)) {
		const names = Object.keys(repositories).map(known => `@${known}`);
		throw new PlakarError('REPOSITORY_NOT_FOUND', {
			message: `${given} is not in your list of repositories.`,
			hint: names.length === 0 ? `Add it to ${file}.` : `Known: ${names.join(', ')}.`,
		});
	}

	return repositories[name]!;
}

const nameRule = /^[a-z\d][\w.-]{0,63}$/i;

/** Why `name` cannot be given to `location`; undefined when it can. */
export function whyNotName(name: string, location: string, {repositories}: Settings): string | undefined {
	if (!nameRule.test(name)) {
		return 'A name has letters, digits, ".", "_" and "-", begins with a letter or digit, and is at most 64 long.';
	}

	return Object.hasOwn(repositories, name) && repositories[name] !== location ? `${name} is the name of ${displayText(repositories[name]!)} already.` : undefined;
}

/** The file that a link to the settings leads to, so that writing keeps the link. */
function linkedFile(file: string): string {
	try {
		return realpathSync(file);
	} catch {
		return file;
	}
}

/**
 * Adds a repository to the list; everything else in the file stays. The file is replaced by one rename and is readable by
 * its owner alone. Throws CONFIG_CORRUPT when the file cannot be used as it is, USAGE for a name that cannot be given.
 */
export async function keepRepository(name: string, location: string, file = settingsFile()): Promise<void> {
	const settings = readSettings(file);
	const reason = whyNotName(name, location, settings);
	if (reason !== undefined) {
		throw new PlakarError('USAGE', {message: reason, hint: 'Choose another name.'});
	}

	const place = linkedFile(file);
	const staged = join(dirname(place), `.config.${randomUUID()}`);
	await mkdir(dirname(place), {recursive: true, mode: 0o700});
	try {
		const handle = await open(staged, 'wx', 0o600);
		try {
			await handle.writeFile(`${JSON.stringify({...settings, repositories: {...settings.repositories, [name]: location}}, null, '\t')}\n`);
			await handle.sync();
		} finally {
			await handle.close();
		}

		await rename(staged, place);
	} catch (error) {
		await rm(staged, {force: true});
		throw error;
	}
}
