// Whether a lock still counts, on this machine: by its process, and not by another one that was given its number.

import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {hostname} from 'node:os';
import {describe, expect, test} from 'vitest';
import type {LockHolder} from '../../source/backends/contract.js';
import {isLive, isOver} from '../../source/backends/lock-holder.js';
import {ownMark} from '../../source/backends/process-mark.js';

const hourMs = 3_600_000;
const nowMs = Date.now();
const startedMs = nowMs - (process.uptime() * 1000);
const lockOf = (pid: number, sinceMs: number, refreshedMs: number): LockHolder => ({mode: 'exclusive', host: hostname(), pid, purpose: 'test', sinceMs, refreshedMs});

describe('a lock of this machine', () => {
	test('counts as long as its process lives, however long it has been silent', () => {
		expect(isLive(lockOf(process.pid, startedMs + 5000, startedMs + 5000), nowMs + hourMs)).toBe(true);
	});

	test('without a mark of its process does not once that is gone and nothing was heard of it for long', () => {
		const {pid} = spawnSync('true');
		expect(isLive(lockOf(pid, nowMs, nowMs), nowMs)).toBe(true);
		expect(isLive(lockOf(pid, nowMs - hourMs, nowMs - hourMs), nowMs)).toBe(false);
	});

	test.runIf(existsSync('/proc/self/stat'))('does not when its number belongs to a younger process, once it is silent for long', () => {
		expect(isLive(lockOf(process.pid, startedMs - hourMs, startedMs - hourMs), nowMs)).toBe(false);
		// A clock that was set forward makes every process look younger.
		expect(isLive(lockOf(process.pid, startedMs - hourMs, nowMs - 1000), nowMs)).toBe(true);
	});
});

describe.runIf(ownMark !== undefined)('a lock with the mark of its process', () => {
	const marked = (pid: number, processMark: string, refreshedMs = nowMs): LockHolder => ({...lockOf(pid, nowMs - hourMs, refreshedMs), processMark});
	const otherTicks = ownMark!.replace(/\d+$/, digits => `${Number(digits) + 1}`);
	const otherBoot = ownMark!.replace(/^\S+/, '00000000-0000-4000-8000-000000000000');
	const otherNamespace = ownMark!.replace(/\[\d+\]/, '[1]');

	test('counts exactly as long as that process lives, whatever the clocks say', () => {
		expect([isLive(marked(process.pid, ownMark!, nowMs - (48 * hourMs)), nowMs), isOver(marked(process.pid, ownMark!, nowMs - (48 * hourMs)), nowMs)]).toEqual([true, false]);
		const {pid} = spawnSync('true');
		for (const dead of [marked(pid, ownMark!), marked(process.pid, otherTicks)]) {
			expect([isLive(dead, nowMs), isOver(dead, nowMs)]).toEqual([false, true]);
		}
	});

	test.each([['in another container of the same name', otherNamespace], ['before a restart, or on another machine of the same name', otherBoot]])('counts for ten minutes %s', (_, mark) => {
		const {pid} = spawnSync('true');
		for (const holder of [pid, process.pid]) {
			expect([isLive(marked(holder, mark), nowMs), isOver(marked(holder, mark), nowMs)]).toEqual([true, false]);
			expect([isLive(marked(holder, mark, nowMs - hourMs), nowMs), isOver(marked(holder, mark, nowMs - hourMs), nowMs)]).toEqual([false, false]);
			expect(isOver(marked(holder, mark, nowMs - (25 * hourMs)), nowMs)).toBe(true);
		}
	});
});
