// Reads what ByteWriter wrote. Every length is checked before it is used: the bytes may come from anywhere.

import {corrupt} from './corrupt.js';
import {hashIdAt, hashSizeBytes} from './ids.js';

export class ByteReader {
	readonly #bytes: Buffer;
	readonly #subject: string;
	offset: number;

	constructor(bytes: Uint8Array, subject: string, offset = 0) {
		this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
		this.#subject = subject;
		this.offset = offset;
	}

	get remaining(): number {
		return this.#bytes.length - this.offset;
	}

	/** Throws RECORD_CORRUPT when fewer than `size` bytes are left. */
	need(size: number): void {
		if (size > this.remaining) {
			throw corrupt(this.#subject, 'it ends too early');
		}
	}

	byte(): number {
		this.need(1);
		return this.#bytes[this.offset++]!;
	}

	varint(): number {
		let value = 0;
		let factor = 1;
		for (let count = 0; count < 8; count++) {
			const byte = this.byte();
			value += (byte & 0x7f) * factor;
			if (byte < 0x80) {
				if (!Number.isSafeInteger(value)) {
					break;
				}

				return value;
			}

			factor *= 0x80;
		}

		throw corrupt(this.#subject, 'a number in it is too large');
	}

	signed(): number {
		const value = this.varint();
		return value % 2 === 0 ? value / 2 : -((value + 1) / 2);
	}

	byteString(): string {
		const length = this.varint();
		this.need(length);
		const text = this.#bytes.toString('latin1', this.offset, this.offset + length);
		this.offset += length;
		return text;
	}

	/** Passes over a byte string. */
	skipByteString(): void {
		this.skip(this.varint());
	}

	/** Passes over `size` bytes and answers where they stand. */
	skip(size: number): number {
		this.need(size);
		this.offset += size;
		return this.offset - size;
	}

	hashId(): string {
		this.need(hashSizeBytes);
		const id = hashIdAt(this.#bytes, this.offset);
		this.offset += hashSizeBytes;
		return id;
	}

	uint32(): number {
		this.need(4);
		const value = this.#bytes.readUInt32LE(this.offset);
		this.offset += 4;
		return value;
	}

	/** Throws RECORD_CORRUPT unless everything was read. */
	end(): void {
		if (this.remaining > 0) {
			throw corrupt(this.#subject, `${this.remaining} bytes are left over`);
		}
	}
}
