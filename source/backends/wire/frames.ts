// Messages on a pipe: each in a frame with its length and the number of the request that it belongs to.
//
// Layout of a frame: length (u32 LE), number (u32 LE), message. Length 0 says that the request is still at work.

import {maximumMessageBytes, protocolError} from './message.js';

const headBytes = 8;
/** Memory is taken as bytes arrive, not as they are announced. */
const firstBytes = 1024 * 1024;
/** A batch has all that it needs after one growth: each copies what had arrived. */
const growth = 16;

export type Frame = {readonly number: number; readonly body: Buffer};

export function frameHead(number: number, length: number): Buffer {
	const head = Buffer.allocUnsafe(headBytes);
	head.writeUInt32LE(length, 0);
	head.writeUInt32LE(number, 4);
	return head;
}

/** Collects bytes that come in pieces, up to an announced length. */
export class Collector {
	readonly #total: number;
	#bytes: Buffer;
	#length = 0;

	constructor(total: number) {
		this.#total = total;
		this.#bytes = Buffer.allocUnsafeSlow(Math.min(total, firstBytes));
	}

	/** Bytes that have come; told also when the memory of them is somebody else's by now. */
	get count(): number {
		return this.#length;
	}

	/** Bytes still to come. */
	get missing(): number {
		return this.#total - this.#length;
	}

	/** Takes what belongs to it from the start of `piece`; returns how many bytes that were. */
	take(piece: Uint8Array): number {
		const count = Math.min(piece.length, this.missing);
		if (this.#length + count > this.#bytes.length) {
			const grown = Buffer.allocUnsafeSlow(Math.min(this.#total, Math.max(this.#length + count, this.#bytes.length * growth)));
			this.#bytes.copy(grown, 0, 0, this.#length);
			this.#bytes = grown;
		}

		this.#bytes.set(count === piece.length ? piece : piece.subarray(0, count), this.#length);
		this.#length += count;
		return count;
	}

	get bytes(): Buffer {
		return this.#bytes.subarray(0, this.#length);
	}
}

/** Cuts a stream of bytes into frames. */
export class FrameParser {
	readonly #peer: string;
	#head = new Collector(headBytes);
	#body: {readonly number: number; readonly collector: Collector} | undefined;

	constructor(peer: string) {
		this.#peer = peer;
	}

	/** Whether the stream stands between two frames. */
	get isBetween(): boolean {
		return this.#body === undefined && this.#head.missing === headBytes;
	}

	/** The frames that `piece` completes. Throws PROTOCOL_ERROR for a length that no message has. */
	push(piece: Uint8Array): Frame[] {
		const frames: Frame[] = [];
		for (let offset = 0; offset < piece.length;) {
			if (this.#body === undefined) {
				offset += this.#head.take(piece.subarray(offset));
				if (this.#head.missing > 0) {
					break;
				}

				this.#body = this.#open(this.#head.bytes);
				this.#head = new Collector(headBytes);
			} else {
				offset += this.#body.collector.take(piece.subarray(offset));
			}

			if (this.#body.collector.missing === 0) {
				frames.push({number: this.#body.number, body: this.#body.collector.bytes});
				this.#body = undefined;
			}
		}

		return frames;
	}

	#open(head: Buffer): {readonly number: number; readonly collector: Collector} {
		const length = head.readUInt32LE(0);
		if (length > maximumMessageBytes) {
			throw protocolError(this.#peer, `it announces a message of ${length} bytes`);
		}

		return {number: head.readUInt32LE(4), collector: new Collector(length)};
	}
}
