// Names for keys: what a terminal sends for each, and what the program calls it.

/** Final bytes of CSI and SS3 sequences without parameters. */
const letters: Readonly<Record<string, string>> = {
	A: 'up', B: 'down', C: 'right', D: 'left', H: 'home', F: 'end', Z: 'shift-tab', P: 'f1', Q: 'f2', R: 'f3', S: 'f4',
};

/** First numbers of CSI sequences that end with "~". */
const numbers: Readonly<Record<string, string>> = {
	1: 'home', 2: 'insert', 3: 'delete', 4: 'end', 5: 'pageup', 6: 'pagedown', 7: 'home', 8: 'end',
	11: 'f1', 12: 'f2', 13: 'f3', 14: 'f4', 15: 'f5', 17: 'f6', 18: 'f7', 19: 'f8', 20: 'f9', 21: 'f10', 23: 'f11', 24: 'f12',
};

/** What a person takes for one character is one key. */
export const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});
/** Not typed by anybody: C1 controls, and what stands for bytes that are no text. */
export const noise = /^[\u0080-\u009F\uFFFD]+$/;

const controls: Readonly<Record<string, string>> = {
	'\r': 'enter', '\n': 'enter', '\r\n': 'enter', '\t': 'tab', '\u001B': 'escape', '\u007F': 'backspace', '\b': 'backspace', ' ': 'space', '\0': 'ctrl-space',
};

/** The key of one whole escape sequence, or undefined when it is none that the program knows. */
export function keyOfSequence(sequence: string): string | undefined {
	// The linux console sends F1 to F5 as CSI [ A to CSI [ E.
	const functionKey = /^\u001B\[\[([A-E])$/.exec(sequence);
	if (functionKey !== null) {
		return `f${functionKey[1]!.charCodeAt(0) - 0x40}`;
	}

	const single = /^\u001B(?:\[|O)(?:1;\d+)?([A-Z])$/.exec(sequence);
	if (single !== null) {
		return letters[single[1]!];
	}

	const tilde = /^\u001B\[(\d+)(?:;\d+)?~$/.exec(sequence);
	return tilde === null ? undefined : numbers[tilde[1]!];
}

/** The key of one typed grapheme; CR LF is one. */
export function keyOfText(text: string): string {
	const known = controls[text];
	if (known !== undefined) {
		return known;
	}

	const code = text.codePointAt(0)!;
	return code < 0x20 ? `ctrl-${String.fromCodePoint(code + 0x60)}` : text;
}
