// One spelling for each address that a location may hold.

import {isIPv6} from 'node:net';

/** `host`, without brackets; an IPv6 address, perhaps with a zone, in its shortest form. Undefined for a colon in anything else. */
export function canonicalHost(host: string): string | undefined {
	if (!host.includes(':')) {
		return host;
	}

	const [address, ...zone] = host.split('%') as [string, ...string[]];
	return isIPv6(address) ? [new URL(`http://[${address}]`).hostname.slice(1, -1), ...zone].join('%') : undefined;
}

/** `host` as it stands before a port. */
export const bracketed = (host: string): string => host.includes(':') ? `[${host}]` : host;
