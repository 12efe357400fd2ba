// Puts the application and the terminal together, the same for the screen and for sentences.

import {Application} from '../session/application.js';
import {createRunMemory} from '../session/jobs/run-memory.js';
import {actionsWith} from '../session/key-settings.js';
import {paste, pressKey} from '../session/keymap.js';
import type {TerminalFacts} from '../session/state.js';
import type {InterfaceOptions} from './interface.js';
import {Input} from './terminal/input.js';
import {Lifecycle} from './terminal/lifecycle.js';
import type {Modes} from './terminal/modes.js';
import type {Screen} from './terminal/screen.js';

/** What shows the application. */
export type Face = {
	readonly modes: Modes;
	/** Absent where sentences scroll by. */
	readonly screen?: Screen;
	readonly samplesPerSecond: number;
	readonly terminal: TerminalFacts;
	/** Called once the terminal is taken, before anything is read. */
	present(application: Application, input: Input): void;
	/** Shows everything anew. */
	repaint(): void;
	/** Called before the terminal is given back. */
	end(): void;
};

/** Answers with the exit status. Throws CONFIG_CORRUPT for keys that cannot be used, before anything is shown. */
export async function runApplication(options: InterfaceOptions, {modes, screen, samplesPerSecond, terminal, present, repaint, end}: Face): Promise<number> {
	const {repositories, settingsFile, keys, runMemoryFolder, readOnly, jobs} = options;
	const actions = actionsWith(keys);
	const input = new Input(process.stdin);
	return new Promise(resolve => {
		const application = new Application({
			repositories, settingsFile, readOnly, jobs, actions, samplesPerSecond, terminal,
			memory: createRunMemory(runMemoryFolder),
			onQuit(message) {
				end();
				lifecycle.end(message);
				resolve(0);
			},
			onSuspend() {
				lifecycle.suspend();
			},
			onRepaint: repaint,
		});
		const lifecycle = new Lifecycle({
			input, modes, ...(screen === undefined ? {} : {screen}),
			onStop: async () => application.jobs.stopSafely(),
			onLog(text) {
				application.log(text);
			},
		});
		lifecycle.start();
		input.on('key', key => {
			pressKey(application, key);
		});
		input.on('paste', text => {
			paste(application, text);
		});
		present(application, input);
		application.start();
	});
}
