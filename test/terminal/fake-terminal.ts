// A terminal in memory: what the program writes becomes the grid that a person would see.

import {EventEmitter} from 'node:events';
import xterm from '@xterm/headless';
import unicode from '@xterm/addon-unicode11';

const {Terminal} = xterm;
const {Unicode11Addon} = unicode;
type Emulator = InstanceType<typeof Terminal>;

/** The lines of an emulator's screen, without trailing blanks. */
export function gridOf(terminal: Emulator): string[] {
	const {active} = terminal.buffer;
	return Array.from({length: terminal.rows}, (_, row) => active.getLine(active.viewportY + row)?.translateToString(true).trimEnd() ?? '');
}

export function makeEmulator(columns: number, rows: number): Emulator {
	const terminal = new Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 200});
	terminal.loadAddon(new Unicode11Addon());
	terminal.unicode.activeVersion = '11';
	return terminal;
}

/** Takes the place of process.stdout for a Screen. */
export class FakeTerminal extends EventEmitter {
	readonly emulator: Emulator;
	columns: number;
	rows: number;
	bytes = 0;
	writes = 0;
	/** Every sequence for colours and the like that was written, except the one that ends them. */
	readonly styles = new Set<string>();
	/** While true, nothing is taken: `write` answers false, as a stalled line does. */
	isStalled = false;

	constructor(columns: number, rows: number) {
		super();
		this.columns = columns;
		this.rows = rows;
		this.emulator = makeEmulator(columns, rows);
	}

	write(text: string): boolean {
		for (const [style] of text.matchAll(/\u001B\[[\d;:]*m/g)) {
			if (style !== '\u001B[0m') {
				this.styles.add(style);
			}
		}

		this.bytes += Buffer.byteLength(text);
		this.writes++;
		this.emulator.write(text);
		return !this.isStalled;
	}

	resize(columns: number, rows: number): void {
		this.columns = columns;
		this.rows = rows;
		this.emulator.resize(columns, rows);
		this.emit('resize');
	}

	/** What stands in each column of each row: a wide character in its first one, nothing in its second. */
	cells(): string[][] {
		const {active} = this.emulator.buffer;
		return Array.from({length: this.rows}, (_, row) => Array.from({length: this.columns}, (__, column) => {
			const cell = active.getLine(active.viewportY + row)?.getCell(column);
			return cell?.getWidth() === 0 ? '' : cell?.getChars() || ' ';
		}));
	}

	/** The characters that are written in yellow, a line for each run of them. */
	yellow(): string[] {
		const {active} = this.emulator.buffer;
		return Array.from({length: this.rows}, (_, row) => Array.from({length: this.columns}, (__, column) => {
			const cell = active.getLine(active.viewportY + row)?.getCell(column);
			return cell?.isFgPalette() === true && cell.getFgColor() === 3 && cell.isInverse() === 0 ? cell.getChars() : ' ';
		}).join('')).flatMap(line => line.split(/ +/)).filter(run => run !== '');
	}

	/** The grid, once everything written has been taken in. */
	async grid(): Promise<string[]> {
		await new Promise<void>(resolve => {
			this.emulator.write('', resolve);
		});
		return gridOf(this.emulator);
	}
}
