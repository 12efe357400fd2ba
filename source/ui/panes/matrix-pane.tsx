// The matrix screen: who lacks what among all repositories, and what would make them equal.

import {formatCount} from '../../session/figures.js';
import {fitLine} from '../../session/line.js';
import {shownRows} from '../../session/matrix/matrix-state.js';
import {comparedNames, emptyMatrixLines, matrixLegend, matrixTable, transferLines} from '../../session/view/matrix-view.js';
import {DataTable} from '../parts/data-table.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

/** The transfers get a third of the screen at most. */
const maximumShare = 3;

export function MatrixPane({state, glyphs, columns, rows}: PaneProps) {
	const {matrix: {matrix, isDifferent}} = state;
	const facts = transferLines(state, Math.floor(rows / maximumShare) - 2, glyphs);
	const boxHeight = facts.length + 2;
	const height = rows - 2 - boxHeight - footerHeight;
	const table = matrixTable(state, columns - 2, height - 2, glyphs);
	const isEmpty = table.rows.length === 0;
	const all = shownRows(state.matrix).length;
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Matrix   ', style: 'strong'}, {text: comparedNames(state.matrix, columns - 2)}], table.below > 0 ? `${formatCount(table.below)} more (PgDn)` : '', columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title={`Snapshots   ${isDifferent ? `${formatCount(all)} that are not everywhere` : formatCount(all)}`} glyphs={glyphs} {...(isEmpty ? {lines: [[], ...emptyMatrixLines(state)]} : {})}>
				{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
			</Frame>
			<StyledLine pieces={fitLine(matrixLegend(glyphs), columns, glyphs.ellipsis)}/>
			<Frame width={columns} height={boxHeight} title={matrix === undefined ? 'Transfers' : 'What would be sent'} glyphs={glyphs} lines={facts}/>
		</>
	);
}
