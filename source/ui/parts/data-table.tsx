// A table drawn by ink-table, one line a row, columns of exact width.
//
// ink-table knows no widths, alignment or cursor, and measures by string length. So it is given, as each value, only the
// row's position padded to the column's width; the cell component looks the text up and fits it by terminal columns.

import {Text} from 'ink';
import {createContext, useContext, type ReactNode} from 'react';
import type {Glyphs} from '../../session/glyphs.js';
import {fit} from '../../session/line.js';
import {cellLine, type TableView} from '../../session/view/table.js';
import {Table} from '../ink-table.js';
import {dressed, useTheme, type Theme} from '../theme.js';

type Shown = {readonly view: TableView; readonly glyphs: Glyphs};
const TableContext = createContext<Shown | undefined>(undefined);

/** The edge and the space in front of a cell that stands apart belong to that one. */
const cursorPieces = (text: string, isBeforeApart: boolean, theme: Theme): ReturnType<typeof dressed> =>
	isBeforeApart ? [{text: text.slice(0, -2), look: theme.cursor}, {text: text.slice(-2), look: theme.plain}] : [{text, look: theme.cursor}];

function Cell({column, children}: {readonly column: number; readonly children?: ReactNode}) {
	const {view, glyphs} = useContext(TableContext)!;
	const index = Number.parseInt(String(children), 10);
	const row = view.rows[index];
	const isCursor = index === view.cursor && row?.apart?.includes(column) !== true;
	// The cursor is seen without colour too.
	const edge = column === 0 && index === view.cursor ? '>' : ' ';
	const pieces = cellLine(view, row ?? {cells: []}, column, edge, glyphs.ellipsis);
	const theme = useTheme();
	const [only, ...others] = isCursor ? cursorPieces(pieces.map(({text}) => text).join(''), row?.apart?.includes(column + 1) === true, theme) : dressed(pieces, theme);
	return others.length === 0 && only !== undefined
		? <Text {...only.look} wrap="truncate">{only.text}</Text>
		: <Text wrap="truncate">{[...(only === undefined ? [] : [only]), ...others].map(({text, look}, at) => <Text key={at} {...look}>{text}</Text>)}</Text>;
}

function Header({children}: {readonly children?: ReactNode}) {
	const {view, glyphs} = useContext(TableContext)!;
	const column = view.columns[Number.parseInt(String(children), 10)]!;
	const theme = useTheme();
	return <Text {...theme.faint}>{` ${fit(column.title, column.width, column.align, glyphs.ellipsis)} `}</Text>;
}

/** No rules: a table is quieter without. */
const Skeleton = () => null;

export function DataTable({view, glyphs}: Shown) {
	const names = view.columns.map(({width}, index) => String(index).padEnd(width));
	const data = view.rows.map((_, row) => Object.fromEntries(names.map((name, column) => [name, String(row).padEnd(view.columns[column]!.width)])));
	return (
		<TableContext.Provider value={{view, glyphs}}>
			<Table data={data} columns={names} cell={Cell as never} header={Header as never} skeleton={Skeleton as never}/>
		</TableContext.Provider>
	);
}
