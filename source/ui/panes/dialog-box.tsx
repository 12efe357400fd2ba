// A dialog in place of the footer's upper neighbours: a box in the middle of the screen.

import {Box} from 'ink';
import {fit, line, wrapText, type Line} from '../../session/line.js';
import {matchingActions} from '../../session/keymap.js';
import type {Dialog} from '../../session/state.js';
import {keyName} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import type {PaneProps} from './pane.js';

const maximumWidth = 76;
const paletteLines = 8;

function contentOf(dialog: Dialog, {application, actions, state}: PaneProps, width: number): Line[] {
	const text = dialog.lines.flatMap(words => wrapText(words, width)).map(words => line(words));
	if (dialog.kind !== 'text') {
		return dialog.kind === 'message' ? [...text, line(''), line('Esc  close', 'faint')] : text;
	}

	const shown = dialog.hidden ? '*'.repeat([...dialog.value].length) : dialog.value;
	const room = width - 4;
	const field: Line = [{text: '> ', style: 'accent'}, {text: shown.length > room ? shown.slice(-room) : shown, style: 'strong'}, {text: ' ', style: 'cursor'}];
	if (dialog.id !== 'palette') {
		return [...text, line(''), field, line(''), line('Enter  go on      Esc  cancel', 'faint')];
	}

	const found = matchingActions(actions, state.screen, dialog.value).slice(0, paletteLines);
	return [field, line(''), ...found.map(({title, keys, offBecause}, index): Line => {
		const reason = offBecause?.(state, application);
		return [{
			text: `${index === dialog.cursor ? '>' : ' '} ${fit(title, 26)}${fit(keyName(keys[0] ?? ''), 10)}${reason === undefined ? '' : `off: ${reason}`}`,
			style: index === dialog.cursor ? 'cursor' : reason === undefined ? 'plain' : 'faint',
		}];
	})];
}

export function DialogBox({dialog, ...props}: PaneProps & {readonly dialog: Dialog}) {
	const width = Math.min(maximumWidth, props.columns - 4);
	const lines = contentOf(dialog, props, width - 4);
	const height = Math.min(props.rows - 4, lines.length + 2);
	return (
		<Box width={props.columns} height={props.rows} alignItems="center" justifyContent="center">
			<Frame focused width={width} height={height} title={dialog.title} glyphs={props.glyphs} lines={lines}/>
		</Box>
	);
}
