// Opens the terminal UI on some repositories and gives the terminal back when it ends.

import {render, type Instance} from 'ink';
import {asciiGlyphs, unicodeGlyphs, withAsciiAlone, withoutGraph} from '../session/glyphs.js';
import {pressKey} from '../session/keymap.js';
import {App, type SizeSource} from './app.js';
import type {InterfaceOptions} from './interface.js';
import {runApplication} from './run-application.js';
import {bareTheme, colouredTheme} from './theme.js';
import {fullScreenModes} from './terminal/modes.js';
import {takeMouse} from './terminal/mouse.js';
import {Screen} from './terminal/screen.js';

/** Twice a second looks alive and keeps a running sync below 3 kB/s at 80x24 (bench/screens.js). */
const samplesPerSecond = {fast: 2, slow: 1} as const;
const framesPerSecond = {fast: 10, slow: 1} as const;

/** Whether the environment says that the terminal understands UTF-8. */
const hasUtf8 = (): boolean => /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '');

const colourWords = (depth: number): string => depth === 1 ? 'no colours' : depth > 8 ? 'true colour' : `${2 ** depth} colours`;

export const sizeOf = (screen: Screen): SizeSource => ({
	get: () => `${screen.columns}x${screen.rows}`,
	subscribe(listener) {
		screen.on('resize', listener);
		return () => {
			screen.off('resize', listener);
		};
	},
});

/** Answers with the exit status. Throws CONFIG_CORRUPT for keys that cannot be used, before anything is drawn. */
export async function runInterface(options: InterfaceOptions, {color}: {readonly color: boolean}): Promise<number> {
	const {slow, mouse} = options;
	const isAscii = options.ascii || !hasUtf8();
	const glyphs = isAscii ? asciiGlyphs : unicodeGlyphs;
	const pace = slow ? 'slow' : 'fast';
	const screen = new Screen(process.stdout, {framesPerSecond: framesPerSecond[pace], ...(isAscii ? {transform: withAsciiAlone} : {})});
	let instance: Instance | undefined;
	return runApplication(options, {
		screen,
		modes: fullScreenModes({mouse}),
		samplesPerSecond: samplesPerSecond[pace],
		terminal: {colours: colourWords(process.stdout.getColorDepth()), encoding: isAscii ? 'ASCII' : 'UTF-8'},
		present(application, input) {
			input.on('mouse', report => {
				const {dialog} = application.state;
				// A click on what is being typed is no Enter.
				const cursorRow = dialog?.kind === 'text' && dialog.isInline !== true ? -1 : screen.cursorRow;
				takeMouse(report, {cursorRow, takes: (row, column) => screen.takes(row, column)}, key => {
					pressKey(application, key);
				});
			});
			instance = render(<App application={application} glyphs={slow ? withoutGraph(glyphs) : glyphs} size={sizeOf(screen)} theme={color ? colouredTheme : bareTheme}/>, {
				stdout: screen as unknown as NodeJS.WriteStream,
				stdin: process.stdin,
				debug: true,
				patchConsole: false,
				exitOnCtrlC: false,
			});
			const size = (): void => {
				application.resize(screen.columns, screen.rows);
			};

			size();
			screen.on('resize', size);
		},
		repaint() {
			screen.repaint();
		},
		end() {
			instance?.unmount();
		},
	});
}
