// A heal to be read before anything is written.

import {roleOf} from '../../session/state.js';
import {healDetail, healLinesOf, healTitle, healTotalLines} from '../../session/view/heal-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline, pairPieces} from './headline.js';
import type {PaneProps} from './pane.js';

/** What is known of one record needs this much, on screens that have the list beside it. */
const fullDetailHeight = 7;
const detailFromRows = 22;
const totalHeight = 6;

export function HealPane({state, glyphs, columns, rows}: PaneProps) {
	const {heal} = state;
	const hasRows = (heal.plan?.rows.length ?? 0) > 0;
	const detailHeight = !hasRows || rows < detailFromRows ? 0 : fullDetailHeight;
	const height = rows - 1 - detailHeight - (hasRows ? totalHeight : 0) - footerHeight;
	const where = pairPieces({text: 'Heal   ', style: 'strong'}, [roleOf(state, heal.source), roleOf(state, heal.target)], ` ${glyphs.arrow} `, {columns, ellipsis: glyphs.ellipsis});
	return (
		<>
			<StyledLine pieces={headline(state, where, heal.plan === undefined ? 'read-only so far' : `plan ${heal.plan.id}, read-only so far`, columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title={healTitle(state)} glyphs={glyphs} lines={healLinesOf(state, {width: columns - 4, height: height - 2}, glyphs)}/>
			{detailHeight > 0 && <Frame width={columns} height={detailHeight} title="This record" glyphs={glyphs} lines={healDetail(state, columns - 4)}/>}
			{hasRows && <Frame width={columns} height={totalHeight} title="What it would do" glyphs={glyphs} lines={healTotalLines(state, columns - 4)}/>}
		</>
	);
}
