// Which pane of the compare screen has the keys.

import {paneAfter, paneBeside, withCompare, type ComparePaneName} from '../compare/compare-state.js';
import type {State} from '../state.js';
import {offWithoutPeer, type Action} from './action.js';

const focus = (next: (state: State) => ComparePaneName): Action['run'] => application => {
	application.update(state => withCompare(state, {focus: next(state)}));
};

export const panesActions: readonly Action[] = [
	{id: 'pane.list', keys: ['1'], title: 'repositories', footerTitle: 'repos', scope: 'compare', footerRank: ({compare}) => compare.focus === 'list' ? 15 : 6, run: focus(() => 'list')},
	{id: 'pane.source', keys: ['2'], title: 'source', scope: 'compare', run: focus(() => 'source')},
	{id: 'pane.target', keys: ['3'], title: 'target', scope: 'compare', offBecause: offWithoutPeer, run: focus(() => 'target')},
	{id: 'pane.right', keys: ['right', 'l'], title: 'pane to the right', scope: 'compare', run: focus(state => paneBeside(state, 1))},
	{id: 'pane.left', keys: ['left', 'h'], title: 'pane to the left', scope: 'compare', run: focus(state => paneBeside(state, -1))},
	{id: 'pane.next', keys: ['tab'], title: 'next pane', scope: 'compare', run: focus(state => paneAfter(state, 1))},
	{id: 'pane.previous', keys: ['shift-tab'], title: 'pane before', scope: 'compare', run: focus(state => paneAfter(state, -1))},
];
