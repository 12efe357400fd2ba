// stdio: serves one repository, or those that its client names, over standard input and output, for ssh.

import {serveStreams} from '../../server/serve.js';
import {usageError} from '../arguments.js';
import {exitCodes, type RunCommand} from '../command.js';
import {resolvePlace} from '../places.js';

export const run: RunCommand = async ({parameters, flags, signal}) => {
	const [place, ...others] = parameters;
	if (others.length > 0) {
		throw usageError('stdio serves one repository, or whichever its client names.', 'stdio');
	}

	signal.addEventListener('abort', () => {
		process.stdin.destroy();
	}, {once: true});
	await serveStreams(place === undefined ? undefined : resolvePlace(place), {add: flags['readOnly'] !== true, remove: flags['allowDelete'] === true}, process.stdin, process.stdout);
	return exitCodes.done;
};
