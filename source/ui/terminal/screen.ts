// The screen as Ink's stdout: takes whole frames, writes only the lines that changed, at most one frame at a time.

import {EventEmitter} from 'node:events';
import {areaOf, changeOf, emptyRow, rowsOf, type Row} from './layers.js';

const beginUpdate = '\u001B[?2026h';
const endUpdate = '\u001B[?2026l';
const inverse = '\u001B[7m';
/** Between two frames, as a share of the time that each has at an even pace. */
const shortestGap = 0.25;

/** What the screen writes to: process.stdout, or a terminal of a test. */
export type Terminal = {
	readonly columns?: number;
	readonly rows?: number;
	write(text: string): boolean;
	on(event: 'resize' | 'drain', listener: () => void): unknown;
	off(event: 'resize' | 'drain', listener: () => void): unknown;
	once(event: 'drain', listener: () => void): unknown;
};

export type ScreenOptions = {
	/** At an even pace, which one frame may be ahead of. 10 look alive and stay below 3 kB/s on a slow line; --slow has 1. */
	readonly framesPerSecond?: number;
	/** What every frame becomes before anything else is done with it; a column stays a column. */
	readonly transform?: (frame: string) => string;
};

/**
 * Hand it to Ink as `stdout` with `debug: true`: Ink then writes every frame whole, and this class alone decides what
 * goes out. Nothing changed: nothing is written. While the terminal has not taken a frame, only the newest one waits.
 * The second half of a frame twice as high as the terminal lies over the first: a dialog in front of a screen.
 */
export class Screen extends EventEmitter {
	readonly isTTY = true;
	readonly writable = true;
	bytesWritten = 0;
	framesWritten = 0;
	readonly #terminal: Terminal;
	readonly #paceMs: number;
	readonly #transform: (frame: string) => string;
	#shown: Row[] = [];
	#next: string | undefined;
	#timer: NodeJS.Timeout | undefined;
	#lastMs = Number.NEGATIVE_INFINITY;
	/** When the next frame is due at an even pace. One may come before it: the answer to a key, right after what nobody asked for. */
	#dueMs = Number.NEGATIVE_INFINITY;
	#clears = true;
	#isBlocked = false;
	#isClosed = false;
	#isPaused = false;

	constructor(terminal: Terminal, {framesPerSecond = 10, transform = frame => frame}: ScreenOptions = {}) {
		super();
		this.#terminal = terminal;
		this.#paceMs = 1000 / framesPerSecond;
		this.#transform = transform;
		terminal.on('resize', this.#onResize);
	}

	get columns(): number {
		return this.#terminal.columns ?? 80;
	}

	get rows(): number {
		return this.#terminal.rows ?? 24;
	}

	/** Whether a frame waits to be written. */
	get isPending(): boolean {
		return this.#timer !== undefined || this.#isBlocked;
	}

	/** The row that is drawn inverse, which is where the cursor is; -1 when there is none. */
	get cursorRow(): number {
		const isCursor = ({seen}: Row): boolean => seen.includes(inverse);
		// In a dialog, what is typed stands above the list that it narrows.
		return areaOf(this.#shown) === undefined ? this.#shown.findIndex(isCursor) : this.#shown.findLastIndex(isCursor);
	}

	/** Whether a click there is meant for what is shown: where something lies over the screen, only that is. */
	takes(row: number, column: number): boolean {
		const area = areaOf(this.#shown);
		return area === undefined || (row >= area.top && row <= area.bottom && column >= area.left && column <= area.right);
	}

	write(frame: string, ...rest: unknown[]): boolean {
		const callback = rest.find(item => typeof item === 'function') as (() => void) | undefined;
		// Ink also writes single cursor codes: the cursor is ours.
		if (!this.#isClosed && frame !== '' && !/^\u001B\[\?25[hl]$/.test(frame)) {
			this.#next = frame;
			this.#schedule();
		}

		callback?.();
		return true;
	}

	/** Writes everything anew with the next frame. */
	repaint(): void {
		this.#clears = true;
		this.#schedule();
	}

	/** Nothing is written until `resume`: the terminal belongs to the shell meanwhile. */
	pause(): void {
		this.#isPaused = true;
	}

	resume(): void {
		this.#isPaused = false;
		this.repaint();
	}

	close(): void {
		this.#isClosed = true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
		this.#terminal.off('resize', this.#onResize);
	}

	readonly #onResize = (): void => {
		this.#clears = true;
		this.emit('resize');
		this.#schedule();
	};

	#schedule(): void {
		if (this.#timer === undefined && !this.#isBlocked && !this.#isClosed && !this.#isPaused) {
			const nextMs = Math.max(this.#dueMs - this.#paceMs, this.#lastMs + (this.#paceMs * shortestGap));
			const waitMs = Math.max(0, nextMs - performance.now());
			this.#timer = setTimeout(() => {
				this.#timer = undefined;
				this.#flush();
			}, waitMs);
		}
	}

	#flush(): void {
		if (this.#next === undefined || this.#isPaused) {
			return;
		}

		const rows = rowsOf(this.#transform(this.#next), this.rows, this.#shown);
		const clears = this.#clears;
		this.#clears = false;
		const shown = clears ? rows.map(() => emptyRow) : this.#shown;
		let text = clears ? '\u001B[0m\u001B[H\u001B[2J' : '';
		for (let row = 0; row < Math.max(rows.length, shown.length); row++) {
			text += changeOf(shown[row], rows[row] ?? emptyRow, row);
		}

		this.#shown = rows;
		if (text !== '') {
			this.#send(beginUpdate + text + endUpdate);
		}
	}

	#send(text: string): void {
		this.#lastMs = performance.now();
		this.#dueMs = Math.max(this.#dueMs, this.#lastMs) + this.#paceMs;
		this.bytesWritten += Buffer.byteLength(text);
		this.framesWritten++;
		if (!this.#terminal.write(text)) {
			this.#isBlocked = true;
			this.#terminal.once('drain', () => {
				this.#isBlocked = false;
				this.#schedule();
			});
		}
	}
}
