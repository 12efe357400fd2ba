// The log.

import {logLines, logTitle} from '../../session/view/log-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function LogPane({state, glyphs, columns, rows}: PaneProps) {
	const height = rows - 1 - footerHeight;
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Log', style: 'strong'}], '', columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title={logTitle(state)} glyphs={glyphs} lines={logLines(state, columns - 4, height - 2)}/>
		</>
	);
}
