// The mouse as keys: the wheel moves, a click goes to the row, a click on the row of the cursor opens it.

import type {MouseReport} from './input.js';

const wheel: Readonly<Record<number, string>> = {64: 'up', 65: 'down'};
/** Rows a notch of the wheel moves. */
const wheelStep = 3;
/** A click never moves further than a screen is high. */
const maximumRows = 200;

/** Answers one report by keys. Only the wheel and the left button are known; `cursorRow` is where the cursor is drawn. */
export function takeMouse({button, row, released}: MouseReport, {cursorRow}: {readonly cursorRow: number}, press: (key: string) => void): void {
	const direction = wheel[button];
	if (direction !== undefined && !released) {
		for (let step = 0; step < wheelStep; step++) {
			press(direction);
		}
	} else if (button === 0 && !released && cursorRow >= 0) {
		const distance = Math.max(-maximumRows, Math.min(maximumRows, row - cursorRow));
		for (let step = 0; step < Math.abs(distance); step++) {
			press(distance > 0 ? 'down' : 'up');
		}

		if (distance === 0) {
			press('enter');
		}
	}
}
