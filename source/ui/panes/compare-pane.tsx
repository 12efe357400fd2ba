// Screen 1: repositories side by side.

import {Box} from 'ink';
import {keyedTitle} from '../../session/key-of.js';
import {compareLayout, type CompareLayout} from '../../session/view/compare-layout.js';
import {compareTable, moreWords} from '../../session/view/compare-table.js';
import {shrinkPieces} from '../../session/sentence.js';
import {countLine, currentLine, firstRunLines, sideTitle} from '../../session/view/compare-view.js';
import {previewLines} from '../../session/view/inspect-view.js';
import {kinshipLine} from '../../session/view/kinship-view.js';
import {repositoryDetails, repositoryLines, repositoryTable} from '../../session/view/repository-view.js';
import {fitLine, line, type Line, type Piece} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {DataTable} from '../parts/data-table.js';
import {Frame} from '../parts/frame.js';
import {SplitFrame, type Segment} from '../parts/split-frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline, pairPieces} from './headline.js';
import type {PaneProps} from './pane.js';

/** Of the list that stands alone: below it, the repository under the cursor. */
const listDetailLines = 7;
/** Of the list itself, its title included, before anything is said below it. */
const leastListLines = 5;

type PartProps = PaneProps & {readonly layout: CompareLayout; readonly height: number};

function segmentsOf({state, layout: {hasSource, hasTarget, sourceWidth, targetWidth}}: PartProps): Segment[] {
	const {focus} = state.compare;
	const source: Segment = {width: sourceWidth + 3, ...sideTitle(state, 'source'), isFocused: focus === 'source'};
	const target: Segment = {width: targetWidth + 3, ...sideTitle(state, 'target'), isFocused: focus === 'target'};
	const marks: Segment = {width: 4};
	if (targetOf(state) === undefined) {
		return [{...source, width: sourceWidth + 2}];
	}

	return hasSource && hasTarget ? [source, marks, target] : hasSource ? [source, marks] : [marks, target];
}

function Halves(props: PartProps) {
	const {state, layout, height, glyphs} = props;
	const segments = segmentsOf(props);
	const {view, messages} = compareTable(state, layout, height - 2, glyphs);
	const more = moreWords(state, view, glyphs.ellipsis);
	const {title: targetTitle} = sideTitle(state, 'target');
	const edge: Piece = {text: glyphs.vertical};
	return (
		<SplitFrame segments={segments} height={height} glyphs={glyphs}>
			<DataTable view={view} glyphs={glyphs}/>
			{messages.map(({source, target}, row) => (
				<StyledLine key={row} pieces={segments.flatMap(({width, title}, index): Piece[] => {
					const text = title === undefined ? [] : row === messages.length - 1 && index === 0 && more !== '' ? line(`   ${more}`, 'faint') : [{text: index === 0 ? ' ' : '  '}, ...(title === targetTitle ? target : source)];
					return [...(index === 0 ? [] : [edge]), ...fitLine(text, width, glyphs.ellipsis)];
				})}/>
			))}
		</SplitFrame>
	);
}

function ListAlone({state, glyphs, columns, height}: PartProps) {
	const detailHeight = Math.max(0, Math.min(listDetailLines, height - 2 - leastListLines));
	const table = repositoryTable(state, columns - 2, height - 2 - detailHeight);
	const details = repositoryDetails(state, columns - 4, glyphs.ellipsis);
	return (
		<SplitFrame segments={[{width: columns - 2, title: keyedTitle(state, 'pane.list', 'Repositories'), isFocused: true}]} height={height} glyphs={glyphs}>
			<Box height={height - 2 - detailHeight} flexDirection="column" overflow="hidden"><DataTable view={table} glyphs={glyphs}/></Box>
			{[line(''), ...details].slice(0, detailHeight).map((pieces, index) => <StyledLine key={index} pieces={[{text: ' '}, ...fitLine(pieces, columns - 4, glyphs.ellipsis)]}/>)}
		</SplitFrame>
	);
}

function Panes(props: PartProps) {
	const {state, layout: {listWidth, tableWidth, previewWidth}, height, glyphs} = props;
	if (state.repositories.length === 0) {
		return <Frame focused width={props.columns} height={height} title="Welcome" glyphs={glyphs} lines={[line(''), ...firstRunLines(state)]}/>;
	}

	if (tableWidth === 0) {
		return <ListAlone {...props}/>;
	}

	return (
		<Box height={height}>
			{listWidth > 0 && <Frame focused={state.compare.focus === 'list'} width={listWidth} height={height} title={keyedTitle(state, 'pane.list', 'Repositories')} glyphs={glyphs} lines={repositoryLines(state, listWidth - 4, height - 2, glyphs)}/>}
			<Halves {...props}/>
			{previewWidth > 0 && <Frame width={previewWidth} height={height} title="Snapshot" glyphs={glyphs} lines={previewLines(state, previewWidth - 4, glyphs)}/>}
		</Box>
	);
}

export function ComparePane(props: PaneProps) {
	const {state, glyphs, columns, rows} = props;
	const [source, target] = [sourceOf(state), targetOf(state)];
	const details = state.repositories.length === 0 ? [] : [countLine(state), currentLine(state, glyphs.ellipsis), kinshipLine(state, columns)];
	const height = rows - 1 - details.length - footerHeight;
	const lead = {text: 'plakar-tui   ', style: 'faint' as const};
	const where: Line = target === undefined
		? [lead, {text: source?.name ?? '', style: 'strong'}]
		: pairPieces(lead, [source?.name ?? '', target.name], ` ${glyphs.arrow} `, {columns, ellipsis: glyphs.ellipsis, style: 'strong'});
	return (
		<>
			<StyledLine pieces={headline(state, where, '', columns, glyphs.ellipsis)}/>
			<Panes {...props} layout={compareLayout(state, columns)} height={height}/>
			{details.map((pieces, index) => <StyledLine key={index} pieces={fitLine(index === 0 ? shrinkPieces(pieces, columns, glyphs.ellipsis) : pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}
