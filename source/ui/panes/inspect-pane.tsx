// The inspect screen: one snapshot and its repositories, uncut.

import {formatCount} from '../../session/figures.js';
import {inspectLines} from '../../session/view/inspect-view.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function InspectPane({state, glyphs, columns, rows}: PaneProps) {
	const lines = inspectLines(state, columns - 4, glyphs);
	const height = rows - 1 - footerHeight;
	const start = Math.max(0, Math.min(state.scroll, lines.length - (height - 2)));
	const more = lines.length - start - (height - 2);
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Inspect', style: 'strong'}], more > 0 ? `${formatCount(more)} more lines` : '', columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title="Inspect" glyphs={glyphs} lines={lines.slice(start)}/>
		</>
	);
}
