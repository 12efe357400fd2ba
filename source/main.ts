// The program: hands its arguments to the command line and ends with its exit status.

import program from '../package.json' with {type: 'json'};
import {endWithoutOutput} from './cli/output.js';
import {runCommandLine} from './cli/run.js';

for (const stream of [process.stdout, process.stderr]) {
	stream.on('error', (error: NodeJS.ErrnoException) => {
		endWithoutOutput(error, stream.isTTY);
	});
}

/** What Node itself says of a program that ends while it waits for something. */
const unsettled = 13;

process.exitCode = unsettled;
void runCommandLine(process.argv.slice(2), program.version).then(status => {
	process.exitCode = status;
});
