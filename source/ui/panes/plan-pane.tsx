// Screen 2: the sync plan, to be read before anything is written.

import {Box} from 'ink';
import {fitLine, line, type Line} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {checkLines, checkSummary} from '../../session/view/plan-checks-view.js';
import {planLayout} from '../../session/view/plan-layout.js';
import {shortTotalLines, totalLines, totalNote} from '../../session/view/plan-totals.js';
import {orderLines, planTable, planTitle} from '../../session/view/plan-view.js';
import {DataTable} from '../parts/data-table.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline, pairPieces} from './headline.js';
import type {PaneProps} from './pane.js';

function waitingLines({state: {plan: {status, problem}}}: PaneProps): Line[] {
	if (status === 'computing') {
		return [line('Comparing what the source has with what the target lacks.', 'faint')];
	}

	return problem === undefined ? [line('The target lacks nothing of what was chosen.', 'sound')] : [line(problem.message, 'damage'), line(''), line(problem.hint)];
}

function Boxes({state, glyphs, columns}: PaneProps) {
	const {isStacked, totalHeight, checksHeight, boxesHeight, totalWidth} = planLayout(state);
	const note = state.plan.legs.length === 0 ? '' : checkSummary(state);
	const total = <Frame width={totalWidth} height={totalHeight} title="Total" note={totalNote(state)} glyphs={glyphs} lines={isStacked ? shortTotalLines(state) : totalLines(state)}/>;
	const checks = <Frame focused={state.plan.focus === 'checks'} width={isStacked ? columns : columns - totalWidth} height={checksHeight} title="Checks before writing" note={note} glyphs={glyphs} lines={checkLines(state)}/>;
	return <Box height={boxesHeight} flexDirection={isStacked ? 'column' : 'row'}>{total}{checks}</Box>;
}

export function PlanPane(props: PaneProps) {
	const {state, glyphs, columns, rows} = props;
	const {legs, entries, focus} = state.plan;
	const {boxesHeight, hasOrder} = planLayout(state);
	const height = rows - 1 - boxesHeight - (hasOrder ? 2 : 0) - footerHeight;
	const arrow = legs.length > 1 ? ` <${glyphs.arrow} ` : ` ${glyphs.arrow} `;
	const where = pairPieces({text: 'Sync plan   ', style: 'strong'}, [sourceOf(state)?.name ?? '', targetOf(state)?.name ?? ''], arrow, {columns, ellipsis: glyphs.ellipsis});
	const table = planTable(state, columns - 2, height - 2);
	const isEmpty = entries.length === 0;
	const id = legs.map(({plan}) => plan.id).join(' and ');
	return (
		<>
			<StyledLine pieces={headline(state, where, id === '' ? '' : `plan ${id}, read-only so far`, columns, glyphs.ellipsis)}/>
			<Frame focused={focus === 'rows'} width={columns} height={height} title={planTitle(state)} note={table.below > 0 ? `${table.below} more below` : 'oldest first'} glyphs={glyphs} {...(isEmpty ? {lines: [line(''), ...waitingLines(props)]} : {})}>
				{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
			</Frame>
			<Boxes {...props}/>
			{hasOrder && orderLines().map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}
