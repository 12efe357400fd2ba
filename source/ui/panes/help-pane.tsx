// The keys of a screen as a list: to read, to search, and to choose from.

import {helpedActions, helpedScreen, helpLines} from '../../session/view/help-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function HelpPane({state, application, glyphs, columns, rows}: PaneProps) {
	const height = rows - 1 - footerHeight;
	const {cursor, filter} = state.help;
	const count = helpedActions(state).length;
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Keys', style: 'strong'}], `${Math.min(count, cursor + 1)} of ${count}`, columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title={`Keys of the ${helpedScreen(state)} screen`} note={filter === '' ? '' : `filter: ${filter}`} glyphs={glyphs} lines={helpLines(application, columns - 4, height - 2, glyphs)}/>
		</>
	);
}
