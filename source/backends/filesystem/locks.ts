// Lock files: shared for who adds, exclusive for who removes. A lock whose process is gone is no lock.

import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Lock, LockHolder, LockMode} from '../contract.js';
import type {Layout} from './layout.js';
import {attempt, isMissing, system, writeNew} from './system.js';

/** Twenty refreshes may fail before others take a lock of another machine for dead. */
const refreshEveryMs = 30_000;
const staleAfterMs = 10 * 60_000;
const nameEnding = '.json';

export type NamedLock = LockHolder & {readonly lockId: string};

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
};

function parse(lockId: string, text: string): NamedLock | undefined {
	try {
		const {mode, host, pid, purpose, sinceMs, refreshedMs} = JSON.parse(text) as Partial<LockHolder>;
		const isWhole = (mode === 'shared' || mode === 'exclusive') && typeof host === 'string' && Number.isInteger(pid)
			&& typeof purpose === 'string' && Number.isFinite(sinceMs) && Number.isFinite(refreshedMs);
		return isWhole ? {lockId, mode, host, pid: pid!, purpose, sinceMs: sinceMs!, refreshedMs: refreshedMs!} : undefined;
	} catch {
		return undefined;
	}
}

const isLive = ({host, pid, refreshedMs}: LockHolder, nowMs: number): boolean =>
	host === hostname() ? isAlive(pid) : nowMs - refreshedMs < staleAfterMs;

/** Locks that count, oldest first. Never removes anything. */
export function liveLocks(layout: Layout, nowMs = Date.now()): NamedLock[] {
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
		try {
			const handle = system.openSync(`${folder}/${name}`, 'r');
			const count = system.readSync(handle, scratch, 0, scratch.length, 0);
			system.closeSync(handle);
			const lock = parse(name.slice(0, -nameEnding.length), Buffer.from(scratch.subarray(0, count)).toString('utf8'));
			return lock !== undefined && isLive(lock, nowMs) ? [lock] : [];
		} catch {
			// Released between the listing and the look.
			return [];
		}
	}).sort((a, b) => a.sinceMs - b.sinceMs);
}

const ageInWords = (ms: number): string => ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.round(ms / 60_000)} min`;

/**
 * Takes a lock: writes its own file first, then looks for others, so that of two at once at most one succeeds.
 * Throws BACKEND_LOCKED naming the holder.
 */
export function takeLock(layout: Layout, mode: LockMode, purpose: string): Lock & {readonly lockId: string} {
	const lockId = randomUUID();
	const file = `${layout.folder('locks')}/${lockId}${nameEnding}`;
	const sinceMs = Date.now();
	const holderNow = (): LockHolder => ({mode, host: hostname(), pid: process.pid, purpose, sinceMs, refreshedMs: Date.now()});
	const write = (): void => {
		const temporary = `${file}.part`;
		system.rmSync(temporary, {force: true});
		writeNew(temporary, Buffer.from(JSON.stringify(holderNow())));
		system.renameSync(temporary, file);
	};

	attempt(file, write);
	const other = liveLocks(layout).find(lock => lock.lockId !== lockId && (mode === 'exclusive' || lock.mode === 'exclusive'));
	if (other !== undefined) {
		system.rmSync(file, {force: true});
		throw new PlakarError('BACKEND_LOCKED', {
			message: `${layout.root} is locked by ${other.host} (pid ${other.pid}) for ${other.purpose}, since ${ageInWords(Date.now() - other.sinceMs)}.`,
			hint: 'Wait until it has finished, or end that process; a lock without a process is ignored.',
			context: {host: other.host, pid: other.pid, purpose: other.purpose},
		});
	}

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
