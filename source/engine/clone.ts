// Makes a new repository with the configuration, keys and snapshots of another: same family, same UUIDs, its own identity.

import {asideOf, canonicalLocation} from '../backends/registry.js';
import {PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, reviveError, toPlainError} from '../errors/revive.js';
import {encodeConfig} from '../format/config.js';
import type {Counters} from '../workers/counters.js';
import {prepareAside, prepareInPlace, type BegunClone} from './begun-clone.js';
import type {VerbOptions} from './events.js';
import type {TargetOutcome, TransferReport} from './jobs.js';
import type {Repository} from './repository.js';
import {outcomeOf} from './several/sync-each.js';
import {applyPlans, namedTwice, type Applied} from './sync.js';

/**
 * Clones `source` to `location`, a place where nothing is, or goes on with an unfinished clone of this very source. Where
 * the medium has a place aside, the clone is filled there and `location` holds nothing until all of it was sent and
 * compared. No passphrase is needed: records are copied as they are stored. Throws REPOSITORY_EXISTS, REPOSITORY_SAME,
 * BACKEND_LOCKED when another process is at the same clone.
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
	const prepared: Array<BegunClone | PlakarError> = [];
	for (const [index, location] of locations.entries()) {
		prepared.push(await prepare(source, location, locations.slice(0, index), counters, options).catch(asPlakarError));
	}

	const begun = prepared.filter((entry): entry is BegunClone => !(entry instanceof PlakarError));
	try {
		const applied = await applyPlans({source, targets: begun, counters}, options);
		const outcomes = new Map<BegunClone, TargetOutcome>();
		for (const [index, clone] of begun.entries()) {
			outcomes.set(clone, await finish(clone, applied[index]!, options));
		}

		return prepared.map((entry, index) => entry instanceof PlakarError ? {location: locations[index]!, error: toPlainError(entry)} : outcomes.get(entry)!);
	} finally {
		await Promise.all(begun.map(async clone => clone.leave()));
	}
}

/** The new or continued clone and the plan to fill it. */
async function prepare(source: Repository, location: string, others: readonly string[], counters: Counters, options: VerbOptions): Promise<BegunClone> {
	if (source.readOnly) {
		throw new PlakarError('BACKEND_READ_ONLY', {message: `${location} was not made: nothing may be written now.`, hint: 'Start again without --read-only to clone.'});
	}

	const place = canonicalLocation(location);
	if (place === canonicalLocation(source.location)) {
		throw new PlakarError('REPOSITORY_SAME', {
			message: `A repository cannot be cloned onto itself (${source.location}).`,
			hint: 'Name a place where nothing is yet.',
		});
	}

	if (others.some(other => canonicalLocation(other) === place)) {
		throw namedTwice(place);
	}

	const openOptions = {...options, onRetry: () => counters.add('retries', 1)};
	const aside = asideOf(location);
	return aside === undefined ? prepareInPlace(source, location, openOptions) : prepareAside(source, location, aside, openOptions);
}

/** A clone that received everything stops being an unfinished one; one that snapshots were left out of goes on being one. */
async function finish(clone: BegunClone, applied: Applied, options: VerbOptions): Promise<TargetOutcome> {
	const {report, error} = applied;
	const {target, location, publish} = clone;
	const outcome = {...outcomeOf(applied), location};
	if (error !== undefined || report.damaged.length > 0) {
		return outcome;
	}

	try {
		if (publish !== undefined && !report.receipt) {
			throw differing(report);
		}

		const {unfinishedCloneOf: _, ...config} = target.config;
		await target.backend.writeConfig(encodeConfig(config), options);
		await publish?.();
		return {location, report: {...report, targetLocation: location}};
	} catch (failure) {
		return {...outcome, error: toPlainError(asPlakarError(failure))};
	}
}

const differing = ({sourceLocation, targetLocation}: TransferReport): PlakarError => new PlakarError('PLAN_STALE', {
	message: `Compared again after everything was sent, ${sourceLocation} and its clone differ.`,
	hint: `The clone was left in ${targetLocation}. Run check on both, then the same command again.`,
});
