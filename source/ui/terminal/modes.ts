// Modes of the terminal that the program turns on, and how each is undone.

export type Modes = {readonly enter: string; readonly leave: string};

/** A paste comes marked as one. */
export const pasteModes: Modes = {enter: '\u001B[?2004h', leave: '\u001B[?2004l'};

/** Alternate screen, no cursor, no line wrap; what is left behind is the main screen as it was. */
const screenModes: Modes = {enter: '\u001B[?1049h\u001B[?25l\u001B[?7l', leave: '\u001B[?7h\u001B[0m\u001B[?25h\u001B[?1049l'};

/** Clicks and the wheel, reported in the form that knows no limit of columns. */
const mouseModes: Modes = {enter: '\u001B[?1000h\u001B[?1006h', leave: '\u001B[?1006l\u001B[?1000l'};

/** What the full screen needs. */
export const fullScreenModes = ({mouse}: {readonly mouse: boolean}): Modes => ({
	enter: screenModes.enter + pasteModes.enter + (mouse ? mouseModes.enter : ''),
	leave: (mouse ? mouseModes.leave : '') + pasteModes.leave + screenModes.leave,
});
