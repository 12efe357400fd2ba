// What can be done while something is searched for: go from match to match.

import {searchOf} from '../state.js';
import {stepToMatch} from '../searching.js';
import type {Action} from './action.js';

export const searchingActions: readonly Action[] = [
	{
		id: 'match.next', keys: ['n'], title: 'next match', scope: 'searching', offBecause: state => searchOf(state).text === '' ? 'nothing is searched for' : undefined,
		run(application) {
			stepToMatch(application, 1);
		},
	},
	{
		id: 'match.before', keys: ['N'], title: 'match before', scope: 'searching', offBecause: state => searchOf(state).text === '' ? 'nothing is searched for' : undefined,
		run(application) {
			stepToMatch(application, -1);
		},
	},
];
