// How the check screen shares the terminal between the map and what stands below it.

import {footerHeight} from './around-panes.js';

/** The headline, the legend and the proven line. */
const singleRows = 3;
const minimumBoxRows = 7;
/** Two boxes side by side tell more than one only when each has this much. */
const sideBySideColumns = 100;
/** Of the findings, whose reasons are sentences: more where the paths beside them keep enough. */
const findingsShare = {narrow: 0.46, wide: 0.54, wideFromColumns: 140};
const frameColumns = 4;

export type CheckLayout = {
	readonly mapHeight: number;
	/** Of the cells. */
	readonly mapWidth: number;
	readonly mapRows: number;
	readonly boxHeight: number;
	/** Of the box of findings; the other one has the rest, or none when this has all. */
	readonly leftWidth: number;
	readonly isSideBySide: boolean;
};

export function checkLayout({columns, rows}: {readonly columns: number; readonly rows: number}): CheckLayout {
	const boxHeight = Math.max(minimumBoxRows, Math.floor(rows / 3));
	const mapHeight = Math.max(3, rows - singleRows - boxHeight - footerHeight);
	const isSideBySide = columns >= sideBySideColumns;
	return {
		boxHeight, mapHeight, isSideBySide,
		mapWidth: Math.max(1, columns - frameColumns), mapRows: mapHeight - 2,
		leftWidth: isSideBySide ? Math.floor(columns * (columns < findingsShare.wideFromColumns ? findingsShare.narrow : findingsShare.wide)) : columns,
	};
}
