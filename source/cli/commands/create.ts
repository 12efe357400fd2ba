// create: makes empty repositories.

import {assertFree, createRepository} from '../../engine/repository.js';
import {defaultChunkBytes, hashNames, type HashName} from '../../engine/settings.js';
import {usageError} from '../arguments.js';
import {exitCodes, type RunCommand} from '../command.js';
import {newPassphrase} from '../passphrase.js';
import {resolvePlace} from '../places.js';

export const run: RunCommand = async ({parameters, flags, output, signal, location}) => {
	const hashing = (flags['hash'] ?? 'blake3') as HashName;
	if (!hashNames.includes(hashing)) {
		throw usageError(`There is no hash ${JSON.stringify(hashing)}; choose ${hashNames.join(' or ')}.`, 'create');
	}

	const encrypted = flags['encryption'] === true;
	const places = parameters.length === 0 ? [location] : parameters.map(given => resolvePlace(given));
	for (const place of places) {
		await assertFree(place, {signal});
	}

	const passphrase = encrypted ? await newPassphrase(flags) : undefined;
	for (const place of places) {
		const compression = flags['compression'] === true ? 'zstd' : 'none';
		const averageChunkBytes = (flags['chunkSize'] ?? defaultChunkBytes) as number;
		const repository = await createRepository(place, {passphrase, encrypted, compression, hashing, averageChunkBytes}, {signal});
		const {repositoryId, familyId} = repository.config;
		await repository.close();
		output.json('created', {location: repository.location, repositoryId, familyId, encrypted});
	}

	return exitCodes.done;
};
