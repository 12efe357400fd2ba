// Opens and creates repositories over a line: what every kind of line does alike.

import type {Backend, CallOptions} from '../contract.js';
import {ask, persist, type Line} from './line.js';
import {openRemote, type RemoteSettings} from './remote-backend.js';

/** Closes the line when anything fails. Throws REPOSITORY_NOT_FOUND and what the line throws. */
export async function openOver(line: Line, settings: RemoteSettings, {signal}: CallOptions): Promise<Backend> {
	try {
		return openRemote(line, await persist(async () => ask(line, 'hello', {}, [], {signal})), settings);
	} catch (error) {
		await line.close();
		throw error;
	}
}

/** Closes the line when anything fails. Throws REPOSITORY_EXISTS and what the line throws. */
export async function createOver(line: Line, config: Uint8Array, settings: RemoteSettings, options: CallOptions): Promise<Backend> {
	try {
		await ask(line, 'create', {}, [config], options);
	} catch (error) {
		await line.close();
		throw error;
	}

	return openOver(line, settings, options);
}
