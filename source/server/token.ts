// The token that a server asks for: read from a file that is not for everybody's eyes, compared in constant time.

import {createHash, timingSafeEqual} from 'node:crypto';
import {readFileSync, statSync} from 'node:fs';
import {PlakarError} from '../errors/plakar-error.js';

export type TokenDigest = Buffer;

const fewestCharacters = 16;
const scheme = 'Bearer ';

/** Tokens of any length become equally long, so that comparing them tells nothing. */
export const tokenDigest = (token: string): TokenDigest => createHash('sha256').update(token).digest();

/** Throws PATH_NOT_FOUND, USAGE for a file that others may read or a token that is easily guessed. */
export function readToken(file: string): TokenDigest {
	let token: string;
	try {
		if ((statSync(file).mode & 0o007) !== 0) {
			throw new PlakarError('USAGE', {message: `The token file ${file} is open to every user of this machine.`, hint: `Run: chmod 600 ${file}`});
		}

		token = readFileSync(file, 'utf8').trim();
	} catch (error) {
		throw error instanceof PlakarError
			? error
			: new PlakarError('PATH_NOT_FOUND', {message: `The token file ${file} cannot be read.`, hint: 'Check its path and permissions.', cause: error});
	}

	if (token.length < fewestCharacters || !/^[\u0021-\u007E]+$/.test(token)) {
		throw new PlakarError('USAGE', {
			message: `The token file ${file} holds no usable token.`,
			hint: `It should hold one word of at least ${fewestCharacters} characters, for example from: openssl rand -hex 32`,
		});
	}

	return tokenDigest(token);
}

/** Whether the header of a request holds the token. */
export const isTokenIn = (header: string | undefined, expected: TokenDigest): boolean =>
	header?.startsWith(scheme) === true && timingSafeEqual(tokenDigest(header.slice(scheme.length)), expected);
