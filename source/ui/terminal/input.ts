// Keys from a terminal, over any line: split sequences are put together, bursts are taken apart, a paste is never keys.

import {EventEmitter} from 'node:events';
import {StringDecoder} from 'node:string_decoder';
import {keyOfSequence, keyOfText} from './keys.js';

/** A lone ESC is the key Escape when nothing follows this soon; the rest of a sequence arrives sooner on any usable line. */
const escapeWaitMs = 50;
/** A paste longer than this is cut: no field takes more. */
const maximumPasteLength = 64 * 1024;

const csi = /^\u001B\[[0-?]*[ -/]*[@-~]/;
const ss3 = /^\u001BO[@-~]/;
const partial = /^\u001B(?:\[[0-?]*[ -/]*|O)?$/;
const mouse = /^\u001B\[<(\d+);(\d+);(\d+)([Mm])$/;
const pasteStart = '\u001B[200~';
const pasteEnd = '\u001B[201~';
const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

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
	readonly #decoder = new StringDecoder('utf8');
	#buffer = '';
	#paste: string | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(source: KeySource) {
		super();
		this.#source = source;
	}

	start(): void {
		this.#source.setRawMode?.(true);
		this.#source.on('data', this.#onData);
		this.#source.resume();
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#source.off('data', this.#onData);
		this.#source.setRawMode?.(false);
		this.#source.pause();
	}

	readonly #onData = (data: Buffer | string): void => {
		clearTimeout(this.#timer);
		this.#buffer += typeof data === 'string' ? data : this.#decoder.write(data);
		this.#drain(false);
		if (this.#buffer !== '' && this.#paste === undefined) {
			this.#timer = setTimeout(() => {
				this.#drain(true);
			}, escapeWaitMs);
		}
	};

	/** `isLast`: nothing more came; what is incomplete is taken as it stands. */
	#drain(isLast: boolean): void {
		while (this.#buffer !== '') {
			if (this.#paste !== undefined) {
				if (!this.#takePaste()) {
					return;
				}
			} else if (this.#buffer.startsWith('\u001B')) {
				if (!this.#takeEscape(isLast)) {
					return;
				}
			} else {
				const end = this.#buffer.indexOf('\u001B');
				const text = end < 0 ? this.#buffer : this.#buffer.slice(0, end);
				this.#buffer = this.#buffer.slice(text.length);
				for (const {segment} of graphemes.segment(text)) {
					// CR LF is one grapheme and one Enter.
					this.emit('key', keyOfText(segment === '\r\n' ? '\r' : segment));
				}
			}
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
		this.emit('paste', text);
		return true;
	}

	#takeEscape(isLast: boolean): boolean {
		const sequence = (csi.exec(this.#buffer) ?? ss3.exec(this.#buffer))?.[0];
		if (sequence !== undefined) {
			this.#buffer = this.#buffer.slice(sequence.length);
			this.#takeSequence(sequence);
			return true;
		}

		if (partial.test(this.#buffer) && !isLast) {
			return false;
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
