// Starts what the commands `server` and `stdio` ask for, after proving that it is safe to.

import {readFileSync} from 'node:fs';
import {createSecureContext} from 'node:tls';
import {basename} from 'node:path';
import type {Readable, Writable} from 'node:stream';
import {canonicalLocation} from '../backends/registry.js';
import {isSqliteFile} from '../backends/sqlite-magic.js';
import {defaultPort, isLoopback, isServedName} from '../backends/http/place.js';
import {PlakarError} from '../errors/plakar-error.js';
import type {Access} from './access.js';
import {createAccessLog} from './access-log.js';
import {startHttpServer, type RunningServer} from './http-server.js';
import {NamedRepositories} from './named-repositories.js';
import {servePipe} from './pipe-server.js';
import {ServedRepository} from './served-repository.js';
import {Stagers} from './stagers.js';
import {readToken} from './token.js';

export type ServerWish = {
	/** "host:port", "[::1]:port" or "host". */
	readonly listen: string;
	readonly locations: readonly string[];
	readonly access: Access;
	readonly tokenFile: string | undefined;
	readonly certFile: string | undefined;
	readonly keyFile: string | undefined;
	readonly insecure: boolean;
	readonly log: (line: string) => void;
};

/** How long a silent client keeps its locks: longer than a line takes to come back, short enough to wait for. */
const leaseMs = 45_000;

const usage = (message: string, hint: string): PlakarError => new PlakarError('USAGE', {message, hint});

function parseListen(text: string): {readonly host: string; readonly port: number} {
	const match = /^(\[[\da-f:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/i.exec(text);
	const port = Number(match?.[2] ?? defaultPort);
	if (match === null || port > 65_535) {
		throw usage(`${JSON.stringify(text)} is not an address to listen on.`, `It looks like 127.0.0.1:${defaultPort}.`);
	}

	return {host: match[1]!.replaceAll(/[[\]]/g, ''), port};
}

function readPem(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new PlakarError('PATH_NOT_FOUND', {message: `The file ${file} cannot be read.`, hint: 'Check its path and permissions.', cause: error});
	}
}

type Pem = {readonly cert: string; readonly key: string};

/** Throws PATH_NOT_FOUND, USAGE for files that hold no certificate with its key. */
function readPair(certFile: string, keyFile: string): Pem {
	const pair = {cert: readPem(certFile), key: readPem(keyFile)};
	try {
		createSecureContext(pair);
	} catch (error) {
		throw new PlakarError('USAGE', {
			message: `${certFile} and ${keyFile} are no certificate with its private key: ${error instanceof Error ? error.message : String(error)}.`,
			hint: 'Give PEM files that belong together; the key must not be protected by a passphrase.',
			cause: error,
		});
	}

	return pair;
}

/** The last part of each place as its name, made unique by a number. */
export function nameRepositories(locations: readonly string[]): ReadonlyMap<string, string> {
	const named = new Map<string, string>();
	for (const location of locations) {
		const plain = basename(location).replaceAll(/[^\w.-]/g, '-').slice(0, 56);
		const stem = isServedName(plain) ? plain : 'repository';
		let name = stem;
		for (let number = 2; named.has(name); number++) {
			name = `${stem}-${number}`;
		}

		named.set(name, location);
	}

	return named;
}

export type Served = RunningServer & {
	/** Where each repository can be reached, for a person to copy. */
	readonly locations: readonly string[];
};

/** Throws USAGE where others could listen in or come in, unless `insecure` says that this is wanted. */
export async function startServer({listen, locations, access, tokenFile, certFile, keyFile, insecure, log}: ServerWish): Promise<Served> {
	const {host, port} = parseListen(listen);
	if ((certFile === undefined) !== (keyFile === undefined)) {
		throw usage('--cert and --key come together.', 'Give both files, or neither.');
	}

	const isOpen = tokenFile === undefined || certFile === undefined;
	if (isOpen && !isLoopback(host) && !insecure) {
		throw usage(
			`${host} can be reached from other machines: that needs a token and TLS.`,
			'Give --token-file, --cert and --key; or --insecure where the network itself is private; or listen on 127.0.0.1.',
		);
	}

	const token = tokenFile === undefined ? undefined : readToken(tokenFile);
	const tls = certFile === undefined || keyFile === undefined ? undefined : readPair(certFile, keyFile);
	const named = nameRepositories(locations.map(location => canonicalLocation(location)));
	const stagers = new Stagers();
	const repositories = [...named].map(([name, location]) => new ServedRepository({name, location, access, leaseMs, stagers}));
	const server = await startHttpServer({host, port, repositories, token, tls, log: createAccessLog(log)});
	const authority = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
	return {
		...server,
		locations: [...named.keys()].map(name => `${tls === undefined ? 'plakar' : 'plakars'}://${authority}/${name}`),
		async close() {
			await server.close();
			await stagers.close();
		},
	};
}

/** A bare path, which is all that ssh:// can name, may be that of a SQLite file. */
function canonicalPlace(given: string): string {
	const place = canonicalLocation(given);
	return isSqliteFile(place) ? canonicalLocation(`sqlite:${place}`) : place;
}

/** Serves `location`, or undefined: whatever path each request names, over a pair of streams until the input ends. */
export async function serveStreams(location: string | undefined, access: Access, input: Readable, output: Writable): Promise<void> {
	const stagers = new Stagers();
	const serve = (canonical: string): ServedRepository => new ServedRepository({name: canonical, location: canonical, access, leaseMs: Number.POSITIVE_INFINITY, stagers});
	try {
		await servePipe(location === undefined ? new NamedRepositories(canonicalPlace, serve) : serve(canonicalPlace(location)), input, output);
	} finally {
		await stagers.close();
	}
}
