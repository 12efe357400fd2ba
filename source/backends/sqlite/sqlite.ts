// The SQLite backend: a repository in one file, with rows as references and SQLite's own transactions underneath.

import {existsSync} from 'node:fs';
import {PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {assertRecordId, type RecordId, type RecordKind} from '../../format/ids.js';
import {canonicalPath} from '../canonical-path.js';
import type {Backend, BackendFactory, BackendManifest, CallOptions} from '../contract.js';
import {attempt, flushFolder, hasNoLinks, isThere, system, writeNew} from '../filesystem/system.js';
import {openHandle, ReadConnection, WriteConnection} from './connection.js';
import {subtract, vouchesFor} from './difference.js';
import {corruptFile, databaseError} from './failure.js';
import {liveLocks, takeLock} from './locks.js';
import {examineFile} from './medium.js';
import {inspectRecord, listDigits, listHeaders, listReferences, listStaged, readRecord, readResult, sizeOf, splitDigits} from './records.js';
import {Reservations} from './reservations.js';
import {applicationId, isOurSchema, layoutVersion, pageBytes, schema} from './schema.js';
import {Transactions} from './transactions.js';
import {dereference, removeRecords, replaceRecord, writeConfig} from './upkeep.js';

const scheme = 'sqlite';

/** Lanes may stage at once: they read side by side and take turns to write, for SQLite has one writer. */
const supports: BackendManifest = Object.freeze({
	references: 'links', freeSpace: true, parallelWrites: false, locks: true, reopenable: true, nativeDifference: true,
});

const pathOf = (location: string): string => canonicalPath(location.slice(scheme.length + 1).replace(/^\/\/(?=\/)/, ''));
const locationOf = (path: string): string => `${scheme}://${path}`;
const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/')));

function openFile(path: string): Backend {
	const reader = new ReadConnection(path);
	const writer = new WriteConnection(path);
	const transactions = new Transactions(reader, writer);
	const reservations = new Reservations();
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
				const bytes = reader.prepare('SELECT bytes FROM config').pluck().get();
				if (!Buffer.isBuffer(bytes)) {
					throw corruptFile(path, 'it has lost its CONFIG');
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
				for await (const page of listDigits(reader, kind, after, options?.signal)) {
					yield splitDigits(page);
				}
			} else {
				yield* listHeaders(reader, after, options?.signal);
			}
		},
		async* listPacked(kind, options) {
			for await (const page of listDigits(reader, kind, undefined, options?.signal)) {
				yield Buffer.from(page, 'hex');
			}
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
			return reader.read(() => transactions.unfinished(), options);
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
			return reader.read(() => liveLocks(reader).map(({lockId: _, ...holder}) => holder), options);
		},
		async examineMedium(options) {
			return examineFile(reader, options?.signal);
		},
		async difference(target, kind, counts, options) {
			return await vouchesFor(reader, counts, options ?? {}) ? subtract(reader, pathOf(target), kind, options ?? {}) : undefined;
		},
		async close() {
			reader.close();
			writer.close();
		},
		async lock(mode, purpose, options) {
			throwIfAborted(options?.signal);
			const lock = await takeLock(writer, mode, purpose, options ?? {});
			lockId = lock.lockId;
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

const unrecognised = (path: string, what: string, cause?: unknown): PlakarError => new PlakarError('REPOSITORY_UNRECOGNISED', {
	message: `${path} is ${what}.`,
	hint: 'Check the path; nothing was changed.',
	context: {location: locationOf(path)},
	cause,
});

/** Throws unless the file is a repository of this program, with the very tables that this version knows. */
async function assertOurs(path: string, options: CallOptions): Promise<void> {
	const reader = new ReadConnection(path);
	const schemaOf = (): unknown[] => reader.handle.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND NOT (type = \'table\' AND name = \'sqlite_sequence\')').pluck().all();
	try {
		const [id, version, found] = await reader.read(() => [
			reader.handle.pragma('application_id', {simple: true}), reader.handle.pragma('user_version', {simple: true}), schemaOf(),
		] as const, options);
		if (id !== applicationId) {
			throw unrecognised(path, 'a database of another program');
		}

		if (typeof version === 'number' && version > layoutVersion) {
			throw new PlakarError('FORMAT_NEWER', {
				message: `${path} was made by a newer version of this program.`,
				hint: 'Install that version here; nothing was changed.',
				context: {version},
			});
		}

		if (!isOurSchema(found)) {
			throw unrecognised(path, 'a repository that something else has changed: its tables are not those that this program makes');
		}
	} catch (error) {
		const problem = databaseError(path, error);
		throw problem.context['sqlite'] === 'SQLITE_NOTADB' ? unrecognised(path, 'a file, but no SQLite database', error) : problem;
	} finally {
		reader.close();
	}
}

const taken = (path: string, what: string): PlakarError => new PlakarError('REPOSITORY_EXISTS', {
	message: `${path} is taken: there is ${what} already.`,
	hint: 'Choose a place where nothing is yet.',
	context: {location: locationOf(path)},
});

/** Writes a whole empty repository to `temporary`, durably. */
function writeEmpty(temporary: string, config: Uint8Array): void {
	// Made here, so that nobody else may read it; SQLite gives its journal the same mode.
	attempt(temporary, () => {
		writeNew(temporary, new Uint8Array(0));
	});
	const handle = openHandle(temporary, false);
	try {
		handle.pragma(`page_size = ${pageBytes}`);
		// Nobody knows this file yet: a crash leaves a stray one that the next create removes.
		handle.pragma('journal_mode = OFF');
		handle.pragma(`application_id = ${applicationId}`);
		handle.pragma(`user_version = ${layoutVersion}`);
		handle.exec(schema);
		handle.prepare('INSERT INTO config (number, bytes) VALUES (1, ?)').run(config);
	} catch (error) {
		throw databaseError(temporary, error);
	} finally {
		handle.close();
	}

	attempt(temporary, () => {
		const file = system.openSync(temporary, 'r');
		try {
			system.fsyncSync(file);
		} finally {
			system.closeSync(file);
		}
	});
}

/** Gives the finished file its name, unless somebody else took it meanwhile. */
function reveal(temporary: string, path: string): void {
	attempt(path, () => {
		try {
			system.linkSync(temporary, path);
		} catch (error) {
			if (isThere(error) || (hasNoLinks(error) && existsSync(path))) {
				throw taken(path, 'a file');
			}

			if (!hasNoLinks(error)) {
				throw error;
			}

			system.renameSync(temporary, path);
		}

		system.rmSync(temporary, {force: true});
		flushFolder(folderOf(path));
	});
}

export const sqliteBackend: BackendFactory = {
	scheme,
	matches: location => location.startsWith(`${scheme}:`),
	canonical: location => locationOf(pathOf(location)),
	async open(location, options = {}) {
		const path = pathOf(location);
		const stats = attempt(path, () => system.statSync(path, {throwIfNoEntry: false}));
		if (stats === undefined) {
			throw new PlakarError('REPOSITORY_NOT_FOUND', {
				message: `There is no repository at ${path}.`,
				hint: `Make one with: plakar-tui create ${locationOf(path)}`,
				context: {location: locationOf(path)},
			});
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
		const stats = attempt(path, () => system.statSync(path, {throwIfNoEntry: false}));
		if (stats !== undefined) {
			throw taken(path, stats.isDirectory() ? 'a folder' : 'a file');
		}

		const temporary = `${path}.${process.pid}.part`;
		try {
			system.rmSync(temporary, {force: true});
			writeEmpty(temporary, config);
			reveal(temporary, path);
		} finally {
			system.rmSync(temporary, {force: true});
		}

		return openFile(path);
	},
};
