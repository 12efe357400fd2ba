// Takes the terminal over and gives it back, whatever way the program ends.

import {writeSync} from 'node:fs';
import type {Input} from './input.js';
import type {Modes} from './modes.js';
import type {Screen} from './screen.js';

/** How long a signal may take to stop jobs safely before the process ends anyway. */
const stopWithinMs = 5000;

export type LifecycleOptions = {
	/** Absent in plain mode. */
	readonly screen?: Screen;
	readonly modes: Modes;
	readonly input: Input;
	/** Stops jobs safely; awaited on a signal, for at most 5 s. Answers what to print afterwards. */
	readonly onStop: () => Promise<string>;
	/** Lines that something printed while the screen was up. */
	readonly onLog: (line: string) => void;
};

/** Synchronous: it must work in the last moment of a process. */
function writeNow(codes: string): void {
	try {
		writeSync(1, codes);
	} catch {
		// The terminal is gone; there is nothing to restore.
	}
}

export class Lifecycle {
	readonly #options: LifecycleOptions;
	readonly #console = {log: console.log, info: console.info, warn: console.warn, error: console.error};
	#isUp = false;
	#isEnding = false;

	constructor(options: LifecycleOptions) {
		this.#options = options;
	}

	/** Enters the alternate screen and listens for every way out. */
	start(): void {
		this.#enter();
		for (const name of ['log', 'info', 'warn', 'error'] as const) {
			console[name] = (...parts: unknown[]) => {
				this.#options.onLog(parts.map(String).join(' '));
			};
		}

		process.on('exit', this.#leave);
		for (const [signal, number] of [['SIGINT', 2], ['SIGTERM', 15], ['SIGHUP', 1]] as const) {
			process.on(signal, () => {
				void this.#endBySignal(128 + number);
			});
		}

		process.on('SIGTSTP', this.suspend);
		process.on('uncaughtException', this.#crash);
		process.on('unhandledRejection', this.#crash);
		process.stdout.on('error', () => {
			void this.#endBySignal(129);
		});
	}

	/** Gives the terminal back for good and prints `message` on the main screen. */
	end(message: string): void {
		this.#isEnding = true;
		this.#options.screen?.close();
		this.#leave();
		Object.assign(console, this.#console);
		process.off('uncaughtException', this.#crash);
		process.off('unhandledRejection', this.#crash);
		process.off('SIGTSTP', this.suspend);
		if (message !== '') {
			writeNow(`${message}\n`);
		}
	}

	/** Back to the shell; "fg" brings the screen back as it was. Threads stop with the process. */
	readonly suspend = (): void => {
		this.#options.screen?.pause();
		this.#leave();
		// With its input paused, nothing but this keeps the process from ending when it goes on.
		const staysAlive = setInterval(() => undefined, 60_000);
		process.once('SIGCONT', () => {
			clearInterval(staysAlive);
			this.#enter();
			this.#options.screen?.resume();
		});
		// The default action of SIGTSTP was replaced; SIGSTOP cannot be.
		process.kill(process.pid, 'SIGSTOP');
	};

	#enter(): void {
		if (!this.#isUp) {
			this.#isUp = true;
			writeNow(this.#options.modes.enter);
			this.#options.input.start();
		}
	}

	readonly #leave = (): void => {
		if (this.#isUp) {
			this.#isUp = false;
			try {
				this.#options.input.stop();
			} catch {
				// A terminal that hung up has no modes to restore.
			}

			writeNow(this.#options.modes.leave);
		}
	};

	readonly #crash = (error: unknown): void => {
		this.end(`plakar-tui crashed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
		process.exit(1);
	};

	async #endBySignal(status: number): Promise<void> {
		if (this.#isEnding) {
			process.exit(status);
		}

		this.#isEnding = true;
		setTimeout(() => {
			this.end('Stopped before the job could end by itself; everything on disk is consistent.');
			process.exit(status);
		}, stopWithinMs).unref();
		const message = await this.#options.onStop().catch(() => '');
		this.end(message);
		process.exit(status);
	}
}
