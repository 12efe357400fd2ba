// The memory backend: the contract in its plainest form, for tests and for demonstrations. Its stores live in this process.

import {randomUUID} from 'node:crypto';
import {hostname} from 'node:os';
import {PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import {assertRecordId, recordName, type RecordId, type RecordKind, type SharedKind, type SnapshotId} from '../format/ids.js';
import type {Backend, BackendFactory, BackendManifest, CallOptions, LockHolder, ReadResult} from './contract.js';

type Shelf = Map<RecordId, Uint8Array>;
type Links = Record<SharedKind, Set<RecordId>>;
type Transaction = {readonly staged: Record<SharedKind, Shelf>; readonly links: Links; header?: Uint8Array; references?: Uint8Array; lockId: string; readonly startedAtMs: number};

type Store = {
	config: Uint8Array;
	readonly records: Record<RecordKind, Shelf>;
	readonly links: Map<SnapshotId, Links>;
	readonly transactions: Map<SnapshotId, Transaction>;
	readonly locks: Map<string, LockHolder>;
};

const stores = new Map<string, Store>();
const pageSize = 256;

const supports: BackendManifest = Object.freeze({
	references: 'links', freeSpace: false, parallelWrites: false, locks: false, reopenable: false, nativeDifference: false,
});

const emptyLinks = (): Links => ({chunk: new Set(), object: new Set()});

const notFound = (location: string, kind: RecordKind, id: RecordId): PlakarError => new PlakarError('BACKEND_NOT_FOUND', {
	message: `The ${recordName(kind, id)} is not in ${location}.`,
	hint: 'Run check to see what the repository lacks.',
});

const copyOf = (bytes: Uint8Array): Uint8Array => Uint8Array.prototype.slice.call(bytes);

function* pagesOf(ids: Iterable<RecordId>, after: RecordId | undefined): Generator<RecordId[]> {
	const sorted = [...ids].filter(id => after === undefined || id > after).sort();
	for (let start = 0; start < sorted.length; start += pageSize) {
		yield sorted.slice(start, start + pageSize);
	}
}

function openStore(location: string, store: Store): Backend {
	let lockId = '';
	const shelf = (kind: RecordKind, id: RecordId): Shelf => {
		assertRecordId(kind, id);
		return store.records[kind];
	};

	const transactionOf = (snapshot: SnapshotId): Transaction => {
		const transaction = store.transactions.get(snapshot);
		if (transaction === undefined) {
			throw new PlakarError('INTERNAL', {message: `The transaction ${snapshot} is not open.`, hint: 'This is a defect of the program; nothing was written.'});
		}

		return transaction;
	};

	const countLinks = (kind: SharedKind, id: RecordId, holders: Iterable<{readonly links: Links} | Links>): number => {
		let count = 0;
		for (const holder of holders) {
			count += ('links' in holder ? holder.links : holder)[kind].has(id) ? 1 : 0;
		}

		return count;
	};

	const readOne = (kind: RecordKind, id: RecordId): Uint8Array => {
		const bytes = shelf(kind, id).get(id);
		if (bytes === undefined) {
			throw notFound(location, kind, id);
		}

		return copyOf(bytes);
	};

	const readResult = (kind: RecordKind, id: RecordId): ReadResult => {
		try {
			return readOne(kind, id);
		} catch (error) {
			return error as Error;
		}
	};

	const check = (options: CallOptions | undefined): void => {
		throwIfAborted(options?.signal);
	};

	return {
		location,
		supports,
		async readConfig() {
			return copyOf(store.config);
		},
		async read(kind, id, options) {
			check(options);
			return readOne(kind, id);
		},
		async readBatch(kind, ids, options) {
			check(options);
			return ids.map(id => readResult(kind, id));
		},
		async visit(kind, ids, visit, options) {
			check(options);
			for (const [index, id] of ids.entries()) {
				visit(readResult(kind, id), index);
			}
		},
		async* list(kind, after, options) {
			for (const page of pagesOf(store.records[kind].keys(), after)) {
				check(options);
				yield page;
			}
		},
		async sizes(kind, ids, options) {
			check(options);
			return ids.map(id => shelf(kind, id).get(id)?.length ?? -1);
		},
		async inspect(kind, ids, options) {
			check(options);
			return ids.map(id => ({
				sizeBytes: shelf(kind, id).get(id)?.length ?? -1,
				references: countLinks(kind, id, store.links.values()),
				reserved: countLinks(kind, id, store.transactions.values()),
			}));
		},
		async* listReferences(snapshot, kind, options) {
			for (const page of pagesOf(store.links.get(snapshot)?.[kind] ?? [], undefined)) {
				check(options);
				yield page;
			}
		},
		async unfinished() {
			return [...store.transactions].sort(([a], [b]) => (a < b ? -1 : 1)).map(([snapshot, transaction]) => ({
				snapshot, active: store.locks.has(transaction.lockId), startedAtMs: transaction.startedAtMs,
			}));
		},
		async* listStaged(snapshot) {
			const staged = store.transactions.get(snapshot)?.staged ?? {chunk: new Map<RecordId, Uint8Array>(), object: new Map<RecordId, Uint8Array>()};
			for (const kind of ['chunk', 'object'] as const) {
				for (const page of pagesOf(staged[kind].keys(), undefined)) {
					yield page.map(id => ({kind, id, sizeBytes: staged[kind].get(id)!.length}));
				}
			}
		},
		async freeSpace() {
			return undefined;
		},
		async locks() {
			return [...store.locks.values()];
		},
		async close() {
			// The store outlives its backends.
		},
		async lock(mode, purpose, options) {
			check(options);
			const other = [...store.locks.values()].find(lock => mode === 'exclusive' || lock.mode === 'exclusive');
			if (other !== undefined) {
				throw new PlakarError('BACKEND_LOCKED', {
					message: `${location} is locked by ${other.host} (pid ${other.pid}) for ${other.purpose}.`,
					hint: 'Wait until it has finished.',
				});
			}

			const id = randomUUID();
			const holder: LockHolder = {mode, host: hostname(), pid: process.pid, purpose, sinceMs: Date.now(), refreshedMs: Date.now()};
			store.locks.set(id, holder);
			lockId = id;
			return {
				holder,
				async release() {
					store.locks.delete(id);
				},
			};
		},
		async begin(snapshot, accept, options) {
			check(options);
			assertRecordId('header', snapshot);
			if (store.records.header.has(snapshot)) {
				throw new PlakarError('SNAPSHOT_CONFLICT', {message: `${location} holds the snapshot ${snapshot} already.`, hint: 'It is never overwritten: plan again.'});
			}

			const left = store.transactions.get(snapshot);
			if (left === undefined) {
				store.transactions.set(snapshot, {staged: {chunk: new Map(), object: new Map()}, links: emptyLinks(), lockId, startedAtMs: Date.now()});
				return;
			}

			if (left.lockId === lockId) {
				return;
			}

			if (store.locks.has(left.lockId)) {
				throw new PlakarError('BACKEND_LOCKED', {message: `The snapshot ${snapshot} is being written to ${location} now.`, hint: 'Wait until it has finished.'});
			}

			left.lockId = lockId;
			for (const kind of ['chunk', 'object'] as const) {
				const records = [...left.staged[kind]].map(([id, bytes]) => ({id, bytes: copyOf(bytes)}));
				const kept = records.length === 0 ? [] : await accept(kind, records);
				for (const [index, {id}] of records.entries()) {
					if (!kept[index]) {
						left.staged[kind].delete(id);
						left.links[kind].delete(id);
					}
				}
			}
		},
		async stage(snapshot, kind, records, options) {
			check(options);
			const {staged, links} = transactionOf(snapshot);
			return records.map(({id, bytes}) => {
				links[kind].add(id);
				if (shelf(kind, id).has(id) || staged[kind].has(id)) {
					return false;
				}

				staged[kind].set(id, copyOf(bytes));
				return true;
			});
		},
		async reference(snapshot, kind, ids, options) {
			check(options);
			const {links} = transactionOf(snapshot);
			const open = [...store.transactions.values()];
			return ids.filter(id => {
				const isThere = shelf(kind, id).has(id) || open.some(({staged}) => staged[kind].has(id));
				if (isThere) {
					links[kind].add(id);
				}

				return !isThere;
			});
		},
		async putSnapshot(snapshot, {references, header}, options) {
			check(options);
			Object.assign(transactionOf(snapshot), {references: copyOf(references), header: copyOf(header)});
		},
		async commit(snapshots, options) {
			check(options);
			for (const snapshot of snapshots) {
				const {staged, links, references, header} = transactionOf(snapshot);
				for (const kind of ['chunk', 'object'] as const) {
					// What it relies on and another open transaction staged becomes visible with it.
					for (const lent of [staged, ...[...store.transactions.values()].map(other => other.staged)]) {
						for (const [id, bytes] of lent[kind]) {
							if (!store.records[kind].has(id) && (lent === staged || links[kind].has(id))) {
								store.records[kind].set(id, bytes);
							}
						}
					}
				}

				store.links.set(snapshot, links);
				store.records.references.set(snapshot, references!);
				store.records.header.set(snapshot, header!);
				store.transactions.delete(snapshot);
			}
		},
		async rollback(snapshot) {
			store.transactions.delete(snapshot);
		},
		async replace(kind, id, bytes, options) {
			check(options);
			shelf(kind, id).set(id, copyOf(bytes));
			for (const holder of options?.holders ?? []) {
				store.links.get(holder)?.[kind as SharedKind].add(id);
			}
		},
		async writeConfig(bytes) {
			store.config = copyOf(bytes);
		},
		async dereference(snapshot) {
			store.records.header.delete(snapshot);
			store.records.references.delete(snapshot);
			store.links.delete(snapshot);
		},
		async remove(kind, ids, options) {
			check(options);
			return ids.filter(id => {
				const isHeld = countLinks(kind, id, store.links.values()) + countLinks(kind, id, store.transactions.values()) > 0;
				if (!isHeld) {
					shelf(kind, id).delete(id);
				}

				return isHeld;
			});
		},
	};
}

const storeWith = (config: Uint8Array): Store => ({
	config: copyOf(config),
	records: {chunk: new Map(), object: new Map(), header: new Map(), references: new Map()},
	links: new Map(), transactions: new Map(), locks: new Map(),
});

/** An empty store that nobody else can open: what a place will be before anything is made there. */
export const emptyStore = (location: string, config: Uint8Array): Backend => openStore(location, storeWith(config));

export const memoryBackend: BackendFactory = {
	scheme: 'memory',
	matches: location => location.startsWith('memory:'),
	canonical: location => location,
	async open(location) {
		const store = stores.get(location);
		if (store === undefined) {
			throw new PlakarError('REPOSITORY_NOT_FOUND', {message: `There is no repository at ${location}.`, hint: `Make one with: plakar-tui create ${location}`});
		}

		return openStore(location, store);
	},
	async create(location, config) {
		if (stores.has(location)) {
			throw new PlakarError('REPOSITORY_EXISTS', {message: `${location} is taken: there is a repository already.`, hint: 'Choose another name.'});
		}

		const store = storeWith(config);
		stores.set(location, store);
		return openStore(location, store);
	},
};
