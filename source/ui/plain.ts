// The program without a screen: sentences that scroll by, for screen readers and terminals that cannot place a cursor.

import {Application} from '../session/application.js';
import {createRunMemory} from '../session/jobs/run-memory.js';
import {createThreadRunner} from '../session/jobs/thread-runner.js';
import {actionsWith} from '../session/key-settings.js';
import {paste, pressKey} from '../session/keymap.js';
import {Speech, type Spoken} from '../session/plain/speech.js';
import {repositoriesOf, type InterfaceOptions} from './interface.js';
import {Input} from './terminal/input.js';
import {Lifecycle} from './terminal/lifecycle.js';
import {pasteModes, type Modes} from './terminal/modes.js';

/** A word twice a second is as fast as anybody listens. */
const samplesPerSecond = 2;

/** Writes whole lines; what is typed stands in the last one. */
export class PlainWriter {
	readonly #write: (text: string) => void;
	#isMidLine = false;

	constructor(write: (text: string) => void) {
		this.#write = write;
	}

	say(spoken: readonly Spoken[]): void {
		for (const part of spoken) {
			if ('echo' in part) {
				this.#write(part.echo);
				this.#isMidLine = true;
			} else {
				this.#write(`${this.#isMidLine ? '\n' : ''}${part.line}\n`);
				this.#isMidLine = false;
			}
		}
	}
}

/** Answers with the exit status. Throws CONFIG_CORRUPT for keys that cannot be used. */
export async function runPlain(options: InterfaceOptions): Promise<number> {
	const actions = actionsWith(options.keys);
	const jobs = createThreadRunner();
	const input = new Input(process.stdin);
	const writer = new PlainWriter(text => {
		process.stdout.write(text);
	});
	const modes: Modes = process.env['TERM'] === 'dumb' ? {enter: '', leave: ''} : pasteModes;
	return new Promise(resolve => {
		const application = new Application({
			repositories: repositoriesOf(options), readOnly: options.readOnly, settingsFile: options.settingsFile, jobs, actions, samplesPerSecond,
			memory: createRunMemory(options.runMemoryFolder),
			onQuit(message) {
				lifecycle.end(message);
				void jobs.close();
				resolve(0);
			},
			onSuspend() {
				lifecycle.suspend();
			},
			onRepaint() {
				writer.say(speech.screen());
			},
		});
		const speech = new Speech(application);
		const lifecycle = new Lifecycle({
			modes, input,
			onStop: async () => application.jobs.stopSafely(),
			onLog(text) {
				application.log(text);
			},
		});
		lifecycle.start();
		input.on('key', key => {
			pressKey(application, actions, key);
		});
		input.on('paste', text => {
			paste(application, text);
		});
		application.store.subscribe(() => {
			writer.say(speech.next());
		});
		writer.say([{line: 'plakar-tui in sentences. ? lists the keys, Ctrl-L says the screen again, q quits.'}]);
		application.start();
	});
}
