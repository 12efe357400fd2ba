// Where an escape sequence of a terminal ends, and whether what is there may still become one.

// CSI sequences; the linux console's F1 to F5 are CSI with a bracket too many.
const csi = /^\u001B\[(?:\[[A-E]|[0-?]*[ -/]*(?!\[)[@-~])/;
const ss3 = /^\u001BO[@-~]/;
// Answers of a terminal (DCS, OSC, SOS, PM, APC): they last until BEL or ST. Only those with content: ESC ] may be two keys.
const answer = /^\u001B[\]P_^X][^\u0007\u001B]+(?:\u0007|\u001B\\)/;

const partialCsi = /^\u001B\[(?:\[|[0-?]*[ -/]*)$/;
const partialAnswer = /^\u001B[\]P_^X](?:[\d>][^\u0007\u001B]*\u001B?)?$/;
/** A longer answer is none that a terminal would give; then it is not waited for. */
const maximumAnswerLength = 4096;

/** The whole sequence at the start of `text`, which begins with ESC; undefined when there is none. */
export const sequenceAt = (text: string): string | undefined => (csi.exec(text) ?? ss3.exec(text) ?? answer.exec(text))?.[0];

/** Whether `text` may be the beginning of a sequence whose rest has not come. */
export const isPartial = (text: string): boolean =>
	text === '\u001B' || text === '\u001BO' || partialCsi.test(text) || (partialAnswer.test(text) && text.length <= maximumAnswerLength);

/** Whether no two keys would have been `text`: it is longer than what fast fingers send in one moment. */
export const isSurelyPartial = (text: string): boolean => text.length > 2 && isPartial(text);

/** `text` without its whole sequences; `onSequence` is told each. */
export function withoutSequences(text: string, onSequence?: (sequence: string) => void): string {
	let kept = '';
	let from = 0;
	for (let at = text.indexOf('\u001B'); at >= 0; at = text.indexOf('\u001B', Math.max(at + 1, from))) {
		const sequence = sequenceAt(text.slice(at));
		if (sequence !== undefined) {
			kept += text.slice(from, at);
			from = at + sequence.length;
			onSequence?.(sequence);
		}
	}

	return kept + text.slice(from);
}
