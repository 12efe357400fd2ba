// What a command prints: results on stdout, all else on stderr, or one JSON object a line.

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
