// Whose passphrase is whose when a stored plan is applied: the plan names its two sides, the command line need not.

import type {RepositoryAccess} from '../engine/jobs.js';
import type {Plan, PlanSide} from '../engine/plan.js';
import {isSamePlace, openRepository} from '../engine/repository.js';
import {isPlakarError} from '../errors/plakar-error.js';
import type {Command} from './command.js';
import {givenPassphrase} from './given-passphrase.js';
import {groupAccess} from './group-access.js';

export type PlanAccess = {readonly source: RepositoryAccess; readonly target: RepositoryAccess};

async function opens({location}: PlanSide, passphrase: string, signal: AbortSignal): Promise<boolean> {
	try {
		await (await openRepository({location, passphrase}, {signal})).close();
		return true;
	} catch (error) {
		if (isPlakarError(error, 'PASSPHRASE_WRONG')) {
			return false;
		}

		throw error;
	}
}

/**
 * Access to both sides of `plan`. The repository that the command is `on` is the own one, whichever side it is, else the
 * source is. A passphrase that opens only the other side is used there. Throws what `groupAccess` throws.
 */
export async function planAccess(command: Command, {source, target, kinship}: Plan): Promise<PlanAccess> {
	const isOnTarget = isSamePlace(command.location, target.location);
	const [own, peer] = isOnTarget ? [target, source] : [source, target];
	const access = (ofOwn: RepositoryAccess, ofPeer: RepositoryAccess): PlanAccess => isOnTarget ? {source: ofPeer, target: ofOwn} : {source: ofOwn, target: ofPeer};
	const [ofOwn, ofPeer] = [givenPassphrase('own', command.flags), givenPassphrase('peer', command.flags)];
	const only = ofOwn ?? ofPeer;
	if (kinship !== 'family' && only !== undefined && own.encrypted !== peer.encrypted) {
		const passphrase = own.encrypted ? ofOwn ?? only : ofPeer ?? only;
		return access({location: own.location, passphrase}, {location: peer.location, passphrase});
	}

	if (kinship !== 'family' && ofOwn !== undefined && ofPeer !== undefined && own.encrypted
		&& !await opens(own, ofOwn, command.signal) && await opens(own, ofPeer, command.signal)) {
		return access({location: own.location, passphrase: ofPeer}, {location: peer.location, passphrase: ofOwn});
	}

	const {own: first, peers: [second]} = await groupAccess(command, own.location, [peer.location]);
	return access(first, second!);
}
