// The screen writes what changed and nothing else, one frame at a time, never more often than it may.

import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {withAsciiAlone} from '../../source/session/glyphs.js';
import {Screen} from '../../source/ui/terminal/screen.js';
import {FakeTerminal} from './fake-terminal.js';

const frameMs = 100;

function open(columns = 40, rows = 6, {ascii = false} = {}) {
	const terminal = new FakeTerminal(columns, rows);
	const written: string[] = [];
	const take = terminal.write.bind(terminal);
	terminal.write = text => {
		written.push(text);
		return take(text);
	};
	const screen = new Screen(terminal, {framesPerSecond: 1000 / frameMs, ...(ascii ? {transform: withAsciiAlone} : {})});
	return {
		terminal, screen, written,
		/** Hands a frame over and lets its time come. */
		show(...lines: string[]) {
			screen.write(lines.join('\n'));
			vi.advanceTimersByTime(frameMs);
		},
	};
}

/** The emulator takes text in by timers too: a test that reads the grid goes back to the real ones first. */
function stopTheClock(): void {
	vi.useFakeTimers({toFake: ['performance', 'setTimeout', 'clearTimeout']});
}

beforeEach(stopTheClock);

afterEach(() => {
	vi.useRealTimers();
});

describe('a frame', () => {
	test('fills all rows, the last one and its last column too', async () => {
		const {terminal, show} = open(10, 4);
		show('0123456789', 'b', 'c', 'd23456789!');
		vi.useRealTimers();
		expect(await terminal.grid()).toEqual(['0123456789', 'b', 'c', 'd23456789!']);
		expect(terminal.emulator.buffer.active.length).toBe(4);
	});

	test('is one write, within a synchronized update', () => {
		const {written, show} = open();
		show('a', 'b', 'c');
		expect(written).toHaveLength(1);
		expect(written[0]).toMatch(/^\u001B\[\?2026h[^]*\u001B\[\?2026l$/);
	});

	test('equal to the one before it costs no byte', () => {
		const {written, terminal, show} = open();
		show('a', 'b');
		const {bytes} = terminal;
		show('a', 'b');
		show('a', 'b');
		expect([written.length, terminal.bytes]).toEqual([1, bytes]);
	});

	test('writes only the lines that changed', () => {
		const {written, show} = open();
		show('first', 'second', 'third');
		show('first', 'SECOND', 'third');
		expect(written[1]).toBe('\u001B[?2026h\u001B[2;1H\u001B[0m\u001B[KSECOND\u001B[?2026l');
	});

	test('taller than the terminal is cut, shorter leaves nothing of the one before', async () => {
		const {terminal, show} = open(10, 3);
		show('1', '2', '3', '4', '5');
		show('one');
		vi.useRealTimers();
		expect(await terminal.grid()).toEqual(['one', '', '']);
	});

	test('colours of a line do not reach the next', async () => {
		const {terminal, show} = open(10, 2);
		show('\u001B[31mred', 'plain');
		vi.useRealTimers();
		await terminal.grid();
		const row = terminal.emulator.buffer.active.getLine(1)!;
		expect([row.getCell(0)!.isFgDefault(), terminal.emulator.buffer.active.getLine(0)!.getCell(0)!.getFgColor()]).toEqual([true, 1]);
	});

	test('for a terminal without UTF-8 has nothing beyond ASCII, every column where it was', async () => {
		const {terminal, show, written} = open(40, 3, {ascii: true});
		show('\u001B[1m│日本語│\u001B[22m…', 'e\u0301té 👨‍👩‍👧|');
		expect(written.join('')).toMatch(/^[\u0000-\u007E]*$/);
		vi.useRealTimers();
		expect((await terminal.grid()).slice(0, 2)).toEqual(['????????~', 'et? ??|']);
	});

	test('any sequence of frames shows what the last one says', async () => {
		const cell = fc.constantFrom('a', 'bb', '日本', ' ', '\u001B[32mg\u001B[39m', '\u001B[7minverse\u001B[27m');
		const frame = fc.array(fc.array(cell, {maxLength: 4}).map(parts => parts.join('')), {minLength: 1, maxLength: 5}).filter(lines => lines.join('\n') !== '');
		vi.useRealTimers();
		await fc.assert(fc.asyncProperty(fc.array(frame, {minLength: 1, maxLength: 6}), async frames => {
			stopTheClock();
			const {terminal, show} = open(30, 4);
			for (const lines of frames) {
				show(...lines);
			}

			const fresh = open(30, 4);
			fresh.show(...frames.at(-1)!);
			vi.useRealTimers();
			expect(await terminal.grid()).toEqual(await fresh.terminal.grid());
		}), {numRuns: 60});
	});
});

describe('pace', () => {
	test('of many frames in a moment the newest is written, once', () => {
		const {written, screen, show} = open();
		show('0');
		for (let number = 1; number <= 500; number++) {
			screen.write(String(number));
		}

		vi.advanceTimersByTime(frameMs);
		expect(written).toHaveLength(2);
		expect(written[1]).toContain('500');
	});

	test('never more frames a second than it may', () => {
		const {screen} = open();
		for (let ms = 0; ms < 2000; ms += 5) {
			screen.write(`at ${ms}`);
			vi.advanceTimersByTime(5);
		}

		// Those of both ends, and the one that may be ahead.
		expect(screen.framesWritten).toBeLessThanOrEqual(22);
		expect(screen.framesWritten).toBeGreaterThanOrEqual(19);
	});

	test('a change after a quiet time is written at once', () => {
		const {written, screen, show} = open();
		show('a');
		vi.advanceTimersByTime(10 * frameMs);
		screen.write('b');
		vi.advanceTimersByTime(1);
		expect(written).toHaveLength(2);
	});

	test('one change may follow another before its time, the next one waits for it', () => {
		const {written, screen} = open();
		screen.write('what nobody asked for');
		vi.advanceTimersByTime(1);
		screen.write('what a key has done');
		vi.advanceTimersByTime(frameMs / 4);
		expect(written).toHaveLength(2);
		screen.write('and another key');
		vi.advanceTimersByTime(frameMs / 2);
		expect(written).toHaveLength(2);
		vi.advanceTimersByTime(frameMs / 4);
		expect(written).toHaveLength(3);
	});

	test('while the line stalls, one frame is under way and only the newest waits', () => {
		const {terminal, screen, written, show} = open();
		terminal.isStalled = true;
		show('0');
		for (let number = 1; number <= 10_000; number++) {
			screen.write(`frame ${number}`);
			vi.advanceTimersByTime(1);
		}

		expect(written).toHaveLength(1);
		terminal.isStalled = false;
		terminal.emit('drain');
		vi.advanceTimersByTime(frameMs);
		expect(written).toHaveLength(2);
		expect(written[1]).toContain('frame 10000');
		expect(screen.isPending).toBe(false);
	});
});

describe('life', () => {
	test('a resize is told and everything is painted anew, without lines of the old size', async () => {
		const {terminal, screen, show} = open(20, 5);
		const sizes: string[] = [];
		screen.on('resize', () => {
			sizes.push(`${screen.columns}x${screen.rows}`);
		});
		show('a'.repeat(20), 'b', 'c', 'd', 'e');
		terminal.resize(10, 3);
		show('a'.repeat(10), 'b');
		vi.useRealTimers();
		expect(sizes).toEqual(['10x3']);
		expect(await terminal.grid()).toEqual(['aaaaaaaaaa', 'b', '']);
	});

	test('repaint writes everything, though nothing changed', async () => {
		const {terminal, screen, show} = open(10, 3);
		show('a', 'b');
		terminal.emulator.write('\u001B[2J\u001B[Hgarbage');
		screen.repaint();
		vi.advanceTimersByTime(frameMs);
		vi.useRealTimers();
		expect(await terminal.grid()).toEqual(['a', 'b', '']);
	});

	test('paused, nothing is written; resumed, the newest frame is', () => {
		const {written, screen, show} = open();
		show('a');
		screen.write('b');
		screen.pause();
		vi.advanceTimersByTime(10 * frameMs);
		show('c');
		expect(written).toHaveLength(1);
		screen.resume();
		vi.advanceTimersByTime(frameMs);
		expect(written).toHaveLength(2);
		expect(written[1]).toContain('c');
	});

	test('closed, it stays silent, whatever comes', () => {
		const {terminal, written, screen, show} = open();
		terminal.isStalled = true;
		show('a');
		screen.write('b');
		screen.close();
		terminal.emit('drain');
		terminal.resize(10, 10);
		screen.repaint();
		screen.resume();
		show('c');
		expect(written).toHaveLength(1);
		expect(screen.isPending).toBe(false);
	});

	test('single cursor codes and empty writes are not frames', () => {
		const {written, show} = open();
		show('');
		show('\u001B[?25l');
		show('\u001B[?25h');
		expect(written).toEqual([]);
	});
});
