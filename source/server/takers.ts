// Brings answers to clients piece by piece: so it is known how fast each is taken, and who takes next to nothing is cut off.

import type {ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {Pace, type PaceLimits} from './pace.js';
import type {Room, Taker} from './room.js';

export type TakerLimits = PaceLimits & {
	/**
	 * The rule for answers: a connection that has not taken `paceBytes` of them for `paceMs` gives way where there is no more
	 * room, the slowest first; one that is slower than that pace over a whole `idleMs` is cut off even where nobody waits. Not
	 * earlier: bytes are taken when the system has them, and where a line is slow it takes a second's, or many seconds', at once.
	 */
	readonly idleMs: number;
};

/** One is on its way at a time. */
const pieceBytes = 64 * 1024;

export class Takers {
	readonly #room: Room;
	readonly #limits: TakerLimits;
	/** Answers wait behind each other on a connection: their pace is one. */
	readonly #ofSocket = new WeakMap<Socket, Taker>();

	constructor(room: Room, limits: TakerLimits) {
		this.#room = room;
		this.#limits = limits;
	}

	/** Ends `response` with `message`, whose bytes count in the room until they are taken or the connection has ended. */
	send(socket: Socket, response: ServerResponse, message: Buffer): void {
		if (socket.destroyed) {
			return;
		}

		const taker = this.#takerOf(socket);
		const release = this.#room.hold(taker, message.length);
		const endWatch = this.#watch(taker);
		const onTaken = (): void => {
			response.off('close', onTaken);
			socket.off('close', onTaken);
			endWatch();
			release();
		};

		response.on('close', onTaken);
		// An answer that waits behind another one of its connection is not told of the end.
		socket.setMaxListeners(0);
		socket.on('close', onTaken);
		sendPieces(response, message, bytes => {
			taker.pace.move(bytes);
		});
	}

	#takerOf(socket: Socket): Taker {
		const cutOff = (): void => {
			socket.destroy();
		};

		const taker = this.#ofSocket.get(socket) ?? {pace: new Pace(this.#limits), cutOff, heldBytes: 0};
		this.#ofSocket.set(socket, taker);
		return taker;
	}

	#watch({pace, cutOff}: Taker): () => void {
		const {paceMs, paceBytes, idleMs} = this.#limits;
		let before = pace.bytes;
		const timer = setInterval(() => {
			if (pace.bytes - before < paceBytes * idleMs / paceMs) {
				cutOff();
			}

			before = pace.bytes;
		}, idleMs);
		return () => {
			clearInterval(timer);
		};
	}
}

function sendPieces(response: ServerResponse, message: Buffer, onTaken: (bytes: number) => void): void {
	let offset = 0;
	const sendNext = (): void => {
		const piece = message.subarray(offset, offset + pieceBytes);
		offset += piece.length;
		if (offset === message.length) {
			response.end(piece);
			return;
		}

		response.write(piece, error => {
			if (!error) {
				onTaken(piece.length);
				sendNext();
			}
		});
	};

	sendNext();
}
