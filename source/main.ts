#!/usr/bin/env node
// The program: hands its arguments to the command line and ends with its exit status.

import program from '../package.json' with {type: 'json'};
import {runCommandLine} from './cli/run.js';

// A reader that closes the pipe (head, less) ends the program quietly.
for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		if (error.code === 'EPIPE') {
			process.exit(0);
		}

		throw error;
	});
}

process.exitCode = await runCommandLine(process.argv.slice(2), program.version);
