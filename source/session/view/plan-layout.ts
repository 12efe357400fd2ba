// Where the boxes of the plan screen stand, and how much each has room for.

import type {State} from '../state.js';

/** From here on the boxes stand beside each other and the list has all its columns. */
export const widePlanColumns = 96;
/** From here on the row under the cursor is explained beside the list, which keeps what all its columns need. */
const explainedFromColumns = 140;
const listColumns = 118;
const explanationWidth = {least: 42, most: 64};
/** Rows from which there is room for the two lines about the order of writing. */
const orderFromRows = 28;
/** Below this the boxes keep only their first lines: the list that is ticked comes first. */
const fullBoxesFromRows = 22;
/** The least that is left for the list: its borders, its title and three rows. */
const lowBoxHeight = 3;
const boxHeight = 9;
/** The two boxes of a narrow screen, one above the other; what is lower has one line for each way. */
export const narrowTotalHeight = 5;
const narrowChecksHeight = 4;
/** A frame and a space on each side. */
const frameColumns = 4;

export type PlanLayout = {
	/** One box above the other, each with what matters most. */
	readonly isStacked: boolean;
	/** Outer heights. */
	readonly totalHeight: number;
	readonly checksHeight: number;
	/** Rows that both boxes take. */
	readonly boxesHeight: number;
	/** Outer width of the left box; all of them where they are stacked. */
	readonly totalWidth: number;
	/** Room for text. */
	readonly totalColumns: number;
	readonly checksColumns: number;
	/** Outer width of the explanation; 0 where there is none. */
	readonly explanationWidth: number;
	/** Whether there is room for a line about the order of writing. */
	readonly hasOrder: boolean;
};

export function planLayout({columns, rows, plan: {legs}}: Pick<State, 'columns' | 'rows' | 'plan'>): PlanLayout {
	const isLow = rows < fullBoxesFromRows;
	const isStacked = columns < widePlanColumns || isLow;
	const totalHeight = isLow ? lowBoxHeight + (legs.length > 1 ? 1 : 0) : isStacked ? narrowTotalHeight : boxHeight;
	const checksHeight = isLow ? lowBoxHeight : isStacked ? narrowChecksHeight : boxHeight;
	const totalWidth = isStacked ? columns : Math.floor(columns / 2) - 1;
	return {
		isStacked, totalHeight, checksHeight, boxesHeight: isStacked ? totalHeight + checksHeight : boxHeight, totalWidth,
		totalColumns: totalWidth - frameColumns, checksColumns: (isStacked ? columns : columns - totalWidth) - frameColumns, hasOrder: rows >= orderFromRows,
		explanationWidth: columns < explainedFromColumns ? 0 : Math.min(explanationWidth.most, Math.max(explanationWidth.least, columns - listColumns)),
	};
}
