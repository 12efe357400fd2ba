// One finding in full, scrolled through.

import {fitLine} from '../../session/line.js';
import {shownJobOf} from '../../session/state.js';
import {affectedCount, affectedHead, affectedNote, affectedRows, affectedVisible} from '../../session/view/affected-view.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function AffectedPane({state, glyphs, columns, rows}: PaneProps) {
	const head = affectedHead(state, columns - 2, glyphs);
	const visible = affectedVisible(rows, head.length);
	const start = Math.max(0, Math.min(state.scroll, affectedCount(state) - visible));
	const where = [{text: 'What is affected   ', style: 'strong' as const}, {text: shownJobOf(state)?.sourceName ?? ''}];
	return (
		<>
			<StyledLine pieces={headline(state, where, '', columns, glyphs.ellipsis)}/>
			{head.map((pieces, index) => <StyledLine key={index} pieces={fitLine([{text: ' '}, ...pieces], columns, glyphs.ellipsis)}/>)}
			<Frame focused width={columns} height={visible + 2} title="Snapshots and paths" note={affectedNote(state, start, visible)} glyphs={glyphs} lines={affectedRows(state, start, visible, glyphs)}/>
		</>
	);
}
