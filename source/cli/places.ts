// Which repository is meant: the default one, a name from the user's list, or what stands there.

import {readFileSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';
import {PlakarError} from '../errors/plakar-error.js';

const home = (variable: string, fallback: string): string => {
	const value = process.env[variable];
	return value === undefined || value === '' ? join(homedir(), fallback) : value;
};

export const settingsFile = (): string => join(home('XDG_CONFIG_HOME', '.config'), 'plakar-tui', 'config.json');

/** Where the screen keeps what it knows of earlier runs. */
export const runMemoryFolder = (): string => join(home('XDG_STATE_HOME', '.local/state'), 'plakar-tui', 'runs');

export const defaultRepository = (): string => {
	const chosen = process.env['PLAKAR_REPOSITORY'];
	return chosen === undefined || chosen === '' ? join(home('XDG_DATA_HOME', '.local/share'), 'plakar-tui', 'store') : resolvePlace(chosen);
};

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
	} catch {
		return {repositories: {}, keys: {}};
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

	return {repositories, keys};
}

/** A location as it was given, names from the list replaced. Throws REPOSITORY_NOT_FOUND for a name that is not in it. */
export function resolvePlace(given: string): string {
	if (!given.startsWith('@')) {
		return given;
	}

	const {repositories} = readSettings();
	const location = repositories[given.slice(1)];
	if (location === undefined) {
		const names = Object.keys(repositories).map(name => `@${name}`);
		throw new PlakarError('REPOSITORY_NOT_FOUND', {
			message: `${given} is not in your list of repositories.`,
			hint: names.length === 0 ? `Add it to ${settingsFile()}.` : `Known: ${names.join(', ')}.`,
		});
	}

	return location;
}
