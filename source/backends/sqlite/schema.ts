// The tables of a repository file, and the proof that a file has exactly these: nothing a stranger put in is ever run.

import type {SharedKind} from '../../format/ids.js';

/** "plkr": tells this program's files from every other SQLite database. */
export const applicationId = 0x70_6c_6b_72;
export const layoutVersion = 1;
/** Blobs of some hundred KiB in pages of 4 KiB are a third slower to write and to read. */
export const pageBytes = 16 * 1024;

/**
 * Everything but `content` is narrow, so that listing and counting never touch the bytes of records, which lie in the
 * order in which they came. A record with an owner was staged by that snapshot's transaction and is invisible: the two
 * partial indexes keep what is visible, in order of id, apart from what is not. `reference` holds the references of
 * visible snapshots only. `reservation` holds those of open transactions, packed, so that making them is one short
 * append; a commit turns them into references.
 */
const statements = [
	'CREATE TABLE config (number INTEGER PRIMARY KEY CHECK (number = 1), bytes BLOB NOT NULL) STRICT',
	'CREATE TABLE snapshot (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, visible INTEGER NOT NULL, lock TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL) STRICT',
	'CREATE TABLE header (snapshot INTEGER PRIMARY KEY REFERENCES snapshot (number) ON DELETE CASCADE, bytes BLOB NOT NULL) STRICT',
	'CREATE TABLE reference_list (snapshot INTEGER PRIMARY KEY REFERENCES snapshot (number) ON DELETE CASCADE, bytes BLOB NOT NULL) STRICT',
	'CREATE TABLE record (number INTEGER PRIMARY KEY AUTOINCREMENT, kind INTEGER NOT NULL, id BLOB NOT NULL, size INTEGER NOT NULL, owner INTEGER REFERENCES snapshot (number)) STRICT',
	'CREATE UNIQUE INDEX visible_record ON record (kind, id) WHERE owner IS NULL',
	'CREATE UNIQUE INDEX staged_record ON record (owner, kind, id) WHERE owner IS NOT NULL',
	'CREATE TABLE content (record INTEGER PRIMARY KEY REFERENCES record (number) ON DELETE CASCADE, bytes BLOB NOT NULL) STRICT',
	'CREATE TABLE reference (snapshot INTEGER NOT NULL REFERENCES snapshot (number), record INTEGER NOT NULL REFERENCES record (number), PRIMARY KEY (snapshot, record)) STRICT, WITHOUT ROWID',
	'CREATE INDEX reference_by_record ON reference (record)',
	'CREATE TABLE reservation (number INTEGER PRIMARY KEY AUTOINCREMENT, snapshot INTEGER NOT NULL REFERENCES snapshot (number) ON DELETE CASCADE, records BLOB NOT NULL) STRICT',
	'CREATE INDEX reservation_by_snapshot ON reservation (snapshot)',
	'CREATE TABLE lock (id TEXT PRIMARY KEY, mode TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, purpose TEXT NOT NULL, since INTEGER NOT NULL, refreshed INTEGER NOT NULL) STRICT',
] as const;

export const schema = statements.join(';\n');

/** Whether the statements that a file's schema consists of are ours, every one and no other: no trigger, no view. */
export const isOurSchema = (found: readonly unknown[]): boolean =>
	found.length === statements.length && statements.every(statement => found.includes(statement));

/** Whether statements that are not ours, as they should be, are so by damage: as many or fewer, and none makes what our files never have. */
export const isDamagedSchema = (found: readonly unknown[]): boolean =>
	found.length <= statements.length && !found.some(statement => typeof statement === 'string' && /^CREATE (?:VIEW|TRIGGER)/i.test(statement));

export const kindNumbers: Readonly<Record<SharedKind, number>> = {chunk: 1, object: 2};
export const sharedKinds = ['chunk', 'object'] as const;
