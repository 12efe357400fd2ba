// A clone before anything is sent: made anew, or found unfinished and gone on with, in its place or aside of it.

import {randomUUID} from 'node:crypto';
import type {Aside, Lock} from '../backends/contract.js';
import {emptyStore} from '../backends/memory.js';
import {canonicalLocation, createBackend, freeSpaceAt} from '../backends/registry.js';
import {withRetry} from '../backends/wrap/retry.js';
import {wrap} from '../backends/wrap/wrap.js';
import {isNoRepository, isPlakarError, PlakarError} from '../errors/plakar-error.js';
import {asPlakarError} from '../errors/revive.js';
import {encodeConfig, type RepositoryConfig} from '../format/config.js';
import {makePlan} from './make-plan.js';
import {sendableRows, type Plan} from './plan.js';
import {assertFree, openSealed, repositoryOf, type OpenOptions, type Repository} from './repository.js';
import type {PlannedTarget} from './sync.js';

export type BegunClone = PlannedTarget & {
	/** Where it is to be found when it is whole. */
	readonly location: string;
	/** Gives it that place, and closes it; absent where it has it. Throws REPOSITORY_EXISTS, BACKEND_LOCKED. */
	readonly publish?: () => Promise<void>;
	/** Lets go of it, however it ended. */
	readonly leave: () => Promise<void>;
};

/** A clone that is filled where it is to be. Throws REPOSITORY_EXISTS, and what a plan that cannot be carried out throws. */
export async function prepareInPlace(source: Repository, location: string, options: OpenOptions): Promise<BegunClone> {
	const begun = await openUnfinished(source, location, options);
	if (begun !== undefined) {
		return goOnInPlace(source, begun, options);
	}

	const config = cloneConfig(source);
	const plan = await planPossible(source, location, config, options);
	return inPlace(await make(source, location, config, options), plan);
}

/**
 * A clone to `location` that is filled aside, under the exclusive lock. Throws REPOSITORY_EXISTS for either place,
 * BACKEND_LOCKED when another process is filling it, and what a plan that cannot be carried out throws.
 */
export async function prepareAside(source: Repository, location: string, aside: Aside, options: OpenOptions): Promise<BegunClone> {
	try {
		return await beginAside(source, location, aside, options);
	} catch (error) {
		if (asPlakarError(error).context['gone'] === true) {
			// Another process has given it its place in this moment: what is there now says more.
			return beginAside(source, location, aside, options);
		}

		throw error;
	}
}

async function beginAside(source: Repository, location: string, aside: Aside, options: OpenOptions): Promise<BegunClone> {
	await aside.tidy(location, options);
	// Earlier versions filled every clone in its place.
	const old = await openUnfinished(source, location, options);
	if (old !== undefined) {
		return goOnInPlace(source, old, options);
	}

	await assertFree(location, options);
	const place = canonicalLocation(location);
	const found = await openAside(source, place, aside.locationOf(location), options);
	const config = cloneConfig(source);
	const planned = found === undefined ? await planPossible(source, location, config, options) : undefined;
	const target = found ?? await make(source, aside.locationOf(location), config, options).catch(error => {
		throw isPlakarError(error, 'REPOSITORY_EXISTS') && error.context['leftover'] === undefined ? underWay(place, error) : error;
	});
	let lock: Lock | undefined;
	const leave = async (): Promise<void> => {
		await lock?.release();
		await target.close();
	};

	try {
		lock = await target.backend.lock('exclusive', `a clone from ${source.location}`, options).catch(error => {
			throw isPlakarError(error, 'BACKEND_LOCKED') && error.context['pid'] !== undefined ? underWay(place, error) : error;
		});
		const plan = planned ?? await planRest(source, target, place, options);
		const publish = async (): Promise<void> => {
			lock = undefined;
			await target.close();
			await aside.publish(location);
		};

		return {...plannedWhole(target, plan), isLocked: true, location: place, publish, leave};
	} catch (error) {
		await leave();
		throw error;
	}
}

async function make(source: Repository, location: string, config: RepositoryConfig, options: OpenOptions): Promise<Repository> {
	return repositoryOf(withRetry(await createBackend(location, encodeConfig(config), options), options), config, source.keys);
}

const inPlace = (target: Repository, plan: Plan): BegunClone => ({...plannedWhole(target, plan), location: target.location, leave: async () => target.close()});

async function goOnInPlace(source: Repository, begun: Repository, options: OpenOptions): Promise<BegunClone> {
	try {
		const plan = await makePlan(source, begun, undefined, options);
		assertWhole(source, begun.location, plan, `No record was copied; ${begun.location} holds an unfinished clone. Remove the reason and run the same command again, or remove that clone.`);
		return inPlace(begun, plan);
	} catch (error) {
		await begun.close();
		throw error;
	}
}

const plannedWhole = (target: Repository, plan: Plan): PlannedTarget => ({target, plan, ticked: sendableRows(plan).map(row => plan.rows[row]!.snapshot)});

/** Plans the clone before anything is made, so that one that is refused leaves the place as it was. Throws what `assertWhole` does. */
async function planPossible(source: Repository, location: string, config: RepositoryConfig, options: OpenOptions): Promise<Plan> {
	const freeBytes = await freeSpaceAt(location, options);
	const place = {...emptyStore(canonicalLocation(location), encodeConfig(config)), freeSpace: async () => freeBytes};
	const target = repositoryOf(place, config, source.keys);
	const plan = await makePlan(source, target, undefined, options);
	assertWhole(source, target.location, plan, 'Nothing was made. Remove the reason and run the same command again.');
	return plan;
}

/**
 * What `begun`, which was found aside of `place`, still lacks. One that has lost its mark already was whole: it is of this
 * source when it holds nothing else. Throws REPOSITORY_EXISTS when it is not, and what `assertWhole` does.
 */
async function planRest(source: Repository, begun: Repository, place: string, options: OpenOptions): Promise<Plan> {
	// The only lock on it is that of this very clone, which keeps out everybody else.
	const unlocked = {...begun, backend: wrap(begun.backend, {locks: async () => []})};
	const plan = await makePlan(source, unlocked, undefined, options);
	const isMarked = begun.config.unfinishedCloneOf !== undefined;
	if (plan.rows.some(({state}) => state === 'conflict') || (plan.onlyInTarget > 0 && !isMarked)) {
		throw new PlakarError('REPOSITORY_EXISTS', {
			message: `${begun.location}, where the clone to ${place} is filled, holds other snapshots than ${source.location}.`,
			hint: 'Give that file another name if you want to keep it, or remove it; then run the same command again.',
			context: {location: begun.location},
		});
	}

	assertWhole(source, place, plan, `No record was copied; the unfinished clone is in ${begun.location}. Remove the reason and run the same command again, or remove that file.`);
	if (!isMarked) {
		await begun.backend.writeConfig(encodeConfig({...begun.config, unfinishedCloneOf: source.config.repositoryId}), options);
	}

	return plan;
}

/** Throws RECORD_CORRUPT or PLAN_BLOCKED, which hints at what `left` says, unless `plan` sends all that the source has. */
function assertWhole(source: Repository, location: string, plan: Plan, left: string): void {
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
			message: `${source.location} cannot be cloned to ${location}: ${obstacles.map(({text}) => text).join('; ')}.`,
			hint: left,
		});
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

/** The clone that an interrupted run left at `location`, aside of `place`; undefined when nothing is there. */
async function openAside(source: Repository, place: string, location: string, options: OpenOptions): Promise<Repository | undefined> {
	let target: Repository;
	try {
		target = await openSealed(location, options);
	} catch (error) {
		if (isPlakarError(error, 'REPOSITORY_NOT_FOUND')) {
			return undefined;
		}

		throw isPlakarError(error, 'REPOSITORY_UNRECOGNISED')
			? new PlakarError('REPOSITORY_EXISTS', {
				message: `The clone to ${place} would be filled in ${location}, and something else is there.`,
				hint: 'Move it away or remove it, then run the same command again.',
				context: {location},
				cause: error,
			})
			: error;
	}

	const {unfinishedCloneOf, familyId} = target.config;
	if (unfinishedCloneOf === undefined ? familyId === source.config.familyId : unfinishedCloneOf === source.config.repositoryId) {
		return target;
	}

	await target.close();
	throw new PlakarError('REPOSITORY_EXISTS', {
		message: `A clone of another repository to ${place} was begun and not finished: ${location}.`,
		hint: 'Run that clone again to finish it, or remove this file; then this one can be made.',
		context: {location, ...(unfinishedCloneOf === undefined ? {} : {unfinishedCloneOf})},
	});
}

const underWay = (place: string, {message, context}: PlakarError): PlakarError => new PlakarError('BACKEND_LOCKED', {
	message: `Another clone to ${place} is under way: ${message}`,
	hint: 'Wait until it has finished. Should it be stopped, the same command goes on with what it has sent.',
	context,
});
