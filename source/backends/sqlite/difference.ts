// What one repository file lists and another does not, computed by SQLite itself in one merge of their two indexes.

import {hashSizeBytes, type SharedKind, type SnapshotId} from '../../format/ids.js';
import type {CallOptions} from '../contract.js';
import type {ReadConnection} from './connection.js';
import {corruptFile} from './failure.js';
import {kindNumbers} from './schema.js';

const visibleOf = (file: 'main' | 'peer'): string => `SELECT id FROM ${file}.record WHERE kind = ? AND owner IS NULL`;

/** Whether the file holds as many references of each snapshot as its reference list names: then it lists all of them. */
export async function vouchesFor(connection: ReadConnection, counts: ReadonlyMap<SnapshotId, number>, options: CallOptions): Promise<boolean> {
	return connection.read(() => [...counts].every(([snapshot, count]) =>
		connection.prepare('SELECT count(*) FROM snapshot JOIN reference ON reference.snapshot = number WHERE id = ? AND visible = 1').pluck().get(snapshot) === count), options);
}

/** Ids of `kind` that are visible in `connection` and not in the file at `peerPath`, 32 bytes each, ascending. */
export async function subtract(connection: ReadConnection, peerPath: string, kind: SharedKind, options: CallOptions): Promise<Uint8Array> {
	const {handle} = connection;
	// Opened like the connection itself: read-only.
	handle.prepare('ATTACH DATABASE ? AS peer').run(peerPath);
	try {
		const digits = await connection.read(() =>
			handle.prepare(`SELECT coalesce(group_concat(hex(id), ''), '') FROM (${visibleOf('main')} EXCEPT ${visibleOf('peer')})`).pluck()
				.get(kindNumbers[kind], kindNumbers[kind]) as string, options);
		const packed = Buffer.from(digits, 'hex');
		if (packed.length * 2 !== digits.length || packed.length % hashSizeBytes !== 0) {
			throw corruptFile(connection.path, `it lists a ${kind} under a name that is none`);
		}

		return packed;
	} finally {
		handle.exec('DETACH DATABASE peer');
	}
}
