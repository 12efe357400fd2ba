// Which other repositories hold a record: seen by its name and size, called proven only where their ledger says so.

import {isPlakarError, throwIfAborted} from '../errors/plakar-error.js';
import type {VerbOptions} from './events.js';
import {maximumLocated, type RecordCopy, type RecordName, type RepositoryAccess} from './jobs.js';
import {ledgerFile, readLedger} from './ledger/ledger-file.js';
import {believable, secondsOf} from './ledger/ledger.js';
import {findInLedger} from './ledger/merge-ledger.js';
import {openSealed} from './repository.js';

/**
 * Copies of `records` in other repositories of one family, those of `repositories[0]` left out. No passphrase is needed.
 * A repository that cannot be opened holds nothing. Throws CANCELLED.
 */
export async function locateRecords(repositories: readonly RepositoryAccess[], records: readonly RecordName[], {signal}: VerbOptions): Promise<RecordCopy[]> {
	const copies: RecordCopy[] = [];
	const [own, ...others] = repositories;
	const familyId = own === undefined ? undefined : await familyOf(own.location, signal);
	for (const {location} of others) {
		throwIfAborted(signal);
		try {
			const repository = await openSealed(location, {signal});
			try {
				// Ids mean the same only within a family.
				if (repository.config.familyId === familyId) {
					// Named as the caller named it.
					copies.push(...(await copiesIn(repository, records.slice(0, maximumLocated), signal)).map(copy => ({...copy, location})));
				}
			} finally {
				await repository.close();
			}
		} catch (error) {
			if (isPlakarError(error, 'CANCELLED')) {
				throw error;
			}
		}
	}

	return copies;
}

async function familyOf(location: string, signal: AbortSignal): Promise<string> {
	const repository = await openSealed(location, {signal});
	try {
		return repository.config.familyId;
	} finally {
		await repository.close();
	}
}

async function copiesIn({backend, config, location}: Awaited<ReturnType<typeof openSealed>>, records: readonly RecordName[], signal: AbortSignal): Promise<RecordCopy[]> {
	const ledger = await readLedger(ledgerFile(config.repositoryId, location)).catch(() => undefined);
	const now = secondsOf(Date.now());
	const copies: RecordCopy[] = [];
	for (const kind of ['chunk', 'object'] as const) {
		const ids = records.filter(record => record.kind === kind).map(({id}) => id);
		const sizes = ids.length === 0 ? [] : await backend.sizes(kind, ids, {signal});
		for (const [index, sizeBytes] of sizes.entries()) {
			if (sizeBytes >= 0) {
				const id = ids[index]!;
				const at = ledger === undefined || kind === 'object' ? -1 : findInLedger(ledger, id);
				const proven = at >= 0 && ledger!.sizes[at] === sizeBytes ? believable(ledger!.storedAt[at]!, now) : 0;
				copies.push({id, location, sizeBytes, ...(proven > 0 ? {provenAt: new Date(proven * 1000).toISOString()} : {})});
			}
		}
	}

	return copies;
}
