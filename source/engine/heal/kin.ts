// Whether one repository can heal another at all, and with which keys its copies are proven.

import {PlakarError} from '../../errors/plakar-error.js';
import {differencesOf, isSameRepository, kinshipOfConfigs, namingOf} from '../identity.js';
import {assertOpens, repositoryOf, type Repository} from '../repository.js';
import type {HealPlan} from './heal-plan.js';

/** Throws REPOSITORY_SAME, PLAN_BLOCKED for unrelated ones: their ids name other content. */
export function healKinship(source: Pick<Repository, 'config' | 'location'>, target: Pick<Repository, 'config' | 'location'>): HealPlan['kinship'] {
	if (isSameRepository(source.config, target.config)) {
		throw new PlakarError('REPOSITORY_SAME', source.location === target.location
			? {message: `${target.location} cannot be healed from itself.`, hint: 'Name another repository that holds sound copies: a clone of it.'}
			: {
				message: `${source.location} is a copy of ${target.location} made outside this program: both have the same identity.`,
				hint: 'Make a clone of the copy (plakar-tui clone) and heal from that: a clone has an identity of its own.',
			});
	}

	const kinship = kinshipOfConfigs(source.config, target.config);
	if (kinship === 'unrelated') {
		throw new PlakarError('PLAN_BLOCKED', {
			message: `${source.location} cannot heal ${target.location}: they are unrelated (${differencesOf(namingOf(source.config), namingOf(target.config)).join('; ')}), so the same content has other ids there.`,
			hint: 'Heal from a clone of it. Snapshots that are damaged can still be restored from the other repository.',
			context: {kinship},
		});
	}

	return kinship;
}

/**
 * Both repositories, opened as far as the keys at hand allow: a family shares its keys, so those of either side open
 * both. Throws PASSPHRASE_NEEDED where records must be sealed anew and one side cannot be opened.
 */
export function withSharedKeys(source: Repository, target: Repository, kinship: HealPlan['kinship']): {readonly source: Repository; readonly target: Repository} {
	const keys = source.keys ?? target.keys;
	const opened = (repository: Repository): Repository => keys === undefined || repository.opens ? repository : {...repositoryOf(repository.backend, repository.config, keys), location: repository.location, readOnly: repository.readOnly};
	const both = {source: opened(source), target: opened(target)};
	if (kinship === 'same-ids') {
		assertOpens(both.source);
		assertOpens(both.target);
	}

	return both;
}
