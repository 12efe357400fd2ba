// ink-table on today's Ink: it is CommonJS and requires Ink, which is an ES module; so it is handed the Ink of this program.

import {createRequire, Module} from 'node:module';
import type InkTable from 'ink-table';
import * as ink from 'ink';
import * as react from 'react';

const require = createRequire(import.meta.url);

/** Loads ink-table while `ink` and `react` in its require cache are this program's own; the cache is restored afterwards. */
function loadTable(): typeof InkTable {
	const fromTable = createRequire(require.resolve('ink-table'));
	const restored: Array<() => void> = [];
	for (const [name, exports] of [['ink', ink], ['react', react]] as const) {
		const file = fromTable.resolve(name);
		const previous = fromTable.cache[file];
		const record = new Module(file);
		Object.assign(record, {filename: file, loaded: true, exports: {...exports}});
		fromTable.cache[file] = record;
		restored.push(() => {
			if (previous === undefined) {
				delete fromTable.cache[file];
			} else {
				fromTable.cache[file] = previous;
			}
		});
	}

	try {
		return require('ink-table') as typeof InkTable;
	} finally {
		for (const restore of restored) {
			restore();
		}
	}
}

export const Table = loadTable().default;
