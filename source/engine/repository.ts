// An opened repository: its backend, its CONFIG, and its keys where the passphrase was given.

import {randomUUID} from 'node:crypto';
import {batchBytes, batchRecords, type Backend, type CallOptions, type ReadResult, type StoredSize} from '../backends/contract.js';
import {canonicalLocation, createBackend, openBackend, schemeOf} from '../backends/registry.js';
import {withReadOnly} from '../backends/wrap/read-only.js';
import {withRetry} from '../backends/wrap/retry.js';
import {isPlakarError, PlakarError, throwIfAborted} from '../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import {chunkingFor} from '../format/chunking/chunking.js';
import {createCodec, type Codec} from '../format/codec.js';
import {decodeConfig, encodeConfig, formatVersion, type RepositoryConfig} from '../format/config.js';
import type {HashName} from '../format/hashing.js';
import type {SnapshotId} from '../format/ids.js';
import {unwrapKeys, wrapKeys, type RepositoryKeys} from '../format/keys.js';
import {decodeReferenceList, maximumReferenceListBytes, type ReferenceList} from '../format/reference-list.js';
import {envelopeDigest, verifyEnvelope} from '../format/sealing.js';
import {decodeHeader, maximumHeaderBytes, type SnapshotHeader} from '../format/snapshot-header.js';
import {createRandomBytes, type SideSetup} from '../workers/lane.js';
import {namingOf} from './identity.js';
import type {RepositoryAccess, RepositorySummary, SnapshotSummary} from './jobs.js';
import {readVerified} from './ledger/verified.js';

export type Repository = {
	readonly location: string;
	readonly backend: Backend;
	readonly config: RepositoryConfig;
	readonly keys: RepositoryKeys | undefined;
	readonly codec: Codec;
	/** Whether content can be read. */
	readonly opens: boolean;
	/** Whether every call that would write is refused. */
	readonly readOnly: boolean;
	close(): Promise<void>;
};

/** Whether two locations are spellings of one place, as far as the spelling tells. Throws UNSUPPORTED. */
export const isSamePlace = (a: string, b: string): boolean => canonicalLocation(a) === canonicalLocation(b);

export const randomBytes = createRandomBytes();

/** How lanes open this repository for themselves. */
export const sideOf = ({location, backend, config, keys, readOnly}: Repository): SideSetup & {readonly backend: Backend} => ({location, backend, config, keys, readOnly});

/** Wraps an opened backend. `keys` are those of `config`. */
export function repositoryOf(backend: Backend, config: RepositoryConfig, keys?: RepositoryKeys, {readOnly = false}: Pick<OpenOptions, 'readOnly'> = {}): Repository {
	const codec = createCodec({config, keys}, randomBytes);
	return {
		location: backend.location,
		backend: readOnly ? withReadOnly(backend) : backend,
		config,
		keys,
		codec,
		opens: codec.sealer.opens,
		readOnly,
		close: async () => backend.close(),
	};
}

export type OpenOptions = CallOptions & {
	/** Refuses every call that would write. */
	readonly readOnly?: boolean | undefined;
	/** Told of every call that is tried again. */
	readonly onRetry?: (() => void) | undefined;
};

/** Opens the medium and reads CONFIG, without any passphrase. */
export async function openSealed(location: string, options: OpenOptions = {}): Promise<Repository> {
	const backend = withRetry(await openBackend(location, options), {onRetry: options.onRetry});
	const config = decodeConfig(await backend.readConfig(options), backend.location);
	return repositoryOf(backend, config, undefined, options);
}

/**
 * Opens a repository; with a passphrase, an encrypted one can be read. A passphrase for one that is not encrypted is
 * ignored. Throws PASSPHRASE_WRONG, REPOSITORY_NOT_FOUND, CONFIG_CORRUPT, FORMAT_NEWER.
 */
export async function openRepository({location, passphrase}: RepositoryAccess, options: OpenOptions = {}): Promise<Repository> {
	const sealed = await openSealed(location, options);
	if (passphrase === undefined || sealed.config.encryption === null) {
		return sealed;
	}

	try {
		return repositoryOf(sealed.backend, sealed.config, await unwrapKeys(sealed.config.encryption, passphrase), options);
	} catch (error) {
		await sealed.close();
		throw isPlakarError(error, 'PASSPHRASE_WRONG')
			? new PlakarError('PASSPHRASE_WRONG', {message: `The passphrase does not open ${sealed.location}.`, hint: error.hint, context: {location: sealed.location}, cause: error})
			: error;
	}
}

/** Throws PASSPHRASE_NEEDED unless content of `repository` can be read. */
export function assertOpens({opens, location}: Repository): void {
	if (!opens) {
		throw new PlakarError('PASSPHRASE_NEEDED', {
			message: `${location} is encrypted and its passphrase was not given.`,
			hint: 'Give --passphrase-file, set PLAKAR_PASSPHRASE, or run on a terminal to be asked.',
			context: {location},
		});
	}
}

/** Throws what making a repository there would, as far as the place alone shows it: nobody need be asked for a passphrase then. */
export {assertFree} from '../backends/registry.js';

export type CreateOptions = {
	/** Needed when `encrypted`. */
	readonly passphrase?: string | undefined;
	readonly encrypted: boolean;
	readonly compression: 'zstd' | 'none';
	readonly hashing: HashName;
	readonly averageChunkBytes: number;
};

/** Makes an empty repository. Throws REPOSITORY_EXISTS, PASSPHRASE_NEEDED. */
export async function createRepository(location: string, create: CreateOptions, options: CallOptions = {}): Promise<Repository> {
	const keys = create.encrypted ? {hashKey: randomBytes(32), sealKey: randomBytes(32)} : undefined;
	if (keys !== undefined && (create.passphrase === undefined || create.passphrase === '')) {
		throw new PlakarError('PASSPHRASE_NEEDED', {
			message: `${location} is to be encrypted and no passphrase was given.`,
			hint: 'Give --passphrase-file, set PLAKAR_PASSPHRASE, run on a terminal, or create it with --no-encryption.',
		});
	}

	const config: RepositoryConfig = {
		format: formatVersion,
		repositoryId: randomUUID(),
		familyId: randomUUID(),
		created: new Date().toISOString(),
		hashing: create.hashing,
		chunking: chunkingFor(create.averageChunkBytes),
		compression: create.compression,
		encryption: keys === undefined ? null : await wrapKeys(keys, create.passphrase!, randomBytes),
	};
	const backend = await createBackend(location, encodeConfig(config), options);
	return repositoryOf(backend, config, keys);
}

export type StoredSnapshot = {readonly header: Uint8Array; readonly references: Uint8Array};

/** Both records of a snapshot as they are stored, their digests verified. */
export async function readStoredSnapshot(repository: Repository, snapshot: SnapshotId, options: CallOptions = {}): Promise<StoredSnapshot> {
	for await (const [, stored] of readStoredSnapshots(repository, [snapshot], options)) {
		if (stored instanceof Error) {
			throw asPlakarError(stored);
		}

		return stored;
	}

	throw new Error('a snapshot was asked for and nothing answered');
}

/**
 * Each of `snapshots` with its stored records, their digests verified, or why they could not be read; in order. A few
 * calls for hundreds of snapshots; memory is one batch of the medium, or the largest snapshot's records.
 */
export async function* readStoredSnapshots({backend}: Repository, snapshots: readonly SnapshotId[], options: CallOptions = {}): AsyncGenerator<readonly [SnapshotId, StoredSnapshot | Error]> {
	for (const batch of await snapshotBatches(backend, snapshots, options)) {
		const [headers, references] = await Promise.all([backend.readBatch('header', batch, options), backend.readBatch('references', batch, options)]);
		for (const [index, snapshot] of batch.entries()) {
			yield [snapshot, storedOf(snapshot, headers[index]!, references[index]!)];
		}
	}
}

/** Batches whose reference lists fit into memory together. */
async function snapshotBatches(backend: Backend, snapshots: readonly SnapshotId[], options: CallOptions): Promise<SnapshotId[][]> {
	const batches: SnapshotId[][] = [];
	let bytes = 0;
	for (let start = 0; start < snapshots.length; start += batchRecords) {
		const group = snapshots.slice(start, start + batchRecords);
		const sizes = group.length === 1 ? [0] : await backend.sizes('references', group, options);
		for (const [index, snapshot] of group.entries()) {
			bytes += sizes[index]!;
			if (index === 0 || bytes > batchBytes) {
				batches.push([]);
				bytes = sizes[index]!;
			}

			batches.at(-1)!.push(snapshot);
		}
	}

	return batches;
}

function storedOf(snapshot: SnapshotId, header: ReadResult, references: ReadResult): StoredSnapshot | Error {
	try {
		for (const [kind, result] of [['header', header], ['references', references]] as const) {
			if (result instanceof Error) {
				throw result;
			}

			verifyEnvelope(kind, snapshot, result);
		}

		return {header: header as Uint8Array, references: references as Uint8Array};
	} catch (error) {
		return error as Error;
	}
}

/** The reference list of a snapshot: no key needed. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. */
export async function readReferences({backend, codec}: Repository, snapshot: SnapshotId, options: CallOptions = {}): Promise<ReferenceList> {
	return openReferences(codec, snapshot, await backend.read('references', snapshot, options));
}

export const openReferences = (codec: Codec, snapshot: SnapshotId, stored: Uint8Array): ReferenceList =>
	decodeReferenceList(snapshot, codec.sealer.unseal('references', snapshot, stored, maximumReferenceListBytes));

/** The header of a snapshot. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND, PASSPHRASE_NEEDED. */
export async function readHeader(repository: Repository, snapshot: SnapshotId, options: CallOptions = {}): Promise<SnapshotHeader> {
	const stored = await repository.backend.read('header', snapshot, options);
	return decodeHeader(snapshot, repository.codec.sealer.unseal('header', snapshot, stored, maximumHeaderBytes));
}

/** Every visible snapshot's id, ascending. */
export async function listSnapshotIds({backend}: Repository, {signal}: CallOptions = {}): Promise<SnapshotId[]> {
	const ids: SnapshotId[] = [];
	for await (const page of backend.list('header', undefined, {signal})) {
		ids.push(...page as readonly SnapshotId[]);
	}

	return ids;
}

/** How many transfers were left unfinished, without those under way. */
export async function countUnfinished({backend}: Repository, options: CallOptions = {}): Promise<number> {
	return (await backend.unfinished(options)).filter(({active}) => !active).length;
}

function summarise({codec}: Repository, snapshot: SnapshotId, stored: Uint8Array | Error): SnapshotSummary {
	try {
		if (stored instanceof Error) {
			throw asPlakarError(stored);
		}

		verifyEnvelope('header', snapshot, stored);
		const digest = envelopeDigest(stored);
		return codec.sealer.opens
			? {snapshot, digest, header: decodeHeader(snapshot, codec.sealer.unseal('header', snapshot, stored, maximumHeaderBytes))}
			: {snapshot, digest};
	} catch (error) {
		return {snapshot, digest: '', problem: toPlainError(error)};
	}
}

const newestFirst = (a: SnapshotSummary, b: SnapshotSummary): number => {
	const [left, right] = [a.header?.created ?? '', b.header?.created ?? ''];
	return left === right ? (a.snapshot < b.snapshot ? -1 : 1) : (left < right ? 1 : -1);
};

const headerBatch = 256;

/** All snapshots, newest first; a damaged one is listed with its problem, never dropped. */
export async function listSnapshots(repository: Repository, options: CallOptions = {}): Promise<SnapshotSummary[]> {
	const ids = await listSnapshotIds(repository, options);
	const summaries: SnapshotSummary[] = [];
	for (let start = 0; start < ids.length; start += headerBatch) {
		const batch = ids.slice(start, start + headerBatch);
		const results = await repository.backend.readBatch('header', batch, options);
		summaries.push(...batch.map((snapshot, index) => summarise(repository, snapshot, results[index]!)));
	}

	return summaries.sort(newestFirst);
}

/** The one snapshot whose id starts with `prefix`. Throws SNAPSHOT_NOT_FOUND, SNAPSHOT_AMBIGUOUS, with candidates. */
export async function findSnapshot(repository: Repository, prefix: string, options: CallOptions = {}): Promise<SnapshotId> {
	const wanted = prefix.toLowerCase();
	const ids = await listSnapshotIds(repository, options);
	const matches = ids.filter(id => id.startsWith(wanted));
	const [only, ...others] = matches;
	if (only !== undefined && others.length === 0) {
		return only;
	}

	const shown = (candidates: readonly string[]): string => candidates.slice(0, 8).join(', ') + (candidates.length > 8 ? ` and ${candidates.length - 8} more` : '');
	throw only === undefined
		? new PlakarError('SNAPSHOT_NOT_FOUND', {
			message: `No snapshot of ${repository.location} begins with ${JSON.stringify(prefix)}.`,
			hint: ids.length === 0 ? 'The repository holds no snapshot yet: push something.' : `It holds: ${shown(ids)}.`,
			context: {prefix, candidates: ids.slice(0, 8)},
		})
		: new PlakarError('SNAPSHOT_AMBIGUOUS', {
			message: `${matches.length} snapshots of ${repository.location} begin with ${JSON.stringify(prefix)}.`,
			hint: `Give more digits: ${shown(matches)}.`,
			context: {prefix, candidates: matches.slice(0, 8)},
		});
}

/** What a repository takes, as far as its medium tells: a figure that nothing depends on, and no reason to show less of the rest. */
async function storedSize({backend}: Repository, options: CallOptions): Promise<StoredSize | undefined> {
	try {
		return await backend.storedSize?.(options);
	} catch {
		throwIfAborted(options.signal);
		return undefined;
	}
}

/** All that a list of repositories shows of one. */
export async function describeRepository(repository: Repository, options: CallOptions = {}): Promise<RepositorySummary> {
	const {backend, config, location} = repository;
	const snapshots = await listSnapshots(repository, options);
	return {
		location,
		scheme: schemeOf(location),
		repositoryId: config.repositoryId,
		familyId: config.familyId,
		created: config.created,
		encrypted: config.encryption !== null,
		opened: repository.opens,
		...namingOf(config),
		unfinishedClone: config.unfinishedCloneOf !== undefined,
		freeBytes: await backend.freeSpace(options),
		stored: await storedSize(repository, options),
		locks: await backend.locks(options),
		unfinishedTransactions: await countUnfinished(repository, options),
		verified: await readVerified({repositoryId: config.repositoryId, location, opens: repository.opens}, snapshots.map(({snapshot}) => snapshot), Date.now()),
		snapshots,
	};
}

