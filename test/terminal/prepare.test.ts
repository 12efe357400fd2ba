// Whether colours are drawn: the environment and the command line are asked in the ways that people know.

import {afterEach, expect, test, vi} from 'vitest';
import {prepareTerminal} from '../../source/ui/prepare.js';

afterEach(() => {
	vi.unstubAllEnvs();
});

test.each([
	[{TERM: 'xterm-256color'}, true, true],
	[{TERM: 'xterm-256color', NO_COLOR: '1'}, true, false],
	[{TERM: 'xterm-256color', NO_COLOR: ''}, true, true],
	[{TERM: 'xterm-256color', FORCE_COLOR: '0'}, true, false],
	[{TERM: 'dumb'}, true, false],
	[{TERM: 'xterm-256color'}, false, false],
])('%j, and --color is %j: %j', (environment, color, wanted) => {
	for (const [name, value] of Object.entries({NO_COLOR: undefined, FORCE_COLOR: undefined, ...environment})) {
		vi.stubEnv(name, value);
	}

	expect(prepareTerminal({color})).toBe(wanted);
	// Bold and inverse are drawn in every case.
	expect(process.env['FORCE_COLOR']).toBe('1');
});
