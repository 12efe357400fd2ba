// How to open the repositories of a sync: passphrases are asked for only when content must be opened.

import type {RepositoryAccess} from '../engine/jobs.js';
import {kinshipOfConfigs} from '../engine/identity.js';
import {openSealed} from '../engine/repository.js';
import {throwIfAborted} from '../errors/plakar-error.js';
import type {RepositoryConfig} from '../format/config.js';
import type {Command} from './command.js';
import {accessTo} from './passphrase.js';
import {resolvePlace} from './places.js';

export type GroupAccess = {readonly own: RepositoryAccess; readonly peers: readonly RepositoryAccess[]};

async function configOf(location: string, signal: AbortSignal): Promise<RepositoryConfig> {
	const sealed = await openSealed(location, {signal});
	await sealed.close();
	return sealed.config;
}

/**
 * Access to `own` and each of `peerPlaces`, for transfers between own and peers, or among all of them. A family's records
 * are copied as they are stored, so nothing is asked; any other pair needs the passphrase of each side that is encrypted.
 * A peer that cannot be opened needs none: the job tells of it. Throws PASSPHRASE_NEEDED without a terminal,
 * PASSPHRASE_WRONG, REPOSITORY_NOT_FOUND for `own`.
 */
export async function groupAccess({flags, signal}: Pick<Command, 'flags' | 'signal'>, ownLocation: string, peerPlaces: readonly string[], among: 'own-and-peers' | 'all' = 'own-and-peers'): Promise<GroupAccess> {
	const locations = peerPlaces.map(place => resolvePlace(place));
	const ownConfig = await configOf(ownLocation, signal);
	const configs = await Promise.all(locations.map(async location => configOf(location, signal).catch(() => undefined)));
	throwIfAborted(signal);
	const isStranger = (config: RepositoryConfig | undefined, others: ReadonlyArray<RepositoryConfig | undefined>): boolean =>
		others.some(other => config !== undefined && other !== undefined && kinshipOfConfigs(config, other) !== 'family');
	// One after the other: all may ask on the same terminal.
	const own = await accessTo(ownLocation, flags, {need: isStranger(ownConfig, configs), signal});
	const peers: RepositoryAccess[] = [];
	for (const [index, location] of locations.entries()) {
		const need = isStranger(configs[index], among === 'all' ? [ownConfig, ...configs] : [ownConfig]);
		peers.push(await accessTo(location, flags, {whose: 'peer', need, signal}));
	}

	return {own, peers};
}
