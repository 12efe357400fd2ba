// Why ssh ended, from its own words.

import {PlakarError} from '../../errors/plakar-error.js';
import type {ErrorCode} from '../../errors/codes.js';
import {displayText} from '../../format/paths.js';

export type PipeEnd = {
	readonly status: number | null;
	/** What it said on stderr. */
	readonly words: string;
	/** Whether plakar-tui had answered at the far end. */
	readonly greeted: boolean;
};

type Meaning = {readonly pattern: RegExp; readonly code: ErrorCode; readonly hint: string};

const meanings: readonly Meaning[] = [
	{pattern: /host key verification failed|host identification has changed/i, code: 'AUTHENTICATION_FAILED', hint: 'Connect once by hand (ssh) and look at the key of that host before you trust it.'},
	{pattern: /permission denied|too many authentication failures|no supported authentication/i, code: 'AUTHENTICATION_FAILED', hint: 'Load the key into your ssh agent, or name it in ~/.ssh/config. A password is asked for only by a command (clone, sync, check) on a terminal, never behind the screen.'},
	{pattern: /bad configuration option|unknown option|usage: ssh|no such identity/i, code: 'USAGE', hint: 'Look at ~/.ssh/config and at PLAKAR_SSH.'},
];

const notFoundStatus = 127;
/** ssh's own failures end with this. */
const sshStatus = 255;
const shownWords = 300;

/** The last lines that were said, in one. */
function lastWords(words: string): string {
	const lines = words.split('\n').map(line => displayText(line.replaceAll('\r', '')).trim()).filter(line => line !== '' && !line.startsWith('Warning: Permanently added'));
	return lines.slice(-3).join(' ').slice(-shownWords);
}

export function pipeError(peer: string, {status, words, greeted}: PipeEnd): PlakarError {
	const said = lastWords(words);
	const quoted = said === '' ? '' : `: ${said.replace(/\.$/, '')}`;
	const context = {status: status ?? -1, said};
	const known = meanings.find(({pattern}) => pattern.test(words));
	if (known !== undefined && !greeted) {
		return new PlakarError(known.code, {message: `ssh could not reach ${peer}${quoted}.`, hint: known.hint, context});
	}

	if (status === notFoundStatus && !greeted) {
		return new PlakarError('UNSUPPORTED', {
			message: `A program is missing on the way to ${peer}${quoted}.`,
			hint: 'Install plakar-tui there, or name it in PLAKAR_SSH_REMOTE; ssh itself must be installed here.',
			context,
		});
	}

	return new PlakarError(status === sshStatus || greeted || status === null ? 'BACKEND_UNAVAILABLE' : 'PROTOCOL_ERROR', {
		message: `The connection to ${peer} ${greeted ? 'broke' : 'could not be made'}${quoted}.`,
		hint: 'Check the network and that machine, then run the same command again; what was sent is kept.',
		context,
	});
}
