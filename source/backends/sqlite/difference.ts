// What one repository file lists and another does not, computed by SQLite itself in one merge of their two indexes.

import type Sqlite from 'better-sqlite3';
import type {SharedKind, SnapshotId} from '../../format/ids.js';
import type {CallOptions} from '../contract.js';
import {ReadConnection} from './connection.js';
import {lastIdOf, nextIds, visibleAfter} from './records.js';

/** KiB of each file's pages: they are read once and in order, so there is nothing to keep them for. */
const scanCacheKib = 1024;

/** Reads two files at once: the second goes by the name of `peer`, and is opened as the first is, read-only. */
class PairConnection extends ReadConnection {
	readonly #peerPath: string;

	constructor(path: string, peerPath: string) {
		super(path);
		this.#peerPath = peerPath;
	}

	protected override prepareHandle(handle: Sqlite.Database): void {
		super.prepareHandle(handle);
		handle.prepare('ATTACH DATABASE ? AS peer').run(this.#peerPath);
		handle.exec(`PRAGMA main.cache_size = -${scanCacheKib}; PRAGMA peer.cache_size = -${scanCacheKib}`);
	}
}

/** Whether the file holds as many references of each snapshot as its reference list names: then it lists all of them. Inside a read. */
const vouchesFor = (connection: ReadConnection, counts: ReadonlyMap<SnapshotId, number>): boolean => [...counts].every(([snapshot, count]) =>
	connection.prepare('SELECT count(*) FROM snapshot JOIN reference ON reference.snapshot = number WHERE id = ? AND visible = 1').pluck().get(snapshot) === count);

export type Subtraction = {
	readonly path: string;
	/** The file whose ids are taken away. */
	readonly peerPath: string;
	readonly kind: SharedKind;
	/** How many references each snapshot should have in the file at `path`. */
	readonly counts: ReadonlyMap<SnapshotId, number>;
	/** Takes a page of what is left, 32 bytes an id. */
	readonly visit: (ids: Uint8Array) => void;
};

/** Hands the ids of `kind` that are visible in the one file and not in its peer to `visit`, ascending; false, and none, where `counts` differ. */
export async function subtract({path, peerPath, kind, counts, visit}: Subtraction, options: CallOptions): Promise<boolean> {
	const connection = new PairConnection(path, peerPath);
	const select = `${visibleAfter('main')} EXCEPT ${visibleAfter('peer')}`;
	try {
		return await connection.read(() => {
			if (!vouchesFor(connection, counts)) {
				return false;
			}

			for (let page = nextIds(connection, kind, select, Buffer.alloc(0)); page.length > 0; page = nextIds(connection, kind, select, lastIdOf(page))) {
				visit(page);
			}

			return true;
		}, options);
	} finally {
		connection.close();
	}
}
