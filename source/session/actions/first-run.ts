// What can be done while no repository is known: the first letters of what a newcomer reads on the screen.

import {askToAdd, askToCreate} from '../known/adding.js';
import {startDemonstration} from '../known/demonstration.js';
import {isRunning, type State} from '../state.js';
import {offWhenReadOnly, type Action} from './action.js';

const offWhileBuilding = ({jobs}: State): string | undefined => jobs.some(job => job.verb === 'demo' && isRunning(job)) ? 'it is being built' : undefined;

export const firstRunActions: readonly Action[] = [
	{id: 'first.open', keys: ['o', 'A'], title: 'open', scope: 'first-run', footerRank: 1, run: askToAdd},
	{id: 'first.create', keys: ['n', 'N'], title: 'new', scope: 'first-run', footerRank: 2, offBecause: offWhenReadOnly, run: askToCreate},
	{id: 'first.demo', keys: ['d'], title: 'demo', scope: 'first-run', footerRank: 3, offBecause: state => offWhenReadOnly(state) ?? offWhileBuilding(state), run: startDemonstration},
];
