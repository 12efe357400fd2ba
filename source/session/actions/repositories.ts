// What can be done with the list of repositories: which one is source or target, and how others come into it.

import {askToAdd, askToCreate} from '../known/adding.js';
import type {Application} from '../application.js';
import {withRole} from '../compare/compare-state.js';
import type {State} from '../state.js';
import {offWhenReadOnly, type Action} from './action.js';

const giveRole = (role: 'source' | 'target') => (application: Application): void => {
	application.update(state => withRole(state, role, state.compare.listCursor));
};

const offAs = (role: 'source' | 'target') => (state: State): string | undefined => {
	const {compare: {listCursor}, repositories, source, target} = state;
	const repository = repositories[listCursor];
	if (repository === undefined) {
		return 'there is no repository';
	}

	if (listCursor === (role === 'source' ? source : target)) {
		return `${repository.name} is the ${role} already`;
	}

	return role === 'target' && target === undefined && listCursor === source ? 'it is the source, and there is no other' : undefined;
};

export const repositoryActions: readonly Action[] = [
	{id: 'repositories.target', keys: ['enter'], title: 'as target', scope: 'repositories', footerRank: 1, offBecause: offAs('target'), run: giveRole('target')},
	{id: 'repositories.source', keys: ['space'], title: 'as source', scope: 'repositories', footerRank: 1, offBecause: offAs('source'), run: giveRole('source')},
	{id: 'repositories.add', keys: ['A'], title: 'add one', scope: 'compare', footerRank: ({compare}) => compare.focus === 'list' ? 1.5 : 11, run: askToAdd},
	{id: 'repositories.create', keys: ['N'], title: 'create one', scope: 'compare', footerRank: 12, offBecause: offWhenReadOnly, run: askToCreate},
];
