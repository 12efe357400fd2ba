// Who holds a lock and whether that still counts: the same rules on every medium that keeps locks for other processes.

import {hostname, uptime} from 'node:os';
import {PlakarError} from '../errors/plakar-error.js';
import type {LockHolder, LockMode} from './contract.js';
import {isAlive, ownMark, runs, startTicksOf} from './process-mark.js';

/** Twenty refreshes may fail before others take a lock of another machine for dead. */
export const refreshEveryMs = 30_000;
const staleAfterMs = 10 * 60_000;
/** A machine that sleeps for longer takes its lock anew when it wakes. */
const forgottenAfterMs = 24 * 3_600_000;

export type NamedLock = LockHolder & {readonly lockId: string};

/** As Linux counts the times that it tells of a process, on every machine. */
const tickMs = 10;

/** When the process `pid` of this machine began, where the system tells; else undefined. */
function startedMs(pid: number): number | undefined {
	const ticks = startTicksOf(pid);
	return ticks === undefined ? undefined : Date.now() - (uptime() * 1000) + (ticks * tickMs);
}

/** Whether the process that `pid` named on this machine may still be it: one that began after the last sign of life is another. */
const mayBeHolder = ({host, pid, refreshedMs}: LockHolder): boolean => host === hostname() && isAlive(pid) && !((startedMs(pid) ?? 0) > refreshedMs);

/**
 * Where the holder left a mark of its process and this is its machine, that process decides. Elsewhere, as in another
 * container of the same name, and for a holder without a mark, a lock counts until nothing was heard of it for too long;
 * without a mark also as long as its process seems to live. Without a long silence nothing is concluded from clocks, which
 * may be set.
 */
export function isLive(holder: LockHolder, nowMs: number): boolean {
	const isFresh = nowMs - holder.refreshedMs < staleAfterMs;
	if (holder.processMark !== undefined) {
		return runs(holder.pid, holder.processMark) ?? isFresh;
	}

	return ownMark === undefined && holder.host === hostname()
		? isAlive(holder.pid) && (isFresh || mayBeHolder(holder))
		: isFresh || mayBeHolder(holder);
}

/** No host has this name. */
const unknownHost = 'an unknown owner';

/** A lock of which no more is known than when `file` was last changed: it keeps everybody out until it is stale, then it is over. */
export const unreadableLock = (lockId: string, file: string, changedMs: number): NamedLock =>
	({lockId, mode: 'exclusive', host: unknownHost, pid: 0, purpose: `reasons that ${file} does not tell`, sinceMs: changedMs, refreshedMs: changedMs});

/**
 * Whether nobody will ever refresh the lock again: its process is known to have ended, it was silent for a day, or it is
 * stale and names no process. Nobody need ever look at it again.
 */
export const isOver = (holder: LockHolder, nowMs: number): boolean =>
	!isLive(holder, nowMs) && (holder.host === unknownHost || (holder.processMark !== undefined && runs(holder.pid, holder.processMark) === false) || nowMs - holder.refreshedMs > forgottenAfterMs);

/** A lock as it came from a medium, or undefined when it is none. */
export function parseLock(lockId: unknown, {mode, host, pid, purpose, sinceMs, refreshedMs, processMark}: {readonly [Key in keyof LockHolder]?: unknown}): NamedLock | undefined {
	const isWhole = typeof lockId === 'string' && (mode === 'shared' || mode === 'exclusive') && typeof host === 'string' && Number.isInteger(pid)
		&& typeof purpose === 'string' && Number.isFinite(sinceMs) && Number.isFinite(refreshedMs);
	return isWhole ? {lockId, mode, host, pid: pid as number, purpose, sinceMs: sinceMs as number, refreshedMs: refreshedMs as number, ...(typeof processMark === 'string' ? {processMark} : {})} : undefined;
}

/** The lock that stands in the way of one of `mode`. */
export const obstacleTo = (mode: LockMode, locks: readonly NamedLock[]): NamedLock | undefined =>
	locks.find(lock => mode === 'exclusive' || lock.mode === 'exclusive');

const ageInWords = (ms: number): string => ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

export const lockedBy = (location: string, {host, pid, purpose, sinceMs}: LockHolder): PlakarError => new PlakarError('BACKEND_LOCKED', {
	message: `${location} is locked by ${host === unknownHost ? host : `${host} (pid ${pid})`} for ${purpose}, since ${ageInWords(Date.now() - sinceMs)}.`,
	hint: host === unknownHost
		? `Wait: ${ageInWords(staleAfterMs)} after it was written, that file is ignored and removed. Sooner, remove it yourself once no plakar-tui is at work there.`
		: 'Wait until it has finished, or end that process; a lock without a process is ignored.',
	context: {host, pid, purpose},
});
