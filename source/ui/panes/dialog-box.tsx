// A dialog in place of the footer's upper neighbours: a box in the middle of the screen.

import {Box} from 'ink';
import {fit, foldText, line, windowStart, type Line} from '../../session/line.js';
import type {Dialog, PaletteDialog, TextDialog} from '../../session/dialogs.js';
import {shownKey} from '../../session/key-names.js';
import {matchingActions} from '../../session/keymap.js';
import {Frame} from '../parts/frame.js';
import type {PaneProps} from './pane.js';

const maximumWidth = 76;
const paletteLines = 8;

/** What is being typed, its end in sight, with a cursor after it that is seen without colour too. */
export function fieldLine(dialog: TextDialog | PaletteDialog, width: number): Line {
	const shown = dialog.kind === 'text' && dialog.hidden ? '*'.repeat([...dialog.value].length) : dialog.value;
	const room = width - 4;
	return [{text: '> ', style: 'accent'}, {text: shown.length > room ? shown.slice(-room) : shown, style: 'strong'}, {text: '_', style: 'cursor'}];
}

/** The keys that a dialog answers to, as the footer of a screen shows its own. */
const keysLine = (keys: ReadonlyArray<readonly [key: string, title: string]>): Line =>
	keys.flatMap(([key, title], index): Line => [{text: `${index === 0 ? '' : '      '}${key}`, style: 'accent'}, {text: `  ${title}`}]);

function paletteContent(dialog: PaletteDialog, {application, actions, state, glyphs: {ellipsis}}: PaneProps, width: number): Line[] {
	const all = matchingActions(actions, state, dialog.value);
	const start = windowStart(all.length, dialog.cursor, paletteLines);
	return [fieldLine(dialog, width), line(''), ...(all.length === 0 ? [line('Nothing matches; Esc goes back.', 'faint')] : []), ...all.slice(start, start + paletteLines).map(({title, keys, offBecause}, index): Line => {
		const isCurrent = start + index === dialog.cursor;
		const reason = offBecause?.(state, application);
		return [{
			text: fit(`${isCurrent ? '>' : ' '} ${fit(title, 26, 'left', ellipsis)}${fit(shownKey(keys[0] ?? ''), 10, 'left', ellipsis)}${reason === undefined ? '' : `off: ${reason}`}`, width, 'left', ellipsis),
			style: isCurrent ? 'cursor' : reason === undefined ? 'plain' : 'faint',
		}];
	})];
}

function contentOf(dialog: Dialog, props: PaneProps, width: number): Line[] {
	if (dialog.kind === 'palette') {
		return paletteContent(dialog, props, width);
	}

	const text = dialog.lines.flatMap(words => foldText(words, width)).map(words => line(words));
	switch (dialog.kind) {
		case 'message': {
			return [...text.slice(dialog.scroll), line(''), keysLine([...(dialog.choice === undefined ? [] : [[dialog.choice.key, dialog.choice.title] as const]), ['Esc', 'close']])];
		}

		case 'choice': {
			const options = dialog.options.map(({title}, index): Line => line(`${index === dialog.cursor ? '>' : ' '} ${index + 1}  ${title}`, index === dialog.cursor ? 'cursor' : 'plain'));
			return [...text, ...options, line(''), keysLine([['Enter', 'choose'], ['Esc', 'cancel']])];
		}

		case 'confirm': {
			return text;
		}

		default: {
			const problem = dialog.problem === undefined ? [] : [...foldText(dialog.problem, width).map(words => line(words, 'damage')), line('')];
			return [...problem, ...text, line(''), fieldLine(dialog, width), line(''), keysLine([['Enter', 'go on'], ['Esc', 'cancel']])];
		}
	}
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
