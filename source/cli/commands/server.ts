// server: serves repositories over HTTP until it is told to stop.

import {once} from 'node:events';
import {startServer} from '../../server/serve.js';
import {usageError} from '../arguments.js';
import {exitCodes, type RunCommand} from '../command.js';
import {resolvePlace} from '../places.js';

const text = (value: unknown): string | undefined => typeof value === 'string' ? value : undefined;

export const run: RunCommand = async ({parameters, flags, output, signal}) => {
	if (parameters.length === 0) {
		throw usageError('server needs the repositories to serve.', 'server');
	}

	const server = await startServer({
		listen: text(flags['listen']) ?? '127.0.0.1',
		locations: parameters.map(given => resolvePlace(given)),
		access: {add: flags['readOnly'] !== true, remove: flags['allowDelete'] === true},
		tokenFile: text(flags['tokenFile']),
		certFile: text(flags['cert']),
		keyFile: text(flags['key']),
		insecure: flags['insecure'] === true,
		log(line) {
			if (flags['quiet'] !== true) {
				process.stderr.write(line);
			}
		},
	});
	for (const location of server.locations) {
		output.line(location);
		output.json('serving', {location});
	}

	if (!signal.aborted) {
		await once(signal, 'abort');
	}

	await server.close();
	return exitCodes.done;
};
