// The cursor of the check screen: over cells, over findings, or over the chunks of one cell.

import type {Application} from './application.js';
import {checkPanes, mapOrders, type CheckPane, type CheckState} from './check-state.js';
import {shownJobOf, type State} from './state.js';
import {cursorCell, mapViewOf, ranksByAge} from './view/check-map.js';

/** What the arrows move over: cells of the map, chunks of the zoomed cell, or findings. */
const movesOver = ({check}: State): 'cells' | 'chunks' | 'findings' => check.focus === 'map' ? 'cells' : check.zoom === undefined ? 'findings' : 'chunks';

export const checkStride = (state: State): number => movesOver(state) === 'cells' ? mapViewOf(state)?.width ?? 1 : 1;

export function countCheckPlaces(state: State): number {
	const over = movesOver(state);
	if (over === 'cells') {
		return mapViewOf(state)?.cells ?? 0;
	}

	const {zoom} = state.check;
	return over === 'chunks' ? zoom!.end - zoom!.start : shownJobOf(state)?.findings.length ?? 0;
}

export function checkPlace(state: State): number {
	const over = movesOver(state);
	const view = over === 'cells' ? mapViewOf(state) : undefined;
	if (over === 'findings') {
		return shownJobOf(state)?.findingCursor ?? 0;
	}

	return over === 'chunks' ? state.check.at - state.check.zoom!.start : view === undefined ? 0 : cursorCell(view);
}

export function setCheckPlace(state: State, place: number): State {
	const over = movesOver(state);
	if (over === 'findings') {
		return {...state, notice: '', jobs: state.jobs.map(job => job.id === state.shownJob ? {...job, findingCursor: place} : job)};
	}

	const view = mapViewOf(state);
	const start = state.check.zoom?.start ?? 0;
	return {...state, notice: '', check: {...state.check, at: start + (place * (over === 'chunks' ? 1 : view?.per ?? 1))}};
}

export const focusPane = (focus: CheckPane) => (state: State): State => ({...state, notice: '', check: {...state.check, focus}});

export const focusNext = (step: 1 | -1) => (state: State): State =>
	focusPane(checkPanes[(checkPanes.indexOf(state.check.focus) + step + checkPanes.length) % checkPanes.length]!)(state);

/** Moves the map's cursor sideways; nothing where there is no map under the keys. */
export const moveSideways = (step: 1 | -1) => (state: State): State =>
	state.check.focus === 'map' ? setCheckPlace(state, Math.max(0, Math.min(countCheckPlaces(state) - 1, checkPlace(state) + step))) : state;

/** The next order of the map. Its places are those of this moment: a map that moves under the cursor cannot be read. */
export function nextOrder(state: State): State {
	const map = shownJobOf(state)?.map;
	const order = mapOrders[(mapOrders.indexOf(state.check.order) + 1) % mapOrders.length]!;
	const check: CheckState = {...state.check, order, at: 0, zoom: undefined, ranks: order === 'age' && map !== undefined ? ranksByAge(map) : undefined};
	return {...state, notice: '', check};
}

/** Shows the chunks of the cell under the cursor, one cell each. */
export function zoomIn(state: State): State {
	const view = mapViewOf(state);
	if (view === undefined || view.cells === 0 || state.check.zoom !== undefined) {
		return state;
	}

	const start = cursorCell(view) * view.per;
	return {...state, notice: '', check: {...state.check, focus: 'map', at: start, zoom: {start, end: Math.min(start + view.per, view.map.count)}}};
}

/** Back to the whole map, the cursor on the cell that was looked into. */
export function zoomOut(application: Application): void {
	application.update(state => ({...state, notice: '', check: {...state.check, zoom: undefined, focus: 'map'}}));
}
