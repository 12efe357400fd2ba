// Screen 1: repositories side by side.

import {Box} from 'ink';
import {line, fitLine} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {shownPairs} from '../../session/pairs.js';
import {compareTable, countLine, currentLine, emptyCompare, kinshipLine, repositoryLines, repositoryWords} from '../../session/view/compare-view.js';
import {DataTable} from '../parts/data-table.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const listWidth = 24;
/** The list of repositories has a pane of its own from here on. */
const listFromColumns = 100;
const detailLines = 3;

export function ComparePane({state, glyphs, columns, rows}: PaneProps) {
	const [source, target] = [sourceOf(state), targetOf(state)];
	const hasList = columns >= listFromColumns;
	const width = hasList ? columns - listWidth : columns;
	const height = rows - 1 - detailLines - footerHeight;
	const table = compareTable(state, width - 2, height - 2);
	const isEmpty = shownPairs(state).length === 0;
	const left = `SOURCE ${repositoryWords(source)}`;
	const right = target === undefined ? '' : `TARGET ${repositoryWords(target)}`;
	const where = target === undefined ? [{text: source?.name ?? 'plakar-tui', style: 'strong' as const}] : [
		{text: source?.name ?? '', style: 'strong' as const}, {text: ` ${glyphs.arrow} `, style: 'accent' as const}, {text: target.name, style: 'strong' as const},
	];
	const below = table.below > 0 ? `${table.below} more (PgDn)` : '';
	return (
		<>
			<StyledLine pieces={headline(state, where, below, columns)}/>
			<Box height={height}>
				{hasList && <Frame width={listWidth} height={height} title="Repositories" glyphs={glyphs} lines={repositoryLines(state, listWidth - 4)}/>}
				<Frame focused width={width} height={height} title={left} note={right} glyphs={glyphs} {...(isEmpty ? {lines: [line(''), ...emptyCompare(state)]} : {})}>
					{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
				</Frame>
			</Box>
			{[countLine(state), currentLine(state), kinshipLine(state)].map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}

