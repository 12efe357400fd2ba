// Locks as rows: seen by every process that opens the file; one whose process is gone is no lock.

import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import type {Lock, LockHolder, LockMode} from '../contract.js';
import {isLive, lockedBy, obstacleTo, parseLock, refreshEveryMs, type NamedLock} from '../lock-holder.js';
import {ownMark} from '../process-mark.js';
import type {ReadConnection, WaitOptions, WriteConnection} from './connection.js';

/** A refresh or release that finds the file busy gives up soon: the next one makes up for it, or the lock goes stale. */
const refreshTurnMs = 5000;

/** The table has no column for the mark of the process, and older versions of the program insist on its columns: it stands behind the id. */
const idWith = (mark: string | undefined): string => `${randomUUID()}${mark === undefined ? '' : ` ${mark}`}`;

const markIn = (id: unknown): string | undefined => typeof id === 'string' && id.includes(' ') ? id.slice(id.indexOf(' ') + 1) : undefined;

/** Locks that count, oldest first. Inside a read or write; changes nothing. */
export const liveLocks = (connection: ReadConnection | WriteConnection, nowMs = Date.now()): NamedLock[] =>
	connection.prepare('SELECT id, mode, host, pid, purpose, since AS sinceMs, refreshed AS refreshedMs FROM lock ORDER BY since').all().flatMap(row => {
		const lock = parseLock((row as {id: unknown}).id, {...row as LockHolder, processMark: markIn((row as {id: unknown}).id)});
		return lock !== undefined && isLive(lock, nowMs) ? [lock] : [];
	});

export type HeldLock = Lock & {
	readonly lockId: string;
	/** It is refreshed no more, and stays as long as its process does. */
	leave(): void;
};

/** Removes the locks of this process, also those it has left. Throws what writing throws. */
export async function dropOwnLocks(connection: WriteConnection): Promise<void> {
	await connection.write(() => connection.prepare('DELETE FROM lock WHERE host = ? AND pid = ?').run(hostname(), process.pid), {waitMs: refreshTurnMs});
}

/** Takes a lock in one transaction and clears away dead ones. Throws BACKEND_LOCKED naming the holder. */
export async function takeLock(connection: WriteConnection, mode: LockMode, purpose: string, options: WaitOptions): Promise<HeldLock> {
	const lockId = idWith(ownMark);
	const sinceMs = Date.now();
	const holder: LockHolder = {mode, host: hostname(), pid: process.pid, purpose, sinceMs, refreshedMs: sinceMs, processMark: ownMark};
	await connection.write(() => {
		const live = liveLocks(connection);
		const other = obstacleTo(mode, live);
		if (other !== undefined) {
			throw lockedBy(connection.path, other);
		}

		connection.prepare('DELETE FROM lock WHERE id NOT IN (SELECT value FROM json_each(?))').run(JSON.stringify(live.map(lock => lock.lockId)));
		connection.prepare('INSERT INTO lock (id, mode, host, pid, purpose, since, refreshed) VALUES (?, ?, ?, ?, ?, ?, ?)')
			.run(lockId, mode, holder.host, holder.pid, purpose, sinceMs, sinceMs);
	}, options);
	const timer = setInterval(() => {
		connection.write(() => connection.prepare('UPDATE lock SET refreshed = ? WHERE id = ?').run(Date.now(), lockId), {waitMs: refreshTurnMs}).catch(() => {
			// A missed refresh is made up for by the next; on this machine the pid counts anyway.
		});
	}, refreshEveryMs);
	timer.unref();
	return {
		lockId,
		holder,
		leave() {
			clearInterval(timer);
		},
		async release() {
			clearInterval(timer);
			try {
				await connection.write(() => connection.prepare('DELETE FROM lock WHERE id = ?').run(lockId), {waitMs: refreshTurnMs});
			} catch {
				// It goes stale by itself.
			}
		},
	};
}
