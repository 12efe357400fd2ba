// One finding in full, scrolled through.

import {fitLine} from '../../session/line.js';
import {shownJobOf} from '../../session/state.js';
import {affectedCount, affectedHead, affectedNote, affectedRows} from '../../session/view/affected-view.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function AffectedPane({state, glyphs, columns, rows}: PaneProps) {
	const head = affectedHead(state, columns - 2, glyphs);
	const height = Math.max(3, rows - footerHeight - 1 - head.length);
	const start = Math.max(0, Math.min(state.scroll, affectedCount(state) - (height - 2)));
	const where = [{text: 'What is affected   ', style: 'strong' as const}, {text: shownJobOf(state)?.sourceName ?? ''}];
	return (
		<>
			<StyledLine pieces={headline(state, where, '', columns, glyphs.ellipsis)}/>
			{head.map((pieces, index) => <StyledLine key={index} pieces={fitLine([{text: ' '}, ...pieces], columns, glyphs.ellipsis)}/>)}
			<Frame focused width={columns} height={height} title="Snapshots and paths" note={affectedNote(state, start, height - 2)} glyphs={glyphs} lines={affectedRows(state, start, height - 2, glyphs)}/>
		</>
	);
}
