// Builds dist/ once before all tests: lanes, jobs, the command line and the journeys run the bundled program.

import {execFileSync} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export default function buildOnce(): () => void {
	// What checks remember must not lie in the home of whoever runs the tests.
	const state = mkdtempSync(join(tmpdir(), 'plakar-tui-state-'));
	process.env['XDG_STATE_HOME'] = state;
	execFileSync(process.execPath, [fileURLToPath(new URL('../build.js', import.meta.url))], {stdio: 'inherit'});
	return () => {
		rmSync(state, {recursive: true, force: true});
	};
}
