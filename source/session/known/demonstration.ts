// The demonstration: two repositories in a temporary folder, gone with the program however it ends.

import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {ledgerFile} from '../../engine/ledger/ledger-file.js';
import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {keyOf} from '../key-of.js';
import {indexAt} from '../repositories.js';

/** Removes the folder, and what was remembered about the repositories in it. */
function removeAll({state, memory}: Application, folder: string): void {
	const isInside = (location: string): boolean => location.startsWith(`${folder}/`);
	rmSync(folder, {recursive: true, force: true});
	for (const {summary} of state.repositories) {
		if (summary !== undefined && isInside(summary.location)) {
			rmSync(ledgerFile(summary.repositoryId, summary.location), {force: true});
		}
	}

	for (const record of memory.all()) {
		if (isInside(record.source) || isInside(record.target)) {
			memory.forget(record);
		}
	}
}

/** Builds it as a job and shows both repositories. Throws what making a temporary folder throws. */
export function startDemonstration(application: Application): void {
	// As repositories will call themselves.
	const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plakar-tui-demo-')));
	process.once('exit', () => {
		removeAll(application, folder);
	});
	// Thousands of small files: on a slow disk their removal is noticed.
	application.farewell = `Removing the demonstration in ${displayText(folder)}.`;
	application.starts.demonstrate(folder, ({source, target}) => {
		application.repositories.add({location: source});
		application.repositories.add({location: target});
		application.update(state => ({
			...state, source: indexAt(state.repositories, source), target: indexAt(state.repositories, target),
			compare: {...state.compare, focus: 'source', cursor: 0, marks: new Set()},
		}));
		if (application.state.screen === 'run') {
			application.leave();
		}

		application.notice(`One chunk of office is damaged: ${keyOf(application.state, 'check')} finds it. ${displayText(folder)} is removed when you quit.`);
		void application.work(async () => application.repositories.describeAll());
	});
}
