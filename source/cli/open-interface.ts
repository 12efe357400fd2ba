// Opens the terminal UI, or says why it cannot.

import {usageError, type Invocation} from './arguments.js';
import {readSettings, resolvePlace} from './places.js';
import {givenPassphrase} from './passphrase.js';

/** Answers with the exit status. Throws USAGE without a terminal. */
export async function openInterface({parameters, repository, flags}: Invocation): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw usageError('The screen needs a terminal on standard input and output. Without one, give a command.');
	}

	const settings = readSettings();
	const given = [...(repository === undefined ? [] : [repository]), ...parameters];
	const repositories = given.map((place, index) => ({location: resolvePlace(place), passphrase: givenPassphrase(index === 0 ? 'own' : 'peer', flags)}));
	const {prepareTerminal} = await import('../ui/prepare.js');
	prepareTerminal({color: flags['color'] === true});
	const {runInterface} = await import('../ui/run.js');
	return runInterface({
		repositories,
		known: settings.repositories,
		keys: settings.keys,
		readOnly: flags['readOnly'] === true,
		ascii: flags['ascii'] === true,
		slow: flags['slow'] === true,
	});
}
