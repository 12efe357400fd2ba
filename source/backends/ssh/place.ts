// Where a repository behind ssh is. Nothing in a location can become an option of ssh or a word of the remote shell.

import {PlakarError} from '../../errors/plakar-error.js';
import {bracketed, canonicalHost} from '../wire/address.js';

export type SshMachine = {
	readonly user: string | undefined;
	/** Without the brackets of an IPv6 address. */
	readonly host: string;
	readonly port: number | undefined;
};

export type SshPlace = SshMachine & {
	/** Absolute, or below the home directory as "~/...". */
	readonly path: string;
};

const wrongPlace = (location: string, reason: string): PlakarError => new PlakarError('USAGE', {
	message: `${JSON.stringify(location)} is no ssh location: ${reason}.`,
	hint: 'It looks like ssh://user@host/srv/vault, or ssh://host/~/vault for a folder in the home directory.',
	context: {reason},
});

/** Names that ssh may be given; none begins like an option. */
const namePattern = /^[a-z\d_][\w.-]*$/i;
const addressPattern = /^\[[\da-f:.]+(?:%[\w.-]+)?\]$/i;

/** Throws USAGE. */
export function parseSshPlace(location: string): SshPlace {
	const match = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/]*)(?::(\d{1,5}))?(\/.*)?$/s.exec(location);
	if (match === null) {
		throw wrongPlace(location, 'it does not begin with ssh://host/');
	}

	const [, user, authority = '', port, given = ''] = match;
	if (user?.includes(':') === true) {
		throw wrongPlace(location.replace(/:[^@/]*@/, ':***@'), 'it holds a password; ssh asks for it, or better takes a key');
	}

	if (user !== undefined && !namePattern.test(user)) {
		throw wrongPlace(location, `${JSON.stringify(user)} cannot be a user`);
	}

	const host = namePattern.test(authority) || addressPattern.test(authority) ? canonicalHost(authority.replaceAll(/[[\]]/g, '')) : undefined;
	if (host === undefined) {
		throw wrongPlace(location, `${JSON.stringify(authority)} cannot be a host`);
	}

	if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
		throw wrongPlace(location, `${port} is not a port`);
	}

	return {user, host, port: port === undefined ? undefined : Number(port), path: pathOf(location, given)};
}

function pathOf(location: string, given: string): string {
	let path: string;
	try {
		path = decodeURIComponent(given).replaceAll(/\/(?:\.?\/)+/g, '/').replace(/(?<=.)\/$/, '');
	} catch {
		throw wrongPlace(location, 'its path holds a "%" that stands for nothing');
	}

	if (path === '' || path === '/') {
		throw wrongPlace(location, 'it names no folder');
	}

	if (/[\u0000-\u001F\u007F]/.test(path)) {
		throw wrongPlace(location, 'its path holds control characters');
	}

	return path.startsWith('/~/') ? path.slice(1) : path;
}

export const machineOf = ({user, host, port}: SshMachine): string =>
	`ssh://${user === undefined ? '' : `${user}@`}${bracketed(host)}${port === undefined ? '' : `:${port}`}`;

/**
 * One spelling for what can only be one place. A host keeps its case and its port: ~/.ssh/config may tell by either.
 * Throws USAGE.
 */
export function canonicalSsh(location: string): string {
	const {path, ...machine} = parseSshPlace(location);
	return `${machineOf(machine)}${path.startsWith('~') ? '/' : ''}${path.replaceAll('%', '%25')}`;
}

/** One word of a POSIX shell, whatever is in it. */
export const shellWord = (text: string): string => `'${text.replaceAll('\'', String.raw`'\''`)}'`;
