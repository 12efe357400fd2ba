// How repositories come onto the screen: one that is there is opened, one that is not is made; each may be kept in the list.

import {asPlakarError} from '../../errors/revive.js';
import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {askText, askToChoose, askToConfirm, showMessage} from '../dialogs.js';
import {keepRepository, readSettings, resolvePlace, whyNotName} from './settings.js';
import type {Repository} from '../state.js';

const inWords = (error: unknown): string => {
	const {message, hint} = asPlakarError(error);
	return `${message} ${hint}`;
};

/** Asks, unless something else has come to stand there since; then the words go to the last line. */
function askUnlessAsked(application: Application, words: string, ask: () => void): void {
	if (application.state.dialog === undefined) {
		application.notice('');
		ask();
	} else {
		application.notice(words);
	}
}

/** Asks for the place of a repository that is there, until one opens or the question is left. */
export function askToAdd(application: Application, value = '', problem?: string): void {
	askText(application, {
		title: 'Add a repository', value, problem,
		lines: ['Where is it? A path, or any location that the command line takes. It is opened and read; nothing in it changes.'],
		onSubmit(given) {
			const place = given.trim();
			if (place !== '') {
				void application.work(async () => open(application, place));
			}
		},
	});
}

async function open(application: Application, place: string): Promise<void> {
	application.notice(`Opening ${displayText(place)}`);
	try {
		const repository = await application.repositories.open({location: resolvePlace(place, application.settingsFile)});
		application.notice(`${repository.name} is on the screen now.`);
		askToKeep(application, repository);
	} catch (error) {
		askUnlessAsked(application, inWords(error), () => {
			askToAdd(application, place, inWords(error));
		});
	}
}

/** Asks for a name, then writes it into the user's list. A repository that is in the list already is not asked about. */
function askToKeep(application: Application, repository: Repository, value = repository.name.replaceAll(/[^\w.-]+/g, '-'), problem?: string): void {
	const {location} = repository;
	const file = application.settingsFile;
	let settings;
	try {
		settings = readSettings(file);
	} catch (error) {
		showMessage(application, 'It cannot be kept in your list', [inWords(error)]);
		return;
	}

	if (application.state.dialog !== undefined || application.state.readOnly || location.startsWith('memory:') || Object.values(settings.repositories).includes(location)) {
		return;
	}

	askText(application, {
		title: 'Keep it in your list?', value, problem,
		lines: [`Under a name, ${displayText(location)} is on the screen the next time too, and the command line knows it as @name. Esc leaves it out.`],
		onSubmit(name) {
			const reason = whyNotName(name.trim(), location, settings);
			if (reason === undefined) {
				askToWrite(application, name.trim(), location);
			} else {
				askToKeep(application, repository, name, reason);
			}
		},
	});
}

function askToWrite(application: Application, name: string, location: string): void {
	const file = application.settingsFile;
	askToConfirm(application, {
		title: `Keep it as @${name}?`,
		lines: [`One line is added to ${file}; the rest of the file stays. No passphrase is ever kept.`],
		answers: {y: 'keep', n: 'back'},
		onConfirm() {
			void application.work(async () => {
				try {
					await keepRepository(name, location, file);
					application.repositories.changeAt(location, {name});
					application.notice(`${displayText(location)} is in your list as @${name}.`);
				} catch (error) {
					showMessage(application, 'The list was not changed', [inWords(error)]);
				}
			});
		},
	});
}

/** Asks for the place of a new repository, then how it is to be sealed; makes it after `y`. */
export function askToCreate(application: Application, value = '', problem?: string): void {
	askText(application, {
		title: 'Create a repository', value, problem,
		lines: ['Where? A place where nothing is yet, or an empty folder. You are asked once more before anything is written.'],
		onSubmit(given) {
			const place = given.trim();
			if (place !== '') {
				askForSealing(application, place);
			}
		},
	});
}

function askForSealing(application: Application, place: string): void {
	askToChoose(application, {
		title: 'Is it to be encrypted?',
		lines: ['This cannot be changed later.', ''],
		options: [
			{
				title: 'Encrypted: without the passphrase it can be copied, not read',
				choose() {
					askForNewPassphrase(application, place);
				},
			},
			{
				title: 'Not encrypted: whoever gets at its files can read all of it',
				choose() {
					askToConfirmCreation(application, place);
				},
			},
		],
	});
}

function askForNewPassphrase(application: Application, place: string, problem?: string): void {
	askText(application, {
		title: 'New passphrase', hidden: true, problem,
		lines: ['Whoever loses it loses the content: there is no other way in.'],
		onSubmit(passphrase) {
			if (passphrase === '') {
				askForNewPassphrase(application, place, 'An empty passphrase protects nothing.');
				return;
			}

			askText(application, {
				title: 'The same again', hidden: true, lines: ['Once more, so that a slip of the finger does not lock you out.'],
				onSubmit(again) {
					if (again === passphrase) {
						askToConfirmCreation(application, place, passphrase);
					} else {
						askForNewPassphrase(application, place, 'The two differ. Type it anew.');
					}
				},
			});
		},
	});
}

function askToConfirmCreation(application: Application, place: string, passphrase?: string): void {
	askToConfirm(application, {
		title: `Create ${displayText(place)}?`,
		lines: [
			'An empty repository: names by BLAKE3, chunks of 64 KiB to 1 MiB cut by content, compressed by zstd.',
			passphrase === undefined ? 'Not encrypted.' : 'Encrypted by AES-256-GCM with keys of its own, which the passphrase wraps (scrypt).',
		],
		answers: {y: 'create', n: 'back'},
		onConfirm() {
			void application.work(async () => create(application, place, passphrase));
		},
	});
}

async function create(application: Application, place: string, passphrase: string | undefined): Promise<void> {
	application.notice(`Creating ${displayText(place)}`);
	try {
		const repository = await application.repositories.create(resolvePlace(place, application.settingsFile), passphrase);
		application.notice(`${repository.name} is made. Put files into it: plakar-tui on ${displayText(repository.location)} push PATH`);
		askToKeep(application, repository);
	} catch (error) {
		askUnlessAsked(application, inWords(error), () => {
			askToCreate(application, place, inWords(error));
		});
	}
}

/** Asks for the passphrase of a repository, again when it is the wrong one; `onOpen` is called once it has opened. */
export function askForPassphrase(application: Application, index: number, onOpen?: () => void, problem?: string): void {
	const {name} = application.state.repositories[index]!;
	askText(application, {
		title: `Passphrase of ${name}`, hidden: true, problem,
		lines: ['It is kept in memory only, until the program ends. Compare, sync and a check for bit rot work without it.'],
		onSubmit(passphrase) {
			if (passphrase === '') {
				return;
			}

			application.notice(`Opening ${name}`);
			void application.work(async () => {
				const error = await application.repositories.unlock(index, passphrase);
				if (error === undefined) {
					application.notice(`${name} is open.`);
					onOpen?.();
				} else {
					const words = error.code === 'PASSPHRASE_WRONG' ? `That is not the passphrase of ${name}.` : inWords(error);
					askUnlessAsked(application, words, () => {
						askForPassphrase(application, index, onOpen, words);
					});
				}
			});
		},
	});
}
