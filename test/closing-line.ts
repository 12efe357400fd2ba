// Ends the run's output with one plain line of counts.

import type {Reporter, TestModule} from 'vitest/node';

export default class ClosingLine implements Reporter {
	onTestRunEnd(modules: readonly TestModule[]): void {
		const counts = {passed: 0, failed: 0, skipped: 0};
		for (const module of modules) {
			for (const test of module.children.allTests()) {
				const {state} = test.result();
				if (state !== 'pending') {
					counts[state]++;
				}
			}
		}

		process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}\n`);
	}
}
