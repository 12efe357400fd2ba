// Opens and creates repositories on a server. Token and certificates come from the environment, never from the location,
// so that a lane can open the same location again.

import {readFileSync} from 'node:fs';
import {PlakarError} from '../../errors/plakar-error.js';
import type {Backend, CallOptions} from '../contract.js';
import {assertFreeOver, createOver, freeSpaceOver, openOver} from '../wire/connect.js';
import type {Line} from '../wire/line.js';
import type {RemoteSettings} from '../wire/remote-backend.js';
import {timeoutsFrom, type Timeouts} from '../wire/timeouts.js';
import {HttpLine} from './http-line.js';
import {isLoopback, locationOf, parseHttpPlace, type HttpPlace} from './place.js';

export type HttpSettings = {
	readonly token: string | undefined;
	/** PEM certificates to trust beside the system's. */
	readonly authorities: string | undefined;
	/** A token may go over a line that is not encrypted. */
	readonly insecure: boolean;
	readonly timeouts: Timeouts;
};

function readSecret(variable: string, file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new PlakarError('PATH_NOT_FOUND', {message: `The file ${file} that ${variable} names cannot be read.`, hint: 'Check its path and permissions.', cause: error});
	}
}

/** The one word of `text`; undefined when there is none. Throws USAGE for what no token can be. */
function tokenIn(text: string, place: string): string | undefined {
	const token = text.trim();
	if (!/^[\u0021-\u007E]*$/.test(token)) {
		throw new PlakarError('USAGE', {message: `${place} holds no token: it should be one word of plain characters.`, hint: 'Copy the token file of the server as it is.'});
	}

	return token === '' ? undefined : token;
}

/** From PLAKAR_TOKEN_FILE or PLAKAR_TOKEN, PLAKAR_CA_FILE, PLAKAR_INSECURE and PLAKAR_TIMEOUT. Throws PATH_NOT_FOUND, USAGE. */
export function settingsFrom(environment: NodeJS.ProcessEnv): HttpSettings {
	const given = (name: string): string | undefined => environment[name] === '' ? undefined : environment[name];
	const tokenFile = given('PLAKAR_TOKEN_FILE');
	const authorityFile = given('PLAKAR_CA_FILE');
	return {
		token: tokenFile === undefined ? tokenIn(given('PLAKAR_TOKEN') ?? '', 'PLAKAR_TOKEN') : tokenIn(readSecret('PLAKAR_TOKEN_FILE', tokenFile), tokenFile),
		authorities: authorityFile === undefined ? undefined : readSecret('PLAKAR_CA_FILE', authorityFile),
		insecure: given('PLAKAR_INSECURE') === '1',
		timeouts: timeoutsFrom(environment),
	};
}

function lineTo(place: HttpPlace, settings: HttpSettings): Line {
	if (settings.token !== undefined && !place.secure && !settings.insecure && !isLoopback(place.host)) {
		throw new PlakarError('AUTHENTICATION_FAILED', {
			message: `The token was not sent to ${locationOf(place)}: that line is not encrypted, and anyone on the way could read it.`,
			hint: 'Use plakars://, or set PLAKAR_INSECURE=1 where the network itself is private.',
		});
	}

	return new HttpLine(place, settings);
}

const remoteOf = (place: HttpPlace): RemoteSettings => ({location: locationOf(place), reopenable: true});

/** Throws REPOSITORY_NOT_FOUND, AUTHENTICATION_FAILED, PROTOCOL_ERROR, PROTOCOL_VERSION, BACKEND_UNAVAILABLE. */
export async function openHttp(location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<Backend> {
	const place = parseHttpPlace(location);
	return openOver(lineTo(place, settings), remoteOf(place), options);
}

/** Throws REPOSITORY_EXISTS and what `openHttp` throws. */
export async function createHttp(location: string, config: Uint8Array, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<Backend> {
	const place = parseHttpPlace(location);
	return createOver(lineTo(place, settings), config, remoteOf(place), options);
}

/** Free bytes where the server would make the repository; undefined where it cannot say. Throws what the line throws. */
export const freeSpaceAtHttp = async (location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<number | undefined> =>
	freeSpaceOver(lineTo(parseHttpPlace(location), settings), options);

/** Throws REPOSITORY_EXISTS when there is a repository already, and what the line throws. */
export const assertFreeAtHttp = async (location: string, options: CallOptions = {}, settings = settingsFrom(process.env)): Promise<void> =>
	assertFreeOver(lineTo(parseHttpPlace(location), settings), locationOf(parseHttpPlace(location)), options);
