// Where a repository behind ssh is. Nothing in a location can become an option of ssh or a word of the remote shell.

import {PlakarError} from '../../errors/plakar-error.js';

export type SshPlace = {
	readonly user: string | undefined;
	readonly host: string;
	readonly port: number | undefined;
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

	const [, user, host = '', port, given = ''] = match;
	if (user?.includes(':') === true) {
		throw wrongPlace(location.replace(/:[^@/]*@/, ':***@'), 'it holds a password; ssh asks for it, or better takes a key');
	}

	if (user !== undefined && !namePattern.test(user)) {
		throw wrongPlace(location, `${JSON.stringify(user)} cannot be a user`);
	}

	if (!namePattern.test(host) && !addressPattern.test(host)) {
		throw wrongPlace(location, `${JSON.stringify(host)} cannot be a host`);
	}

	if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
		throw wrongPlace(location, `${port} is not a port`);
	}

	return {user, host: host.replaceAll(/[[\]]/g, ''), port: port === undefined ? undefined : Number(port), path: pathOf(location, given)};
}

function pathOf(location: string, given: string): string {
	let path: string;
	try {
		path = decodeURIComponent(given).replace(/(?<=.)\/+$/, '');
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

/** The location as it was given, apart from what does not matter. */
export function canonicalSsh(location: string): string {
	parseSshPlace(location);
	return location.replace(/\/+$/, '');
}

/** One word of a POSIX shell, whatever is in it. */
export const shellWord = (text: string): string => `'${text.replaceAll('\'', String.raw`'\''`)}'`;
