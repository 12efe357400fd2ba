// Connections to one database file: they wait for others with a bound, and never write unless opened for it.

import {statSync} from 'node:fs';
import {createRequire} from 'node:module';
import {setTimeout as delay} from 'node:timers/promises';
import type Sqlite from 'better-sqlite3';
import {PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';
import type {CallOptions} from '../contract.js';
import {tellWait} from '../waits.js';
import {busyFile, databaseError, goneFile, isBusy, needsRecovery} from './failure.js';
import {assertNoStrangeLog, loggedFile, restingLog} from './resting-log.js';

const require = createRequire(import.meta.url);

/** A writer waits this long for those who still read; meanwhile nobody else can begin. */
const finishMs = 60_000;
/** So everybody else waits longer for their turn: else a reader would end what waits behind it, in this process too. */
const turnMs = finishMs + 15_000;
/** SQLite's own waiting sleeps up to 100 ms at a time; a batch of another lane is written in a tenth of that. */
const longestPauseMs = 4;
/** KiB of pages that a writer holds before it has to take readers out to make room: twice a batch. */
const writerCacheKib = 16 * 1024;

export type WaitOptions = CallOptions & {readonly waitMs?: number};
/** Without iterators: each is an object of the library too, and there is no end to how many a connection would have to keep. */
export type Statement = Omit<Sqlite.Statement<unknown[]>, 'iterate' | 'pluck'> & {pluck(): Statement};

const isMissingModule = (error: unknown): boolean => ['MODULE_NOT_FOUND', 'ERR_DLOPEN_FAILED'].includes((error as NodeJS.ErrnoException).code ?? '');

/**
 * Nothing of SQLite is left to the garbage collector: Node 24 may collect while no context is entered, and the destructor
 * of node::ObjectWrap, from which the library's objects inherit, then ends the process (seen with 24.21). They go with
 * the thread; a connection has some dozens of them.
 */
const kept: unknown[] = [];

function keep<Kept>(value: Kept): Kept {
	kept.push(value);
	return value;
}

/** Opens a file that is there. SQLite's own waiting is off: it would stop the whole thread. */
export function openHandle(path: string, isReadOnly: boolean): Sqlite.Database {
	try {
		const Database = require('better-sqlite3') as typeof Sqlite;
		const handle = keep(new Database(path, {readonly: isReadOnly, fileMustExist: true, timeout: 0}));
		const prepare = handle.prepare.bind(handle) as (sql: string) => Sqlite.Statement<unknown[]>;
		const prepareAndKeep = (sql: string): Sqlite.Statement<unknown[]> => keep(prepare(sql));
		return Object.assign(handle, {
			prepare: prepareAndKeep,
			pragma(source: string, {simple = false}: Sqlite.PragmaOptions = {}): unknown {
				const statement = prepareAndKeep(`PRAGMA ${source}`);
				return statement.reader ? (simple ? statement.pluck().get() : statement.all()) : statement.run();
			},
		});
	} catch (error) {
		throw isMissingModule(error)
			? new PlakarError('UNSUPPORTED', {
				message: 'The SQLite library of this installation cannot be loaded.',
				hint: 'Install again with a C++ compiler at hand (npm rebuild better-sqlite3), or use a repository folder.',
				cause: error,
			})
			: databaseError(path, error);
	}
}

const inodeOf = (path: string): number | undefined => statSync(path, {throwIfNoEntry: false})?.ino;

abstract class Connection {
	readonly path: string;
	#handle: Sqlite.Database | undefined;
	#statements = new Map<string, Statement>();

	constructor(path: string) {
		this.path = path;
	}

	/** A statement of this connection, prepared once. Only inside an action. */
	prepare(sql: string): Statement {
		let statement = this.#statements.get(sql);
		if (statement === undefined) {
			statement = this.handle.prepare<unknown[]>(sql);
			this.#statements.set(sql, statement);
		}

		return statement;
	}

	get handle(): Sqlite.Database {
		if (this.#handle === undefined) {
			const handle = this.open();
			try {
				// A file may hold anything: nothing in it is run, and what its cells claim is looked at.
				handle.pragma('trusted_schema = OFF');
				handle.pragma('cell_size_check = ON');
				this.prepareHandle(handle);
			} catch (error) {
				handle.close();
				throw error;
			}

			this.#handle = handle;
		}

		return this.#handle;
	}

	get isOpen(): boolean {
		return this.#handle !== undefined;
	}

	close(): void {
		this.#statements.clear();
		this.#handle?.close();
		this.#handle = undefined;
	}

	/** Runs `action` until it is not refused because others read or write, and tells of a long wait. Throws BACKEND_LOCKED after `waitMs`. */
	protected async untilFree<Result>(action: () => Result, {signal, waitMs = turnMs}: WaitOptions, others: 'read' | 'written' = 'written'): Promise<Result> {
		const startMs = performance.now();
		let isTold = false;
		for (let pauseMs = 0.5; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
			throwIfAborted(signal);
			try {
				return action();
			} catch (error) {
				const waitedMs = performance.now() - startMs;
				if (!isBusy(error)) {
					throw databaseError(this.path, error);
				}

				if (waitedMs > waitMs) {
					throw busyFile(this.path, others, error);
				}

				isTold ||= tellWait(`${displayText(this.path)} is being ${others}: waiting for that to end, for up to ${Math.round(waitMs / 1000)} s.`, waitedMs);
			}

			await delay(pauseMs);
		}
	}

	protected abstract open(): Sqlite.Database;
	protected abstract prepareHandle(handle: Sqlite.Database): void;
}

/** Reads; the file is opened read-only, so that no reading command can change it or leave anything beside it. */
export class ReadConnection extends Connection {
	#inode: number | undefined;

	/**
	 * Runs `action` as one read of one state of the file. It must be synchronous and short: meanwhile no writer can finish.
	 * What it has handed out must not be handed out again, so it is begun only once the file is free to read.
	 */
	async read<Result>(action: () => Result, options: WaitOptions = {}): Promise<Result> {
		return this.untilFree(() => {
			try {
				return this.#once(action);
			} catch (error) {
				if (!needsRecovery(error)) {
					throw error;
				}

				this.#recover();
				return this.#once(action);
			}
		}, options);
	}

	#once<Result>(action: () => Result): Result {
		const {handle} = this;
		handle.exec('BEGIN');
		try {
			// SQLite asks this only before it writes; a file that has gone from its place would be read for ever.
			if (inodeOf(this.path) !== this.#inode) {
				throw goneFile(this.path);
			}

			// Takes the file's read lock: from here on nothing is refused.
			this.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get();
			return action();
		} finally {
			if (handle.inTransaction) {
				handle.exec('ROLLBACK');
			}
		}
	}

	/** Undoes what a process that died left half written; to read the file, SQLite must be able to write it here once. */
	#recover(): void {
		try {
			const handle = openHandle(this.path, false);
			try {
				handle.prepare('SELECT count(*) FROM sqlite_schema').get();
			} finally {
				handle.close();
			}
		} catch (error) {
			if (isBusy(error)) {
				throw error;
			}

			const {code} = databaseError(this.path, error);
			throw new PlakarError(code, {
				message: `${this.path} was being written when that process died; what it left half done must be undone first, and cannot be by this user.`,
				hint: 'Run any command on it once as a user who may write the file and its folder, for example ls. Nothing complete is lost.',
				context: {path: this.path},
				cause: error,
			});
		}
	}

	protected override open(): Sqlite.Database {
		assertNoStrangeLog(this.path);
		if (restingLog(this.path) !== undefined) {
			throw loggedFile(this.path, 'read without writing beside it');
		}

		this.#inode = inodeOf(this.path);
		return openHandle(this.path, true);
	}

	protected override prepareHandle(handle: Sqlite.Database): void {
		handle.pragma('query_only = ON');
		// SQLite refuses all of a file that has lost its end, or a table of it, unless told that its schema is being mended;
		// nothing can be: the file is open for reading.
		handle.unsafeMode(true);
		handle.pragma('writable_schema = ON');
	}
}

/** Writes, one transaction after the other; opened at the first one. */
export class WriteConnection extends Connection {
	#previous: Promise<unknown> = Promise.resolve();

	/**
	 * Runs `action`, which must be synchronous, in a transaction: all of it or nothing, durable when this has resolved.
	 * SQLite has one writer: others are waited for.
	 */
	async write<Result>(action: () => Result, options: WaitOptions = {}): Promise<Result> {
		const result = this.#previous.then(async () => this.#transact(action, options));
		this.#previous = result.catch(() => undefined);
		return result;
	}

	async #transact<Result>(action: () => Result, options: WaitOptions): Promise<Result> {
		await this.untilFree(() => this.handle.exec('BEGIN IMMEDIATE'), options);
		try {
			const result = action();
			// Readers are let finish; new ones wait.
			await this.untilFree(() => this.handle.exec('COMMIT'), {waitMs: finishMs, ...options}, 'read');
			return result;
		} catch (error) {
			if (this.handle.inTransaction) {
				this.handle.exec('ROLLBACK');
			}

			throw databaseError(this.path, error);
		}
	}

	/** The journal is removed with the last writer, so that a repository at rest is one file. */
	override close(): void {
		if (this.isOpen) {
			try {
				this.handle.pragma('journal_mode = DELETE');
			} catch {
				// Another process is writing: the journal is its own now.
			}
		}

		super.close();
	}

	protected override open(): Sqlite.Database {
		return openHandle(this.path, false);
	}

	protected override prepareHandle(handle: Sqlite.Database): void {
		if (handle.pragma('journal_mode', {simple: true}) === 'wal') {
			// Its own readers would be in the way of going back, and so would the other program's.
			throw loggedFile(this.path, 'written');
		}

		handle.pragma('foreign_keys = ON');
		// A rollback journal: a write-ahead log would write every byte twice, and readers would have to write for it.
		handle.pragma('journal_mode = PERSIST');
		handle.pragma('synchronous = FULL');
		handle.pragma('fullfsync = ON');
		handle.pragma(`cache_size = -${writerCacheKib}`);
	}
}
