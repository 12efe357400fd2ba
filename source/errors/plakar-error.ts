// The one error class; `code` selects behaviour, `hint` tells the operator what to do next.

import {codes, type ErrorCode} from './codes.js';

export type ErrorContext = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export type ErrorDetails = {
	/** What happened, as one full sentence. */
	readonly message: string;
	/** What to do next, as one full sentence. */
	readonly hint: string;
	/** Figures and names for logs and `--json`; never secrets. */
	readonly context?: ErrorContext;
	readonly cause?: unknown;
};

export class PlakarError extends Error {
	override readonly name = 'PlakarError';
	readonly code: ErrorCode;
	readonly hint: string;
	readonly context: ErrorContext;

	constructor(code: ErrorCode, {message, hint, context = {}, cause}: ErrorDetails) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
		this.hint = hint;
		this.context = context;
	}

	get retryable(): boolean {
		return codes[this.code].retryable;
	}

	get exitCode(): number {
		return codes[this.code].exitCode;
	}
}

export const isPlakarError = (error: unknown, code?: ErrorCode): error is PlakarError =>
	error instanceof PlakarError && (code === undefined || error.code === code);

/** Whether `error` says that there is no repository: nothing is there, or something that is none. */
export const isNoRepository = (error: unknown): boolean => isPlakarError(error, 'REPOSITORY_NOT_FOUND') || isPlakarError(error, 'REPOSITORY_UNRECOGNISED');

export const isRetryable = (error: unknown): boolean => error instanceof PlakarError && error.retryable;

/** The error that ends a cancelled call; `kept` says what the next run need not do again. */
export const cancelled = (kept = 'Nothing was left half done.'): PlakarError => new PlakarError('CANCELLED', {
	message: `Stopped on request. ${kept}`,
	hint: 'Run the same command again to go on.',
});

/** Throws CANCELLED once `signal` is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
	if (signal?.aborted) {
		throw cancelled();
	}
}
