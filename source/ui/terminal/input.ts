// Keys from a terminal, over any line: split sequences are put together, bursts are taken apart, a paste is never keys.

import {EventEmitter} from 'node:events';
import {StringDecoder} from 'node:string_decoder';
import {arrivalOf, isAnswer, type Arrival} from './burst.js';
import {graphemes, keyOfSequence, keyOfText, noise} from './keys.js';
import {isPartial, isSurelyPartial, sequenceAt, withoutSequences} from './sequences.js';

/** A lone ESC is the key Escape when nothing follows this soon; the rest of a sequence arrives sooner on most lines. */
const escapeWaitMs = 50;
/** What can only be a part of a sequence is waited for longer, for it is no key in any case. */
const sequenceWaitMs = 500;
/** What comes this soon after a paste without marks is a part of it: reads cut it anywhere. */
const pasteQuietMs = 100;
/** A paste longer than this is cut: no field takes more. */
const maximumPasteLength = 64 * 1024;

const mouse = /^\u001B\[<(\d+);(\d+);(\d+)([Mm])$/;
const pasteStart = '\u001B[200~';
const pasteEnd = '\u001B[201~';
const interrupt = '\u0003';

export type KeySource = {
	readonly isTTY?: boolean;
	setRawMode?(mode: boolean): unknown;
	on(event: 'data', listener: (data: Buffer | string) => void): unknown;
	off(event: 'data', listener: (data: Buffer | string) => void): unknown;
	resume(): unknown;
	pause(): unknown;
};

export type MouseReport = {readonly button: number; readonly column: number; readonly row: number; readonly released: boolean};

type InputEvents = {key: [string]; paste: [string]; mouse: [MouseReport]; focus: [boolean]};

/** The application listens here; Ink is never given the keys. */
export class Input extends EventEmitter<InputEvents> {
	readonly #source: KeySource;
	#decoder = new StringDecoder('utf8');
	#isOn = false;
	#buffer = '';
	#paste: string | undefined;
	/** Whether the buffer holds a paste that no marks stand around, or what came at once with the end of one that has them. */
	#isBurst = false;
	/** How the text came that is being taken. */
	#arrival: Arrival = 'key';
	/** What was waited for in vain. On a line that stalls its rest may still come, and must not be taken for keys then. */
	#givenUp = '';
	#timer: NodeJS.Timeout | undefined;

	constructor(source: KeySource) {
		super();
		this.#source = source;
	}

	start(): void {
		this.#isOn = true;
		this.#source.setRawMode?.(true);
		this.#source.on('data', this.#onData);
		this.#source.resume();
	}

	/** Nothing that came before, not even the rest of a burst, is a key after this. */
	stop(): void {
		this.#isOn = false;
		clearTimeout(this.#timer);
		this.#decoder = new StringDecoder('utf8');
		this.#buffer = '';
		this.#givenUp = '';
		this.#paste = undefined;
		this.#isBurst = false;
		this.#source.off('data', this.#onData);
		this.#source.setRawMode?.(false);
		this.#source.pause();
	}

	readonly #onData = (bytes: Buffer | string): void => {
		clearTimeout(this.#timer);
		const text = typeof bytes === 'string' ? bytes : this.#decoder.write(bytes);
		if (text === '') {
			return;
		}

		if ((this.#paste !== undefined || this.#isBurst) && text === interrupt) {
			// The end of the paste was lost; this is how to get the keys back.
			this.#paste = undefined;
			this.#isBurst = false;
			this.#buffer = text;
		} else {
			this.#buffer = this.#joined(text);
		}

		if (this.#paste === undefined) {
			this.#arrival = arrivalOf(this.#buffer.split(pasteStart, 1)[0]!);
			this.#isBurst ||= this.#arrival === 'paste';
		}

		this.#drain(false);
		if (this.#isBurst) {
			this.#buffer = this.#buffer.slice(0, maximumPasteLength);
			this.#timer = setTimeout(() => {
				this.#endBurst();
			}, pasteQuietMs);
		} else if (this.#isOn && this.#buffer !== '' && this.#paste === undefined) {
			this.#timer = setTimeout(() => {
				this.#drain(true);
			}, isSurelyPartial(this.#buffer) ? sequenceWaitMs : escapeWaitMs);
		}
	};

	/** The buffer with `text` after it; with what was given up before it, if the two make a sequence. */
	#joined(text: string): string {
		const joined = this.#givenUp + text;
		if (this.#givenUp === '' || isPartial(joined)) {
			this.#givenUp = this.#givenUp === '' ? '' : joined;
			return this.#buffer + text;
		}

		// A person who presses Escape, [ and A sends them one by one.
		const isOneSequence = sequenceAt(joined) !== undefined && (text.length > 1 || isSurelyPartial(this.#givenUp));
		this.#givenUp = '';
		return isOneSequence ? joined : this.#buffer + text;
	}

	/** `isLast`: nothing more came; what is incomplete is taken as it stands. */
	#drain(isLast: boolean): void {
		while (this.#isOn && !this.#isBurst && this.#buffer !== '') {
			if (this.#paste !== undefined) {
				if (!this.#takePaste()) {
					return;
				}
			} else if (this.#buffer.startsWith('\u001B')) {
				if (!this.#takeEscape(isLast)) {
					return;
				}
			} else {
				this.#takeText();
			}
		}
	}

	#takeText(): void {
		const end = this.#buffer.indexOf('\u001B');
		const text = end < 0 ? this.#buffer : this.#buffer.slice(0, end);
		this.#buffer = this.#buffer.slice(text.length);
		for (const {segment} of graphemes.segment(text)) {
			if (!this.#isOn) {
				return;
			}

			if (!noise.test(segment)) {
				const key = keyOfText(segment);
				if (this.#arrival !== 'key' && isAnswer(key)) {
					this.emit('paste', segment);
				} else {
					this.emit('key', key);
				}
			}
		}
	}

	#endBurst(): void {
		const text = withoutSequences(this.#buffer);
		this.#buffer = '';
		this.#isBurst = false;
		if (text !== '') {
			this.emit('paste', text);
		}
	}

	/** Collects pasted text; false while its end has not come. */
	#takePaste(): boolean {
		const end = this.#buffer.indexOf(pasteEnd);
		const taken = end < 0 ? Math.max(0, this.#buffer.length - pasteEnd.length + 1) : end;
		this.#paste = (this.#paste! + this.#buffer.slice(0, taken)).slice(0, maximumPasteLength);
		this.#buffer = this.#buffer.slice(end < 0 ? taken : end + pasteEnd.length);
		if (end < 0) {
			return false;
		}

		const text = this.#paste;
		this.#paste = undefined;
		// It may hold the mark of its own end.
		this.#isBurst = this.#buffer !== '';
		this.emit('paste', text);
		return true;
	}

	#takeEscape(isLast: boolean): boolean {
		const sequence = sequenceAt(this.#buffer);
		if (sequence !== undefined) {
			this.#buffer = this.#buffer.slice(sequence.length);
			this.#takeSequence(sequence);
			return true;
		}

		if (isPartial(this.#buffer)) {
			if (!isLast) {
				return false;
			}

			this.#givenUp = this.#buffer;
			if (isSurelyPartial(this.#buffer)) {
				this.#buffer = '';
				return true;
			}
		}

		this.#buffer = this.#buffer.slice(1);
		this.emit('key', 'escape');
		return true;
	}

	/** Replies of the terminal and unknown sequences are dropped: they are nobody's keys. */
	#takeSequence(sequence: string): void {
		if (sequence === pasteStart) {
			this.#paste = '';
			return;
		}

		const report = mouse.exec(sequence);
		if (report !== null) {
			this.emit('mouse', {button: Number(report[1]), column: Number(report[2]) - 1, row: Number(report[3]) - 1, released: report[4] === 'm'});
			return;
		}

		if (sequence === '\u001B[I' || sequence === '\u001B[O') {
			this.emit('focus', sequence === '\u001B[I');
			return;
		}

		const key = keyOfSequence(sequence);
		if (key !== undefined) {
			this.emit('key', key);
		}
	}
}
