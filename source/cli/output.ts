// What a command prints: results on stdout, all else on stderr, or one JSON object a line.

import {writeSync} from 'node:fs';
import {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import {displayText} from '../format/paths.js';

export type Output = {
	readonly isJson: boolean;
	/** A line of the result. Nothing under --json. */
	line(text: string): void;
	/** A line of the result under --json. Nothing otherwise. */
	json(type: string, value: object): void;
	/** A line beside the result, on stderr. */
	note(text: string): void;
	/** What was done, on stderr: only with --info. Success is silent, as plakar's users know it. */
	tell(text: string): void;
	raw(bytes: Uint8Array): Promise<void>;
};

export type OutputOptions = {readonly isJson: boolean; readonly isQuiet: boolean; readonly tells: boolean};

export function createOutput({isJson, isQuiet, tells}: OutputOptions): Output {
	return {
		isJson,
		line(text) {
			if (!isJson) {
				process.stdout.write(`${text}\n`);
			}
		},
		json(type, value) {
			if (isJson) {
				process.stdout.write(`${JSON.stringify({type, ...value})}\n`);
			}
		},
		note(text) {
			if (!isQuiet) {
				process.stderr.write(`${text}\n`);
			}
		},
		tell(text) {
			if (tells && !isQuiet) {
				process.stderr.write(`${text}\n`);
			}
		},
		async raw(bytes) {
			if (!process.stdout.write(bytes)) {
				await new Promise<void>(resolve => {
					process.stdout.once('drain', resolve);
				});
			}
		},
	};
}

/** What a shell says of a program that wrote to a pipe without a reader. */
const closedPipeStatus = 141;

/**
 * Ends the process because its results go nowhere: quietly where the reader closed the pipe (head, less), in two lines where a
 * file cannot be written. What fails on a terminal is thrown: that has its own way out.
 */
export function endWithoutOutput(error: NodeJS.ErrnoException, isTerminal: boolean): never {
	if (error.code === 'EPIPE') {
		process.exit(closedPipeStatus);
	}

	if (isTerminal) {
		throw error;
	}

	const isFull = error.code === 'ENOSPC' || error.code === 'EDQUOT';
	try {
		writeSync(2, `plakar-tui: The output cannot be written${isFull ? ': the disk is full' : ` (${error.code ?? error.message})`}.\nSend it where there is room, and run the same command again.\n`);
	} catch {
		// It was stderr that failed.
	}

	process.exit(1);
}

/** Two lines: what happened, what to do next. `PLAKAR_DEBUG=1` adds the stack. */
export function printError(error: unknown, isJson: boolean): number {
	const known = asPlakarError(error);
	if (isJson) {
		const {stack: _, ...plain} = toPlainError(known);
		process.stdout.write(`${JSON.stringify({type: 'error', ...plain})}\n`);
	} else {
		process.stderr.write(`plakar-tui: ${displayText(known.message)}\n${displayText(known.hint)}\n`);
	}

	if (process.env['PLAKAR_DEBUG'] === '1') {
		process.stderr.write(`${known.code} ${known.stack ?? ''}\n`);
		if (known instanceof PlakarError && known.cause instanceof Error) {
			process.stderr.write(`caused by ${known.cause.stack ?? known.cause.message}\n`);
		}
	}

	return known.exitCode;
}
