// What changes or removes records that are visible: healing, forgetting a snapshot, removing what nobody needs.

import type {RecordId, RecordKind, SharedKind, SnapshotId} from '../../format/ids.js';
import type {CallOptions, ReplaceOptions} from '../contract.js';
import type {WriteConnection} from './connection.js';
import {keyOf} from './records.js';
import {Reservations} from './reservations.js';
import {kindNumbers} from './schema.js';

const visibleNumber = 'SELECT number FROM record WHERE kind = ? AND id = ? AND owner IS NULL';

export async function writeConfig(writer: WriteConnection, bytes: Uint8Array, options: CallOptions): Promise<void> {
	await writer.write(() => writer.prepare('INSERT OR REPLACE INTO config (number, bytes) VALUES (1, ?)').run(bytes), options);
}

/** Puts sound bytes in place of a record's; its references stay, and `holders` get theirs. A record that is missing is made. */
export async function replaceRecord(writer: WriteConnection, kind: RecordKind, id: RecordId, bytes: Uint8Array, options: ReplaceOptions): Promise<void> {
	await writer.write(() => {
		if (kind === 'header' || kind === 'references') {
			const table = kind === 'header' ? 'header' : 'reference_list';
			writer.prepare(`INSERT OR REPLACE INTO ${table} (snapshot, bytes) SELECT number, ? FROM snapshot WHERE id = ? AND visible = 1`).run(bytes, id);
			return;
		}

		const key = keyOf(kind, id);
		const number = writer.prepare(visibleNumber).pluck().get(kindNumbers[kind], key)
			?? writer.prepare('INSERT INTO record (kind, id, size) VALUES (?, ?, ?)').run(kindNumbers[kind], key, bytes.length).lastInsertRowid;
		writer.prepare('UPDATE record SET size = ? WHERE number = ?').run(bytes.length, number);
		writer.prepare('INSERT OR REPLACE INTO content (record, bytes) VALUES (?, ?)').run(number, bytes);
		for (const holder of options.holders ?? []) {
			writer.prepare('INSERT OR IGNORE INTO reference (snapshot, record) SELECT number, ? FROM snapshot WHERE id = ? AND visible = 1').run(number, holder);
		}
	}, options);
}

export async function dereference(writer: WriteConnection, snapshot: SnapshotId, options: CallOptions): Promise<void> {
	await writer.write(() => {
		const number = writer.prepare('SELECT number FROM snapshot WHERE id = ? AND visible = 1').pluck().get(snapshot);
		writer.prepare('DELETE FROM reference WHERE snapshot = ?').run(number);
		writer.prepare('DELETE FROM snapshot WHERE number = ?').run(number);
	}, options);
}

/** Answers the ids that somebody needs; they stay. */
export async function removeRecords(writer: WriteConnection, kind: SharedKind, ids: readonly RecordId[], options: CallOptions): Promise<RecordId[]> {
	return writer.write(() => {
		const reservations = new Reservations();
		reservations.refresh(writer);
		return ids.filter(id => {
			const number = writer.prepare(visibleNumber).pluck().get(kindNumbers[kind], keyOf(kind, id)) as number | undefined;
			if (number === undefined) {
				return false;
			}

			if (writer.prepare('SELECT 1 FROM reference WHERE record = ? LIMIT 1').get(number) !== undefined || reservations.holders(number).length > 0) {
				return true;
			}

			writer.prepare('DELETE FROM record WHERE number = ?').run(number);
			return false;
		});
	}, options);
}
