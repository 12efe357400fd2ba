// A dialog: a box in the middle of a layer of its own, which lies over the screen or stands alone.

import {Box} from 'ink';
import type {DialogView} from '../../session/view/dialog-view.js';
import {footerHeight, headlineHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import type {PaneProps} from './pane.js';

/** Below the headline, which says where one is whatever lies over the screen. */
export const DialogBox = ({view: {width, height, title, note, lines}, columns, rows, glyphs}: Pick<PaneProps, 'columns' | 'rows' | 'glyphs'> & {readonly view: DialogView}) => (
	<Box width={columns} height={rows} paddingTop={headlineHeight} paddingBottom={footerHeight} alignItems="center" justifyContent="center" flexShrink={0}>
		<Frame focused width={width} height={height} title={title} note={note} glyphs={glyphs} lines={lines}/>
	</Box>
);
