// What lies over a screen covers it exactly, halves no wide character, and costs only what changes.

import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {widthOf} from '../../source/session/line.js';
import {Screen} from '../../source/ui/terminal/screen.js';
import {FakeTerminal} from './fake-terminal.js';

const frameMs = 100;

/** The emulator takes text in by timers too: what reads the grid goes back to the real ones. */
function stopTheClock(): void {
	vi.useFakeTimers({toFake: ['performance', 'setTimeout', 'clearTimeout']});
}

beforeEach(stopTheClock);

afterEach(() => {
	vi.useRealTimers();
});

function open(columns: number, rows: number) {
	const terminal = new FakeTerminal(columns, rows);
	const screen = new Screen(terminal, {framesPerSecond: 1000 / frameMs});
	return {
		terminal, screen,
		show(under: readonly string[], over: readonly string[] = []) {
			screen.write([...under, ...over].join('\n'));
			vi.advanceTimersByTime(frameMs);
		},
		/** What stands in each cell, nothing in the second half of a wide character, and how it looks. */
		async cells(): Promise<ReadonlyArray<ReadonlyArray<readonly [text: string, look: string]>>> {
			vi.useRealTimers();
			await terminal.grid();
			stopTheClock();
			const {active} = terminal.emulator.buffer;
			return terminal.cells().map((line, row) => line.map((text, column) => {
				const cell = active.getLine(row)!.getCell(column)!;
				return [text, [cell.isDim(), cell.isFgPalette() ? cell.getFgColor() : '', cell.isInverse()].join()];
			}));
		},
	};
}

const styles = [['', ''], ['\u001B[2m', '\u001B[22m'], ['\u001B[32m', '\u001B[39m'], ['\u001B[7m', '\u001B[27m'], ['\u001B[2m\u001B[32m', '\u001B[39m\u001B[22m']] as const;
const piece = fc.tuple(fc.constantFrom(...styles), fc.array(fc.constantFrom('a', ' ', '-', '│', '保', '管', '…'), {minLength: 1, maxLength: 6})).map(([[begin, end], cells]) => `${begin}${cells.join('')}${end}`);
const columns = 30;
const plain = (text: string): string => text.replaceAll(/\u001B\[\d+m/g, '');
const row = fc.array(piece, {maxLength: 12}).map(pieces => {
	let kept = '';
	for (const next of pieces) {
		kept += widthOf(plain(kept + next)) <= columns ? next : '';
	}

	return kept.trimEnd();
});

describe('what lies over a screen', () => {
	test('covers its columns and one on each side; all else is as it was, but for halves of wide characters', async () => {
		await fc.assert(fc.asyncProperty(fc.array(row, {minLength: 4, maxLength: 4}), fc.integer({min: 0, max: 20}), fc.integer({min: 2, max: 10}), async (under, left, width) => {
			const box = `${' '.repeat(left)}[\u001B[36m${'#'.repeat(width - 2)}\u001B[39m]`;
			const [alone, both] = [open(columns, 4), open(columns, 4)];
			alone.show(under);
			both.show(under, ['', box, box, '']);
			const [before, after] = [await alone.cells(), await both.cells()];
			const [from, to] = [left - 1, left + width];
			for (const [index, cells] of after.entries()) {
				for (const [column, cell] of cells.entries()) {
					const was = before[index]!;
					if ((index === 0 || index === 3) || column < from - 1 || column > to + 1) {
						expect(cell).toEqual(was[column]);
					} else if (column < from) {
						expect(cell).toEqual(was[from]?.[0] === '' ? [' ', cell[1]] : was[column]);
					} else if (column > to) {
						expect(cell).toEqual(was[column]![0] === '' ? [' ', cell[1]] : was[column]);
					} else {
						expect(cell).toEqual(column === from || column === to ? [' ', '0,,0'] : column === left ? ['[', '0,,0'] : column === to - 1 ? [']', '0,,0'] : ['#', '0,6,0']);
					}
				}
			}
		}), {numRuns: 60});
	});

	const under = ['first', 'second line', 'third line', 'fourth'];
	const over = (text: string): string[] => ['', `   [${text}]`, '   [--]', ''];

	test('costs nothing while nothing changes, and its own columns when it alone does', () => {
		const {terminal, screen, show} = open(20, 4);
		show(under, over('a '));
		const {bytes} = terminal;
		show(under, over('a '));
		expect(terminal.bytes).toBe(bytes);
		show(under, over('ab'));
		expect(screen.bytesWritten - bytes).toBe(Buffer.byteLength('\u001B[?2026h\u001B[2;4H\u001B[0m[ab]\u001B[?2026l'));
	});

	test('hides what changes below it, which then costs nothing', () => {
		const {terminal, show} = open(20, 4);
		show(['', 'abcdefgh', '', ''], over('ab'));
		const {bytes} = terminal;
		show(['', 'abcdeXgh', '', ''], over('ab'));
		expect(terminal.bytes).toBe(bytes);
	});

	test('is gone without a trace, wherever it stood', async () => {
		const [never, once] = [open(20, 4), open(20, 4)];
		never.show(under);
		once.show(under, over('ab'));
		once.show(under, ['', '', '[abcdefghij]', '[----------]']);
		once.show(under);
		expect(await once.cells()).toEqual(await never.cells());
	});

	test('is what the mouse finds, and nothing beside it', () => {
		const {screen, show} = open(20, 4);
		const taken = (): string[] => [0, 1, 2, 3].flatMap(at => Array.from({length: 20}, (_, column) => screen.takes(at, column) ? `${at},${column}` : '')).filter(place => place !== '');
		show(under);
		expect(taken()).toHaveLength(80);
		show(under, over('ab'));
		expect(taken()).toEqual([1, 2].flatMap(at => [3, 4, 5, 6].map(column => `${at},${column}`)));
		show(under);
		expect(taken()).toHaveLength(80);
	});

	test('of a frame that was drawn for another height, nothing lies over anything', async () => {
		const {cells, show} = open(10, 3);
		show(['1', '2', '3', '4'], ['', 'x', 'x', '']);
		expect((await cells()).map(line => line[0]![0])).toEqual(['1', '2', '3']);
	});
});
