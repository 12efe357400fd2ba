// Errors on the wire: an error of the server arrives as that very error, with its code, words and hint, never its stack.

import type {ErrorContext, PlakarError} from '../../errors/plakar-error.js';
import {reviveError, toPlainError} from '../../errors/revive.js';
import type {ErrorCode} from '../../errors/codes.js';

export type WireError = {readonly code: string; readonly message: string; readonly hint: string; readonly context: ErrorContext};

/** What a peer may make a person read. */
const longestWords = 2000;
const mostFacts = 16;

export function toWireError(error: unknown): WireError {
	const {code, message, hint, context} = toPlainError(error);
	return {code, message, hint, context};
}

const isFact = (value: unknown): value is ErrorContext[string] =>
	['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.every(item => typeof item === 'string'));

function factsOf(context: unknown): ErrorContext {
	return typeof context === 'object' && context !== null
		? Object.fromEntries(Object.entries(context).slice(0, mostFacts).filter((entry): entry is [string, ErrorContext[string]] => isFact(entry[1])))
		: {};
}

const wordsOf = (value: unknown, fallback: string): string => typeof value === 'string' && value !== '' ? value.slice(0, longestWords) : fallback;

/**
 * The error that `value` describes, whatever it is; a code that this program does not know becomes INTERNAL. A path in it
 * is one of `peer`'s machine, and the words say so.
 */
export function reviveWireError(value: unknown, peer: string): PlakarError {
	const {code, message, hint, context} = (typeof value === 'object' && value !== null ? value : {}) as Partial<Record<keyof WireError, unknown>>;
	const facts = factsOf(context);
	const words = wordsOf(message, 'The server failed and did not say why.');
	return reviveError({
		code: (typeof code === 'string' ? code : 'INTERNAL') as ErrorCode,
		message: facts['path'] === undefined ? words : `${peer}: ${words}`,
		hint: wordsOf(hint, 'Look at the log of the server.'),
		context: facts,
	});
}
