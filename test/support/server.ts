// Servers of a test on loopback, and their clients.

import {onTestFinished} from 'vitest';
import type {BackendFactory} from '../../source/backends/contract.js';
import {assertFreeAtHttp, createHttp, openHttp, type HttpSettings} from '../../source/backends/http/open-http.js';
import {httpBackend} from '../../source/backends/http/http.js';
import {startHttpServer, type RunningServer, type ServerSetup} from '../../source/server/http-server.js';
import {ServedRepository} from '../../source/server/served-repository.js';
import type {Stagers} from '../../source/server/stagers.js';

export const everything = {add: true, remove: true};

export type TestServer = RunningServer & {
	/** Serves one more place; answers with its name. */
	serve(location: string, access?: {readonly add: boolean; readonly remove: boolean}): string;
	readonly repositories: readonly ServedRepository[];
};

/** Without `stagers`, this thread writes. */
export async function startServer(setup: Partial<ServerSetup> = {}, leaseMs = 60_000, stagers?: Stagers): Promise<TestServer> {
	const repositories: ServedRepository[] = [];
	const server = await startHttpServer({host: '127.0.0.1', port: 0, repositories, ...setup});
	return {
		...server,
		repositories,
		serve(location, access = everything) {
			const name = `r${repositories.length}`;
			repositories.push(new ServedRepository({name, location, access, leaseMs, stagers}));
			return name;
		},
	};
}

/** A server that ends with the test. */
export async function temporaryServer(setup: Partial<ServerSetup> = {}, leaseMs?: number): Promise<TestServer> {
	const server = await startServer({limits: {graceMs: 100}, ...setup}, leaseMs);
	onTestFinished(async () => server.close());
	return server;
}

export const settings: HttpSettings = {token: undefined, authorities: undefined, insecure: false, timeouts: {connectMs: 30_000, stallMs: 30_000}};

/** The backend as the registry has it, with settings of its own. */
export const factoryWith = (own: Partial<HttpSettings>, factory: BackendFactory = httpBackend): BackendFactory => ({
	...factory,
	assertFree: async (location, options) => assertFreeAtHttp(location, options, {...settings, ...own}),
	open: async (location, options) => openHttp(location, options, {...settings, ...own}),
	create: async (location, config, options) => createHttp(location, config, options, {...settings, ...own}),
});
