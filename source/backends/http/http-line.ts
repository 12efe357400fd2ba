// Messages over HTTP/1.1: one POST each, connections kept for the next, every wait bounded, nothing followed or sniffed.

import * as http from 'node:http';
import * as https from 'node:https';
import {rootCertificates} from 'node:tls';
import {cancelled, PlakarError, throwIfAborted} from '../../errors/plakar-error.js';
import {displayText} from '../../format/paths.js';
import type {CallOptions} from '../contract.js';
import {Collector} from '../wire/frames.js';
import type {Line} from '../wire/line.js';
import {maximumMessageBytes, protocolError} from '../wire/message.js';
import type {HttpSettings} from './open-http.js';
import {authorityOf, locationOf, type HttpPlace} from './place.js';
import {lineError} from './line-error.js';
import {watchPace, type Progress} from './pace.js';

export const messageType = 'application/x-plakar';
/** Enough to hide a round trip behind another; each lane has a line of its own. */
const maximumConnections = 4;
/** No single call of the protocol takes longer, whatever sign of life the server gives. */
const maximumCallMs = 3600 * 1000;
const heartbeatBytes = 4;
/** Of a foreign answer, what is worth quoting. */
const quotedCharacters = 80;

/** What has come of an answer so far. */
type Answer = {hasHead: boolean; collector: Collector | undefined};

type Exchange = {readonly message: Buffer; readonly signal: AbortSignal | undefined};

export class HttpLine implements Line {
	readonly peer: string;
	readonly #place: HttpPlace;
	readonly #settings: HttpSettings;
	readonly #agent: http.Agent;
	#atWork = 0;
	readonly #waiting: Array<() => void> = [];
	#isClosed = false;

	constructor(place: HttpPlace, settings: HttpSettings) {
		const agentOptions = {keepAlive: true, maxSockets: maximumConnections, scheduling: 'lifo' as const};
		this.peer = locationOf(place);
		this.#place = place;
		this.#settings = settings;
		this.#agent = place.secure
			? new https.Agent({...agentOptions, minVersion: 'TLSv1.2', ...(settings.authorities === undefined ? {} : {ca: [...rootCertificates, settings.authorities]})})
			: new http.Agent(agentOptions);
	}

	async carry(message: Buffer, {signal}: CallOptions = {}): Promise<Uint8Array> {
		await this.#begin(signal);
		try {
			return await new Promise<Uint8Array>((resolve, reject) => {
				this.#exchange({message, signal}, resolve, reject);
			});
		} catch (error) {
			throw signal?.aborted || this.#isClosed ? cancelled() : lineError(this.peer, error);
		} finally {
			this.#atWork--;
			this.#wake();
		}
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		this.#agent.destroy();
		this.#wake();
	}

	/**
	 * Waits for a connection to be free; the agent's own queue cannot be left, and counts as connecting. Throws CANCELLED, also
	 * when the line was closed: what was left behind must not connect anew.
	 */
	async #begin(signal: AbortSignal | undefined): Promise<void> {
		while (!this.#isClosed && this.#atWork === maximumConnections) {
			throwIfAborted(signal);
			await new Promise<void>(resolve => {
				const wake = (): void => {
					signal?.removeEventListener('abort', wake);
					resolve();
				};

				signal?.addEventListener('abort', wake);
				this.#waiting.push(wake);
			});
		}

		throwIfAborted(signal);
		if (this.#isClosed) {
			throw cancelled();
		}

		this.#atWork++;
	}

	#wake(): void {
		for (const wake of this.#waiting.splice(0)) {
			wake();
		}
	}

	#exchange({message, signal}: Exchange, resolve: (body: Uint8Array) => void, reject: (error: unknown) => void): void {
		const {token, timeouts: {connectMs, stallMs}} = this.#settings;
		const {host, port, name, secure} = this.#place;
		const request = (secure ? https : http).request({
			agent: this.#agent, host, port, method: 'POST', path: `/${name ?? ''}`,
			headers: {
				host: authorityOf(this.#place), 'content-type': messageType, 'content-length': message.length,
				...(token === undefined ? {} : {authorization: `Bearer ${token}`}),
			},
			...(signal === undefined ? {} : {signal}),
		});
		const answer: Answer = {hasHead: false, collector: undefined};
		let readBefore = 0;
		const unavailable = (what: string): PlakarError => new PlakarError('BACKEND_UNAVAILABLE', {
			message: `${this.peer} ${what}.`,
			hint: 'Check the network and the server, then run the same command again; what was sent is kept. PLAKAR_TIMEOUT sets how long to wait.',
		});
		const connecting = setTimeout(() => {
			request.destroy(unavailable(`did not take the connection within ${connectMs / 1000} s`));
		}, connectMs);
		const lasting = setTimeout(() => {
			request.destroy(unavailable(`did not finish one call within ${maximumCallMs / 1000} s`));
		}, maximumCallMs);
		request.setTimeout(stallMs, () => {
			request.destroy(unavailable(`was silent for ${stallMs / 1000} s`));
		});
		const endWatch = watchPace(stallMs, (): Progress => {
			if (answer.hasHead) {
				const bytes = answer.collector === undefined ? 0 : withoutHeartbeats(answer.collector.bytes).length;
				return {stage: bytes < heartbeatBytes ? 'none' : 'content', bytes};
			}

			return {stage: (request.socket?.bytesRead ?? 0) === readBefore ? 'none' : 'head', bytes: 0};
		}, () => {
			request.destroy(unavailable(`answers too slowly: next to nothing came within ${stallMs / 1000} s`));
		});
		request.on('socket', socket => {
			readBefore = socket.bytesRead;
			if (socket.connecting) {
				socket.once(secure ? 'secureConnect' : 'connect', () => {
					clearTimeout(connecting);
				});
			} else {
				clearTimeout(connecting);
			}
		});
		request.on('close', () => {
			clearTimeout(connecting);
			clearTimeout(lasting);
			endWatch();
			if (!answer.hasHead) {
				// No error to Node: the server changed to another protocol, which nobody asked for.
				reject(Object.assign(new Error('closed'), {code: 'ERR_SOCKET_CLOSED'}));
			}
		});
		request.on('error', reject);
		request.on('response', response => {
			answer.hasHead = true;
			this.#receive(response, answer).then(resolve, error => {
				reject(error);
				request.destroy();
			});
		});
		request.end(message);
	}

	async #receive(response: http.IncomingMessage, answer: Answer): Promise<Uint8Array> {
		const isMessage = response.headers['content-type'] === messageType;
		const announced = Number(response.headers['content-length'] ?? maximumMessageBytes);
		if (!(announced <= maximumMessageBytes)) {
			throw protocolError(this.peer, `it announces an answer of ${announced} bytes`);
		}

		const limit = isMessage ? announced : Math.min(announced, quotedCharacters);
		const collector = new Collector(limit);
		answer.collector = collector;
		for await (const piece of response as AsyncIterable<Buffer>) {
			if (collector.take(piece) < piece.length) {
				if (isMessage) {
					throw protocolError(this.peer, `its answer is longer than ${limit} bytes`);
				}

				break;
			}
		}

		if (!isMessage) {
			throw this.#foreign(response.statusCode ?? 0, collector.bytes.toString('utf8'));
		}

		return withoutHeartbeats(collector.bytes);
	}

	/** What something else than this protocol answered. */
	#foreign(status: number, text: string): PlakarError {
		const quoted = displayText(text.split('\n', 1)[0]!.trim());
		const words = `it answered with status ${status}${quoted === '' ? '' : ` and ${JSON.stringify(quoted)}`}`;
		if (status === 502 || status === 503 || status === 504) {
			return new PlakarError('BACKEND_UNAVAILABLE', {message: `${this.peer} cannot be reached now: ${words}.`, hint: 'Look at the server, then run the same command again; what was sent is kept.', context: {status}});
		}

		return protocolError(this.peer, words);
	}
}

/** A server that needs time sends empty heads before the message. */
function withoutHeartbeats(body: Buffer): Buffer {
	let offset = 0;
	while (offset + heartbeatBytes <= body.length && body.readUInt32LE(offset) === 0) {
		offset += heartbeatBytes;
	}

	return body.subarray(offset);
}
