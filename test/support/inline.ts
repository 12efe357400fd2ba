// Repositories whose lanes are in this thread: no threads to wait for, and a system that a test breaks is broken for all of them.
// A job starts a thread, which takes longer than all that it does in a small repository.

import {openBackend} from '../../source/backends/registry.js';
import type {Backend} from '../../source/backends/contract.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {checkRepository} from '../../source/engine/check/check.js';
import {cloneRepository} from '../../source/engine/clone.js';
import {Counters} from '../../source/engine/counters.js';
import type {CheckReport} from '../../source/engine/finding.js';
import type {PushReport, TransferReport} from '../../source/engine/jobs.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {push} from '../../source/engine/push/push.js';
import {openSealed, repositoryOf, type Repository} from '../../source/engine/repository.js';
import {restoreSnapshots} from '../../source/engine/restore/restore.js';
import {applyPlan} from '../../source/engine/sync.js';
import type {SnapshotId} from '../../source/format/ids.js';
import {unwrapKeys} from '../../source/format/keys.js';
import {restoredBy, type Place} from './engine.js';

export const quietly = {signal: new AbortController().signal, onEvent: () => undefined};

/** `change` may wrap the backend. */
export async function openInline(place: Place, change: (backend: Backend) => Backend = backend => backend): Promise<Repository> {
	const {location, passphrase} = typeof place === 'string' ? {location: place, passphrase: undefined} : place;
	const sealed = await openSealed(location);
	await sealed.close();
	const {config} = sealed;
	const backend = change(await openBackend(location));
	const keys = passphrase === undefined || config.encryption === null ? undefined : await unwrapKeys(config.encryption, passphrase);
	return repositoryOf(wrap(backend, {supports: Object.freeze({...backend.supports, reopenable: false})}), config, keys);
}

/** Where `use` fails nothing is closed, as nobody is there to close what a process that died had open. */
async function withInline<Result>(place: Place, use: (repository: Repository) => Promise<Result>, change?: (backend: Backend) => Backend): Promise<Result> {
	const repository = await openInline(place, change);
	const result = await use(repository);
	await repository.close();
	return result;
}

/** `change` may wrap the target's backend. */
export const withInlineBoth = async <Result>(source: Place, target: Place, use: (from: Repository, to: Repository) => Promise<Result>, change?: (backend: Backend) => Backend): Promise<Result> =>
	withInline(source, async from => withInline(target, async to => use(from, to), change));

/** A full check. */
export const checkInline = async (place: Place, {change, ledgerFile}: {change?: ((backend: Backend) => Backend) | undefined; ledgerFile?: string | undefined} = {}): Promise<CheckReport> =>
	withInline(place, async repository => checkRepository({repository, level: 'full', counters: new Counters(), ledgerFile}, quietly), change);

export const pushInline = async (place: Place, paths: readonly string[]): Promise<PushReport> =>
	withInline(place, async repository => push({repository, paths, useCache: false, commandLine: 'test', counters: new Counters()}, quietly));

export const cloneInline = async (source: Place, target: string): Promise<TransferReport> =>
	withInline(source, async repository => cloneRepository(repository, target, new Counters(), quietly));

/** Plans and sends all there is to send. `change` may wrap the target's backend. */
export const syncInline = async (source: Place, target: Place, change?: (backend: Backend) => Backend): Promise<TransferReport> =>
	withInlineBoth(source, target, async (from, to) => {
		const plan = await makePlan(from, to, undefined);
		const ticked = sendableRows(plan).map(row => plan.rows[row]!.snapshot);
		return applyPlan({source: from, target: to, plan, ticked, counters: new Counters()}, quietly);
	}, change);

/** As `restored` of engine.ts. */
export const restoredInline = async (place: Place, snapshot: SnapshotId, root: string): Promise<string[]> =>
	withInline(place, async repository => restoredBy(root, async folder =>
		restoreSnapshots({repository, counters: new Counters(), targets: [{snapshot}], folder, overwrite: false, dryRun: false}, quietly)));
