// Loaded into the program before itself: kills it (SIGKILL) before its call number KILL_AT that begins or ends a
// transaction of SQLite or changes names in a folder, in whatever thread. KILL_COUNT is a file that grows with each.

import fs from 'node:fs';
import {createRequire, syncBuiltinESMExports} from 'node:module';

const require = createRequire(import.meta.url);
const {KILL_AT, KILL_COUNT} = process.env;
const {appendFileSync, statSync} = fs;

const count = () => {
	appendFileSync(KILL_COUNT, '.');
	if (statSync(KILL_COUNT).size >= Number(KILL_AT)) {
		process.kill(process.pid, 'SIGKILL');
	}
};

const countCalls = (target, name, isCounted = () => true) => {
	const call = target[name];
	target[name] = function (...parameters) {
		if (isCounted(...parameters)) {
			count();
		}

		return Reflect.apply(call, this, parameters);
	};
};

countCalls(require('better-sqlite3').prototype, 'exec', sql => sql === 'BEGIN IMMEDIATE' || sql === 'COMMIT');
for (const name of ['linkSync', 'fsyncSync', 'rmSync']) {
	countCalls(fs, name, path => typeof path === 'number' || String(path).includes('target.db'));
}

syncBuiltinESMExports();
