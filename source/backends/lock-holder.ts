// Who holds a lock and whether that still counts: the same rules on every medium that keeps locks for other processes.

import {readdirSync, readFileSync} from 'node:fs';
import {hostname} from 'node:os';
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

/** On this machine the process decides, elsewhere the time of the last refresh. */
export const isLive = ({host, pid, refreshedMs}: LockHolder, nowMs: number): boolean =>
	host === hostname() ? isAlive(pid) : nowMs - refreshedMs < staleAfterMs;

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
