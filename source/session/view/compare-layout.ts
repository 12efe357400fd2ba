// Which panes of the compare screen stand where, for every width: what goes first when room is short is decided here.

import {targetOf, type State} from '../state.js';

export type CompareLayout = {
	/** Columns of the list of repositories; all of them when it stands alone. */
	readonly listWidth: number;
	/** Columns of the halves, borders included; 0 when the list stands alone. */
	readonly tableWidth: number;
	readonly previewWidth: number;
	readonly hasSource: boolean;
	readonly hasTarget: boolean;
	/** Room for text in each half; 0 for one that is not drawn. */
	readonly sourceWidth: number;
	readonly targetWidth: number;
};

const listFromColumns = 100;
const listWidth = 23;
const widerListFromColumns = 120;
const widerListWidth = 26;
const previewFromColumns = 140;
const previewWidth = 42;
/** Below this, one pane at a time. */
const halvesFromColumns = 80;

const spaciousFrom = 42;

/** What DataTable puts around each cell. */
const cellPadding = 2;
/** "│ -> │" */
export const markWidth = 6;
/** "│ ->", beside one half alone. */
export const singleMarkWidth = 4;
/** Id and time: all that the target half says in the wide form, for its other columns would repeat the source's. */
const briefWidth = 18;

/** What says that a row is marked, before a half of `width`: with a gap after it where there is room. */
export const starWidth = (width: number): number => width < spaciousFrom ? 1 : 2;

export function compareLayout(state: State, columns: number): CompareLayout {
	const {focus, isZoomed, isWide} = state.compare;
	const isAlone = isZoomed || columns < halvesFromColumns;
	if (focus === 'list' && (isAlone || columns < listFromColumns)) {
		return {listWidth: columns, tableWidth: 0, previewWidth: 0, hasSource: false, hasTarget: false, sourceWidth: 0, targetWidth: 0};
	}

	const list = isAlone || isWide || columns < listFromColumns ? 0 : columns >= widerListFromColumns ? widerListWidth : listWidth;
	const preview = !isZoomed && !isWide && columns >= previewFromColumns ? previewWidth : 0;
	const tableWidth = columns - list - preview;
	const inner = tableWidth - 2;
	const base = {listWidth: list, tableWidth, previewWidth: preview};
	if (targetOf(state) === undefined) {
		return {...base, hasSource: true, hasTarget: false, sourceWidth: inner - cellPadding, targetWidth: 0};
	}

	if (isAlone) {
		const width = inner - singleMarkWidth - (2 * cellPadding);
		return focus === 'target' ? {...base, hasSource: false, hasTarget: true, sourceWidth: 0, targetWidth: width} : {...base, hasSource: true, hasTarget: false, sourceWidth: width, targetWidth: 0};
	}

	const both = inner - markWidth - (3 * cellPadding);
	const targetWidth = isWide ? briefWidth : Math.floor((both - starWidth(both / 2)) / 2);
	return {...base, hasSource: true, hasTarget: true, sourceWidth: both - targetWidth, targetWidth};
}
