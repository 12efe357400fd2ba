// The mouse as keys: the wheel moves, a click goes to the row, a click on the row of the cursor opens it.

import type {MouseReport} from './input.js';

const wheel: Readonly<Record<number, string>> = {64: 'up', 65: 'down'};
/** Rows a notch of the wheel moves. */
const wheelStep = 3;
/** A click never moves further than a screen is high. */
const maximumRows = 200;

/** What of the screen answers to the mouse. */
export type Pointed = {
	/** Where the cursor is drawn; -1 when there is none. */
	readonly cursorRow: number;
	/** Whether a click there is meant for what is shown. */
	takes(row: number, column: number): boolean;
};

/** Answers one report by keys. Only the wheel and the left button are known. */
export function takeMouse({button, row, column, released}: MouseReport, screen: Pointed, press: (key: string) => void): void {
	const direction = wheel[button];
	if (direction !== undefined && !released) {
		for (let step = 0; step < wheelStep; step++) {
			press(direction);
		}
	} else if (button === 0 && !released && screen.cursorRow >= 0 && screen.takes(row, column)) {
		const distance = Math.max(-maximumRows, Math.min(maximumRows, row - screen.cursorRow));
		for (let step = 0; step < Math.abs(distance); step++) {
			press(distance > 0 ? 'down' : 'up');
		}

		if (distance === 0) {
			press('enter');
		}
	}
}
