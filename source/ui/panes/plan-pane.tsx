// Screen 2: the sync plan, to be read before anything is written.

import {Box} from 'ink';
import {failureLines, fitLine, foldedLines, line, type Line} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {explainLines} from '../../session/view/explain-view.js';
import {checkLines, checksHead} from '../../session/view/plan-checks-view.js';
import {planLayout} from '../../session/view/plan-layout.js';
import {shortTotalLines, totalLines, totalNote} from '../../session/view/plan-totals.js';
import {orderLines, planTable, planTitle} from '../../session/view/plan-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {DataTable} from '../parts/data-table.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline, pairPieces} from './headline.js';
import type {PaneProps} from './pane.js';

function waitingLines({state: {plan: {status, problem}}, columns}: PaneProps): Line[] {
	const width = columns - 4;
	if (status === 'computing') {
		return foldedLines('Comparing what the source has with what the target lacks.', width, 'faint');
	}

	return problem === undefined ? foldedLines('The target lacks nothing of what was chosen.', width, 'sound') : failureLines(problem, width);
}

const notKnownYet = [line('not known yet', 'faint')];

function Boxes({state, glyphs, columns}: PaneProps) {
	const {isStacked, totalHeight, checksHeight, boxesHeight, totalWidth} = planLayout(state);
	const [totals, checked] = state.plan.legs.length === 0 ? [notKnownYet, notKnownYet] : [isStacked ? shortTotalLines(state) : totalLines(state), checkLines(state)];
	const total = <Frame width={totalWidth} height={totalHeight} title="Total" note={totalNote(state)} glyphs={glyphs} lines={totals}/>;
	const checks = <Frame focused={state.plan.focus === 'checks'} width={isStacked ? columns : columns - totalWidth} height={checksHeight} {...checksHead(state)} glyphs={glyphs} lines={checked}/>;
	return <Box height={boxesHeight} flexDirection={isStacked ? 'column' : 'row'}>{total}{checks}</Box>;
}

export function PlanPane(props: PaneProps) {
	const {state, glyphs, columns, rows} = props;
	const {legs, entries, focus} = state.plan;
	const {boxesHeight, hasOrder, explanationWidth} = planLayout(state);
	// Where no plan can be made there is nothing to sum up.
	const hasBoxes = state.plan.problem === undefined;
	const height = rows - 1 - (hasBoxes ? boxesHeight : 0) - (hasOrder ? 2 : 0) - footerHeight;
	const arrow = legs.length > 1 ? ` <${glyphs.arrow} ` : ` ${glyphs.arrow} `;
	const where = pairPieces({text: 'Sync plan   ', style: 'strong'}, [sourceOf(state)?.name ?? '', targetOf(state)?.name ?? ''], arrow, {columns, ellipsis: glyphs.ellipsis});
	const isEmpty = entries.length === 0;
	const listWidth = columns - (isEmpty ? 0 : explanationWidth);
	const table = planTable(state, listWidth - 2, height - 2);
	const id = legs.map(({plan}) => plan.id).join(' and ');
	return (
		<>
			<StyledLine pieces={headline(state, where, id === '' ? '' : `plan ${id}, read-only so far`, columns, glyphs.ellipsis)}/>
			<Box height={height}>
				<Frame focused={focus === 'rows'} width={listWidth} height={height} title={planTitle(state)} note={table.below > 0 ? `${table.below} more below` : 'oldest first'} glyphs={glyphs} {...(isEmpty ? {lines: waitingLines(props)} : {})}>
					{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
				</Frame>
				{listWidth < columns && <Frame width={explanationWidth} height={height} title="Snapshot" glyphs={glyphs} lines={explainLines(state, explanationWidth - 4)}/>}
			</Box>
			{hasBoxes && <Boxes {...props}/>}
			{hasOrder && orderLines().map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}
