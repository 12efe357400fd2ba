// The media that this program knows. Adding one is one line here.

import {PlakarError} from '../errors/plakar-error.js';
import type {Aside, Backend, BackendFactory, CallOptions} from './contract.js';
import {filesystemBackend} from './filesystem/filesystem.js';
import {httpBackend, httpsBackend} from './http/http.js';
import {memoryBackend} from './memory.js';
import {sqliteBackend} from './sqlite/sqlite.js';
import {sshBackend} from './ssh/ssh.js';

/** The first that matches is taken; the filesystem takes what looks like a path. */
export const backendFactories: readonly BackendFactory[] = [memoryBackend, sqliteBackend, httpBackend, httpsBackend, sshBackend, filesystemBackend];

function factoryOf(location: string): BackendFactory {
	const factory = backendFactories.find(candidate => candidate.matches(location));
	if (factory === undefined) {
		throw new PlakarError('UNSUPPORTED', {
			message: `${JSON.stringify(location)} is of a kind that this program does not know.`,
			hint: `Known kinds: ${backendFactories.map(({scheme}) => `${scheme}:`).join(', ')} and plain paths.`,
			context: {location},
		});
	}

	return factory;
}

export const schemeOf = (location: string): string => factoryOf(location).scheme;

/** The canonical spelling of a location. Throws UNSUPPORTED. */
export const canonicalLocation = (location: string): string => factoryOf(location).canonical(location);

/** Free bytes where a new repository would lie; undefined when the medium cannot say that of a place where nothing is. */
export const freeSpaceAt = async (location: string, options: CallOptions = {}): Promise<number | undefined> => factoryOf(location).freeSpaceAt?.(location, options);

/** Throws what `createBackend` would because of the place, as far as that shows without writing. */
export const assertFree = async (location: string, options: CallOptions = {}): Promise<void> => factoryOf(location).assertFree?.(location, options);

/** Where a clone to `location` is filled until it is whole; undefined when that is in its place. */
export const asideOf = (location: string): Aside | undefined => factoryOf(location).aside;

export const openBackend = async (location: string, options: CallOptions = {}): Promise<Backend> => factoryOf(location).open(location, options);

export const createBackend = async (location: string, config: Uint8Array, options: CallOptions = {}): Promise<Backend> =>
	factoryOf(location).create(location, config, options);
