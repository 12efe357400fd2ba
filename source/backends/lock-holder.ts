// Who holds a lock and whether that still counts: the same rules on every medium that keeps locks for other processes.

import {readdirSync, readFileSync} from 'node:fs';
import {hostname, uptime} from 'node:os';
import {PlakarError} from '../errors/plakar-error.js';
import type {LockHolder, LockMode} from './contract.js';

/** Twenty refreshes may fail before others take a lock of another machine for dead. */
export const refreshEveryMs = 30_000;
const staleAfterMs = 10 * 60_000;

export type NamedLock = LockHolder & {readonly lockId: string};

/** Ended, threads too, and only kept in the table of processes because its parent never asks: for ever, in a container without an init. */
function isEnded(pid: number): boolean {
	try {
		return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1')) && readdirSync(`/proc/${pid}/task`).length <= 1;
	} catch {
		return false;
	}
}

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return !isEnded(pid);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
};

/** As Linux counts the times that it tells of a process, on every machine. */
const tickMs = 10;
const startField = 22;

/** When the process `pid` of this machine began, where the system tells; else undefined. */
function startedMs(pid: number): number | undefined {
	try {
		// The second field, in parentheses, is a name that may hold anything.
		const rest = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)!.split(' ');
		return Date.now() - (uptime() * 1000) + (Number(rest[startField - 3]) * tickMs);
	} catch {
		return undefined;
	}
}

/**
 * On this machine the process decides, elsewhere the time of the last refresh. A number that was given to another process
 * since, as after a restart, is no holder; without a long silence nothing is concluded from clocks, which may be set.
 */
export function isLive({host, pid, refreshedMs}: LockHolder, nowMs: number): boolean {
	const isFresh = nowMs - refreshedMs < staleAfterMs;
	return host === hostname() ? isAlive(pid) && (isFresh || !((startedMs(pid) ?? 0) > refreshedMs)) : isFresh;
}

/** A lock as it came from a medium, or undefined when it is none. */
export function parseLock(lockId: unknown, {mode, host, pid, purpose, sinceMs, refreshedMs}: {readonly [Key in keyof LockHolder]?: unknown}): NamedLock | undefined {
	const isWhole = typeof lockId === 'string' && (mode === 'shared' || mode === 'exclusive') && typeof host === 'string' && Number.isInteger(pid)
		&& typeof purpose === 'string' && Number.isFinite(sinceMs) && Number.isFinite(refreshedMs);
	return isWhole ? {lockId, mode, host, pid: pid as number, purpose, sinceMs: sinceMs as number, refreshedMs: refreshedMs as number} : undefined;
}

/** The lock that stands in the way of one of `mode`. */
export const obstacleTo = (mode: LockMode, locks: readonly NamedLock[]): NamedLock | undefined =>
	locks.find(lock => mode === 'exclusive' || lock.mode === 'exclusive');

const ageInWords = (ms: number): string => ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

export const lockedBy = (location: string, {host, pid, purpose, sinceMs}: LockHolder): PlakarError => new PlakarError('BACKEND_LOCKED', {
	message: `${location} is locked by ${host} (pid ${pid}) for ${purpose}, since ${ageInWords(Date.now() - sinceMs)}.`,
	hint: 'Wait until it has finished, or end that process; a lock without a process is ignored.',
	context: {host, pid, purpose},
});
