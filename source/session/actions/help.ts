// What can be done on the list of keys: search it, and do what a line says.

import {askText} from '../dialogs.js';
import {runAction} from '../keymap.js';
import {helpedActions} from '../view/help-view.js';
import type {Action} from './action.js';

export const helpActions: readonly Action[] = [
	{
		id: 'help.run', keys: ['enter'], title: 'do it', scope: 'help', footerRank: 1,
		offBecause: state => helpedActions(state).length === 0 ? 'nothing matches' : undefined,
		run(application) {
			const action = helpedActions(application.state)[application.state.help.cursor];
			if (action !== undefined) {
				application.leave();
				runAction(application, action);
			}
		},
	},
	{
		id: 'help.search', keys: ['/'], title: 'search', scope: 'help', footerRank: 2,
		run(application) {
			const search = (filter: string): void => {
				application.update(state => ({...state, help: {cursor: 0, filter}}));
			};

			askText(application, {title: 'Search the keys', lines: ['Words of what a key does.'], value: application.state.help.filter, onChange: search, onSubmit: search});
		},
	},
];
