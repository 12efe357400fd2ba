// Makes a new repository with the configuration, keys and snapshots of another: same family, same UUIDs, its own identity.

import {randomUUID} from 'node:crypto';
import {createBackend, canonicalLocation} from '../backends/registry.js';
import {isPlakarError, PlakarError} from '../errors/plakar-error.js';
import {encodeConfig, type RepositoryConfig} from '../format/config.js';
import type {Counters} from '../workers/counters.js';
import type {VerbOptions} from './events.js';
import type {TransferReport} from './jobs.js';
import {makePlan} from './make-plan.js';
import {sendableRows} from './plan.js';
import {openSealed, repositoryOf, type Repository} from './repository.js';
import {applyPlan} from './sync.js';

/**
 * Clones `source` to `location`, a place where nothing is, or the unfinished clone of this very source, which is
 * continued. No passphrase is needed: records are copied as they are stored. Throws REPOSITORY_EXISTS, REPOSITORY_SAME.
 */
export async function cloneRepository(source: Repository, location: string, counters: Counters, options: VerbOptions): Promise<TransferReport> {
	if (canonicalLocation(location) === canonicalLocation(source.location)) {
		throw new PlakarError('REPOSITORY_SAME', {
			message: `A repository cannot be cloned onto itself (${source.location}).`,
			hint: 'Name a place where nothing is yet.',
		});
	}

	const target = await openUnfinished(source, location, options) ?? await createClone(source, location, options);
	try {
		const plan = await makePlan(source, target, undefined, options);
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
				hint: `No record was copied; ${target.location} holds an empty, unfinished clone. Remove the reason and run the same command again, or remove that clone.`,
			});
		}

		const ticked = sendableRows(plan).map(row => plan.rows[row]!.snapshot);
		const report = await applyPlan({source, target, plan, ticked, counters}, options);
		const {unfinishedCloneOf: _, ...config} = target.config;
		await target.backend.writeConfig(encodeConfig(config), options);
		return report;
	} finally {
		await target.close();
	}
}

async function createClone(source: Repository, location: string, options: VerbOptions): Promise<Repository> {
	const config: RepositoryConfig = {
		...source.config,
		repositoryId: randomUUID(),
		created: new Date().toISOString(),
		unfinishedCloneOf: source.config.repositoryId,
	};
	return repositoryOf(await createBackend(location, encodeConfig(config), options), config, source.keys);
}

/** The clone of `source` that an interrupted run left at `location`; undefined when nothing is there. */
async function openUnfinished(source: Repository, location: string, options: VerbOptions): Promise<Repository | undefined> {
	let target: Repository;
	try {
		target = await openSealed(location, options);
	} catch (error) {
		// Whether something else stands there, creating decides.
		if (isPlakarError(error, 'REPOSITORY_NOT_FOUND') || isPlakarError(error, 'REPOSITORY_UNRECOGNISED')) {
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
