// A growing buffer with the few encodings that the stream formats use.

export class ByteWriter {
	#bytes: Buffer;
	#length = 0;

	constructor(initialBytes = 64 * 1024) {
		this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
	}

	get length(): number {
		return this.#length;
	}

	/** Room for `size` more bytes. */
	#reserve(size: number): void {
		const needed = this.#length + size;
		if (needed > this.#bytes.length) {
			const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
			this.#bytes.copy(grown, 0, 0, this.#length);
			this.#bytes = grown;
		}
	}

	byte(value: number): void {
		this.#reserve(1);
		this.#bytes[this.#length++] = value;
	}

	/** Unsigned LEB128 of a safe integer. */
	varint(value: number): void {
		this.#reserve(8);
		let rest = value;
		while (rest >= 0x80) {
			this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
			rest = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 0x80);
		}

		this.#bytes[this.#length++] = rest;
	}

	/** Signed, zigzag: small magnitudes are short. */
	signed(value: number): void {
		this.varint(value < 0 ? (-value * 2) - 1 : value * 2);
	}

	/** A string of bytes, one character each (see paths.ts), with its length. */
	byteString(text: string): void {
		this.varint(text.length);
		this.#reserve(text.length);
		this.#bytes.write(text, this.#length, 'latin1');
		this.#length += text.length;
	}

	/** Hex digits as bytes, without a length. */
	hex(text: string): void {
		this.#reserve(text.length / 2);
		this.#bytes.write(text, this.#length, 'hex');
		this.#length += text.length / 2;
	}

	uint32(value: number): void {
		this.#reserve(4);
		this.#bytes.writeUInt32LE(value, this.#length);
		this.#length += 4;
	}

	raw(bytes: Uint8Array): void {
		this.#reserve(bytes.length);
		this.#bytes.set(bytes, this.#length);
		this.#length += bytes.length;
	}

	/** A copy of what was written. */
	finish(): Buffer {
		return Buffer.from(this.#bytes.subarray(0, this.#length));
	}

	/** What was written, valid until the next write; the writer is empty afterwards. */
	take(): Buffer {
		const taken = this.#bytes.subarray(0, this.#length);
		this.#length = 0;
		return taken;
	}
}
