// Opens the terminal UI, or says why it cannot.

import {availableParallelism, loadavg} from 'node:os';
import {createThreadRunner} from '../session/jobs/thread-runner.js';
import type {KnownRepository} from '../session/repositories.js';
import type {InterfaceOptions} from '../ui/interface.js';
import {usageError, type Invocation} from './arguments.js';
import {givenPassphrase} from './given-passphrase.js';
import {existingDefault, readSettings, resolvePlace, runMemoryFolder, settingsFile} from './places.js';

/** What the first screen shows side by side. */
const shownFirst = 2;

/** The repositories that were named, else the usual one; then those of the user's list that are not among them. */
function repositoriesOf({parameters, repository, flags}: Invocation, known: Readonly<Record<string, string>>): KnownRepository[] {
	const named = [...(repository === undefined ? [] : [repository]), ...parameters];
	const usual = existingDefault();
	const given = named.length === 0 && usual !== undefined ? [usual] : named;
	const repositories = given.map((place, index) => ({location: resolvePlace(place), passphrase: givenPassphrase(index === 0 ? 'own' : 'peer', flags)}));
	return [
		...repositories.map(each => ({...each, name: Object.keys(known).find(name => known[name] === each.location)})),
		...Object.entries(known).filter(([, location]) => !repositories.some(each => each.location === location)).map(([name, location]) => ({location, name})),
	];
}

/** Answers with the exit status. Throws USAGE without a terminal. */
export async function openInterface(invocation: Invocation): Promise<number> {
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw usageError('The screen needs a terminal on standard input and output. Without one, give a command.');
	}

	const {flags} = invocation;
	const settings = readSettings();
	const repositories = repositoriesOf(invocation, settings.repositories);
	const readOnly = flags['readOnly'] === true;
	const jobs = createThreadRunner({readOnly});
	// While the screen is loaded, unless that would take its core from it.
	if (availableParallelism() > Math.max(1, loadavg()[0]!)) {
		jobs.describeAhead(repositories.slice(0, shownFirst));
	}

	try {
		return await show(flags, {
			repositories, readOnly, jobs,
			settingsFile: settingsFile(),
			keys: settings.keys,
			runMemoryFolder: runMemoryFolder(),
			ascii: flags['ascii'] === true,
			slow: flags['slow'] === true,
			mouse: flags['mouse'] === true,
		});
	} finally {
		await jobs.close();
	}
}

async function show(flags: Invocation['flags'], options: InterfaceOptions): Promise<number> {
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
