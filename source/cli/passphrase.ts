// Passphrases: given, else asked for on the terminal with echo off; never a loop without one.

import {PlakarError, isPlakarError} from '../errors/plakar-error.js';
import type {RepositoryAccess} from '../engine/jobs.js';
import {openRepository, openSealed} from '../engine/repository.js';
import type {FlagValues} from './arguments.js';
import {givenPassphrase, type Whose} from './given-passphrase.js';

const maximumTries = 3;

const canAsk = (): boolean => process.stdin.isTTY && process.stderr.isTTY;

type Ask = (question: string) => Promise<string>;

const noPassphrase = (): PlakarError => new PlakarError('CANCELLED', {message: 'No passphrase was given.', hint: 'Nothing was changed.'});

/**
 * Runs `conversation`, whose `ask` reads a line that is not shown. The echo stays off to the end of it: what is typed before
 * a question appears answers that question, and is not shown either. Ctrl-C and Ctrl-D end it with CANCELLED, between two questions too.
 */
async function withHiddenTyping<T>(conversation: (ask: Ask) => Promise<T>): Promise<T> {
	const {stdin, stderr} = process;
	const lines: string[] = [];
	let typed = '';
	let waiting: ((line: string) => void) | undefined;
	let giveUp: () => void = () => undefined;
	const gaveUp = new Promise<never>((_, reject) => {
		giveUp = () => {
			reject(noPassphrase());
		};
	});
	const onData = (text: string): void => {
		for (const character of text) {
			if (character === '\u0003' || character === '\u0004') {
				giveUp();
			} else if (character === '\r' || character === '\n') {
				lines.push(typed);
				typed = '';
			} else {
				typed = character === '\u007F' || character === '\b' ? [...typed].slice(0, -1).join('') : typed + character;
			}
		}

		if (waiting !== undefined && lines.length > 0) {
			waiting(lines.shift()!);
			waiting = undefined;
		}
	};

	const ask: Ask = async question => {
		stderr.write(question);
		const line = lines.shift() ?? await new Promise<string>(resolve => {
			waiting = resolve;
		});
		stderr.write('\n');
		return line;
	};

	stdin.setRawMode(true);
	stdin.setEncoding('utf8');
	stdin.on('data', onData);
	stdin.resume();
	try {
		return await Promise.race([conversation(ask), gaveUp]);
	} finally {
		if (waiting !== undefined) {
			stderr.write('\n');
		}

		stdin.off('data', onData);
		stdin.setRawMode(false);
		stdin.pause();
	}
}

/**
 * What is needed to open `location`. `need` false: a passphrase is used when it was given, and never asked for.
 * Throws PASSPHRASE_NEEDED without a terminal, PASSPHRASE_WRONG after three tries, CANCELLED.
 */
export async function accessTo(location: string, flags: FlagValues, {whose = 'own', need, signal}: {readonly whose?: Whose; readonly need: boolean; readonly signal: AbortSignal}): Promise<RepositoryAccess> {
	const given = givenPassphrase(whose, flags);
	if (given !== undefined || !need) {
		return {location, passphrase: given};
	}

	const sealed = await openSealed(location, {signal});
	await sealed.close();
	if (sealed.config.encryption === null) {
		return {location};
	}

	if (!canAsk()) {
		throw new PlakarError('PASSPHRASE_NEEDED', {
			message: `${location} is encrypted and its passphrase was not given.`,
			hint: whose === 'own' ? 'Give --passphrase-file F or set PLAKAR_PASSPHRASE.' : 'Give --peer-passphrase-file F or set PLAKAR_PEER_PASSPHRASE.',
		});
	}

	return withHiddenTyping(async ask => {
		for (let attempt = 1; ; attempt++) {
			const passphrase = await ask(`passphrase of ${location}: `);
			try {
				await (await openRepository({location, passphrase}, {signal})).close();
				return {location, passphrase};
			} catch (error) {
				if (!isPlakarError(error, 'PASSPHRASE_WRONG') || attempt === maximumTries) {
					throw error;
				}

				process.stderr.write('That is not it.\n');
			}
		}
	});
}

/** The passphrase of a new repository: given, or asked for twice. Throws PASSPHRASE_NEEDED, PASSPHRASE_WRONG. */
export async function newPassphrase(flags: FlagValues): Promise<string> {
	const given = givenPassphrase('own', flags);
	if (given !== undefined) {
		return given;
	}

	if (!canAsk()) {
		throw new PlakarError('PASSPHRASE_NEEDED', {
			message: 'A repository is encrypted by default and no passphrase was given.',
			hint: 'Give --passphrase-file F, set PLAKAR_PASSPHRASE, or create it with --no-encryption.',
		});
	}

	return withHiddenTyping(async ask => {
		for (let attempt = 1; attempt <= maximumTries; attempt++) {
			const first = await ask('new passphrase: ');
			if (first === '') {
				process.stderr.write('An empty passphrase protects nothing.\n');
			} else if (await ask('the same again: ') === first) {
				return first;
			} else {
				process.stderr.write('The two differ.\n');
			}
		}

		throw new PlakarError('PASSPHRASE_WRONG', {message: 'No passphrase was given twice alike.', hint: 'Nothing was created.'});
	});
}
