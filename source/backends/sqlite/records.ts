// Reading records, their sizes and who refers to them. Everything that comes out of the file is looked at first.

import {PlakarError} from '../../errors/plakar-error.js';
import {hashSizeBytes, isSnapshotId, recordName, type RecordId, type RecordKind, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {Inspection, ReadResult, StagedRecord} from '../contract.js';
import type {ReadConnection} from './connection.js';
import {corruptFile, databaseError, lostFile, lostRecord, orIfDamaged} from './failure.js';
import type {Reservations} from './reservations.js';
import {kindNumbers} from './schema.js';

/** Ids of one listing query: large enough to outweigh the query, small enough that no writer waits for long. */
const pageIds = 4096;

const contentOf: Readonly<Record<RecordKind, string>> = {
	chunk: 'SELECT content.bytes FROM record JOIN content ON content.record = record.number WHERE kind = 1 AND id = ? AND owner IS NULL',
	object: 'SELECT content.bytes FROM record JOIN content ON content.record = record.number WHERE kind = 2 AND id = ? AND owner IS NULL',
	header: 'SELECT bytes FROM snapshot JOIN header ON header.snapshot = snapshot.number WHERE id = ? AND visible = 1',
	references: 'SELECT bytes FROM snapshot JOIN reference_list ON reference_list.snapshot = snapshot.number WHERE id = ? AND visible = 1',
};

const lengthOf = (kind: RecordKind): string => contentOf[kind].replace(/^SELECT \S+/, 'SELECT octet_length(bytes)');

/** Snapshots are few: where their index is damaged, the table is read through. */
const withoutIndex = (sql: string): string => sql.replace('FROM snapshot ', 'FROM snapshot NOT INDEXED ');

const isShared = (kind: RecordKind): kind is SharedKind => kind === 'chunk' || kind === 'object';

/** An id as the file keeps it. */
export const keyOf = (kind: RecordKind, id: RecordId): Buffer | string => isShared(kind) ? Buffer.from(id, 'hex') : id;

/** One record. Inside a read. Throws BACKEND_NOT_FOUND, and RECORD_CORRUPT where the file is damaged: others may well be sound. */
export function readRecord(connection: ReadConnection, kind: RecordKind, id: RecordId): Uint8Array {
	const look = (sql: string): unknown => connection.prepare(sql).pluck().get(keyOf(kind, id));
	const bytes = orIfDamaged(() => look(contentOf[kind]), () => orIfDamaged(() => look(withoutIndex(contentOf[kind])), cause => {
		throw lostRecord(connection.path, recordName(kind, id), cause);
	}));
	if (bytes === undefined) {
		throw new PlakarError('BACKEND_NOT_FOUND', {
			message: `The ${recordName(kind, id)} is not in ${connection.path}.`,
			hint: 'Run check to see what the repository lacks.',
		});
	}

	if (!Buffer.isBuffer(bytes)) {
		throw lostRecord(connection.path, recordName(kind, id));
	}

	return bytes;
}

export function readResult(connection: ReadConnection, kind: RecordKind, id: RecordId): ReadResult {
	try {
		return readRecord(connection, kind, id);
	} catch (error) {
		return databaseError(connection.path, error);
	}
}

/** Stored size, -1 when absent or where the file is damaged. Inside a read. */
export function sizeOf(connection: ReadConnection, kind: RecordKind, id: RecordId): number {
	return orIfDamaged(() => isShared(kind)
		? (connection.prepare('SELECT size FROM record WHERE kind = ? AND id = ? AND owner IS NULL').pluck().get(kindNumbers[kind], keyOf(kind, id)) ?? -1) as number
		: (connection.prepare(lengthOf(kind)).pluck().get(id) ?? -1) as number, () => -1);
}

/** Inside a read, after `reservations` were refreshed in it. Where the file is damaged, the record is absent or its references are unknown. */
export function inspectRecord(connection: ReadConnection, kind: SharedKind, id: RecordId, reservations: Reservations): Inspection {
	const look = (held: string): {number: number; size: number; held: number} | undefined =>
		connection.prepare(`SELECT number, size, ${held} AS held FROM record WHERE kind = ? AND id = ? AND owner IS NULL`)
			.get(kindNumbers[kind], keyOf(kind, id)) as {number: number; size: number; held: number} | undefined;
	const row = orIfDamaged(() => look('(SELECT count(*) FROM reference WHERE record = number)'), () => orIfDamaged(() => look('-1'), () => undefined));
	return row === undefined
		? {sizeBytes: -1, references: 0, reserved: 0}
		: {sizeBytes: row.size, references: row.held, reserved: reservations.isEmpty ? 0 : reservations.holders(row.number).length};
}

/** Selects the visible ids of `@kind` after `@after`; `file` is where the record table is. */
export const visibleAfter = (file: string): string => `SELECT id FROM ${file}.record WHERE kind = @kind AND owner IS NULL AND id > @after`;

/**
 * The next page of the ids of `kind` after `after` that `select` selects, 32 bytes each, ascending; empty at the end. The
 * file answers with one value, which is many times faster than with rows: SQLite keeps any bytes as text as they are.
 * Inside a read. Throws BACKEND_CORRUPT.
 */
export function nextIds(connection: ReadConnection, kind: SharedKind, select: string, after: Uint8Array): Buffer {
	const {ids, count} = connection.prepare(`SELECT CAST(group_concat(id, '') AS BLOB) AS ids, count(*) AS count FROM (${select} ORDER BY id LIMIT ${pageIds})`)
		.get({kind: kindNumbers[kind], after}) as {ids: unknown; count: number};
	if (count === 0) {
		return Buffer.alloc(0);
	}

	if (!Buffer.isBuffer(ids) || ids.length !== count * hashSizeBytes) {
		throw corruptFile(connection.path, `it lists a ${kind} under a name that is none`);
	}

	if (ids.compare(after, 0, after.length, ids.length - hashSizeBytes) <= 0) {
		throw corruptFile(connection.path, 'its index of records is not in order');
	}

	return ids;
}

/** Visible ids in ascending order, in pages of 32 bytes an id. */
export async function* listPacked(connection: ReadConnection, kind: SharedKind, after: RecordId | undefined, signal: AbortSignal | undefined): AsyncGenerator<Buffer> {
	const select = visibleAfter('main');
	let last: Buffer = Buffer.from(after ?? '', 'hex');
	for (;;) {
		const from = last;
		const page = await connection.read(() => nextIds(connection, kind, select, from), {signal});
		if (page.length === 0) {
			return;
		}

		last = lastIdOf(page);
		yield page;
	}
}

/** The last of packed ids, by itself: a view would keep the page. */
export const lastIdOf = (page: Buffer): Buffer => Buffer.from(page.subarray(-hashSizeBytes));

/** What packed ids are to those who ask for one at a time. */
export function namesOf(page: Buffer): RecordId[] {
	const digits = page.toString('hex');
	return Array.from({length: page.length / hashSizeBytes}, (_, index) => digits.slice(index * hashSizeBytes * 2, (index + 1) * hashSizeBytes * 2) as RecordId);
}

/**
 * Where the file is damaged, the table or its index alone tells the names. By the index, a snapshot of which nothing else
 * can be told is listed: it is damaged, not gone.
 */
function nextHeaders(connection: ReadConnection, after: string): string[] {
	const select = (from: string): string[] => connection.prepare(`SELECT id FROM ${from} id > ? ORDER BY id LIMIT ${pageIds}`).pluck().all(after) as string[];
	const isVisible = (id: string): boolean => orIfDamaged(() => connection.prepare('SELECT visible FROM snapshot WHERE id = ?').pluck().get(id) === 1, () => true);
	return orIfDamaged(() => select('snapshot WHERE visible = 1 AND'), () =>
		orIfDamaged(() => select('snapshot NOT INDEXED WHERE visible = 1 AND'), () =>
			orIfDamaged(() => select('snapshot WHERE').filter(id => isVisible(id)), cause => {
				throw lostFile(connection.path, 'the list of its snapshots cannot be read', cause);
			})));
}

/** Snapshots are few enough for one page each query. */
export async function* listHeaders(connection: ReadConnection, after: RecordId | undefined, signal: AbortSignal | undefined): AsyncGenerator<RecordId[]> {
	let last: string = after ?? '';
	for (;;) {
		const from = last;
		const page = await connection.read(() => nextHeaders(connection, from), {signal});
		if (page.length === 0) {
			return;
		}

		last = page.at(-1)!;
		yield page.filter((id): id is SnapshotId => isSnapshotId(id));
	}
}

/** What `snapshot` references according to the file, ascending. */
export async function* listReferences(connection: ReadConnection, snapshot: SnapshotId, kind: SharedKind, signal: AbortSignal | undefined): AsyncGenerator<RecordId[]> {
	let last: Buffer = Buffer.alloc(0);
	for (;;) {
		const from = last;
		const page = await connection.read(() => connection.prepare(`SELECT record.id FROM snapshot JOIN reference ON reference.snapshot = snapshot.number JOIN record ON record.number = reference.record WHERE snapshot.id = ? AND kind = ? AND record.id > ? ORDER BY record.id LIMIT ${pageIds}`)
			.pluck().all(snapshot, kindNumbers[kind], from) as Buffer[], {signal});
		if (page.length === 0) {
			return;
		}

		last = page.at(-1)!;
		yield page.filter(id => id.length === hashSizeBytes).map(id => id.toString('hex') as RecordId);
	}
}

/** What an open transaction staged, by kind and then by id. */
export async function* listStaged(connection: ReadConnection, snapshot: SnapshotId, signal: AbortSignal | undefined): AsyncGenerator<StagedRecord[]> {
	for (const kind of ['chunk', 'object'] as const) {
		let last: Buffer = Buffer.alloc(0);
		for (;;) {
			const from = last;
			const page = await connection.read(() => connection.prepare(`SELECT record.id, size FROM snapshot JOIN record ON record.owner = snapshot.number WHERE snapshot.id = ? AND visible = 0 AND kind = ? AND record.id > ? ORDER BY record.id LIMIT ${pageIds}`)
				.all(snapshot, kindNumbers[kind], from) as Array<{id: Buffer; size: number}>, {signal});
			if (page.length === 0) {
				break;
			}

			last = page.at(-1)!.id;
			yield page.filter(({id}) => id.length === hashSizeBytes).map(({id, size}) => ({kind, id: id.toString('hex') as RecordId, sizeBytes: size}));
		}
	}
}
