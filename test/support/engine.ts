// Short ways to run engine verbs in tests.

import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Counters} from '../../source/engine/counters.js';
import type {JobEvent} from '../../source/engine/events.js';
import type {JobRequest, JobResults, PushReport, RepositoryAccess, RestoreReport, TransferReport, Verb} from '../../source/engine/jobs.js';
import {sendableRows, type Plan} from '../../source/engine/plan.js';
import type {CheckReport} from '../../source/engine/finding.js';
import {createRepository, openRepository, readHeader, type CreateOptions} from '../../source/engine/repository.js';
import {runJob} from '../../source/engine/run-job.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {encodeHeader} from '../../source/format/snapshot-header.js';
import {describeTree} from './trees.js';

export type Run = {readonly signal?: AbortSignal; readonly onEvent?: (event: JobEvent) => void; readonly counters?: Counters; readonly readOnly?: boolean};

export const run = async <V extends Verb>(request: JobRequest & {readonly verb: V}, {signal = new AbortController().signal, onEvent = () => undefined, counters = new Counters(), readOnly}: Run = {}): Promise<JobResults[V]> =>
	runJob<V>(request, {counters, signal, onEvent, readOnly});

export const memoryLocation = (): string => `memory:${randomUUID()}`;

/** Small chunks, so that small trees have objects of several. */
export async function makeRepository(location: string, options: Partial<CreateOptions> = {}): Promise<string> {
	const repository = await createRepository(location, {encrypted: false, compression: 'zstd', hashing: 'blake3', averageChunkBytes: 4096, ...options});
	await repository.close();
	return repository.location;
}

export const push = async (location: string, paths: readonly string[], {passphrase, useCache = false, ...rest}: {passphrase?: string | undefined; useCache?: boolean} & Run = {}): Promise<PushReport> =>
	run({verb: 'push', repository: {location, passphrase}, paths, useCache, commandLine: 'test'}, rest);

/** A location, with its passphrase where content must be opened. */
export type Place = string | RepositoryAccess;
const accessOf = (place: Place): RepositoryAccess => typeof place === 'string' ? {location: place} : place;

export const plan = async (source: Place, target: Place): Promise<Plan> => run({verb: 'plan', source: accessOf(source), target: accessOf(target)});

export async function sync(source: Place, target: Place, options: Run = {}): Promise<TransferReport & {readonly plan: Plan}> {
	const made = await plan(source, target);
	const ticked = sendableRows(made).map(row => made.rows[row]!.snapshot);
	return {...await run({verb: 'sync', source: accessOf(source), target: accessOf(target), plan: made, ticked}, options), plan: made};
}

/** Puts another sound header in the place of that of `snapshot`: the same id with other content. Answers its bytes. */
export async function contradict(location: string, snapshot: SnapshotId): Promise<Uint8Array> {
	const repository = await openRepository({location});
	const header = await readHeader(repository, snapshot);
	const bytes = repository.codec.sealer.seal('header', snapshot, encodeHeader({...header, commandLine: 'another one'}));
	await repository.backend.replace('header', snapshot, bytes);
	await repository.close();
	return bytes;
}

/** What comes back below the pushed `root` of a snapshot, described (see describeTree); the root's ancestors have no times. */
export const restored = async (place: Place, snapshot: SnapshotId, root: string): Promise<string[]> =>
	restoredBy(root, async folder => run({verb: 'restore', repository: accessOf(place), targets: [{snapshot}], folder, overwrite: false, dryRun: false}));

/** The same of what `restore` makes in a folder. */
export async function restoredBy(root: string, restore: (folder: string) => Promise<RestoreReport>): Promise<string[]> {
	const folder = mkdtempSync(join(tmpdir(), 'plakar-tui-restored-'));
	try {
		const report = await restore(folder);
		return [...describeTree(join(folder, root)), `failed: ${report.failed}`];
	} finally {
		rmSync(folder, {recursive: true});
	}
}

export const check = async (location: string, {passphrase, level = 'full', ...rest}: {passphrase?: string | undefined; level?: 'fast' | 'full'} & Run = {}): Promise<CheckReport> =>
	run({verb: 'check', repository: {location, passphrase}, level}, rest);
