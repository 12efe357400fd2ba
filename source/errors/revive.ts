// Carries errors across a thread or a wire: the same class, code and hint stand on both sides.

import {codes, type ErrorCode} from './codes.js';
import {PlakarError, type ErrorContext} from './plakar-error.js';

export type PlainError = {
	readonly code: ErrorCode;
	readonly message: string;
	readonly hint: string;
	readonly context: ErrorContext;
	readonly stack?: string;
};

/** A structured-clone and JSON safe form of any thrown value. What is no PlakarError becomes INTERNAL. */
export function toPlainError(error: unknown): PlainError {
	if (error instanceof PlakarError) {
		const {code, message, hint, context} = error;
		return error.stack === undefined ? {code, message, hint, context} : {code, message, hint, context, stack: error.stack};
	}

	const message = error instanceof Error ? error.message : String(error);
	const plain = {
		code: 'INTERNAL' as const,
		message: `Unexpected failure: ${message}`,
		hint: 'This is a defect of the program. Run again with PLAKAR_DEBUG=1 and report what it prints.',
		context: {},
	};
	return error instanceof Error && error.stack !== undefined ? {...plain, stack: error.stack} : plain;
}

/** The inverse of `toPlainError`; an unknown code (a newer peer) becomes INTERNAL and keeps its words. */
export function reviveError(plain: PlainError): PlakarError {
	const code = Object.hasOwn(codes, plain.code) ? plain.code : 'INTERNAL';
	const error = new PlakarError(code, {message: plain.message, hint: plain.hint, context: plain.context});
	if (plain.stack !== undefined) {
		error.stack = plain.stack;
	}

	return error;
}

/** Any thrown value as a PlakarError; one that is one already is returned as it is. */
export const asPlakarError = (error: unknown): PlakarError =>
	error instanceof PlakarError ? error : reviveError(toPlainError(error));

/** Why, as a clause that a sentence can hold: the reason that the error carries, else its words without their full stop. */
export function reasonOf(error: unknown): string {
	const {context: {reason}, message} = asPlakarError(error);
	return typeof reason === 'string' ? reason : message.replace(/\.$/, '');
}
