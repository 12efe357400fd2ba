// What can be done with repositories side by side.

import {chosenSnapshots, shownPairs} from '../pairs.js';
import {askText, askToConfirm, showMessage} from '../dialogs.js';
import {focusedIndex, type State} from '../state.js';
import {inspectLines} from '../view/compare-view.js';
import type {Application} from '../application.js';
import {startDue} from './check.js';
import {offWhenReadOnly, offWithoutTarget, toggled, type Action} from './action.js';

function markCurrent(application: Application): void {
	application.update(state => {
		const pairs = shownPairs(state);
		const pair = pairs[state.compare.cursor];
		const cursor = Math.min(pairs.length - 1, state.compare.cursor + 1);
		return pair === undefined ? state : {...state, compare: {...state.compare, cursor, marks: toggled(state.compare.marks, pair.snapshot)}};
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
	application.update(state => ({...state, compare: {...state.compare, filter, cursor: 0}}));
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
				lines: [`All ${count} snapshots are copied as they are stored, each record verified on the way.`, 'Stopping early is safe: the same clone goes on later.', '', 'y  clone      n  back (default)'],
				onConfirm() {
					application.jobs.clone(place);
				},
			});
		},
	});
}

function nextTarget(state: State): State {
	const count = state.repositories.length;
	let target = ((state.target ?? state.source) + 1) % count;
	target = target === state.source ? (target + 1) % count : target;
	return {...state, target, compare: {...state.compare, marks: new Set(), cursor: 0}};
}

export const compareActions: readonly Action[] = [
	{id: 'compare.mark', keys: ['space'], title: 'mark', scope: 'compare', footerRank: 1, run: markCurrent},
	{id: 'compare.all', keys: ['a'], title: 'mark all missing', scope: 'compare', run: markAll},
	{id: 'compare.invert', keys: ['*'], title: 'invert marks', scope: 'compare', run: invertMarks},
	{
		id: 'sync.plan', keys: ['s', 'f5'], title: 'sync plan', scope: 'compare', footerRank: 2,
		offBecause: state => offWithoutTarget(state) ?? (chosenSnapshots(state).length === 0 ? 'nothing is marked and the current row is not missing in the target' : undefined),
		run(application) {
			void application.planning.make(chosenSnapshots(application.state));
		},
	},
	{
		id: 'sync.planAll', keys: ['S'], title: 'plan all missing', scope: 'compare', footerRank: 3, offBecause: offWithoutTarget,
		run(application) {
			void application.planning.make(undefined);
		},
	},
	{id: 'clone', keys: ['c', 'f6'], title: 'clone', scope: 'compare', footerRank: 4, offBecause: offWhenReadOnly, run: askForClone},
	{
		id: 'check', keys: ['v', 'f7'], title: 'verify', scope: 'compare', footerRank: 5,
		run(application) {
			startDue(application, focusedIndex(application.state));
		},
	},
	{
		id: 'compare.swap', keys: ['x'], title: 'swap', scope: 'compare', footerRank: 6,
		offBecause: state => state.target === undefined ? 'there is no target' : undefined,
		run(application) {
			application.update(state => state.target === undefined ? state : {...state, source: state.target, target: state.source, compare: {...state.compare, marks: new Set(), cursor: 0}});
		},
	},
	{
		id: 'compare.focus', keys: ['tab', 'shift-tab', 'left', 'right', 'h', 'l'], title: 'other side', scope: 'compare',
		offBecause: state => state.target === undefined ? 'there is no target' : undefined,
		run(application) {
			application.update(state => ({...state, compare: {...state.compare, focus: state.compare.focus === 'source' ? 'target' : 'source'}}));
		},
	},
	{
		id: 'compare.next', keys: ['t'], title: 'next target', scope: 'compare',
		offBecause: state => state.repositories.length < 3 ? 'there are no other repositories' : undefined,
		run(application) {
			application.update(nextTarget);
		},
	},
	{
		id: 'compare.filter', keys: ['/'], title: 'filter', scope: 'compare', footerRank: 7,
		run(application) {
			askText(application, {
				title: 'Filter', lines: ['Part of an id, time, origin or tag; -> shows only what the target lacks.'], value: application.state.compare.filter,
				onChange: setFilter(application), onSubmit: setFilter(application),
			});
		},
	},
	{
		id: 'passphrase', keys: ['p'], title: 'passphrase', scope: 'compare',
		offBecause: state => state.repositories[focusedIndex(state)]?.summary?.encrypted === false ? 'this repository is not encrypted' : undefined,
		run(application) {
			const index = focusedIndex(application.state);
			askText(application, {
				title: 'Passphrase', hidden: true, lines: [`of ${application.state.repositories[index]!.name}. Compare, sync and a check for bit rot work without it.`],
				onSubmit(passphrase) {
					application.repositories.setPassphrase(index, passphrase);
				},
			});
		},
	},
	{
		id: 'compare.inspect', keys: ['i', 'f3'], title: 'inspect', scope: 'compare',
		run(application) {
			const lines = inspectLines(application.state);
			if (lines.length > 0) {
				showMessage(application, 'Snapshot', lines);
			}
		},
	},
	{
		id: 'reread', keys: ['r', 'f2'], title: 'read again', scope: 'compare',
		run(application) {
			void application.repositories.describeAll();
		},
	},
];
