// The names that keys go by: what a setting may give to an action, and how a key is shown.

/** With Ctrl, these letters are other keys: a terminal sends the same for Backspace, Tab, and Enter. */
const keysByOtherNames = 'hijm';

/** Keys that are no single character. */
export const namedKeys: readonly string[] = [
	'up', 'down', 'left', 'right', 'home', 'end', 'pageup', 'pagedown', 'enter', 'escape', 'space', 'tab', 'shift-tab', 'backspace', 'insert', 'delete',
	...Array.from({length: 12}, (_, index) => `f${index + 1}`),
	...[...'abcdefghijklmnopqrstuvwxyz'].filter(letter => !keysByOtherNames.includes(letter)).map(letter => `ctrl-${letter}`),
];

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** Whether `key` is one that a terminal can send: a name of the list, or one character as it is typed. */
export const isKeyName = (key: string): boolean =>
	namedKeys.includes(key) || (key !== ' ' && !/^\p{Cc}$/u.test(key) && [...graphemes.segment(key)].length === 1);

const shownNames: Readonly<Record<string, string>> = {
	space: 'Space', escape: 'Esc', enter: 'Enter', up: 'Up', down: 'Down', left: 'Left', right: 'Right', home: 'Home', end: 'End',
	pageup: 'PgUp', pagedown: 'PgDn', tab: 'Tab', 'shift-tab': 'Shift-Tab', backspace: 'Backspace', insert: 'Ins', delete: 'Del',
};

/** A key as the footer, the help and the README show it: "Space", "Ctrl-C", "F5", "s". */
export function shownKey(key: string): string {
	const name = shownNames[key];
	if (name !== undefined) {
		return name;
	}

	return /^f\d+$/.test(key) ? key.toUpperCase() : key.startsWith('ctrl-') ? `Ctrl-${key.slice('ctrl-'.length).toUpperCase()}` : key;
}
