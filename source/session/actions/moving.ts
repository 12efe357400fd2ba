// Moving the cursor: the same keys on every screen, each screen saying where its cursor is.

import {listCursor, rowCount, withListCursor} from '../browse/tree.js';
import {shownLog} from '../jobs/watch-state.js';
import {withCompare} from '../compare/compare-state.js';
import {shownRows} from '../matrix/matrix-state.js';
import {shownPairs} from '../pairs.js';
import {checkPlace, checkStride, countCheckPlaces, setCheckPlace} from '../check-moving.js';
import type {ScreenName, State} from '../state.js';
import {affectedPlaces} from '../view/affected-view.js';
import {helpedActions} from '../view/help-view.js';
import {inspectPlaces} from '../view/inspect-view.js';
import {checkCount} from '../view/plan-checks-view.js';
import {previewPlaces} from '../view/preview-view.js';
import type {Action} from './action.js';

/** Where a screen keeps its cursor. */
export type Cursor = {
	/** How far a line down is; default: one place. */
	stride?(state: State): number;
	/** How many places it may take. */
	count(state: State): number;
	get(state: State): number;
	set(state: State, cursor: number): State;
};

/** Screens of plain text: the cursor is the first line shown, of `count` that may be. */
const scrolling = (count: Cursor['count']): Cursor => ({count, get: ({scroll}) => scroll, set: (state, scroll) => ({...state, scroll})});

export const cursors: Readonly<Record<ScreenName, Cursor>> = {
	compare: {
		count: state => state.compare.focus === 'list' ? state.repositories.length : shownPairs(state).length,
		get: ({compare}) => compare.focus === 'list' ? compare.listCursor : compare.cursor,
		set: (state, cursor) => ({...withCompare(state, state.compare.focus === 'list' ? {listCursor: cursor} : {cursor}), notice: ''}),
	},
	plan: {
		count: state => state.plan.focus === 'rows' ? state.plan.entries.length : checkCount(state),
		get: ({plan}) => plan.focus === 'rows' ? plan.cursor : plan.checksScroll,
		set: (state, cursor) => ({...state, notice: '', plan: state.plan.focus === 'rows' ? {...state.plan, cursor} : {...state.plan, checksScroll: cursor}}),
	},
	matrix: {
		count: ({matrix}) => shownRows(matrix).length,
		get: ({matrix}) => matrix.cursor,
		set: (state, cursor) => ({...state, notice: '', matrix: {...state.matrix, cursor}}),
	},
	check: {
		stride: checkStride,
		count: countCheckPlaces,
		get: checkPlace,
		set: setCheckPlace,
	},
	heal: {
		count: ({heal}) => heal.plan?.rows.length ?? 0,
		get: ({heal}) => heal.cursor,
		set: (state, cursor) => ({...state, notice: '', heal: {...state.heal, cursor}}),
	},
	affected: scrolling(affectedPlaces),
	help: {
		count: state => helpedActions(state).length,
		get: ({help}) => help.cursor,
		set: (state, cursor) => ({...state, notice: '', help: {...state.help, cursor}}),
	},
	browse: {
		count: state => state.browse.focus === 'preview' ? previewPlaces(state) : rowCount(state.browse),
		get: ({browse}) => browse.focus === 'preview' ? browse.previewScroll : listCursor(browse),
		set: (state, cursor) => ({...state, notice: '', browse: state.browse.focus === 'preview' ? {...state.browse, previewScroll: cursor} : withListCursor(state.browse, cursor)}),
	},
	log: {
		count: ({log, watch}) => shownLog(log, watch.logFilter).length,
		get: ({log, watch}) => Math.min(watch.logCursor, shownLog(log, watch.logFilter).length - 1),
		set: (state, cursor) => ({...state, notice: '', watch: {...state.watch, logCursor: cursor === shownLog(state.log, state.watch.logFilter).length - 1 ? Number.POSITIVE_INFINITY : cursor}}),
	},
	jobs: {
		count: ({jobs}) => jobs.length,
		get: ({watch}) => watch.jobCursor,
		set: (state, jobCursor) => ({...state, notice: '', watch: {...state.watch, jobCursor}}),
	},
	restore: scrolling(({restore}) => Math.max(1, restore.troubles.length)), run: scrolling(() => 1), inspect: scrolling(inspectPlaces),
};

/** What frames, titles and the footer take of the screen's rows. */
const rowsAroundList = 10;

const pageOf = ({rows}: State): number => Math.max(5, rows - rowsAroundList);

const move = (change: (cursor: number, count: number, page: number, stride: number) => number): Action['run'] => application => {
	application.update(state => {
		const cursor = cursors[state.screen];
		const count = cursor.count(state);
		const from = cursor.get(state);
		const to = Math.max(0, Math.min(count - 1, change(from, count, pageOf(state), cursor.stride?.(state) ?? 1)));
		return to === from && state.notice === '' ? state : cursor.set(state, to);
	});
};

export const movingActions: readonly Action[] = [
	{id: 'move.down', keys: ['down', 'j'], title: 'down', scope: 'everywhere', run: move((cursor, _, __, stride) => cursor + stride)},
	{id: 'move.up', keys: ['up', 'k'], title: 'up', scope: 'everywhere', run: move((cursor, _, __, stride) => cursor - stride)},
	{id: 'move.pagedown', keys: ['pagedown'], title: 'page down', scope: 'everywhere', run: move((cursor, _, page, stride) => cursor + (page * stride))},
	{id: 'move.pageup', keys: ['pageup'], title: 'page up', scope: 'everywhere', run: move((cursor, _, page, stride) => cursor - (page * stride))},
	{id: 'move.top', keys: ['g', 'home'], title: 'top', scope: 'everywhere', run: move(() => 0)},
	{id: 'move.bottom', keys: ['G', 'end'], title: 'bottom', scope: 'everywhere', run: move((_, count) => count - 1)},
];
