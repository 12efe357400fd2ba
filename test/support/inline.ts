// Repositories whose lanes are in this thread: no threads to wait for, and a system that a test breaks is broken for all of them.

import {openBackend} from '../../source/backends/registry.js';
import type {Backend} from '../../source/backends/contract.js';
import {wrap} from '../../source/backends/wrap/wrap.js';
import {checkRepository} from '../../source/engine/check/check.js';
import {Counters} from '../../source/engine/counters.js';
import type {CheckReport} from '../../source/engine/finding.js';
import {openSealed, repositoryOf, type Repository} from '../../source/engine/repository.js';
import {unwrapKeys} from '../../source/format/keys.js';
import type {Place} from './engine.js';

export const quietly = {signal: new AbortController().signal, onEvent: () => undefined};

/** `change` may wrap the backend. */
export async function openInline(place: Place, change: (backend: Backend) => Backend = backend => backend): Promise<Repository> {
	const {location, passphrase} = typeof place === 'string' ? {location: place, passphrase: undefined} : place;
	const sealed = await openSealed(location);
	await sealed.close();
	const {config} = sealed;
	const backend = change(await openBackend(location));
	const keys = passphrase === undefined || config.encryption === null ? undefined : await unwrapKeys(config.encryption, passphrase);
	return repositoryOf(wrap(backend, {supports: Object.freeze({...backend.supports, reopenable: false})}), config, keys);
}

/** A full check. */
export async function checkInline(place: Place, {change, ledgerFile}: {change?: ((backend: Backend) => Backend) | undefined; ledgerFile?: string | undefined} = {}): Promise<CheckReport> {
	const repository = await openInline(place, change);
	try {
		return await checkRepository({repository, level: 'full', counters: new Counters(), ledgerFile}, quietly);
	} finally {
		await repository.close();
	}
}
