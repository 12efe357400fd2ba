import {defineConfig} from 'vitest/config';
import LongFirst from './test/long-first.js';

export default defineConfig({
	test: {
		include: ['test/**/*.test.{ts,tsx}'],
		globalSetup: ['test/build-once.ts'],
		reporters: ['default', './test/closing-line.ts'],
		pool: 'forks',
		maxWorkers: 2,
		sequence: {sequencer: LongFirst},
		// Ends what would never end. A test takes seconds; a busy machine makes minutes of them.
		testTimeout: 180_000,
		hookTimeout: 180_000,
		// Colours are part of what the screen tests look at; the machine's own settings are not.
		env: {FORCE_COLOR: '1', NO_COLOR: '', CI: '', LANG: 'C.UTF-8'},
	},
});
