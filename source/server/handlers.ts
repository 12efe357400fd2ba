// What the server does for each operation: looks at every field, then calls the backend that it serves.

import {setImmediate as breathe} from 'node:timers/promises';
import {batchRecords, type Backend, type LockMode} from '../backends/contract.js';
import {createBackend, freeSpaceAt} from '../backends/registry.js';
import {packIds, type Fields} from '../backends/wire/fields.js';
import type {Client, Operation} from '../backends/wire/operations.js';
import {isNoRepository, PlakarError} from '../errors/plakar-error.js';
import {decodeConfig} from '../format/config.js';
import type {SharedKind, SnapshotId} from '../format/ids.js';
import {verifyEnvelope} from '../format/sealing.js';
import {assertAllowed} from './access.js';
import {pageAfter, stagedAfter} from './pages.js';
import {readSome} from './read-some.js';
import {nothing, type Reply} from './reply.js';
import type {ServedRepository} from './served-repository.js';

export type Call = {readonly repository: ServedRepository; readonly client: Client; readonly fields: Fields};
type Handler = (call: Call) => Promise<Reply>;

const base = async ({repository}: Call): Promise<Backend> => repository.base();

/** Where nothing is yet, the room that there would be: a clone is planned before anything is made. */
async function freeBytes(call: Call): Promise<number | undefined> {
	try {
		return await (await base(call)).freeSpace();
	} catch (error) {
		if (isNoRepository(error)) {
			return freeSpaceAt(call.repository.location);
		}

		throw error;
	}
}

/** Only a clone that is being finished may change its CONFIG, and only in that it is finished. */
async function assertFinishes(call: Call, bytes: Uint8Array): Promise<void> {
	const {repository} = call;
	const {unfinishedCloneOf, ...before} = decodeConfig(await (await base(call)).readConfig(), repository.name);
	if (unfinishedCloneOf === undefined || JSON.stringify(decodeConfig(bytes, repository.name)) !== JSON.stringify(before)) {
		assertAllowed(repository.access, 'remove', repository.name);
	}
}

async function beginTransaction(call: Call, snapshot: SnapshotId): Promise<Reply> {
	const {repository, client, fields} = call;
	const [headerBytes] = await (await base(call)).sizes('header', [snapshot]);
	if (headerBytes! >= 0) {
		throw new PlakarError('SNAPSHOT_CONFLICT', {
			message: `${repository.name} holds the snapshot ${snapshot} already.`,
			hint: 'It is never overwritten: plan again to see what is left to do.',
		});
	}

	const session = repository.session(fields.text('session'), client);
	return session.during(async () => {
		repository.open(snapshot, session);
		const dropped = {chunk: [], object: []} as Record<SharedKind, Array<ReturnType<Fields['id']>>>;
		try {
			await session.backend.begin(snapshot, async (kind, records) => {
				// Other clients are heard in between.
				await breathe();
				return records.map(({id, bytes}) => {
					try {
						verifyEnvelope(kind, id, bytes);
						return true;
					} catch {
						dropped[kind].push(id);
						return false;
					}
				});
			});
		} catch (error) {
			repository.close([snapshot]);
			throw error;
		}

		return {fields: {}, blobs: [packIds('chunk', dropped.chunk), packIds('object', dropped.object)]};
	});
}

/** A client that asks again because the answer was lost finds nothing left to roll back. */
const isUnfinished = async (call: Call, snapshot: SnapshotId): Promise<boolean> =>
	(await (await base(call)).unfinished()).some(transaction => transaction.snapshot === snapshot);

const transaction = (run: (backend: Backend, snapshot: SnapshotId, call: Call) => Promise<Reply>): Handler => async call => {
	const snapshot = call.fields.snapshot();
	const session = call.repository.holderOf(snapshot, call.client);
	return session.during(async () => run(session.backend, snapshot, call));
};

/** Others may be writing or reading what would go: only who holds the exclusive lock removes or replaces. */
const removal = (run: (backend: Backend, call: Call) => Promise<Reply>): Handler => async call => {
	const session = call.repository.removerOf(call.client);
	return session.during(async () => run(session.backend, call));
};

export const handlers: Readonly<Record<Operation, Handler>> = {
	async hello(call) {
		const backend = await base(call);
		const {supports: {references, freeSpace, parallelWrites}} = backend;
		const {add, remove} = call.repository.access;
		return {fields: {program: 'plakar-tui', references, freeSpace, parallelWrites, storedSize: backend.storedSize !== undefined, add, remove}};
	},
	async readConfig(call) {
		return {fields: {}, blobs: [await (await base(call)).readConfig()]};
	},
	async readBatch(call) {
		const kind = call.fields.kind();
		return readSome(await base(call), kind, call.fields.ids(kind, batchRecords));
	},
	async list(call) {
		const {fields} = call;
		const kind = fields.kind();
		const after = fields.has('after') ? fields.id(kind, 'after') : undefined;
		return pageAfter(kind, (await base(call)).list(kind, after), after);
	},
	async sizes(call) {
		const kind = call.fields.kind();
		return {fields: {sizes: await (await base(call)).sizes(kind, call.fields.ids(kind, batchRecords))}};
	},
	async inspect(call) {
		const kind = call.fields.sharedKind();
		const inspections = await (await base(call)).inspect(kind, call.fields.ids(kind, batchRecords));
		return {
			fields: {
				sizes: inspections.map(({sizeBytes}) => sizeBytes),
				references: inspections.map(({references}) => references),
				reserved: inspections.map(({reserved}) => reserved),
			},
		};
	},
	async listReferences(call) {
		const {fields} = call;
		const kind = fields.sharedKind();
		const after = fields.has('after') ? fields.id(kind, 'after') : undefined;
		return pageAfter(kind, (await base(call)).listReferences(fields.snapshot(), kind), after);
	},
	async unfinished(call) {
		return {fields: {transactions: await (await base(call)).unfinished()}};
	},
	async listStaged(call) {
		const {fields} = call;
		const kind = fields.sharedKind();
		const after = fields.has('after') ? fields.id(kind, 'after') : undefined;
		return stagedAfter(kind, (await base(call)).listStaged(fields.snapshot()), after);
	},
	async freeSpace(call) {
		return {fields: {bytes: await freeBytes(call) ?? null}};
	},
	async storedSize(call) {
		const size = await (await base(call)).storedSize?.();
		return {fields: size === undefined ? {} : {bytes: size.bytes, exact: size.exact}};
	},
	async locks(call) {
		const holders = await (await base(call)).locks();
		return {fields: {locks: holders.map(holder => call.repository.shown(holder))}};
	},
	async create({repository, fields}) {
		const backend = await createBackend(repository.location, fields.blob(0));
		await backend.close();
		return nothing;
	},
	async lock({repository, client, fields}) {
		const mode = fields.oneOf<LockMode>('mode', ['shared', 'exclusive']);
		assertAllowed(repository.access, mode === 'exclusive' ? 'remove' : 'add', repository.name);
		const {holder} = await repository.lock(fields.text('session'), client, mode, fields.text('purpose'));
		return {fields: {holder: [holder], leaseMs: Math.min(repository.leaseMs, longestLeaseMs)}};
	},
	async refresh({repository, client, fields}) {
		repository.session(fields.text('session'), client).touch();
		return nothing;
	},
	async release({repository, client, fields}) {
		const session = repository.find(fields.text('session'));
		if (session?.isOf(client) === true) {
			await session.end();
		}

		return nothing;
	},
	async begin(call) {
		const {repository, client, fields} = call;
		const snapshot = fields.snapshot();
		return repository.once(client, fields.text('key'), async () => beginTransaction(call, snapshot));
	},
	async outcome({repository, client, fields}) {
		const reply = await repository.outcome(client, fields.text('key'));
		return {fields: {known: reply !== undefined, ...reply?.fields}};
	},
	async stage(call) {
		const {repository, client, fields} = call;
		const kind = fields.sharedKind();
		const ids = fields.ids(kind, batchRecords);
		if (fields.blobs.length !== ids.length + 1) {
			fields.fail('records');
		}

		return repository.once(client, fields.text('key'), async () => transaction(async (backend, snapshot) =>
			({fields: {written: await repository.writer(backend, snapshot).stage(snapshot, kind, ids.map((id, index) => ({id, bytes: fields.blob(index + 1)})))}}))(call));
	},
	reference: transaction(async (backend, snapshot, {repository, fields}) => {
		const kind = fields.sharedKind();
		return {fields: {}, blobs: [packIds(kind, await repository.writer(backend, snapshot).reference(snapshot, kind, fields.ids(kind, batchRecords)))]};
	}),
	putSnapshot: transaction(async (backend, snapshot, {repository, fields}) => {
		await backend.putSnapshot(snapshot, {references: fields.blob(0), header: fields.blob(1)});
		repository.complete(snapshot);
		return nothing;
	}),
	async commit({repository, client, fields}) {
		const snapshots = fields.ids('header', batchRecords) as SnapshotId[];
		return repository.once(client, fields.text('key'), async () => {
			const sessions = new Set(snapshots.map(snapshot => repository.holderOf(snapshot, client)));
			const [session] = sessions;
			// A commit without a header would show half a snapshot.
			if (session === undefined || sessions.size > 1 || !snapshots.every(snapshot => repository.isComplete(snapshot))) {
				return fields.fail('snapshots');
			}

			// A thread may still be writing for a client that did not wait for its answers.
			await session.settled();
			await session.during(async () => session.backend.commit(snapshots));
			repository.close(snapshots);
			return nothing;
		});
	},
	async rollback(call) {
		const {repository, client, fields} = call;
		const snapshot = fields.snapshot();
		if (repository.holds(snapshot, client)) {
			const session = repository.holderOf(snapshot, client);
			await session.settled();
			await session.during(async () => session.backend.rollback(snapshot));
			repository.close([snapshot]);
		} else if (await isUnfinished(call, snapshot)) {
			assertAllowed(repository.access, 'remove', repository.name);
			await (await base(call)).rollback(snapshot);
		}

		return nothing;
	},
	replace: removal(async (backend, {fields}) => {
		const kind = fields.kind();
		const holders = fields.has('holders') ? fields.ids('header', fields.number('holders'), 1) as SnapshotId[] : [];
		await backend.replace(kind, fields.id(kind, 'id'), fields.blob(0), {holders});
		return nothing;
	}),
	async writeConfig(call) {
		const bytes = call.fields.blob(0);
		if (!call.repository.access.remove) {
			await assertFinishes(call, bytes);
		}

		await (await base(call)).writeConfig(bytes);
		return nothing;
	},
	dereference: removal(async (backend, {fields}) => {
		await backend.dereference(fields.snapshot());
		return nothing;
	}),
	remove: removal(async (backend, {fields}) => {
		const kind = fields.sharedKind();
		return {fields: {}, blobs: [packIds(kind, await backend.remove(kind, fields.ids(kind, batchRecords)))]};
	}),
};

/** Over a pipe, a lock ends with the pipe; a number is sent all the same. */
const longestLeaseMs = 3600 * 1000;
