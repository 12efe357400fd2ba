// The plakar:// and plakars:// backends: a repository that `plakar-tui server` serves over HTTP, without or with TLS.

import type {BackendFactory} from '../contract.js';
import {locationOf, parseHttpPlace} from './place.js';

/** The client is loaded when it is needed. */
const load = async () => import('./open-http.js');

const factoryOf = (scheme: 'plakar' | 'plakars'): BackendFactory => ({
	scheme,
	matches: location => location.startsWith(`${scheme}://`),
	canonical: location => locationOf(parseHttpPlace(location)),
	freeSpaceAt: async (location, options) => (await load()).freeSpaceAtHttp(location, options),
	assertFree: async (location, options) => (await load()).assertFreeAtHttp(location, options),
	open: async (location, options) => (await load()).openHttp(location, options),
	create: async (location, config, options) => (await load()).createHttp(location, config, options),
});

export const httpBackend = factoryOf('plakar');
export const httpsBackend = factoryOf('plakars');
