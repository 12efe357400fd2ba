// Opens the terminal UI, or says why it cannot.

import {usageError, type Invocation} from './arguments.js';
import {existingDefault, readSettings, resolvePlace, runMemoryFolder, settingsFile} from './places.js';
import {givenPassphrase} from './passphrase.js';
import type {InterfaceOptions} from '../ui/interface.js';

/** Answers with the exit status. Throws USAGE without a terminal. */
export async function openInterface({parameters, repository, flags}: Invocation): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw usageError('The screen needs a terminal on standard input and output. Without one, give a command.');
	}

	const settings = readSettings();
	const named = [...(repository === undefined ? [] : [repository]), ...parameters];
	const usual = existingDefault();
	const given = named.length === 0 && usual !== undefined ? [usual] : named;
	const repositories = given.map((place, index) => ({location: resolvePlace(place), passphrase: givenPassphrase(index === 0 ? 'own' : 'peer', flags)}));
	const options: InterfaceOptions = {
		repositories,
		known: settings.repositories,
		settingsFile: settingsFile(),
		keys: settings.keys,
		runMemoryFolder: runMemoryFolder(),
		readOnly: flags['readOnly'] === true,
		ascii: flags['ascii'] === true,
		slow: flags['slow'] === true,
		mouse: flags['mouse'] === true,
	};
	if (isPlain(flags)) {
		const {runPlain} = await import('../ui/plain.js');
		return runPlain(options);
	}

	const {prepareTerminal} = await import('../ui/prepare.js');
	const color = prepareTerminal({color: flags['color'] === true});
	const {runInterface} = await import('../ui/run.js');
	return runInterface(options, {color});
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0' && value !== 'false';

/** Asked for, or the terminal and its user are better served without a screen. */
const isPlain = (flags: Invocation['flags']): boolean =>
	flags['plain'] === true || process.env['TERM'] === 'dumb' || isSet(process.env['ACCESSIBLE']) || isSet(process.env['INK_SCREEN_READER']);
