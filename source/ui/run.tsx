// Opens the terminal UI on some repositories and gives the terminal back when it ends.

import {render} from 'ink';
import {Application} from '../session/application.js';
import {asciiGlyphs, unicodeGlyphs} from '../session/glyphs.js';
import {createRunMemory} from '../session/jobs/run-memory.js';
import {createThreadRunner} from '../session/jobs/thread-runner.js';
import {actionsWith} from '../session/key-settings.js';
import {paste, pressKey} from '../session/keymap.js';
import {App, type SizeSource} from './app.js';
import {repositoriesOf, type InterfaceOptions} from './interface.js';
import {Input} from './terminal/input.js';
import {Lifecycle} from './terminal/lifecycle.js';
import {fullScreenModes} from './terminal/modes.js';
import {takeMouse} from './terminal/mouse.js';
import {Screen} from './terminal/screen.js';

/** Twice a second looks alive and keeps a running sync below 3 kB/s at 80x24 (bench/screens.js). */
const samplesPerSecond = {fast: 2, slow: 1} as const;
const framesPerSecond = {fast: 10, slow: 1} as const;

/** Whether the environment says that the terminal understands UTF-8. */
const hasUtf8 = (): boolean => /utf-?8/i.test(process.env['LC_ALL'] || process.env['LC_CTYPE'] || process.env['LANG'] || '');

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
export async function runInterface(options: InterfaceOptions): Promise<number> {
	const {settingsFile, keys, runMemoryFolder, readOnly, ascii, slow, mouse} = options;
	const actions = actionsWith(keys);
	const pace = slow ? 'slow' : 'fast';
	const jobs = createThreadRunner({readOnly});
	const screen = new Screen(process.stdout, {framesPerSecond: framesPerSecond[pace]});
	const input = new Input(process.stdin);
	return new Promise(resolve => {
		const application = new Application({
			repositories: repositoriesOf(options),
			settingsFile,
			readOnly,
			jobs,
			actions,
			memory: createRunMemory(runMemoryFolder),
			samplesPerSecond: samplesPerSecond[pace],
			onQuit(message) {
				instance.unmount();
				lifecycle.end(message);
				void jobs.close();
				resolve(0);
			},
			onSuspend() {
				lifecycle.suspend();
			},
			onRepaint() {
				screen.repaint();
			},
		});
		const lifecycle = new Lifecycle({
			screen, input, modes: fullScreenModes({mouse}),
			onStop: async () => application.jobs.stopSafely(),
			onLog(text) {
				application.log(text);
			},
		});
		lifecycle.start();
		input.on('key', key => {
			pressKey(application, actions, key);
		});
		input.on('mouse', report => {
			takeMouse(report, screen, key => {
				pressKey(application, actions, key);
			});
		});
		input.on('paste', text => {
			paste(application, text);
		});
		const instance = render(<App application={application} actions={actions} glyphs={ascii || !hasUtf8() ? asciiGlyphs : unicodeGlyphs} size={sizeOf(screen)}/>, {
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
		application.start();
	});
}
