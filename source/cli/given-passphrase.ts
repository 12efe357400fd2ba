// Passphrases that are given with the command: from a file, else from the environment.

import {readFileSync} from 'node:fs';
import {PlakarError} from '../errors/plakar-error.js';
import type {FlagValues} from './arguments.js';

export type Whose = 'own' | 'peer';

/** A passphrase that was given without asking. Throws PATH_NOT_FOUND when its file cannot be read. */
export function givenPassphrase(whose: Whose, flags: FlagValues): string | undefined {
	const file = flags[whose === 'own' ? 'passphraseFile' : 'peerPassphraseFile'];
	if (typeof file === 'string') {
		try {
			return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
		} catch (error) {
			throw new PlakarError('PATH_NOT_FOUND', {
				message: `The passphrase file ${file} cannot be read.`,
				hint: 'Check its path and permissions.',
				cause: error,
			});
		}
	}

	const value = process.env[whose === 'own' ? 'PLAKAR_PASSPHRASE' : 'PLAKAR_PEER_PASSPHRASE'];
	return value === undefined || value === '' ? undefined : value;
}
