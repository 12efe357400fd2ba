// What can be done with repositories side by side.

import {askForPassphrase} from '../known/adding.js';
import {sortKeys, swapped, withCompare, withNextTarget, type CompareState} from '../compare/compare-state.js';
import {chosenSnapshots, currentPair, shownPairs} from '../pairs.js';
import {askText, askToConfirm} from '../dialogs.js';
import {focusedIndex, sourceOf, type State} from '../state.js';
import type {Application} from '../application.js';
import {startDue} from './check.js';
import {offWhenReadOnly, offWithoutPeer, offWithoutTarget, toggled, type Action} from './action.js';

const change = (next: (state: State) => Partial<CompareState>): Action['run'] => application => {
	application.update(state => withCompare(state, next(state)));
};

function markCurrent(application: Application): void {
	application.update(state => {
		const pair = currentPair(state);
		const {cursor, marks} = state.compare;
		return pair === undefined ? state : withCompare(state, {cursor: Math.min(shownPairs(state).length - 1, cursor + 1), marks: toggled(marks, pair.snapshot)});
	});
}

function markAll(application: Application): void {
	application.update(state => {
		const missing = shownPairs(state).filter(({mark}) => mark === '->').map(({snapshot}) => snapshot);
		const isAll = missing.length > 0 && missing.every(snapshot => state.compare.marks.has(snapshot));
		return {...state, compare: {...state.compare, marks: new Set(isAll ? [] : missing)}};
	});
}

function invertMarks(application: Application): void {
	application.update(state => {
		const missing = shownPairs(state).filter(({mark}) => mark === '->').map(({snapshot}) => snapshot);
		return {...state, compare: {...state.compare, marks: new Set(missing.filter(snapshot => !state.compare.marks.has(snapshot)))}};
	});
}

const setFilter = (application: Application) => (filter: string): void => {
	application.update(state => withCompare(state, {filter, cursor: 0}));
};

function askForClone(application: Application): void {
	askText(application, {
		title: 'Clone the source',
		lines: ['A new repository with the same configuration, keys, snapshots and UUIDs.', 'Where? A path where nothing is yet. You are asked once more before anything is written.'],
		onSubmit(place) {
			if (place.trim() === '') {
				return;
			}

			const count = application.state.repositories[application.state.source]?.summary?.snapshots.length ?? 0;
			askToConfirm(application, {
				title: `Clone to ${place}?`,
				lines: [`All ${count} snapshots are copied as they are stored, each record verified on the way.`, 'Stopping early is safe: the same clone goes on later.'],
				answers: {y: 'clone', n: 'back'},
				onConfirm() {
					application.starts.clone(place);
				},
			});
		},
	});
}

export const compareActions: readonly Action[] = [
	{id: 'compare.mark', keys: ['space'], title: 'mark', scope: 'compare', footerRank: 1, run: markCurrent},
	{id: 'compare.all', keys: ['a'], title: 'mark all missing', scope: 'compare', run: markAll},
	{id: 'compare.invert', keys: ['*'], title: 'invert marks', scope: 'compare', run: invertMarks},
	{
		id: 'sync.plan', keys: ['s', 'f5'], title: 'sync plan', footerTitle: 'sync', scope: 'compare', footerRank: 2,
		offBecause: state => offWithoutTarget(state) ?? (chosenSnapshots(state).length === 0 ? 'nothing is marked and the current row is not missing in the target' : undefined),
		run(application) {
			void application.planning.make(chosenSnapshots(application.state));
		},
	},
	{
		id: 'sync.planAll', keys: ['S'], title: 'plan all missing', footerTitle: 'sync all', scope: 'compare', footerRank: 10, offBecause: offWithoutTarget,
		run(application) {
			void application.planning.make(undefined);
		},
	},
	{id: 'clone', keys: ['c', 'f6'], title: 'clone', scope: 'compare', footerRank: 3, offBecause: state => offWhenReadOnly(state) ?? (sourceOf(state)?.summary === undefined ? 'there is no source that can be read' : undefined), run: askForClone},
	{
		id: 'check', keys: ['v', 'f7'], title: 'verify', scope: 'compare', footerRank: 4,
		offBecause: state => state.repositories.length === 0 ? 'there is no repository' : undefined,
		run(application) {
			startDue(application, focusedIndex(application.state));
		},
	},
	{
		id: 'compare.swap', keys: ['x'], title: 'swap', scope: 'compare', footerRank: 7, offBecause: offWithoutPeer,
		run(application) {
			application.update(swapped);
		},
	},
	{
		id: 'compare.next', keys: ['t'], title: 'next target', scope: 'compare',
		offBecause: state => state.repositories.length < 3 ? 'there are no other repositories' : undefined,
		run(application) {
			application.update(withNextTarget);
		},
	},
	{
		id: 'compare.filter', keys: ['/'], title: 'filter', scope: 'compare', footerRank: 9,
		run(application) {
			askText(application, {
				title: 'Filter', lines: ['Part of an id, time, origin or tag; -> shows only what the target lacks.'], value: application.state.compare.filter, isInline: true,
				onChange: setFilter(application), onSubmit: setFilter(application), onCancel() {
					setFilter(application)('');
				},
			});
		},
	},
	{
		id: 'compare.sort', keys: ['o'], title: 'sort by', scope: 'compare',
		run: change(({compare: {sort}}) => ({sort: sortKeys[(sortKeys.indexOf(sort) + 1) % sortKeys.length]!, cursor: 0})),
	},
	{id: 'compare.reverse', keys: ['O'], title: 'reverse order', scope: 'compare', run: change(({compare: {isReversed}}) => ({isReversed: !isReversed, cursor: 0}))},
	{id: 'compare.zoom', keys: ['z'], title: 'zoom pane', scope: 'compare', run: change(({compare: {isZoomed}}) => ({isZoomed: !isZoomed}))},
	{id: 'compare.wide', keys: ['w'], title: 'wide columns', scope: 'compare', run: change(({compare: {isWide}}) => ({isWide: !isWide}))},
	{
		id: 'passphrase', keys: ['p'], title: 'passphrase', scope: 'compare',
		offBecause(state) {
			const repository = state.repositories[focusedIndex(state)];
			return repository === undefined ? 'there is no repository' : repository.summary?.encrypted === false ? 'this repository is not encrypted' : undefined;
		},
		run(application) {
			askForPassphrase(application, focusedIndex(application.state));
		},
	},
	{
		id: 'compare.inspect', keys: ['i', 'f3'], title: 'inspect', scope: 'compare',
		offBecause: state => state.repositories.length === 0 ? 'there is no repository' : undefined,
		run(application) {
			application.open('inspect');
		},
	},
	{
		id: 'reread', keys: ['r', 'f2'], title: 'read again', scope: 'compare',
		run(application) {
			void application.repositories.reread();
		},
	},
];
