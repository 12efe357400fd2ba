// Keys over any line: whatever way the bytes are cut, a key is one key, and a paste is never keys.

import {EventEmitter} from 'node:events';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {Input} from '../../source/ui/terminal/input.js';

/** Longer than the input waits for anything. */
const longMs = 60_000;

class FakeSource extends EventEmitter {
	isRaw = false;
	isFlowing = false;

	setRawMode(mode: boolean): void {
		this.isRaw = mode;
	}

	resume(): void {
		this.isFlowing = true;
	}

	pause(): void {
		this.isFlowing = false;
	}
}

function listen() {
	const source = new FakeSource();
	const input = new Input(source);
	const keys: string[] = [];
	const pastes: string[] = [];
	const focus: boolean[] = [];
	input.on('key', key => {
		keys.push(key);
	});
	input.on('paste', text => {
		pastes.push(text);
	});
	input.on('focus', isFocused => {
		focus.push(isFocused);
	});
	input.start();
	return {
		source, input, keys, pastes, focus,
		/** Each piece arrives by itself, `gapMs` after the one before. */
		type(pieces: ReadonlyArray<string | Buffer>, gapMs = 0) {
			for (const piece of pieces) {
				source.emit('data', typeof piece === 'string' ? Buffer.from(piece) : piece);
				vi.advanceTimersByTime(gapMs);
			}
		},
	};
}

/** What the pieces mean once nothing more comes. */
function keysOf(pieces: ReadonlyArray<string | Buffer>, gapMs = 0): string[] {
	const {type, keys} = listen();
	type(pieces, gapMs);
	vi.advanceTimersByTime(longMs);
	return keys;
}

beforeEach(() => {
	vi.useFakeTimers();
});

afterEach(() => {
	vi.useRealTimers();
});

describe('keys', () => {
	test.each([
		['\u001B[A', 'up'], ['\u001BOB', 'down'], ['\u001B[1;5C', 'right'], ['\u001B[D', 'left'], ['\u001B[5~', 'pageup'], ['\u001B[6~', 'pagedown'],
		['\u001B[H', 'home'], ['\u001B[1~', 'home'], ['\u001BOF', 'end'], ['\u001B[4~', 'end'], ['\r', 'enter'], ['\n', 'enter'], ['\r\n', 'enter'],
		['\t', 'tab'], ['\u001B[Z', 'shift-tab'], ['\u007F', 'backspace'], ['\b', 'backspace'], ['\u001B[3~', 'delete'], [' ', 'space'],
		['\u001BOP', 'f1'], ['\u001B[11~', 'f1'], ['\u001B[[A', 'f1'], ['\u001B[[E', 'f5'], ['\u001B[15~', 'f5'], ['\u001B[24~', 'f12'],
		['\u0003', 'ctrl-c'], ['\u000C', 'ctrl-l'], ['\u001A', 'ctrl-z'], ['\u001B', 'escape'],
		['j', 'j'], ['G', 'G'], ['é', 'é'], ['e\u0301', 'e\u0301'], ['日', '日'], ['👨‍👩‍👧', '👨‍👩‍👧'],
	])('%j is %j', (bytes, key) => {
		expect(keysOf([bytes])).toEqual([key]);
	});

	test('a burst is one key after the other', () => {
		expect(keysOf(['jj\u001B[A\u001B[Bk '])).toEqual(['j', 'j', 'up', 'down', 'k', 'space']);
		expect(keysOf(['j'.repeat(40)])).toEqual(Array.from({length: 40}, () => 'j'));
		expect(keysOf(['\u0003\u0003'])).toEqual(['ctrl-c', 'ctrl-c']);
	});

	test('Escape waits for what may follow, and no longer', () => {
		const {type, keys} = listen();
		type(['\u001B'], 49);
		expect(keys).toEqual([]);
		vi.advanceTimersByTime(1);
		expect(keys).toEqual(['escape']);
	});

	test('Escape and other keys in one burst stay themselves', () => {
		expect(keysOf(['\u001Bj'])).toEqual(['escape', 'j']);
		expect(keysOf(['\u001B\u001B'])).toEqual(['escape', 'escape']);
		expect(keysOf(['\u001BO'])).toEqual(['escape', 'O']);
		expect(keysOf(['\u001B['])).toEqual(['escape', '[']);
		expect(keysOf(['\u001B]'])).toEqual(['escape', ']']);
		expect(keysOf(['\u001B]jk'])).toEqual(['escape', ']', 'j', 'k']);
		expect(keysOf(['\u001B', '[', 'A'], 1000)).toEqual(['escape', '[', 'A']);
	});

	test('however sequences are cut, they are the same keys', () => {
		const sequences = ['\u001B[A', '\u001BOP', '\u001B[5~', '\u001B[1;5B', '\u001B[Z', '\u001B[24~'];
		// Of more than one key a burst would be a paste.
		fc.assert(fc.property(fc.array(fc.constantFrom(undefined, ...sequences), {maxLength: 12}), fc.constantFrom('日', 'é', 'j'), fc.array(fc.nat(), {maxLength: 12}), (parts, held, cuts) => {
			const bytes = Buffer.from(parts.map(part => part ?? held).join(''));
			const places = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b);
			const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
			expect(keysOf(pieces, 10)).toEqual(keysOf([bytes]));
		}));
	});

	test('what a terminal answers is no key', () => {
		const replies = ['\u001B[?62;22c', '\u001B[24;80R', '\u001B]11;rgb:1d1d/1f1f/2121\u001B\\', '\u001B]11;rgb:ffff/ffff/ffff\u0007', '\u001BP>|XTerm(370)\u001B\\', '\u001B_Gi=1;OK\u001B\\', '\u001B[<0;10;5M', '\u001B[200;5u'];
		expect(keysOf(replies)).toEqual([]);
		expect(keysOf([replies.join('')])).toEqual([]);
		expect(keysOf(['\u001B]11;rgb:1d1d/', '1f1f/2121\u001B\\'], 2000)).toEqual([]);
	});

	test('a broken or stray byte is no key', () => {
		expect(keysOf([Buffer.from([0xFF]), Buffer.from([0xC2, 0x9B]), 'j'])).toEqual(['j']);
	});

	test('focus is reported as focus', () => {
		const {type, keys, focus} = listen();
		type(['\u001B[I', '\u001B[O']);
		expect([keys, focus]).toEqual([[], [true, false]]);
	});
});

describe('paste', () => {
	test('is one paste and no key', () => {
		const {type, keys, pastes} = listen();
		type(['a\u001B[200~y\ry\u001B[Aq\u0003\u001B[201~b']);
		vi.advanceTimersByTime(longMs);
		expect([keys, pastes]).toEqual([['a'], ['y\ry\u001B[Aq\u0003', 'b']]);
	});

	test('that holds the mark of its own end presses no key', () => {
		const {type, keys, pastes} = listen();
		type(['\u001B[200~name\u001B[201~y', '\r\u001B[201~']);
		vi.advanceTimersByTime(longMs);
		expect([keys, pastes]).toEqual([[], ['name', 'y\r']]);
		type(['\u001B[200~name\u001B[201~', '\r']);
		expect(keys).toEqual(['enter']);
	});

	test.each([['office\r', 'office\r'], ['a longer\u001B[15~ text', 'a longer text']])('without marks is known by what comes at once: %j', (bytes, text) => {
		const {type, keys, pastes} = listen();
		type([bytes]);
		vi.advanceTimersByTime(longMs);
		expect([keys, pastes]).toEqual([[], [text]]);
	});

	test.each([['y\n', [], ['y', '\n']], ['jy', ['j'], ['y']], ['yy', [], ['y', 'y']], ['\r\r', [], ['\r', '\r']], ['\u001B[By', ['down'], ['y']], ['\u001By', ['escape'], ['y']], ['p\r\u001B', ['p', 'escape'], ['\r']]])('no answer is taken from among other keys: %j', (bytes, pressed, pasted) => {
		const {type, keys, pastes} = listen();
		type([bytes]);
		vi.advanceTimersByTime(longMs);
		expect([keys, pastes]).toEqual([pressed, pasted]);
		type(['y', '\r']);
		expect(keys.slice(-2)).toEqual(['y', 'enter']);
	});

	test('without marks is one paste however reads cut it, ends a moment after it, and is cut where no field takes more', () => {
		const {type, keys, pastes} = listen();
		type([...Array.from({length: 30}, () => 'xz'.repeat(2047)), 'y', '\r']);
		vi.advanceTimersByTime(100);
		type(['k']);
		expect([keys, pastes.map(text => text.length)]).toEqual([['k'], [64 * 1024]]);
		type(['one more', '\u0003', 'j']);
		expect([keys, pastes.length]).toEqual([['k', 'ctrl-c', 'j'], 1]);
	});

	test('on a line that stalls at any place, its text presses no key', () => {
		const text = 'Yq\r\u001B[Ax\u001Bw';
		const bytes = Buffer.from(`\u001B[200~${text}\u001B[201~`);
		const ofMarks = new Set(['escape', '[', '2', '0', '1', '~']);
		fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length), fc.constantFrom(10, 100, 5000)), {maxLength: 10}), cuts => {
			const {type, keys, pastes} = listen();
			const sorted = [...new Map(cuts).entries(), [bytes.length, 10] as const].sort(([a], [b]) => a - b);
			let from = 0;
			for (const [end, gapMs] of sorted) {
				type(end > from ? [bytes.subarray(from, end)] : [], gapMs);
				from = end;
			}

			vi.advanceTimersByTime(longMs);
			expect(keys.filter(key => !ofMarks.has(key))).toEqual([]);
			expect(pastes).toEqual([text]);
		}), {numRuns: 500});
	});

	test('without its end it does not lock the keys: Ctrl-C by itself ends it', () => {
		const {type, keys, pastes} = listen();
		type(['\u001B[200~half of a text', 'y', '\u0003', 'j']);
		expect([keys, pastes]).toEqual([['ctrl-c', 'j'], []]);
	});

	test('is cut where no field takes more', () => {
		const {type, pastes} = listen();
		type(['\u001B[200~', ...Array.from({length: 100}, () => 'x'.repeat(10_000)), '\u001B[201~']);
		expect(pastes.map(text => text.length)).toEqual([64 * 1024]);
	});
});

describe('start and stop', () => {
	test('raw mode stands while it listens', () => {
		const {source, input, type, keys} = listen();
		expect([source.isRaw, source.isFlowing]).toEqual([true, true]);
		input.stop();
		expect([source.isRaw, source.isFlowing]).toEqual([false, false]);
		type(['j']);
		expect(keys).toEqual([]);
	});

	test('a key that stops the input is the last one of its burst', () => {
		const {input, type, keys} = listen();
		input.on('key', key => {
			if (key === 'ctrl-z') {
				input.stop();
			}
		});
		type(['j\u001Akx\u001B[A']);
		input.start();
		type(['k']);
		vi.advanceTimersByTime(longMs);
		expect(keys).toEqual(['j', 'ctrl-z', 'k']);
	});

	test('half a sequence from before does not reach into what comes after', () => {
		const {input, type, keys, pastes} = listen();
		type(['\u001B[200~half']);
		input.stop();
		input.start();
		type(['j', '\u001B']);
		input.stop();
		input.start();
		type(['[A']);
		vi.advanceTimersByTime(longMs);
		expect([keys, pastes]).toEqual([['j', '[', 'A'], []]);
	});
});
