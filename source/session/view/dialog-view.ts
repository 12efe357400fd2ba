// A dialog in words: what its box says, how large that is, its keys, and what the obvious one would do.

import type {Application} from '../application.js';
import {answersOf, type Dialog, type PaletteDialog, type ScrolledDialog, type TextDialog} from '../dialogs.js';
import type {Glyphs} from '../glyphs.js';
import {shownKey} from '../key-names.js';
import {matchingActions} from '../keymap.js';
import {cellsOf, fit, foldedLines, foldText, line, widthOf, windowStart, type Line} from '../line.js';
import {shortenMiddle} from '../sentence.js';
import type {State} from '../state.js';
import {edges, footerHeight, headlineHeight} from './around-panes.js';

/** What a dialog leaves of the screen: a blank column and a border on each side, the first line and the footer. */
const around = {columns: 4, rows: headlineHeight + footerHeight};
/** Columns of a box, its borders included: what is read at a glance. */
const leastWidth = 44;
const fieldWidth = 60;
const questionWidth = 64;
/** For figures in columns, and for titles that hold a path. */
const greatestWidth = 76;
const borders = 4;
/** What of a text stays in sight above more options than there is room for. */
const leastText = 3;
/** Of an option, for the cursor and its number. */
const optionHead = 5;
/** What the border has around a title, and around a note beside it. */
const besideTitle = {alone: 6, withNote: 10};
/** Actions that the palette shows: many where there is room, and never more than are looked through at a glance. */
const paletteLines = {least: 8, most: 16, around: 20};

export type DialogKey = {readonly key: string; readonly title: string};
export type DialogView = {
	/** Borders included. */
	readonly width: number;
	readonly height: number;
	readonly title: string;
	readonly note: string;
	readonly lines: readonly Line[];
	readonly keys: readonly DialogKey[];
	readonly sentence: string;
};

type Given = {readonly state: State; readonly application: Application; readonly glyphs: Glyphs};
type Content = Pick<DialogView, 'lines' | 'keys' | 'sentence'> & {
	/** Seen in any case: the lines above give way to it, and are scrolled. */
	readonly last: readonly Line[];
	readonly note?: string;
};

/** The end of `text` that fits `width` columns. */
function endOf(text: string, width: number): string {
	const cells = cellsOf(text);
	let left = width;
	let start = cells.length;
	while (start > 0 && cells[start - 1]!.width <= left) {
		start--;
		left -= cells[start]!.width;
	}

	return cells.slice(start).map(cell => cell.text).join('');
}

/** What is being typed, its end in sight, with a cursor after it that is seen without colour too. */
export function fieldLine(dialog: TextDialog | PaletteDialog, width: number): Line {
	const shown = dialog.kind === 'text' && dialog.hidden ? '*'.repeat([...dialog.value].length) : dialog.value;
	return [{text: '> ', style: 'accent'}, {text: endOf(shown, width - 4), style: 'strong'}, {text: '_', style: 'cursor'}];
}

const keyed = (keys: ReadonlyArray<readonly [key: string, title: string]>): Line =>
	keys.flatMap(([key, title], index): Line => [{text: `${index === 0 ? '' : '      '}${key}`, style: 'accent'}, {text: `  ${title}`}]);

/** Two answers side by side; three, one below the other. */
function answerLines(answers: ReturnType<typeof answersOf>): Line[] {
	return answers.length === 2 ? [keyed(answers)] : answers.map(answer => keyed([answer]));
}

const folded = (lines: readonly string[], width: number): Line[] => lines.flatMap(words => foldedLines(words, width));
const enterAndEscape = (enter: string, escape: string): DialogKey[] => [{key: 'enter', title: enter}, {key: 'escape', title: escape}];

function paletteContent(dialog: PaletteDialog, {application, state, glyphs: {ellipsis}}: Given, width: number): Content {
	const {value, cursor} = dialog;
	const all = matchingActions(state, value);
	const {least, most, around} = paletteLines;
	const height = Math.min(most, Math.max(least, state.rows - around));
	const start = windowStart(all.length, cursor, height);
	const current = all[cursor];
	const reason = current?.offBecause?.(state, application);
	return {
		last: [], keys: enterAndEscape('do it', 'close'), note: all.length === 0 ? '' : `${cursor + 1} of ${all.length}`,
		// As high with one match as with many: what is typed stays where it is.
		lines: [fieldLine(dialog, width), line(''), ...Array.from({length: height}, (_, row): Line => {
			const action = all[start + row];
			if (action === undefined) {
				return line(all.length === 0 && row === 0 ? 'Nothing matches.' : '', 'faint');
			}

			const isCurrent = start + row === cursor;
			const why = action.offBecause?.(state, application);
			return [{
				text: fit(`${isCurrent ? '>' : ' '} ${fit(action.title, 26, 'left', ellipsis)}${fit(shownKey(action.keys[0] ?? ''), 10, 'left', ellipsis)}${why === undefined ? '' : `off: ${why}`}`, width, 'left', ellipsis),
				style: isCurrent ? 'cursor' : why === undefined ? 'plain' : 'faint',
			}];
		})],
		sentence: current === undefined ? 'Nothing matches. Esc goes back.' : reason === undefined ? `Enter does it: ${current.title}. Esc goes back.` : `${current.title} is off: ${reason}.`,
	};
}

/** In a box that has room for `height` lines of `width` columns. */
function contentOf(dialog: ScrolledDialog, width: number, height: number, ellipsis?: string): Content {
	switch (dialog.kind) {
		case 'message': {
			const {choice} = dialog;
			return {
				lines: folded(dialog.lines, width), last: [],
				keys: [...(choice === undefined ? [] : [choice]), {key: 'escape', title: 'close'}],
				sentence: choice === undefined ? 'Esc closes this.' : `${shownKey(choice.key)}: ${choice.title}. Esc closes this.`,
			};
		}

		case 'choice': {
			const {options, cursor} = dialog;
			const lines = folded(dialog.lines, width);
			const room = Math.max(1, height - Math.min(lines.length, leastText));
			const whole = options.map(({title}) => foldText(title, width - optionHead));
			// A few options are told whole; of more, each has its line.
			const shown = whole.flat().length <= room ? whole : options.map(({title}) => [title]);
			const count = Math.min(options.length, room);
			const start = windowStart(options.length, cursor, count);
			const optionLines = (texts: readonly string[], row: number): Line[] => {
				const isCurrent = start + row === cursor;
				const head = `${isCurrent ? '>' : ' '} ${start + row + 1}`.padEnd(optionHead);
				return texts.map((text, part) => line(fit(`${part === 0 ? head : ' '.repeat(optionHead)}${text}`, width, 'left', ellipsis), isCurrent ? 'cursor' : 'plain'));
			};
			return {
				lines, last: shown.slice(start, start + count).flatMap(optionLines), note: count < options.length ? `${cursor + 1} of ${options.length}` : '', keys: enterAndEscape('choose', 'cancel'),
				sentence: 'Enter takes the line under the cursor; a number takes its line.',
			};
		}

		case 'confirm': {
			const {answers} = dialog;
			return {
				lines: folded(dialog.lines, width), last: [line(''), ...answerLines(answersOf(answers))],
				keys: [{key: 'y', title: answers.y}, {key: 'n', title: answers.n}, ...(answers.later === undefined ? [] : [{key: 'enter', title: answers.later}])],
				sentence: `Nothing is done before you press y. Enter and Esc: ${answers.later ?? answers.n}.`,
			};
		}

		default: {
			const problem = dialog.problem === undefined ? [] : [...foldedLines(dialog.problem, width, 'damage'), line('')];
			return {
				lines: [...problem, ...folded(dialog.lines, width)], last: [line(''), fieldLine(dialog, width)],
				keys: enterAndEscape('go on', 'cancel'), sentence: 'Type it, then Enter. Esc goes back.',
			};
		}
	}
}

/** As narrow as what it says lets it be, and never wider than `columns`. */
function widthFor(dialog: Dialog, columns: number): number {
	const title = widthOf(dialog.title) + borders + 2;
	if (dialog.kind === 'palette') {
		return Math.min(columns, greatestWidth);
	}

	const most = dialog.kind === 'confirm' ? questionWidth : dialog.kind === 'text' ? fieldWidth : greatestWidth;
	const lines = [...dialog.lines, ...(dialog.kind === 'choice' ? dialog.options.map(option => `  1  ${option.title}`) : [])];
	const words = dialog.kind === 'text' ? fieldWidth : Math.max(0, ...lines.map(text => widthOf(text))) + borders;
	return Math.min(columns, Math.max(leastWidth, Math.min(most, words), Math.min(greatestWidth, title)));
}

type Size = Pick<State, 'columns' | 'rows'>;

/** Lines that the box of any dialog has room for. */
const roomIn = ({rows}: Size): number => Math.max(0, rows - around.rows - edges);

/** The text of a dialog where it does not fit a screen of `size`: how far it can be scrolled, and how much of it is in sight. */
export function reachOf(dialog: ScrolledDialog, size: Size): {readonly last: number; readonly page: number} {
	const {lines, last} = contentOf(dialog, widthFor(dialog, size.columns - around.columns) - borders, roomIn(size));
	const page = Math.max(0, roomIn(size) - last.length);
	return {last: Math.max(0, lines.length - page), page};
}

/** A dialog on a screen of `size`. What does not fit is scrolled to; what answers it is always in sight. */
export function dialogView(dialog: Dialog, given: Given, size: Size): DialogView {
	const width = widthFor(dialog, size.columns - around.columns);
	const height = roomIn(size);
	const content = dialog.kind === 'palette' ? paletteContent(dialog, given, width - borders) : contentOf(dialog, width - borders, height, given.glyphs.ellipsis);
	const {lines, last, sentence} = content;
	const room = Math.max(0, height - last.length);
	const start = Math.min(dialog.scroll ?? 0, Math.max(0, lines.length - room));
	const shown = lines.slice(start, start + room);
	const below = lines.length - start - shown.length;
	const note = [content.note ?? '', below > 0 ? `${below} more below` : start > 0 ? `${start} above` : ''].filter(text => text !== '').join('   ');
	return {
		width, height: Math.min(height, shown.length + last.length) + edges, lines: [...shown, ...last], sentence, note,
		title: shortenMiddle(dialog.title, width - (note === '' ? besideTitle.alone : besideTitle.withNote + widthOf(note)), given.glyphs.ellipsis),
		keys: lines.length > room ? [...content.keys, {key: dialog.kind === 'choice' ? 'pagedown' : 'down', title: 'scroll'}] : content.keys,
	};
}
