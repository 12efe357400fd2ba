// cat: the content of files, byte for byte.

import {contentOf, findEntry} from '../../engine/reading.js';
import {openRepository, readHeader} from '../../engine/repository.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, type RunCommand} from '../command.js';

export const run: RunCommand = async command => {
	const {parameters, output, signal} = command;
	if (parameters.length === 0 || !parameters.every(parameter => parameter.includes(':'))) {
		throw usageError('cat needs a snapshot and a path, as ID:PATH.', 'cat');
	}

	const repository = await openRepository(await ownAccess(command, true), {signal});
	for (const {snapshot, path} of await findTargets(repository, parameters)) {
		const entry = await findEntry(repository, await readHeader(repository, snapshot), path!, {signal});
		for await (const bytes of contentOf(repository, entry, {signal})) {
			await output.raw(bytes);
		}
	}

	return exitCodes.done;
};
