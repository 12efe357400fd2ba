// The SQLite backend: a repository in one file, with rows as references and SQLite's own transactions underneath.

import {PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {assertRecordId, type RecordId, type RecordKind} from '../../format/ids.js';
import {canonicalPath} from '../canonical-path.js';
import type {Backend, BackendFactory, BackendManifest, CallOptions} from '../contract.js';
import {attempt, folderOf, system} from '../filesystem/system.js';
import {freeSpaceAround} from '../free-space.js';
import {asidePath, publishAside, tidyAside} from './aside.js';
import {ReadConnection, WriteConnection} from './connection.js';
import {assertFree, createFile} from './create-file.js';
import {subtract} from './difference.js';
import {databaseError, lostFile, orIfDamaged} from './failure.js';
import {liveLocks, takeLock, type HeldLock} from './locks.js';
import {examineFile, usedBytes} from './medium.js';
import {inspectRecord, listHeaders, listPacked, listReferences, listStaged, namesOf, readRecord, readResult, sizeOf} from './records.js';
import {hasRemains} from './remains.js';
import {Reservations} from './reservations.js';
import {restingLog} from './resting-log.js';
import {applicationId, isDamagedSchema, isOurSchema, layoutVersion} from './schema.js';
import {Transactions} from './transactions.js';
import {dereference, removeRecords, replaceRecord, writeConfig} from './upkeep.js';

const scheme = 'sqlite';

/** Lanes may stage at once: they read side by side and take turns to write, for SQLite has one writer. */
const supports: BackendManifest = Object.freeze({
	references: 'links', freeSpace: true, parallelWrites: false, locks: true, reopenable: true, nativeDifference: true,
});

const pathOf = (location: string): string => canonicalPath(location.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, ''));
const locationOf = (path: string): string => `${scheme}://${path}`;

function openFile(path: string): Backend {
	const reader = new ReadConnection(path);
	const writer = new WriteConnection(path);
	const transactions = new Transactions(reader, writer);
	const reservations = new Reservations();
	const held = new Set<HeldLock>();
	let lockId = '';

	const assertIds = (kind: RecordKind, ids: readonly RecordId[], options: CallOptions | undefined): void => {
		throwIfAborted(options?.signal);
		for (const id of ids) {
			assertRecordId(kind, id);
		}
	};

	return {
		location: locationOf(path),
		places: [path, `${path}-journal`],
		supports,
		async readConfig(options) {
			return reader.read(() => {
				const bytes = orIfDamaged(() => reader.prepare('SELECT bytes FROM config').pluck().get(), cause => {
					throw lostFile(path, 'it has lost its CONFIG', cause);
				});
				if (!Buffer.isBuffer(bytes)) {
					throw lostFile(path, 'it has lost its CONFIG');
				}

				return bytes;
			}, options);
		},
		async read(kind, id, options) {
			assertIds(kind, [id], options);
			return reader.read(() => readRecord(reader, kind, id), options);
		},
		async readBatch(kind, ids, options) {
			throwIfAborted(options?.signal);
			return reader.read(() => ids.map(id => readResult(reader, kind, id)), options);
		},
		async visit(kind, ids, visit, options) {
			assertIds(kind, ids, options);
			await reader.read(() => {
				for (const [index, id] of ids.entries()) {
					visit(readResult(reader, kind, id), index);
				}
			}, options);
		},
		async* list(kind, after, options) {
			throwIfAborted(options?.signal);
			if (kind === 'chunk' || kind === 'object') {
				for await (const page of listPacked(reader, kind, after, options?.signal)) {
					yield namesOf(page);
				}
			} else {
				yield* listHeaders(reader, after, options?.signal);
			}
		},
		async* listPacked(kind, options) {
			yield* listPacked(reader, kind, undefined, options?.signal);
		},
		async sizes(kind, ids, options) {
			assertIds(kind, ids, options);
			return reader.read(() => ids.map(id => sizeOf(reader, kind, id)), options);
		},
		async inspect(kind, ids, options) {
			assertIds(kind, ids, options);
			return reader.read(() => {
				reservations.refresh(reader);
				return ids.map(id => inspectRecord(reader, kind, id, reservations));
			}, options);
		},
		async* listReferences(snapshot, kind, options) {
			assertIds('header', [snapshot], options);
			yield* listReferences(reader, snapshot, kind, options?.signal);
		},
		async unfinished(options) {
			return reader.read(() => orIfDamaged(() => transactions.unfinished(), () => []), options);
		},
		async* listStaged(snapshot, options) {
			assertIds('header', [snapshot], options);
			yield* listStaged(reader, snapshot, options?.signal);
		},
		async freeSpace() {
			return attempt(path, () => {
				const {bavail, bsize} = system.statfsSync(folderOf(path));
				return bavail * bsize;
			});
		},
		async locks(options) {
			return reader.read(() => orIfDamaged(() => liveLocks(reader), () => []).map(({lockId: _, ...holder}) => holder), options);
		},
		async storedSize(options) {
			return {bytes: await usedBytes(reader, options?.signal), exact: true};
		},
		async examineMedium(options) {
			return examineFile(reader, options?.signal);
		},
		async difference(target, kind, counts, visit, options) {
			return subtract({path, peerPath: pathOf(target), kind, counts, visit}, options ?? {});
		},
		async close() {
			for (const lock of held) {
				lock.leave();
			}

			reader.close();
			writer.close();
		},
		async lock(mode, purpose, options) {
			throwIfAborted(options?.signal);
			const lock = await takeLock(writer, mode, purpose, options ?? {});
			lockId = lock.lockId;
			held.add(lock);
			return lock;
		},
		async begin(snapshot, accept, options) {
			assertIds('header', [snapshot], options);
			await transactions.begin(snapshot, lockId, accept, options ?? {});
		},
		async stage(snapshot, kind, records, options) {
			assertIds(kind, records.map(({id}) => id), options);
			return transactions.stage(snapshot, kind, records, options ?? {});
		},
		async reference(snapshot, kind, ids, options) {
			assertIds(kind, ids, options);
			return transactions.reference(snapshot, kind, ids, options ?? {});
		},
		async putSnapshot(snapshot, parts, options) {
			await transactions.putSnapshot(snapshot, parts, options ?? {});
		},
		async commit(snapshots, options) {
			await transactions.commit(snapshots, options ?? {});
		},
		async rollback(snapshot) {
			await transactions.rollback(snapshot);
		},
		async replace(kind, id, bytes, options) {
			assertIds(kind, [id], options);
			await replaceRecord(writer, kind, id, bytes, options ?? {});
		},
		async writeConfig(bytes, options) {
			await writeConfig(writer, bytes, options ?? {});
		},
		async dereference(snapshot, options) {
			assertIds('header', [snapshot], options);
			await dereference(writer, snapshot, options ?? {});
		},
		async remove(kind, ids, options) {
			assertIds(kind, ids, options);
			return removeRecords(writer, kind, ids, options ?? {});
		},
	};
}

function nothingAt(path: string): PlakarError {
	const aside = asidePath(path);
	const isBegun = attempt(aside, () => system.statSync(aside, {throwIfNoEntry: false}))?.isFile() === true;
	return new PlakarError('REPOSITORY_NOT_FOUND', {
		message: isBegun ? `There is no repository at ${path}, but a clone to it that was not finished: ${aside}.` : `There is no repository at ${path}.`,
		hint: isBegun ? 'Run that clone again to finish it, or remove this file and any journal beside it.' : `Make one with: plakar-tui create ${locationOf(path)}`,
		context: {location: locationOf(path)},
	});
}

const unrecognised = (path: string, what: string, cause?: unknown): PlakarError => new PlakarError('REPOSITORY_UNRECOGNISED', {
	message: `${path} is ${what}.`,
	hint: 'Check the path; nothing was changed.',
	context: {location: locationOf(path)},
	cause,
});

const foreign = (path: string): PlakarError => unrecognised(path, 'a database of another program');

/** Nothing in a file can be read once its first page cannot; a file that was never ours is told from one of which something is left. */
function openingError(path: string, error: unknown): PlakarError {
	const problem = databaseError(path, error);
	const {sqlite} = problem.context;
	if (sqlite === 'SQLITE_NOTADB') {
		return hasRemains(path) ? lostFile(path, 'its first page is destroyed', error) : unrecognised(path, 'a file, but no SQLite database', error);
	}

	return typeof sqlite === 'string' && sqlite.startsWith('SQLITE_CORRUPT') ? lostFile(path, 'what it says of its tables cannot be read', problem.cause) : problem;
}

/** Throws unless the file is a repository of this program, with the very tables that this version knows. */
async function assertOurs(path: string, options: CallOptions): Promise<void> {
	const reader = new ReadConnection(path);
	const schemaOf = (): unknown[] => reader.handle.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND NOT (type = \'table\' AND name = \'sqlite_sequence\')').pluck().all();
	try {
		if ((restingLog(path) ?? applicationId) !== applicationId) {
			throw foreign(path);
		}

		const [id, version, found] = await reader.read(() => [
			reader.handle.pragma('application_id', {simple: true}), reader.handle.pragma('user_version', {simple: true}), schemaOf(),
		] as const, options);
		if (id !== applicationId) {
			throw isOurSchema(found) ? lostFile(path, 'its head does not name this program any more') : foreign(path);
		}

		if (typeof version === 'number' && version > layoutVersion) {
			throw new PlakarError('FORMAT_NEWER', {
				message: `${path} was made by a newer version of this program.`,
				hint: 'Install that version here; nothing was changed.',
				context: {version},
			});
		}

		if (!isOurSchema(found)) {
			throw isDamagedSchema(found)
				? lostFile(path, 'what it says of its tables is not what this program has written')
				: unrecognised(path, 'a repository that something else has changed: its tables are not those that this program makes');
		}
	} catch (error) {
		throw openingError(path, error);
	} finally {
		reader.close();
	}
}

export const sqliteBackend: BackendFactory = {
	scheme,
	matches: location => location.startsWith(`${scheme}:`),
	canonical: location => locationOf(pathOf(location)),
	freeSpaceAt: async location => freeSpaceAround(folderOf(pathOf(location))),
	async assertFree(location) {
		assertFree(pathOf(location));
	},
	aside: {
		locationOf: location => locationOf(asidePath(pathOf(location))),
		async tidy(location) {
			tidyAside(pathOf(location));
		},
		async publish(location) {
			await publishAside(pathOf(location));
		},
	},
	async open(location, options = {}) {
		const path = pathOf(location);
		const stats = attempt(path, () => system.statSync(path, {throwIfNoEntry: false}));
		if (stats === undefined) {
			throw nothingAt(path);
		}

		if (!stats.isFile()) {
			throw unrecognised(path, stats.isDirectory() ? 'a folder, not a database file' : 'not a regular file');
		}

		await assertOurs(path, options);
		return openFile(path);
	},
	async create(location, config, options) {
		throwIfAborted(options?.signal);
		const path = pathOf(location);
		createFile(path, config);
		return openFile(path);
	},
};
