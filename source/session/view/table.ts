// A table as a view model: fixed columns, the visible window of rows, one cursor row.

import {fit, fitLine, widthOf, windowStart, type Line, type Style} from '../line.js';

export type Column = {readonly title: string; readonly width: number; readonly align?: 'left' | 'right'};
export type Row = {
	/** A cell is text in the row's style, or a line with styles of its own. */
	readonly cells: ReadonlyArray<string | Line>;
	readonly style?: Style;
	/** Columns that carry something else beside the row: the cursor is not drawn there. */
	readonly apart?: readonly number[];
	/** Words in place of the cells from column `from` on, across them; ASCII only. */
	readonly note?: {readonly from: number; readonly text: string};
};

/** One cell, exactly as wide as its column and the space on both sides; `edge` is its first character. */
export function cellLine({columns}: Pick<TableView, 'columns'>, {cells, note, style = 'plain'}: Row, column: number, edge: string, ellipsis: string): Line {
	const {width, align} = columns[column]!;
	if (note === undefined || column < note.from) {
		const cell = cells[column] ?? '';
		return typeof cell === 'string'
			? [{text: `${edge}${fit(cell, width, align, ellipsis)} `, style}]
			: [{text: edge}, ...fitLine(cell, width, ellipsis), {text: ' '}];
	}

	const room = columns.slice(note.from).reduce((sum, each) => sum + each.width + cellSpaces, 0);
	const start = columns.slice(note.from, column).reduce((sum, each) => sum + each.width + cellSpaces, 0);
	// What a note begins with may be a sign; what it goes on with is words, wherever a column cuts them.
	const wordStyle = style === 'attention' && column > note.from ? 'strong' : style;
	return [{text: fit(` ${note.text}`, room, 'left', ellipsis).slice(start, start + width + cellSpaces), style: wordStyle}];
}

/** One on each side of a cell. */
const cellSpaces = 2;

export type TableView = {
	readonly columns: readonly Column[];
	/** Only the visible rows. */
	readonly rows: readonly Row[];
	/** Position of the cursor among the visible rows; -1 for none. */
	readonly cursor: number;
	/** Rows above and below the window. */
	readonly above: number;
	readonly below: number;
	/** Lines that the table takes, its title included. */
	readonly height: number;
};

/**
 * Gives the column at `flexible` what the others leave of `width`, up to `most`: what stands after it stays near. The rest is
 * blank, after the last column. A column costs its width and two spaces around it.
 */
export function layoutColumns(columns: readonly Column[], flexible: number, width: number, most = Number.POSITIVE_INFINITY): Column[] {
	const used = columns.reduce((sum, column, index) => sum + cellSpaces + (index === flexible ? 0 : column.width), 0);
	const room = Math.max(widthOf(columns[flexible]!.title), width - used);
	const rest = room - most - cellSpaces;
	const flexibleWidth = rest > 0 ? most : room;
	return [...columns.map((column, index) => index === flexible ? {...column, width: flexibleWidth} : column), ...(rest > 0 ? [{title: '', width: rest}] : [])];
}

/** The window of `items` around `cursor` that fits `height` lines, title included. Costs O(height). */
export function tableView<Item>(items: readonly Item[], columns: readonly Column[], toRow: (item: Item, index: number) => Row, {cursor, height}: {readonly cursor: number; readonly height: number}): TableView {
	const visible = Math.max(0, height - 1);
	const start = windowStart(items.length, cursor, visible);
	const rows = items.slice(start, start + visible).map((item, index) => toRow(item, start + index));
	return {columns, rows, cursor: cursor - start, above: start, below: Math.max(0, items.length - start - rows.length), height};
}
