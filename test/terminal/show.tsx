// The real application on a terminal in memory, with a scripted engine behind it.

import {render, type Instance} from 'ink';
import {onTestFinished} from 'vitest';
import {actionsWith} from '../../source/session/key-settings.js';
import {paste, pressKey} from '../../source/session/keymap.js';
import {Application} from '../../source/session/application.js';
import {asciiGlyphs, unicodeGlyphs, withAsciiAlone} from '../../source/session/glyphs.js';
import type {JobRunner} from '../../source/session/jobs/job-runner.js';
import type {RunMemory} from '../../source/session/jobs/run-memory.js';
import type {KnownRepository} from '../../source/session/repositories.js';
import {App} from '../../source/ui/app.js';
import {bareTheme, colouredTheme} from '../../source/ui/theme.js';
import {Screen} from '../../source/ui/terminal/screen.js';
import {FakeTerminal} from './fake-terminal.js';

export type ShowOptions = {
	readonly columns: number;
	readonly rows: number;
	readonly jobs: JobRunner;
	readonly repositories: readonly KnownRepository[];
	readonly readOnly?: boolean;
	readonly ascii?: boolean;
	readonly keys?: Readonly<Record<string, readonly string[]>>;
	readonly memory?: RunMemory;
	/** Of the user's list; nowhere by default. */
	readonly settingsFile?: string;
	/** Nothing is drawn before `draw`: a long way is walked quicker so. */
	readonly isBlind?: boolean;
};

export type Shown = {
	readonly application: Application;
	readonly terminal: FakeTerminal;
	readonly screen: Screen;
	readonly quits: string[];
	/** The screen that was open, for each time that the shell was gone to. */
	readonly suspensions: string[];
	press(...keys: string[]): void;
	paste(text: string): void;
	/** The clock of the application moves only so. */
	wait(ms: number): void;
	/** The screen once nothing is under way and everything is drawn. */
	settled(): Promise<string[]>;
	/** The screen once everything is drawn, while a job goes on. */
	drawn(): Promise<string[]>;
	/** The screen drawn as it is now, with ASCII alone or without colour if so wanted. */
	draw(look?: {readonly isAscii?: boolean; readonly isBare?: boolean}): Promise<string[]>;
};

const turn = async (): Promise<void> => new Promise(resolve => {
	setImmediate(resolve);
});

export function show({columns, rows, jobs, repositories, readOnly = false, ascii = false, keys = {}, memory, settingsFile = '/dev/null/config.json', isBlind = false}: ShowOptions): Shown {
	const terminal = new FakeTerminal(columns, rows);
	let isAscii = ascii;
	let theme = colouredTheme;
	const screen = new Screen(terminal, {framesPerSecond: 1000, transform: frame => isAscii ? withAsciiAlone(frame) : frame});
	const quits: string[] = [];
	const suspensions: string[] = [];
	let nowMs = Date.parse('2026-03-01T12:00:00Z');
	let waiting: ReadonlyArray<{readonly atMs: number; readonly work: () => void}> = [];
	const actions = actionsWith(keys);
	const application = new Application({
		terminal: {colours: '256 colours', encoding: 'UTF-8'},
		repositories, readOnly, jobs, memory, actions, settingsFile, samplesPerSecond: 0.001, now: () => nowMs,
		later(ms, work) {
			waiting = [...waiting, {atMs: nowMs + ms, work}];
		},
		onQuit: message => {
			quits.push(message);
		},
		onSuspend: () => {
			suspensions.push(application.state.screen);
		},
		onRepaint: () => {
			screen.repaint();
		},
	});
	const size = {
		get: () => `${screen.columns}x${screen.rows}`,
		subscribe(listener: () => void) {
			screen.on('resize', listener);
			return () => {
				screen.off('resize', listener);
			};
		},
	};
	let instance: Instance | undefined;
	const present = (): void => {
		const app = <App application={application} glyphs={isAscii ? asciiGlyphs : unicodeGlyphs} size={size} theme={theme}/>;
		if (instance === undefined) {
			instance = render(app, {stdout: screen as never, stdin: process.stdin, debug: true, patchConsole: false, exitOnCtrlC: false});
		} else {
			instance.rerender(app);
		}
	};

	if (!isBlind) {
		present();
	}

	onTestFinished(() => {
		instance?.unmount();
		screen.close();
	});
	/** Turns of the event loop, not time: until neither the application nor the screen has anything left to do. */
	const quiet = async (isIdle: () => boolean): Promise<string[]> => {
		for (let turns = 0; turns < 20;) {
			await turn();
			turns = isIdle() && !screen.isPending ? turns + 1 : 0;
		}

		return terminal.grid();
	};

	const resize = (): void => {
		application.resize(screen.columns, screen.rows);
	};

	resize();
	screen.on('resize', resize);
	application.start();
	return {
		application, terminal, screen, quits, suspensions,
		press(...pressed) {
			for (const key of pressed) {
				pressKey(application, key);
			}
		},
		paste(text) {
			paste(application, text);
		},
		wait(ms) {
			nowMs += ms;
			const due = waiting.filter(({atMs}) => atMs <= nowMs);
			waiting = waiting.filter(({atMs}) => atMs > nowMs);
			for (const {work} of due) {
				work();
			}
		},
		settled: async () => quiet(() => application.isIdle),
		drawn: async () => quiet(() => true),
		async draw(look = {}) {
			isAscii = look.isAscii ?? ascii;
			theme = look.isBare === true ? bareTheme : colouredTheme;
			terminal.styles.clear();
			screen.repaint();
			present();
			return quiet(() => true);
		},
	};
}
