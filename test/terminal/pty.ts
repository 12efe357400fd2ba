// The built program on a real pseudo-terminal, driven by keys; waits for what is on the screen, never for time.

import {fileURLToPath} from 'node:url';
import {spawn, type IPty} from 'node-pty';
import {onTestFailed, onTestFinished} from 'vitest';
import {gridOf, makeEmulator} from './fake-terminal.js';

export const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const keys: Readonly<Record<string, string>> = {enter: '\r', escape: '\u001B', space: ' ', up: '\u001B[A', down: '\u001B[B', 'ctrl-c': '\u0003', 'ctrl-z': '\u001A', backspace: '\u007F'};
/** A screen that has not come by then will not come, however busy the machine is. */
const deadlineMs = 60_000;
/** Of what is typed, the end that a field shows in any case. */
const maximumSeen = 20;
/** Between two presses of a key that may come too soon. */
const againMs = 200;

export type Terminal = {
	readonly pty: IPty;
	/** Everything that was written, escape codes included. */
	raw(): string;
	grid(): string[];
	press(...names: string[]): void;
	/** Types `text` into a field, and Enter once it is seen: what comes all at once is a paste. */
	answer(text: string): Promise<void>;
	/** Resolves once the screen holds `wanted`; throws with the screen after the deadline. */
	until(wanted: string | ((text: string) => boolean)): Promise<string>;
	/** Presses keys until the screen holds `wanted`: what has just appeared takes no answer at once. */
	insist(keys: string | readonly string[], wanted: string | ((text: string) => boolean)): Promise<string>;
	resize(columns: number, rows: number): void;
	readonly exit: Promise<{readonly exitCode: number; readonly signal?: number | undefined}>;
};

export function startTerminal(file: string, parameters: readonly string[], {columns = 80, rows = 24, env = {}, cwd}: {columns?: number; rows?: number; env?: Record<string, string>; cwd?: string} = {}): Terminal {
	const emulator = makeEmulator(columns, rows);
	const {CI: _ci, NO_COLOR: _noColor, FORCE_COLOR: _forceColor, ...inherited} = process.env;
	const pty = spawn(file, [...parameters], {cols: columns, rows, cwd: cwd ?? process.cwd(), env: {...inherited, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env}});
	let raw = '';
	const listeners = new Set<() => void>();
	pty.onData(text => {
		raw += text;
		emulator.write(text, () => {
			for (const listener of listeners) {
				listener();
			}
		});
	});
	const exit = new Promise<{exitCode: number; signal?: number | undefined}>(resolve => {
		pty.onExit(resolve);
	});
	// What a test waits for may be on another screen.
	onTestFailed(() => {
		process.stderr.write(`\nThe screen of the test that failed:\n${gridOf(emulator).join('\n')}\n`);
	});
	onTestFinished(() => {
		try {
			pty.kill('SIGKILL');
		} catch {
			// It has ended.
		}
	});
	return {
		pty, exit,
		raw: () => raw,
		grid: () => gridOf(emulator),
		press(...names) {
			for (const name of names) {
				pty.write(keys[name] ?? name);
			}
		},
		async answer(text) {
			pty.write(text);
			const ends = [text.slice(-maximumSeen), '*'.repeat(text.length)].map(shown => `${shown}_`);
			await this.until(screen => ends.some(end => screen.includes(end)));
			pty.write(keys['enter']!);
		},
		async until(wanted) {
			const holds = (): boolean => {
				const text = gridOf(emulator).join('\n');
				return typeof wanted === 'string' ? text.includes(wanted) : wanted(text);
			};

			return new Promise<string>((resolve, reject) => {
				const timer = setTimeout(() => {
					listeners.delete(look);
					reject(new Error(`The screen never showed ${String(wanted)}; it shows:\n${gridOf(emulator).join('\n')}`));
				}, deadlineMs);
				const look = (): void => {
					if (holds()) {
						clearTimeout(timer);
						listeners.delete(look);
						resolve(gridOf(emulator).join('\n'));
					}
				};

				listeners.add(look);
				look();
			});
		},
		async insist(names, wanted) {
			const again = setInterval(() => {
				this.press(...[names].flat());
			}, againMs);
			return this.until(wanted).finally(() => {
				clearInterval(again);
			});
		},
		resize(newColumns, newRows) {
			emulator.resize(newColumns, newRows);
			pty.resize(newColumns, newRows);
		},
	};
}
