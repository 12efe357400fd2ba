// Dialogs lie over the screen that they belong to: it stays in sight, calm, and everything that answers is the dialog's.

import {describe, expect, test} from 'vitest';
import type {Dialog} from '../../source/session/dialogs.js';
import type {JobSample} from '../../source/session/state.js';
import {takeMouse} from '../../source/ui/terminal/mouse.js';
import {scenes} from './scenes/all.js';
import {longNames, walk} from './scenes/scene.js';
import {openOffice, sample, sizes} from '../terminal/office.js';
import type {FakeTerminal} from '../terminal/fake-terminal.js';

const inverseRows = ({emulator, rows, columns}: FakeTerminal): number[] => Array.from({length: rows}, (_, row) => row)
	.filter(row => Array.from({length: columns}, (_, column) => emulator.buffer.active.getLine(row)!.getCell(column)!.isInverse()).some(inverse => inverse !== 0));

describe('a dialog over a screen', () => {
	test.each(sizes)('leaves its first line and the screen around it in sight, at %dx%d', async (...size) => {
		const {settled, press} = openOffice({}, size);
		const before = await settled();
		press('c');
		const after = await settled();
		expect(after[0]).toBe(before[0]);
		const top = after.findIndex(line => line.includes('Clone the source'));
		const left = after[top]!.indexOf('Clone the source') - 3;
		const bottom = after.findIndex((line, row) => row > top && line[left] === '└');
		expect(bottom).toBeGreaterThan(top);
		for (const [row, line] of after.slice(0, -3).entries()) {
			const isCovered = row >= top && row <= bottom;
			const width = isCovered ? left - 1 : size[0];
			expect(line.slice(0, width)).toBe(before[row]!.slice(0, width));
			expect(isCovered ? line[width] : ' ').toBe(' ');
		}

		expect(after.slice(-2)).toEqual([' Enter go on  Esc cancel', ' Type it, then Enter. Esc goes back.']);
	});

	test.each([false, true])('is where the only cursor is, without colour %s', async isBare => {
		const {settled, press, draw, terminal} = openOffice({}, [80, 24]);
		await settled();
		press(':');
		await settled();
		const grid = await draw({isBare});
		const rows = inverseRows(terminal).map(row => grid[row]!);
		expect(rows).toHaveLength(2);
		expect(rows[0]).toContain('> ');
		expect(rows[1]).toContain('> mark');
	});

	test('leaves the right edge where it is, whatever wide names are below it', async () => {
		const {settled, press, terminal} = openOffice({}, [100, 30], {repositories: longNames});
		await settled();
		press(':');
		await settled();
		const ends = terminal.cells().slice(1, -3).map(line => line.findLastIndex(cell => cell !== ' '));
		expect(ends.filter(end => end === 99).length).toBeGreaterThan(15);
		expect(Math.max(...ends)).toBe(99);
	});

	test.each([':', 'c', '/'])('lets the keys of the terminal through: %s', async opening => {
		const {settled, press, application, screen, suspensions} = openOffice({}, [80, 24]);
		await settled();
		press(opening, 'ctrl-z');
		expect(suspensions).toEqual(['compare']);
		await settled();
		const {bytesWritten} = screen;
		press('ctrl-l');
		await settled();
		expect(screen.bytesWritten - bytesWritten).toBeGreaterThan(80 * 20);
		expect(application.state.dialog).toMatchObject({value: ''});
	});

	test('takes the whole screen where that is narrower than 80 columns', async () => {
		const {settled, press} = openOffice({}, [79, 24]);
		await settled();
		press('c');
		const grid = await settled();
		expect(grid.slice(0, -3).join('\n').trim()).toMatch(/^┌─ Clone the source ─[^]*┘$/);
	});

	describe('in the smallest window', () => {
		const lines = Array.from({length: 8}, (_, index) => `line ${index}, which is so long that it takes two lines, and ends with ${index}.`);
		const common = {title: 'A question whose title is longer than the border of its box', openedAtMs: 0, lines};
		const options = Array.from({length: 12}, (_, index) => ({title: `option ${index}`, choose: () => undefined}));
		let confirmed = 0;
		const dialogs: ReadonlyArray<readonly [kind: Dialog['kind'], dialog: Dialog, down: string, up: string, always: readonly string[], answer: string]> = [
			['confirm', {kind: 'confirm', ...common, answers: {y: 'do it', n: 'back'}, onConfirm: () => confirmed++}, 'j', 'k', ['y  do it      n  back (default)'], 'y'],
			['message', {kind: 'message', ...common}, 'down', 'up', [], 'enter'],
			['text', {kind: 'text', ...common, value: 'typed', hidden: false, onSubmit: () => confirmed++}, 'down', 'up', ['> typed_'], 'enter'],
			['choice', {kind: 'choice', ...common, cursor: 8, options: [...options.slice(0, 8), {title: 'option 8', choose: () => confirmed++}, ...options.slice(9)]}, 'pagedown', 'pageup', ['> 9  option 8'], 'enter'],
		];
		test.each(dialogs)('a %s is read to its end, and answered from there', async (kind, dialog, down, up, always, answer) => {
			const {settled, press, application} = openOffice({}, [60, 16]);
			await settled();
			application.showDialog(dialog);
			const first = await settled();
			const seen = new Set<string>();
			for (let pressed = 0; pressed < 16; pressed++) {
				const grid = await settled();
				const text = grid.join('\n');
				expect(always.filter(words => !text.replaceAll(/ +│/g, '').includes(words))).toEqual([]);
				expect(grid.at(-2)).toContain('scroll');
				for (const [, index] of text.matchAll(/ends with (\d+)\./g)) {
					seen.add(index!);
				}

				press(down);
			}

			expect([...seen].map(Number).sort((a, b) => a - b)).toEqual(lines.map((_, index) => index));
			expect(first[1]).toMatch(/more below ─┐$/);
			expect((await settled())[1]).toMatch(/above ─┐$/);
			// However often a key was pressed at the end, the other one leaves it at once.
			press(up);
			expect((await settled())[1]).toMatch(/more below ─┐$/);
			press(...Array.from({length: 16}, () => up));
			expect(await settled()).toEqual(first);
			const before = confirmed;
			press(down, answer);
			expect(application.state.dialog).toBe(undefined);
			expect(confirmed - before).toBe(kind === 'message' ? 0 : 1);
		});
	});

	test('says in the last line what comes up meanwhile, and not what was said before it', async () => {
		const {settled, press, application} = openOffice({}, [80, 24]);
		await settled();
		application.notice('Said before.');
		press(':');
		expect((await settled()).at(-1)).toBe(' Enter does it: mark. Esc goes back.');
		press('ctrl-c');
		expect((await settled()).at(-1)).toBe(' Ctrl-C again quits; q quits too.');
	});

	test('costs nothing while it is idle, and with each key no more than its own lines', async () => {
		const {settled, press, terminal} = openOffice({}, [80, 24]);
		await settled();
		press('c');
		await settled();
		const {bytes} = terminal;
		await settled();
		expect(terminal.bytes).toBe(bytes);
		press('m');
		await settled();
		expect(terminal.bytes - bytes).toBeLessThan(150);
	});
});

/** Bytes for five changes of a running job, once `key` was pressed. */
async function costOfRun(size: readonly [number, number], key?: string): Promise<number> {
	const {draw, drawn, press, application, terminal} = await walk(scenes['running']!, size);
	press(...(key === undefined ? [] : [key]));
	await draw();
	const {bytes} = terminal;
	for (let change = 1; change <= 5; change++) {
		const later: JobSample = {
			...sample, elapsedMs: sample.elapsedMs + (500 * change), values: {...sample.values, chunksDone: sample.values.chunksDone + (7 * change)},
			history: sample.history.map((_, index) => Math.abs(Math.sin((index + change) / 5)) * 16_000_000), lanes: sample.lanes.map(lane => ({...lane, subject: `0${change}aabb00`})),
		};
		application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: later}))}));
		await drawn();
	}

	return terminal.bytes - bytes;
}

test.each(sizes)('a job that runs below a dialog costs no more than without it, at %dx%d', async (...size) => {
	const alone = await costOfRun(size);
	expect(alone).toBeGreaterThan(1000);
	for (const key of ['l', ':']) {
		// What is added are the positions of the lines that are in sight on both sides.
		expect(await costOfRun(size, key)).toBeLessThan(alone * 1.02);
	}
});

test('a click beside a dialog does nothing; one on an action of the palette moves there, and the next does it', async () => {
	const {settled, press, screen, application} = openOffice({}, [80, 24]);
	const click = async (row: number, column: number): Promise<void> => {
		takeMouse({button: 0, column, row, released: false}, screen, key => {
			press(key);
		});
		await settled();
	};

	await settled();
	press(':', ...'jobs');
	const row = (await settled()).findIndex(line => line.includes('> jobs  '));
	expect(row).toBeGreaterThan(0);
	const before = application.state;
	await click(row, 0);
	await click(1, 40);
	expect(application.state).toBe(before);
	await click(row + 2, 40);
	expect(application.state.dialog).toMatchObject({kind: 'palette', cursor: 2});
	await click(row, 40);
	expect(application.state.dialog).toMatchObject({kind: 'palette', cursor: 0});
	await click(row, 40);
	expect(application.state).toMatchObject({screen: 'jobs', dialog: undefined});
});
