// What can be done with the log: narrow it, and keep it.

import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {askText, showMessage} from '../dialogs.js';
import {exportFiles} from '../export-files.js';
import {countOf} from '../figures.js';
import {shownLog} from '../jobs/watch-state.js';
import {currentLogLine} from '../view/log-view.js';
import type {Action} from './action.js';

const setFilter = (application: Application) => (logFilter: string): void => {
	application.update(state => ({...state, watch: {...state.watch, logFilter, logCursor: Number.POSITIVE_INFINITY}}));
};

/** Writes the lines that are shown to a new file. */
async function exportLog(application: Application, file: string): Promise<void> {
	const {log, watch} = application.state;
	const lines = shownLog(log, watch.logFilter);
	await exportFiles(application, [{file, content: `${lines.join('\n')}\n`}], {subject: 'The log', done: `${countOf(lines.length, 'line')} written to ${displayText(file)}.`});
}

export const logActions: readonly Action[] = [
	{
		id: 'log.filter', keys: ['/'], title: 'filter', scope: 'log', footerRank: 1,
		run(application) {
			askText(application, {title: 'Filter the log', lines: ['Only lines that hold these words.'], value: application.state.watch.logFilter, onChange: setFilter(application), onSubmit: setFilter(application)});
		},
	},
	{
		id: 'log.open', keys: ['enter'], title: 'whole line', scope: 'log', footerRank: 3, offBecause: state => currentLogLine(state) === undefined ? 'there is no line' : undefined,
		run(application) {
			const [time = '', ...words] = currentLogLine(application.state)!.split('  ');
			showMessage(application, `At ${time}`, [words.join('  ')]);
		},
	},
	{
		id: 'log.export', keys: ['e'], title: 'export', scope: 'log', footerRank: 2, offBecause: ({log}) => log.length === 0 ? 'there is nothing in it' : undefined,
		run(application) {
			askText(application, {
				title: 'Export the log', lines: ['A new file for the lines that are shown.'], value: 'plakar-tui.log',
				onSubmit(file) {
					void exportLog(application, file);
				},
			});
		},
	},
];
