// Opens and creates repositories over a line: what every kind of line does alike.

import {isNoRepository, PlakarError} from '../../errors/plakar-error.js';
import type {Backend, CallOptions} from '../contract.js';
import {ask, persist, type Line} from './line.js';
import {freeBytesIn, openRemote, type RemoteSettings} from './remote-backend.js';

/** Closes the line when anything fails. Throws REPOSITORY_NOT_FOUND and what the line throws. */
export async function openOver(line: Line, settings: RemoteSettings, {signal}: CallOptions): Promise<Backend> {
	try {
		return openRemote(line, await persist(async () => ask(line, 'hello', {}, [], {signal})), settings);
	} catch (error) {
		await line.close();
		throw error;
	}
}

/** Closes the line when anything fails. Throws REPOSITORY_EXISTS and what the line throws. */
export async function createOver(line: Line, config: Uint8Array, settings: RemoteSettings, options: CallOptions): Promise<Backend> {
	try {
		await ask(line, 'create', {}, [config], options);
	} catch (error) {
		await line.close();
		throw error;
	}

	return openOver(line, settings, options);
}

/**
 * Throws REPOSITORY_EXISTS when a repository is at the far end, BACKEND_READ_ONLY when the server says that nobody may make
 * one there, and what the line throws. Closes the line.
 */
export async function assertFreeOver(line: Line, location: string, {signal}: CallOptions): Promise<void> {
	try {
		await persist(async () => ask(line, 'hello', {}, [], {signal}));
	} catch (error) {
		if (!isNoRepository(error)) {
			throw error;
		}

		// Older servers do not tell before they are asked to make it.
		if ((error as PlakarError).context['add'] === false) {
			throw new PlakarError('BACKEND_READ_ONLY', {message: `${location} cannot be made: the server gives it for reading only.`, hint: 'Choose another place, or have the server started without --read-only.'});
		}

		return;
	} finally {
		await line.close();
	}

	throw new PlakarError('REPOSITORY_EXISTS', {message: `${location} is taken: there is a repository already.`, hint: 'Choose a place where nothing is yet.', context: {location}});
}

/**
 * Free bytes where the server would make the repository. Undefined where it cannot say, as older ones cannot before
 * something is there. Closes the line. Throws what the line throws.
 */
export async function freeSpaceOver(line: Line, {signal}: CallOptions): Promise<number | undefined> {
	try {
		return freeBytesIn(await persist(async () => ask(line, 'freeSpace', {}, [], {signal})));
	} catch (error) {
		if (isNoRepository(error)) {
			return undefined;
		}

		throw error;
	} finally {
		await line.close();
	}
}
