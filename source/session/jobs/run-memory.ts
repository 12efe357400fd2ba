// What is remembered from one start of the program to the next: how fast a pair of repositories was, and what was interrupted.
//
// One small file for each pair, replaced whole, readable by its owner alone; locations come without credentials. What
// cannot be read or written is as if it were not there: nothing here is needed for anything to be right.

import {createHash, randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {isSnapshotId, type SnapshotId} from '../../format/ids.js';

export type PairOfLocations = {readonly source: string; readonly target: string};

export type Unfinished = {
	readonly verb: 'sync' | 'clone';
	/** What it was to send; empty for a clone, which sends all. */
	readonly snapshots: readonly SnapshotId[];
	readonly startedAtMs: number;
	/** Of the program that ran it: while it lives, nothing was interrupted. */
	readonly pid: number;
};

export type RunRecord = PairOfLocations & {
	/** Mean of the last run that was done; absent before there was one. */
	readonly rateBytesPerSecond?: number | undefined;
	readonly unfinished?: Unfinished | undefined;
};

export type RunMemory = {
	all(): readonly RunRecord[];
	find(pair: PairOfLocations): RunRecord | undefined;
	/** Replaces what is known of the record's pair. */
	keep(record: RunRecord): void;
	/** As if nothing had ever run between the two. */
	forget(pair: PairOfLocations): void;
};

/** Pairs remembered; the ones not used for longest are forgotten. */
const maximumRecords = 64;
/** No record of this program is larger. */
const maximumRecordBytes = 4 * 1024 * 1024;

const nameOf = ({source, target}: PairOfLocations): string => `${createHash('sha256').update(`${source}\n${target}`).digest('hex').slice(0, 24)}.json`;

function isUnfinished(value: unknown): value is Unfinished {
	const {verb, snapshots, startedAtMs, pid} = (value ?? {}) as Partial<Record<keyof Unfinished, unknown>>;
	return (verb === 'sync' || verb === 'clone') && Array.isArray(snapshots) && snapshots.every(id => typeof id === 'string' && isSnapshotId(id))
		&& typeof startedAtMs === 'number' && Number.isSafeInteger(pid) && (pid as number) > 0;
}

function decodeRecord(text: string): RunRecord | undefined {
	const value = JSON.parse(text) as Partial<Record<keyof RunRecord, unknown>> | null;
	const {source, target, rateBytesPerSecond: rate, unfinished} = value ?? {};
	if (typeof source !== 'string' || typeof target !== 'string') {
		return undefined;
	}

	return {
		source, target,
		...(typeof rate === 'number' && Number.isFinite(rate) && rate > 0 ? {rateBytesPerSecond: rate} : {}),
		...(isUnfinished(unfinished) ? {unfinished} : {}),
	};
}

/** Forgets everything with the program. */
export function createForgetfulMemory(): RunMemory {
	const records = new Map<string, RunRecord>();
	return {
		all: () => [...records.values()],
		find: pair => records.get(nameOf(pair)),
		keep(record) {
			records.set(nameOf(record), record);
		},
		forget(pair) {
			records.delete(nameOf(pair));
		},
	};
}

/** Removes what was half written, as far as that can be done. */
function discard(file: string): void {
	try {
		rmSync(file, {force: true});
	} catch {
		// Then it cannot be there either.
	}
}

/** Keeps its records in `folder`, which is made when it is first needed. */
export function createRunMemory(folder: string): RunMemory {
	const read = (name: string): RunRecord | undefined => {
		const file = join(folder, name);
		try {
			return statSync(file).size > maximumRecordBytes ? undefined : decodeRecord(readFileSync(file, 'utf8'));
		} catch {
			return undefined;
		}
	};

	const names = (): string[] => {
		try {
			return readdirSync(folder).filter(name => /^[\da-f]{24}\.json$/.test(name));
		} catch {
			return [];
		}
	};

	const forgetOldest = (): void => {
		const aged = names().map(name => ({name, atMs: statSync(join(folder, name)).mtimeMs})).sort((a, b) => b.atMs - a.atMs);
		for (const {name} of aged.slice(maximumRecords)) {
			rmSync(join(folder, name), {force: true});
		}
	};

	return {
		all: () => names().flatMap(name => read(name) ?? []),
		find: pair => read(nameOf(pair)),
		keep(record) {
			const file = join(folder, nameOf(record));
			const draft = `${file}.${randomBytes(6).toString('hex')}`;
			try {
				mkdirSync(folder, {recursive: true, mode: 0o700});
				writeFileSync(draft, `${JSON.stringify(record)}\n`, {mode: 0o600, flag: 'wx'});
				renameSync(draft, file);
				forgetOldest();
			} catch {
				discard(draft);
			}
		},
		forget(pair) {
			discard(join(folder, nameOf(pair)));
		},
	};
}
