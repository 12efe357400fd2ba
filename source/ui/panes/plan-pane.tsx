// Screen 2: the sync plan, to be read before anything is written.

import {Box} from 'ink';
import {fitLine, line} from '../../session/line.js';
import {sourceOf, targetOf} from '../../session/state.js';
import {checkLines, checkSummary, orderLines, planTable, totalLines} from '../../session/view/plan-view.js';
import {DataTable} from '../parts/data-table.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const boxHeight = 9;
/** Rows from which there is room for the two lines about the order of writing. */
const orderFromRows = 28;

export function PlanPane({state, glyphs, columns, rows}: PaneProps) {
	const {plan: {plan, status, ticked, problem}} = state;
	const hasOrder = rows >= orderFromRows;
	const height = rows - 1 - boxHeight - (hasOrder ? 2 : 0) - footerHeight;
	const where = [
		{text: 'Sync plan   ', style: 'strong' as const}, {text: sourceOf(state)?.name ?? ''}, {text: ` ${glyphs.arrow} `, style: 'accent' as const}, {text: targetOf(state)?.name ?? ''},
	];
	const table = planTable(state, columns - 2, height - 2);
	const sendable = plan?.rows.filter(row => row.state === 'send').length ?? 0;
	const waiting = status === 'computing'
		? [line('Comparing what the source has with what the target lacks…', 'faint')]
		: [line(problem?.message ?? 'The target lacks nothing of what was chosen.', problem === undefined ? 'sound' : 'damage'), line(''), line(problem?.hint ?? '')];
	const isEmpty = table === undefined || table.rows.length === 0;
	const total = Math.floor(columns / 2);
	return (
		<>
			<StyledLine pieces={headline(state, where, plan === undefined ? '' : `plan ${plan.id}, read-only so far`, columns)}/>
			<Frame focused width={columns} height={height} title={`Snapshots to send   ${ticked.size} of ${sendable} ticked`} note="oldest first" glyphs={glyphs} {...(isEmpty ? {lines: [line(''), ...waiting]} : {})}>
				{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
			</Frame>
			<Box height={boxHeight}>
				<Frame width={total} height={boxHeight} title="Total" glyphs={glyphs} lines={totalLines(state)}/>
				<Frame width={columns - total} height={boxHeight} title="Checks before writing" note={plan === undefined ? '' : checkSummary(state)} glyphs={glyphs} lines={checkLines(state)}/>
			</Box>
			{hasOrder && orderLines().map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces, columns)}/>)}
		</>
	);
}
