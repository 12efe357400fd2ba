// Screen 2: the sync plan, to be read before anything is written.

import {Box} from 'ink';
import {fitLine, line, type Line} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {checkLines, checkSummary, limitNote, orderLines, planTable, planTitle, shortTotalLines, totalLines, widePlanColumns} from '../../session/view/plan-view.js';
import {DataTable} from '../parts/data-table.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const boxHeight = 9;
/** Rows from which there is room for the two lines about the order of writing. */
const orderFromRows = 28;
/** Below this the boxes keep only their first lines: the list that is ticked comes first. */
const fullBoxesFromRows = 22;
/** The least that is left for the list: its borders, its title and three rows. */
const lowTotalHeight = 3;
const lowChecksHeight = 3;
/** The two boxes of a narrow screen, one above the other. */
const narrowTotalHeight = 5;
const narrowChecksHeight = 4;

type BoxHeights = {readonly total: number; readonly checks: number};

function boxHeights({state, columns, rows}: PaneProps): BoxHeights {
	if (rows >= fullBoxesFromRows) {
		return columns < widePlanColumns ? {total: narrowTotalHeight, checks: narrowChecksHeight} : {total: boxHeight, checks: boxHeight};
	}

	return {total: lowTotalHeight + (state.plan.legs.length > 1 ? 1 : 0), checks: lowChecksHeight};
}

/** One box above the other, each with what matters most. */
const isStacked = ({columns, rows}: PaneProps): boolean => columns < widePlanColumns || rows < fullBoxesFromRows;

function waitingLines({state: {plan: {status, problem}}}: PaneProps): Line[] {
	if (status === 'computing') {
		return [line('Comparing what the source has with what the target lacks.', 'faint')];
	}

	return problem === undefined ? [line('The target lacks nothing of what was chosen.', 'sound')] : [line(problem.message, 'damage'), line(''), line(problem.hint)];
}

function Boxes({heights, ...props}: PaneProps & {readonly heights: BoxHeights}) {
	const {state, glyphs, columns} = props;
	const isNarrow = isStacked(props);
	const isFocused = state.plan.focus === 'checks';
	const note = state.plan.legs.length === 0 ? '' : checkSummary(state, heights.checks - 2, isNarrow);
	if (isNarrow) {
		return (
			<>
				<Frame width={columns} height={heights.total} title="Total" note={heights.total < narrowTotalHeight ? limitNote(state) : ''} glyphs={glyphs} lines={shortTotalLines(state)}/>
				<Frame focused={isFocused} width={columns} height={heights.checks} title="Checks before writing" note={note} glyphs={glyphs} lines={checkLines(state, heights.checks - 2, true)}/>
			</>
		);
	}

	const left = Math.floor(columns / 2) - 1;
	return (
		<Box height={boxHeight}>
			<Frame width={left} height={boxHeight} title="Total" glyphs={glyphs} lines={totalLines(state)}/>
			<Frame focused={isFocused} width={columns - left} height={boxHeight} title="Checks before writing" note={note} glyphs={glyphs} lines={checkLines(state, boxHeight - 2)}/>
		</Box>
	);
}

export function PlanPane(props: PaneProps) {
	const {state, glyphs, columns, rows} = props;
	const {legs, entries, focus} = state.plan;
	const hasOrder = rows >= orderFromRows;
	const heights = boxHeights(props);
	const boxes = isStacked(props) ? heights.total + heights.checks : boxHeight;
	const height = rows - 1 - boxes - (hasOrder ? 2 : 0) - footerHeight;
	const arrow = legs.length > 1 ? ` <${glyphs.arrow} ` : ` ${glyphs.arrow} `;
	const where = [
		{text: 'Sync plan   ', style: 'strong' as const}, {text: sourceOf(state)?.name ?? ''}, {text: arrow, style: 'accent' as const}, {text: targetOf(state)?.name ?? ''},
	];
	const table = planTable(state, columns - 2, height - 2);
	const isEmpty = entries.length === 0;
	const id = legs.map(({plan}) => plan.id).join(' and ');
	return (
		<>
			<StyledLine pieces={headline(state, where, id === '' ? '' : `plan ${id}, read-only so far`, columns, glyphs.ellipsis)}/>
			<Frame focused={focus === 'rows'} width={columns} height={height} title={planTitle(state)} note={table.below > 0 ? `${table.below} more below` : 'oldest first'} glyphs={glyphs} {...(isEmpty ? {lines: [line(''), ...waitingLines(props)]} : {})}>
				{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
			</Frame>
			<Boxes {...props} heights={heights}/>
			{hasOrder && orderLines().map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}
