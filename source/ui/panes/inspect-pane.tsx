// The inspect screen: one snapshot and its repositories, uncut.

import {formatCount} from '../../session/figures.js';
import {inspectLines, inspectRows} from '../../session/view/inspect-view.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function InspectPane({state, glyphs, columns, rows}: PaneProps) {
	const lines = inspectLines(state, columns - 4, glyphs);
	const visible = inspectRows({rows});
	const start = Math.max(0, Math.min(state.scroll, lines.length - visible));
	const more = lines.length - start - visible;
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Inspect', style: 'strong'}], more > 0 ? `${formatCount(more)} more lines` : '', columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={visible + 2} title="Inspect" glyphs={glyphs} lines={lines.slice(start)}/>
		</>
	);
}
