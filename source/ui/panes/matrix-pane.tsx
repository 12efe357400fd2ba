// The matrix screen: who lacks what among all repositories, and what would make them equal.

import {Box} from 'ink';
import {formatCount} from '../../session/figures.js';
import {keyOf} from '../../session/key-of.js';
import {fitLine} from '../../session/line.js';
import {shownRows} from '../../session/matrix/matrix-state.js';
import {comparedNames, emptyMatrixLines, matrixCurrentLines, matrixCurrentWidth, matrixLegend, matrixTable, transferLines} from '../../session/view/matrix-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {DataTable} from '../parts/data-table.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

/** The transfers get a third of the screen at most. */
const maximumShare = 3;

export function MatrixPane({state, glyphs, columns, rows}: PaneProps) {
	const {matrix: {matrix, isDifferent}} = state;
	const facts = transferLines(state, Math.floor(rows / maximumShare) - 2, glyphs);
	const boxHeight = matrix === undefined ? 0 : facts.length + 2;
	const height = rows - 2 - boxHeight - footerHeight;
	const all = shownRows(state.matrix).length;
	const isEmpty = all === 0;
	const currentWidth = isEmpty ? 0 : matrixCurrentWidth(columns);
	const tableWidth = columns - currentWidth;
	const table = matrixTable(state, tableWidth - 2, height - 2, glyphs);
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Matrix   ', style: 'strong'}, {text: comparedNames(state.matrix, tableWidth - 2)}], table.below > 0 ? `${formatCount(table.below)} more (${keyOf(state, 'move.pagedown')})` : '', columns, glyphs.ellipsis)}/>
			<Box height={height}>
				<Frame focused width={tableWidth} height={height} title={matrix === undefined ? 'Snapshots' : `Snapshots   ${isDifferent ? `${formatCount(all)} that are not everywhere` : formatCount(all)}`} glyphs={glyphs} {...(isEmpty ? {lines: emptyMatrixLines(state, columns - 4)} : {})}>
					{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
				</Frame>
				{currentWidth > 0 && <Frame width={currentWidth} height={height} title="Who has it" glyphs={glyphs} lines={matrixCurrentLines(state, currentWidth - 4, glyphs)}/>}
			</Box>
			<StyledLine pieces={fitLine(matrixLegend(glyphs, columns), columns, glyphs.ellipsis)}/>
			{matrix !== undefined && <Frame width={columns} height={boxHeight} title="What would be sent" glyphs={glyphs} lines={facts}/>}
		</>
	);
}
