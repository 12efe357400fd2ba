// Whether a lock still counts, on this machine: by its process, and not by another one that was given its number.

import {spawnSync} from 'node:child_process';
import {existsSync} from 'node:fs';
import {hostname} from 'node:os';
import {describe, expect, test} from 'vitest';
import type {LockHolder} from '../../source/backends/contract.js';
import {isLive} from '../../source/backends/lock-holder.js';

const hourMs = 3_600_000;
const nowMs = Date.now();
const startedMs = nowMs - (process.uptime() * 1000);
const lockOf = (pid: number, sinceMs: number, refreshedMs: number): LockHolder => ({mode: 'exclusive', host: hostname(), pid, purpose: 'test', sinceMs, refreshedMs});

describe('a lock of this machine', () => {
	test('counts as long as its process lives, however long it has been silent', () => {
		expect(isLive(lockOf(process.pid, startedMs + 5000, startedMs + 5000), nowMs + hourMs)).toBe(true);
	});

	test('does not without its process', () => {
		expect(isLive(lockOf(spawnSync('true').pid, nowMs, nowMs), nowMs)).toBe(false);
	});

	test.runIf(existsSync('/proc/self/stat'))('does not when its number belongs to a younger process, once it is silent for long', () => {
		expect(isLive(lockOf(process.pid, startedMs - hourMs, startedMs - hourMs), nowMs)).toBe(false);
		// A clock that was set forward makes every process look younger.
		expect(isLive(lockOf(process.pid, startedMs - hourMs, nowMs - 1000), nowMs)).toBe(true);
	});
});
