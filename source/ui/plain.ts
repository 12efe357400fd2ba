// The program without a screen: sentences that scroll by, for screen readers and terminals that cannot place a cursor.

import {keyOf} from '../session/key-of.js';
import {Speech, type Spoken} from '../session/plain/speech.js';
import type {InterfaceOptions} from './interface.js';
import {runApplication} from './run-application.js';
import {pasteModes} from './terminal/modes.js';

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
	const writer = new PlainWriter(text => {
		process.stdout.write(text);
	});
	let speech: Speech | undefined;
	return runApplication(options, {
		modes: process.env['TERM'] === 'dumb' ? {enter: '', leave: ''} : pasteModes,
		samplesPerSecond,
		terminal: {colours: 'no colours', encoding: 'as it is'},
		present(application) {
			const speaker = new Speech(application);
			speech = speaker;
			application.store.subscribe(() => {
				writer.say(speaker.next());
			});
			const {state} = application;
			writer.say([{line: `plakar-tui in sentences. ${keyOf(state, 'help')} lists the keys, ${keyOf(state, 'redraw')} says the screen again, ${keyOf(state, 'quit')} quits.`}]);
		},
		repaint() {
			writer.say(speech?.screen() ?? []);
		},
		end() {
			// What was said stays where it is.
		},
	});
}
