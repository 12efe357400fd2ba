// How to open the two repositories of a sync: passphrases are asked for only when content must be opened.

import type {RepositoryAccess} from '../engine/jobs.js';
import {kinshipOfConfigs} from '../engine/identity.js';
import {openSealed} from '../engine/repository.js';
import type {RepositoryConfig} from '../format/config.js';
import type {Command} from './command.js';
import {accessTo} from './passphrase.js';
import {resolvePlace} from './places.js';

export type PairAccess = {readonly own: RepositoryAccess; readonly peer: RepositoryAccess};

async function configOf(location: string): Promise<RepositoryConfig> {
	const sealed = await openSealed(location);
	await sealed.close();
	return sealed.config;
}

/**
 * Access to `own` and `peer`. A family's records are copied as they are stored, so nothing is asked; any other pair needs
 * the passphrase of each side that is encrypted. Throws PASSPHRASE_NEEDED without a terminal, PASSPHRASE_WRONG,
 * REPOSITORY_NOT_FOUND.
 */
export async function pairAccess({flags}: Pick<Command, 'flags'>, ownLocation: string, peerPlace: string): Promise<PairAccess> {
	const peerLocation = resolvePlace(peerPlace);
	const [ownConfig, peerConfig] = [await configOf(ownLocation), await configOf(peerLocation)];
	const need = kinshipOfConfigs(ownConfig, peerConfig) !== 'family';
	// One after the other: both may ask on the same terminal.
	const own = await accessTo(ownLocation, flags, {need});
	return {own, peer: await accessTo(peerLocation, flags, {whose: 'peer', need})};
}
