// Serves repositories over HTTP/1.1 or HTTPS: by name only, within bounds for everything that a client could exhaust.

import * as http from 'node:http';
import * as https from 'node:https';
import type {AddressInfo} from 'node:net';
import {messageType} from '../backends/http/http-line.js';
import {maximumMessageBytes, protocolError} from '../backends/wire/message.js';
import {heartbeatMs} from '../backends/wire/timeouts.js';
import {PlakarError} from '../errors/plakar-error.js';
import {answerError, answerMessage, type Answer} from './answer.js';
import type {AccessLog} from './access-log.js';
import {busy, Room, type Place, type RoomLimits} from './room.js';
import type {ServedRepository} from './served-repository.js';
import {Takers, type TakerLimits} from './takers.js';
import {isTokenIn, type TokenDigest} from './token.js';

export type ServerLimits = RoomLimits & TakerLimits & {
	/** Connections at once; those beyond are closed as they come. */
	readonly connections: number;
	/** For the head of a request to arrive. */
	readonly headerMs: number;
	/** For a whole request to arrive: 8 MiB at 70 KiB a second. */
	readonly requestMs: number;
	/** Of silence, in the middle of an exchange or between two. */
	readonly idleMs: number;
	/** For requests at work to end when the server is told to. */
	readonly graceMs: number;
};

export const defaultLimits: ServerLimits = {
	connections: 512, requests: 64, bytes: 512 * 1024 * 1024, paceMs: 2000, paceBytes: 16 * 1024, headerMs: 10_000, requestMs: 120_000, idleMs: 60_000, graceMs: 5000,
};

export type ServerSetup = {
	readonly host: string;
	/** 0: any that is free. */
	readonly port: number;
	readonly repositories: readonly ServedRepository[];
	readonly token?: TokenDigest | undefined;
	/** PEM. */
	readonly tls?: {readonly cert: string; readonly key: string} | undefined;
	readonly limits?: Partial<ServerLimits>;
	readonly log?: AccessLog | undefined;
};

export type RunningServer = {
	readonly port: number;
	/** Stops listening, lets requests at work end within the grace time, gives every lock back. */
	close(): Promise<void>;
};

/** How often overdue connections are looked for. */
const lookEveryMs = 1000;
const headBytes = 16 * 1024;
/** A refused request up to this long is read to its end, so that its client reads the refusal and keeps the connection. */
const drainedBytes = 1024 * 1024;
const heartbeat = Buffer.alloc(4);

/** Throws USAGE when the address cannot be listened on. */
export async function startHttpServer(setup: ServerSetup): Promise<RunningServer> {
	const limits = {...defaultLimits, ...setup.limits};
	const desk = new Desk(setup, limits);
	const options = {
		maxHeaderSize: headBytes, headersTimeout: limits.headerMs, requestTimeout: limits.requestMs, keepAliveTimeout: limits.idleMs, connectionsCheckingInterval: lookEveryMs,
	};
	const onRequest: http.RequestListener = (request, response) => {
		void desk.serve(request, response);
	};

	const server = setup.tls === undefined
		? http.createServer(options, onRequest)
		: https.createServer({...options, ...setup.tls, minVersion: 'TLSv1.2', handshakeTimeout: limits.headerMs}, onRequest);
	server.maxConnections = limits.connections;
	server.setTimeout(limits.idleMs);
	await listen(server, setup);
	return {
		port: (server.address() as AddressInfo).port,
		async close() {
			const closed = new Promise<void>(resolve => {
				server.close(() => {
					resolve();
				});
			});
			server.closeIdleConnections();
			const late = setTimeout(() => {
				server.closeAllConnections();
			}, limits.graceMs);
			await closed;
			clearTimeout(late);
			await Promise.all(setup.repositories.map(async repository => repository.end()));
		},
	};
}

async function listen(server: http.Server, {host, port}: ServerSetup): Promise<void> {
	await new Promise<void>((resolve, reject) => {
		server.once('error', (error: NodeJS.ErrnoException) => {
			reject(new PlakarError('USAGE', {
				message: `The server cannot listen on ${host}:${port} (${error.code ?? error.message}).`,
				hint: 'Choose another address or port with --listen.',
				cause: error,
			}));
		});
		server.listen(port, host, resolve);
	});
}

/** An answer that is made before a request was read. */
class Refusal {
	readonly status: number;
	readonly error: PlakarError;

	constructor(status: number, error: PlakarError) {
		this.status = status;
		this.error = error;
	}
}

type Admitted = {readonly repository: ServedRepository; readonly place: Place};

class Desk {
	readonly #setup: ServerSetup;
	readonly #room: Room;
	readonly #takers: Takers;

	constructor(setup: ServerSetup, limits: ServerLimits) {
		this.#setup = setup;
		this.#room = new Room(limits);
		this.#takers = new Takers(this.#room, limits);
	}

	/** Never throws: a client that goes away in the middle is no failure of the server. */
	async serve(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
		const startedMs = performance.now();
		const size = Number(request.headers['content-length'] ?? -1);
		const admitted = this.#admit(request, size);
		let answer: Answer;
		let status = 200;
		if (admitted instanceof Refusal) {
			answer = answerError(admitted.error);
			status = admitted.status;
			response.setHeader('connection', size >= 0 && size <= drainedBytes ? 'keep-alive' : 'close');
			request.resume();
			begin(response, status, answer.message.length);
			response.end(answer.message);
		} else {
			try {
				answer = await this.#answer(admitted, request, response);
			} catch {
				response.destroy();
				answer = {message: Buffer.alloc(0), operation: '?', outcome: 'BROKEN'};
			} finally {
				this.#room.leave(admitted.place);
			}
		}

		this.#setup.log?.({
			address: request.socket.remoteAddress ?? '', url: request.url ?? '', status, operation: answer.operation, outcome: answer.outcome,
			receivedBytes: Math.max(0, size), sentBytes: answer.message.length, durationMs: performance.now() - startedMs,
		});
	}

	#admit(request: http.IncomingMessage, size: number): Admitted | Refusal {
		const {method, url = '/', headers} = request;
		const {token, repositories} = this.#setup;
		if (token !== undefined && !isTokenIn(headers.authorization, token)) {
			return new Refusal(401, new PlakarError('AUTHENTICATION_FAILED', {
				message: headers.authorization === undefined ? 'The server wants a token.' : 'The server does not take this token.',
				hint: 'Name the file that holds its token with --token-file or PLAKAR_TOKEN_FILE.',
			}));
		}

		if (method !== 'POST' || headers['content-type'] !== messageType) {
			return new Refusal(method === 'POST' ? 415 : 405, protocolError('The client', `it sent ${method ?? 'nothing'} and no message`));
		}

		if (!Number.isSafeInteger(size) || size < 0) {
			return new Refusal(411, protocolError('The client', 'it does not say how long its message is'));
		}

		if (size > maximumMessageBytes) {
			return new Refusal(413, protocolError('The client', `a message of ${size} bytes is too long`));
		}

		const name = url.slice(1);
		const served = name === '' && repositories.length === 1 ? repositories[0] : repositories.find(repository => repository.name === name);
		if (served === undefined) {
			return new Refusal(404, new PlakarError('REPOSITORY_NOT_FOUND', {
				message: name === '' ? 'The server has several repositories.' : `The server has no repository ${JSON.stringify(name.slice(0, 80))}.`,
				hint: `It serves: ${repositories.map(repository => repository.name).join(', ')}.`,
			}));
		}

		const place = this.#room.enter(size, () => {
			request.destroy();
		});
		return place === undefined ? new Refusal(503, busy()) : {repository: served, place};
	}

	async #answer({repository, place}: Admitted, request: http.IncomingMessage, response: http.ServerResponse): Promise<Answer> {
		for await (const piece of request as AsyncIterable<Buffer>) {
			this.#room.take(place, piece);
		}

		const timer = setInterval(() => {
			if (!response.headersSent) {
				response.writeHead(200, {'content-type': messageType});
			}

			response.write(heartbeat);
		}, heartbeatMs);
		try {
			const answer = await answerMessage(repository, place.collector.bytes);
			begin(response, 200, answer.message.length);
			this.#takers.send(request.socket, response, answer.message);
			return answer;
		} finally {
			clearInterval(timer);
		}
	}
}

function begin(response: http.ServerResponse, status: number, size: number): void {
	if (!response.headersSent) {
		response.writeHead(status, {'content-type': messageType, 'content-length': size});
	}
}
