// Lock files: shared for who adds, exclusive for who removes. A lock whose process is gone is no lock.

import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import type {Lock, LockHolder, LockMode} from '../contract.js';
import {isLive, isOver, lockedBy, obstacleTo, parseLock, refreshEveryMs, unreadableLock, type NamedLock} from '../lock-holder.js';
import {ownMark} from '../process-mark.js';
import type {Layout} from './layout.js';
import {attempt, isMissing, readInto, system, writeNew} from './system.js';

const nameEnding = '.json';

function parse(lockId: string, text: string): NamedLock | undefined {
	try {
		return parseLock(lockId, JSON.parse(text) as Partial<LockHolder>);
	} catch {
		return undefined;
	}
}

/** The lock in `file`; undefined when it was released meanwhile. One that cannot be read may still be somebody's. */
function readLock(file: string, lockId: string, scratch: Uint8Array): NamedLock | undefined {
	let lock: NamedLock | undefined;
	try {
		lock = parse(lockId, Buffer.from(readInto(file, scratch)).toString('utf8'));
	} catch (error) {
		if (isMissing(error)) {
			return undefined;
		}
	}

	const changedMs = lock === undefined ? system.statSync(file, {throwIfNoEntry: false})?.mtimeMs : undefined;
	return changedMs === undefined ? lock : unreadableLock(lockId, file, changedMs);
}

/** Every lock, oldest first. Never removes anything. */
function readLocks(layout: Layout): NamedLock[] {
	const folder = layout.folder('locks');
	let names: string[];
	try {
		names = system.readdirSync(folder);
	} catch (error) {
		if (isMissing(error)) {
			return [];
		}

		throw attempt(folder, () => {
			throw error;
		});
	}

	const scratch = new Uint8Array(8192);
	return names.filter(name => name.endsWith(nameEnding)).flatMap(name => {
		const lock = readLock(`${folder}/${name}`, name.slice(0, -nameEnding.length), scratch);
		return lock === undefined ? [] : [lock];
	}).sort((a, b) => a.sinceMs - b.sinceMs);
}

/** What cannot be removed is ignored as before. */
function clearAway(layout: Layout, locks: readonly NamedLock[]): void {
	for (const {lockId} of locks) {
		for (const name of [`${lockId}${nameEnding}`, `${lockId}${nameEnding}.part`]) {
			try {
				system.rmSync(`${layout.folder('locks')}/${name}`, {force: true});
			} catch {
				// It may belong to another user.
			}
		}
	}
}

/** Locks that count, oldest first. */
export const liveLocks = (layout: Layout, nowMs = Date.now()): NamedLock[] => readLocks(layout).filter(lock => isLive(lock, nowMs));

/**
 * Takes a lock: writes its own file first, then looks for others, so that of two at once at most one succeeds. Files of
 * locks that are over are removed then. Throws BACKEND_LOCKED naming the holder.
 */
export function takeLock(layout: Layout, mode: LockMode, purpose: string): Lock & {readonly lockId: string} {
	const lockId = randomUUID();
	const file = `${layout.folder('locks')}/${lockId}${nameEnding}`;
	const sinceMs = Date.now();
	const holderNow = (): LockHolder => ({mode, host: hostname(), pid: process.pid, purpose, sinceMs, refreshedMs: Date.now(), processMark: ownMark});
	const write = (): void => {
		const temporary = `${file}.part`;
		system.rmSync(temporary, {force: true});
		writeNew(temporary, Buffer.from(JSON.stringify(holderNow())), false, layout.ownership);
		system.renameSync(temporary, file);
	};

	attempt(file, write);
	const others = readLocks(layout).filter(lock => lock.lockId !== lockId);
	const other = obstacleTo(mode, others.filter(lock => isLive(lock, Date.now())));
	if (other !== undefined) {
		system.rmSync(file, {force: true});
		throw lockedBy(layout.root, other);
	}

	clearAway(layout, others.filter(lock => isOver(lock, Date.now())));
	const timer = setInterval(() => {
		try {
			write();
		} catch {
			// A missed refresh is made up for by the next; on this machine the pid counts anyway.
		}
	}, refreshEveryMs);
	timer.unref();
	return {
		lockId,
		holder: holderNow(),
		async release() {
			clearInterval(timer);
			try {
				system.rmSync(file, {force: true});
			} catch {
				// It goes stale by itself.
			}
		},
	};
}
