// Makes a new repository with the configuration, keys and snapshots of another: same family, same UUIDs, its own identity.

import {randomUUID} from 'node:crypto';
import {emptyStore} from '../backends/memory.js';
import {canonicalLocation, createBackend, freeSpaceAt} from '../backends/registry.js';
import {withRetry} from '../backends/wrap/retry.js';
import {isNoRepository, PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, reviveError, toPlainError} from '../errors/revive.js';
import {encodeConfig, type RepositoryConfig} from '../format/config.js';
import type {Counters} from '../workers/counters.js';
import type {VerbOptions} from './events.js';
import type {TargetOutcome, TransferReport} from './jobs.js';
import {makePlan} from './make-plan.js';
import {sendableRows, type Plan} from './plan.js';
import {openSealed, repositoryOf, type OpenOptions, type Repository} from './repository.js';
import {outcomeOf} from './several/sync-each.js';
import {applyPlans, type Applied, type PlannedTarget} from './sync.js';

/**
 * Clones `source` to `location`, a place where nothing is, or the unfinished clone of this very source, which is
 * continued. No passphrase is needed: records are copied as they are stored. Throws REPOSITORY_EXISTS, REPOSITORY_SAME.
 */
export async function cloneRepository(source: Repository, location: string, counters: Counters, options: VerbOptions): Promise<TransferReport> {
	const [{report, error}] = await cloneEach(source, [location], counters, options) as [TargetOutcome];
	if (report === undefined || error !== undefined) {
		throw reviveError(error!);
	}

	return report;
}

/** Clones `source` to each of `locations` in one pass over it. One that fails is an outcome with its error; the others go on. */
export async function cloneEach(source: Repository, locations: readonly string[], counters: Counters, options: VerbOptions): Promise<TargetOutcome[]> {
	const prepared: Array<PlannedTarget | PlakarError> = [];
	for (const location of locations) {
		prepared.push(await prepare(source, location, counters, options).catch(asPlakarError));
	}

	const targets = prepared.filter((entry): entry is PlannedTarget => !(entry instanceof PlakarError));
	try {
		const applied = await applyPlans({source, targets, counters}, options);
		const outcomes = new Map<PlannedTarget, TargetOutcome>();
		for (const [index, planned] of targets.entries()) {
			outcomes.set(planned, await finish(planned, applied[index]!, options));
		}

		return prepared.map((entry, index) => entry instanceof PlakarError ? {location: locations[index]!, error: toPlainError(entry)} : outcomes.get(entry)!);
	} finally {
		await Promise.all(targets.map(async ({target}) => target.close()));
	}
}

/** The new or continued clone and the plan to fill it. */
async function prepare(source: Repository, location: string, counters: Counters, options: VerbOptions): Promise<PlannedTarget> {
	if (source.readOnly) {
		throw new PlakarError('BACKEND_READ_ONLY', {message: `${location} was not made: nothing may be written now.`, hint: 'Start again without --read-only to clone.'});
	}

	if (canonicalLocation(location) === canonicalLocation(source.location)) {
		throw new PlakarError('REPOSITORY_SAME', {
			message: `A repository cannot be cloned onto itself (${source.location}).`,
			hint: 'Name a place where nothing is yet.',
		});
	}

	const openOptions = {...options, onRetry: () => counters.add('retries', 1)};
	const config = cloneConfig(source);
	const begun = await openUnfinished(source, location, openOptions);
	if (begun === undefined) {
		const plan = await planPossible(source, location, config, options);
		const target = repositoryOf(withRetry(await createBackend(location, encodeConfig(config), openOptions), openOptions), config, source.keys);
		return plannedWhole(target, plan);
	}

	try {
		const plan = await makePlan(source, begun, undefined, options);
		assertWhole(source, begun, plan, `No record was copied; ${begun.location} holds an unfinished clone. Remove the reason and run the same command again, or remove that clone.`);
		return plannedWhole(begun, plan);
	} catch (error) {
		await begun.close();
		throw error;
	}
}

const plannedWhole = (target: Repository, plan: Plan): PlannedTarget => ({target, plan, ticked: sendableRows(plan).map(row => plan.rows[row]!.snapshot)});

/** Plans the clone before anything is made, so that one that is refused leaves the place as it was. Throws what `assertWhole` does. */
async function planPossible(source: Repository, location: string, config: RepositoryConfig, options: VerbOptions): Promise<Plan> {
	const freeBytes = await freeSpaceAt(location, options);
	const place = {...emptyStore(canonicalLocation(location), encodeConfig(config)), freeSpace: async () => freeBytes};
	const target = repositoryOf(place, config, source.keys);
	const plan = await makePlan(source, target, undefined, options);
	assertWhole(source, target, plan, 'Nothing was made. Remove the reason and run the same command again.');
	return plan;
}

/** Throws RECORD_CORRUPT or PLAN_BLOCKED, which hints at what `left` says, unless `plan` sends all that the source has. */
function assertWhole(source: Repository, target: Repository, plan: Plan, left: string): void {
	const damaged = plan.rows.filter(({state}) => state === 'damaged');
	if (damaged.length > 0) {
		throw new PlakarError('RECORD_CORRUPT', {
			message: `${damaged.length} of ${plan.rows.length} snapshots cannot be read in ${source.location}: ${damaged[0]!.reason}`,
			hint: 'Run check on the source. A sync into a new repository copies the snapshots that are sound.',
		});
	}

	const obstacles = plan.checks.filter(({level}) => level === 'block');
	if (obstacles.length > 0) {
		throw new PlakarError('PLAN_BLOCKED', {
			message: `${source.location} cannot be cloned to ${target.location}: ${obstacles.map(({text}) => text).join('; ')}.`,
			hint: left,
		});
	}
}

/** A clone that received everything stops being an unfinished one; one that snapshots were left out of goes on being one. */
async function finish({target}: PlannedTarget, applied: Applied, options: VerbOptions): Promise<TargetOutcome> {
	const {report, error} = applied;
	if (error !== undefined || report.damaged.length > 0) {
		return outcomeOf(applied);
	}

	try {
		const {unfinishedCloneOf: _, ...config} = target.config;
		await target.backend.writeConfig(encodeConfig(config), options);
		return outcomeOf(applied);
	} catch (failure) {
		return outcomeOf({report, error: asPlakarError(failure)});
	}
}

const cloneConfig = ({config}: Repository): RepositoryConfig => ({
	...config,
	repositoryId: randomUUID(),
	created: new Date().toISOString(),
	unfinishedCloneOf: config.repositoryId,
});

/** The clone of `source` that an interrupted run left at `location`; undefined when nothing is there. */
async function openUnfinished(source: Repository, location: string, options: OpenOptions): Promise<Repository | undefined> {
	let target: Repository;
	try {
		target = await openSealed(location, options);
	} catch (error) {
		// Whether something else stands there, creating decides.
		if (isNoRepository(error)) {
			return undefined;
		}

		throw error;
	}

	if (target.config.unfinishedCloneOf === source.config.repositoryId) {
		return target;
	}

	await target.close();
	throw new PlakarError('REPOSITORY_EXISTS', {
		message: `There is a repository at ${target.location} already.`,
		hint: 'Clone to a place where nothing is, or use sync to bring that repository up to date.',
		context: {location: target.location},
	});
}
