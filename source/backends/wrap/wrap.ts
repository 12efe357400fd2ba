// A backend with some methods replaced: the base of every wrapper.

import type {Backend} from '../contract.js';

/** `inner` with `changes` in front of it. Everything else is passed on as it is. */
export const wrap = (inner: Backend, changes: Partial<Backend>): Backend => Object.freeze({...inner, ...changes});

type Method = {[Name in keyof Backend]: Backend[Name] extends (...parameters: never[]) => Promise<unknown> ? Name : never}[keyof Backend];

/** Every method that answers with a promise. Listings are streams and pass by themselves. */
export const promiseMethods = [
	'readConfig', 'read', 'readBatch', 'visit', 'sizes', 'inspect', 'unfinished', 'freeSpace', 'locks', 'close', 'lock', 'begin', 'stage',
	'reference', 'putSnapshot', 'commit', 'rollback', 'replace', 'writeConfig', 'dereference', 'remove',
] as const satisfies readonly Method[];
export type PromiseMethod = (typeof promiseMethods)[number];

/** `inner` with each call of `names` going through `around`. */
export function wrapCalls(inner: Backend, names: readonly PromiseMethod[], around: (name: PromiseMethod, call: () => Promise<unknown>, parameters: readonly unknown[]) => Promise<unknown>): Backend {
	const changes = Object.fromEntries(names.map(name => {
		const method = inner[name] as (...parameters: unknown[]) => Promise<unknown>;
		return [name, async (...parameters: unknown[]) => around(name, async () => method(...parameters), parameters)];
	}));
	return wrap(inner, changes as Partial<Backend>);
}
