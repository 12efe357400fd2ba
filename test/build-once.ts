// Builds dist/ once before all tests: lanes, jobs, the command line and the journeys run the bundled program.

import {execFileSync} from 'node:child_process';
import {fileURLToPath} from 'node:url';

export default function buildOnce(): void {
	execFileSync(process.execPath, [fileURLToPath(new URL('../build.js', import.meta.url))], {stdio: 'inherit'});
}
