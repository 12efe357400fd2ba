// Where a network repository is: the parts of a plakar:// or plakars:// location, looked at before anything is connected.

import {PlakarError} from '../../errors/plakar-error.js';
import {bracketed, canonicalHost} from '../wire/address.js';

export const defaultPort = 9876;

export type HttpPlace = {
	readonly secure: boolean;
	/** In lower case, without the brackets of an IPv6 address. */
	readonly host: string;
	readonly port: number;
	/** Undefined: the only repository of that server. */
	readonly name: string | undefined;
};

/** Names that a server gives its repositories. */
export const isServedName = (text: string): boolean => /^[\w.-]{1,64}$/.test(text) && !/^\.+$/.test(text);

const wrongPlace = (location: string, reason: string): PlakarError => new PlakarError('USAGE', {
	message: `${JSON.stringify(location)} is no network location: ${reason}.`,
	hint: 'It looks like plakar://host:9876/name, or plakars://host/name over TLS.',
	context: {reason},
});

/** Throws USAGE. Credentials in a location are refused: locations are shown and stored. */
export function parseHttpPlace(location: string): HttpPlace {
	const match = /^(plakars?):\/\/([^/]*)(?:\/(.*))?$/.exec(location);
	if (match === null) {
		throw wrongPlace(location, 'it does not begin with plakar://host');
	}

	const [, scheme, authority = '', path = ''] = match;
	if (authority.includes('@')) {
		throw wrongPlace(location.replace(/\/\/[^@]*@/, '//***@'), 'it holds credentials; give the token by --token-file or PLAKAR_TOKEN_FILE');
	}

	const parts = /^(\[[\da-f:.]+\]|[a-z\d](?:[a-z\d._-]*[a-z\d])?)(?::(\d{1,5}))?$/i.exec(authority);
	const port = Number(parts?.[2] ?? defaultPort);
	const host = canonicalHost(parts?.[1]!.toLowerCase().replaceAll(/[[\]]/g, '') ?? '');
	if (parts === null || host === undefined || port < 1 || port > 65_535) {
		throw wrongPlace(location, `${JSON.stringify(authority)} is not a host and port`);
	}

	const name = path.replace(/\/+$/, '');
	if (name !== '' && !isServedName(name)) {
		throw wrongPlace(location, `${JSON.stringify(name)} is not a name that a server gives a repository`);
	}

	return {secure: scheme === 'plakars', host, port, name: name === '' ? undefined : name};
}

export const authorityOf = ({host, port}: HttpPlace): string => `${bracketed(host)}:${port}`;

export const locationOf = (place: HttpPlace): string =>
	`${place.secure ? 'plakars' : 'plakar'}://${authorityOf(place)}${place.name === undefined ? '' : `/${place.name}`}`;

/** Whether `host` is this machine by its very name: nothing said to it goes over a network. */
export const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
