// Carries out a mesh plan: afterwards every repository that was reached holds the union of what they held.

import {PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {toPlainError} from '../../errors/revive.js';
import type {Counters} from '../../workers/counters.js';
import type {VerbOptions} from '../events.js';
import type {MeshReport, TargetOutcome} from '../jobs.js';
import {makePlan} from '../make-plan.js';
import {stalePlan, type Plan} from '../plan.js';
import {listSnapshots} from '../repository.js';
import {headOf, type MeshPlan, type MeshTransfer} from './mesh-plan.js';
import type {Opened} from './open-each.js';
import {syncEach} from './sync-each.js';

/**
 * Applies `mesh` to `repositories`, which are those that it was made for, in the same order. Each source is read in one
 * pass for all targets that it serves. A transfer that fails is reported and the others go on. Throws PLAN_STALE, before
 * anything is written, when a repository has changed.
 */
export async function applyMesh(repositories: readonly Opened[], mesh: MeshPlan, counters: Counters, options: VerbOptions): Promise<MeshReport> {
	const startedMs = performance.now();
	options.onEvent({type: 'phase', phase: 'plan'});
	await assertUnchanged(repositories, mesh, options);
	const outcomes: MeshReport['transfers'][number][] = [];
	const reached = new Set<number>();
	for (const source of new Set(mesh.transfers.map(transfer => transfer.source))) {
		throwIfAborted(options.signal);
		const transfers = mesh.transfers.filter(transfer => transfer.source === source);
		const results = await applyFrom(repositories, transfers, reached, counters, options);
		for (const [index, {target}] of transfers.entries()) {
			outcomes.push({...results[index]!, source, target});
			reached.add(target);
		}
	}

	options.onEvent({type: 'phase', phase: 'receipt'});
	return {
		transfers: outcomes,
		skipped: mesh.skipped,
		bytesWritten: outcomes.reduce((sum, {report}) => sum + (report?.bytesWritten ?? 0), 0),
		equal: await areEqual(repositories, mesh, options),
		durationMs: performance.now() - startedMs,
	};
}

async function assertUnchanged(repositories: readonly Opened[], {heads, transfers}: MeshPlan, options: VerbOptions): Promise<void> {
	if (repositories.length !== heads.length) {
		throw stalePlan('it was made for other repositories');
	}

	const involved = new Set(transfers.flatMap(({source, target}) => [source, target]));
	for (const [index, {location, repository}] of repositories.entries()) {
		if (repository !== undefined && involved.has(index) && headOf(await listSnapshots(repository, options)) !== heads[index]) {
			throw stalePlan(`the snapshots of ${location} have changed`);
		}
	}
}

/** One pass over a source. What has received something meanwhile is planned for again: a target may have gained records, and a source snapshots that show which ones. */
async function applyFrom(repositories: readonly Opened[], transfers: readonly MeshTransfer[], reached: ReadonlySet<number>, counters: Counters, options: VerbOptions): Promise<TargetOutcome[]> {
	const {source} = transfers[0]!;
	const {location, repository, error} = repositories[source]!;
	if (repository === undefined) {
		return transfers.map(({target}) => ({location: repositories[target]!.location, error: toPlainError(unreachable(location, error))}));
	}

	const planned = await Promise.all(transfers.map(async ({target, plan, snapshots}) => {
		const opened = repositories[target]!;
		const again = async (): Promise<Plan> => (reached.has(target) || reached.has(source)) && opened.repository !== undefined ? makePlan(repository, opened.repository, snapshots, options) : plan;
		return again().then(current => ({opened, plan: current, ticked: snapshots}), (failure: unknown) => ({location: opened.location, error: toPlainError(failure)}));
	}));
	const sent = (await syncEach(repository, planned.filter(entry => 'plan' in entry), counters, options)).values();
	return planned.map(entry => 'plan' in entry ? sent.next().value! : entry);
}

const unreachable = (location: string, cause: unknown): PlakarError => new PlakarError('BACKEND_UNAVAILABLE', {
	message: `${location}, which was to send, cannot be reached any more.`,
	hint: 'Run the same command again once it can be reached.',
	cause,
});

/** Whether every repository that the plan reached holds what any of them holds, skipped snapshots aside. */
async function areEqual(repositories: readonly Opened[], {heads, skipped}: MeshPlan, options: VerbOptions): Promise<boolean> {
	const aside = new Set(skipped.map(({snapshot}) => snapshot));
	const listings: Array<ReadonlySet<string>> = [];
	for (const [index, {repository}] of repositories.entries()) {
		if (heads[index] !== undefined) {
			const listing = repository === undefined ? [] : await listSnapshots(repository, options);
			listings.push(new Set(listing.map(({snapshot}) => snapshot).filter(snapshot => !aside.has(snapshot))));
		}
	}

	const union = new Set(listings.flatMap(listing => [...listing]));
	return listings.every(({size}) => size === union.size);
}
