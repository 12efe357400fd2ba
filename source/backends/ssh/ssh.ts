// The ssh:// backend: a repository on another machine, through the system's own ssh and `plakar-tui stdio` at its far end.

import type {BackendFactory} from '../contract.js';
import {canonicalSsh} from './place.js';

/** The client is loaded when it is needed. */
const load = async () => import('./open-ssh.js');

export const sshBackend: BackendFactory = {
	scheme: 'ssh',
	matches: location => location.startsWith('ssh://'),
	canonical: canonicalSsh,
	freeSpaceAt: async (location, options) => (await load()).freeSpaceAtSsh(location, options),
	assertFree: async (location, options) => (await load()).assertFreeAtSsh(location, options),
	open: async (location, options) => (await load()).openSsh(location, options),
	create: async (location, config, options) => (await load()).createSsh(location, config, options),
};
