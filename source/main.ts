#!/usr/bin/env node
// The program: hands its arguments to the command line and ends with its exit status.

import program from '../package.json' with {type: 'json'};
import {endWithoutOutput} from './cli/output.js';
import {runCommandLine} from './cli/run.js';

for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		endWithoutOutput(error, stream.isTTY);
	});
}

process.exitCode = await runCommandLine(process.argv.slice(2), program.version);
