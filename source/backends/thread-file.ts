// Where the bundled entry of a thread lies, for the bundled program and for sources run by a test.

import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {PlakarError} from '../errors/plakar-error.js';

/** The file of thread `name`. In a bundle all entries lie side by side; sources use the last build in dist/. */
export function threadFile(name: 'lane-thread' | 'job-thread' | 'browse-thread' | 'stager-thread' | 'publish-thread'): URL {
	const isSource = import.meta.url.endsWith('.ts');
	const file = new URL(isSource ? `../../dist/${name}.js` : `./${name}.js`, import.meta.url);
	if (!existsSync(file)) {
		throw new PlakarError('INTERNAL', {
			message: `The program is incomplete: ${fileURLToPath(file)} is missing.`,
			hint: 'Install plakar-tui again, or run npm run build in its sources.',
		});
	}

	return file;
}
