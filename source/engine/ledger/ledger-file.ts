// The ledger of one repository as a file: whole or not there, and refused as a whole when any byte of it is wrong.
//
// It lies outside the repository, under the user's state folder, and may be deleted at any time. Columns, in the byte order
// of the machine, so that a million chunks are read without decoding one: a head of 4 KiB with the counts, then the ids
// (their first 16 bytes, ascending), the stored sizes, and the two times of proof, in seconds.

import {createReadStream} from 'node:fs';
import {mkdir, open, readdir, readFile, rename, rm, stat} from 'node:fs/promises';
import {homedir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {PlakarError} from '../../errors/plakar-error.js';
import {blake3} from '../../format/hashing.js';
import {days, type DayCount, type Ledger, type LedgerHead} from './ledger.js';

/** Enough of an id: two of 2^40 chunks share 16 bytes once in 2^48 repositories. */
export const prefixBytes = 16;
/** About 450 MB of ledger; a larger repository keeps none. */
export const maximumLedgerChunks = 16_000_000;

const version = 1;
const magic = 0x4c50_4b4c;
const headBytes = 4096;
const digestBytes = 32;
const recordBytes = prefixBytes + 12;
const words = {magic: 0, version: 1, count: 2, chunks: 3, unfinishedSince: 4, snapshots: 6, bodyDigest: 14, dayCount: 22, days: 23} as const;
const dayWords = 3;
const maximumDays = Math.floor(((headBytes - digestBytes) / 4 - words.days) / dayWords);

/**
 * One file for a repository at a place: a copy of the repository elsewhere has the same id, and nothing of it was ever read.
 */
export function ledgerFile(repositoryId: string, location: string): string {
	const chosen = process.env['XDG_STATE_HOME'];
	const base = chosen === undefined || chosen === '' ? join(homedir(), '.local', 'state') : chosen;
	const place = Buffer.from(blake3(Buffer.from(location))).toString('hex', 0, 8);
	return join(base, 'plakar-tui', 'ledgers', `${repositoryId}-${place}.ledger`);
}

const damaged = (file: string, reason: string): PlakarError => new PlakarError('FORMAT_INVALID', {
	message: `The ledger ${file} cannot be used: ${reason}.`,
	hint: 'It is left aside; the next check writes it anew. Until then nothing counts as verified.',
	context: {file, reason},
});

/** Throws FORMAT_INVALID unless `bytes` is the head of a ledger. */
function decodeHead(file: string, bytes: Uint8Array): {readonly head: LedgerHead; readonly count: number; readonly bodyDigest: Uint8Array} {
	if (bytes.length < headBytes) {
		throw damaged(file, 'it is too short');
	}

	const signed = bytes.subarray(0, headBytes - digestBytes);
	if (!Buffer.from(blake3(signed)).equals(bytes.subarray(headBytes - digestBytes, headBytes))) {
		throw damaged(file, 'its head is damaged');
	}

	const copy = Uint8Array.from(bytes.subarray(0, headBytes));
	const values = new Uint32Array(copy.buffer);
	if (values[words.magic] !== magic || values[words.version] !== version) {
		throw damaged(file, 'another version of the program wrote it');
	}

	const count = values[words.count]!;
	const dayCount = values[words.dayCount]!;
	if (count > maximumLedgerChunks || dayCount > maximumDays) {
		throw damaged(file, 'its counts are out of bounds');
	}

	const proofDays: DayCount[] = Array.from({length: dayCount}, (_, index) => {
		const at = words.days + (index * dayWords);
		return {day: values[at]!, stored: values[at + 1]!, content: values[at + 2]!};
	});
	const snapshots = Buffer.from(copy.subarray(words.snapshots * 4, (words.snapshots * 4) + digestBytes)).toString('hex');
	return {
		head: {chunks: values[words.chunks]!, unfinishedSince: values[words.unfinishedSince]!, snapshots, days: proofDays},
		count,
		bodyDigest: copy.subarray(words.bodyDigest * 4, (words.bodyDigest * 4) + digestBytes),
	};
}

/** The ledger in `file`; undefined when there is none. Throws FORMAT_INVALID. O(chunks): 28 bytes each. */
export async function readLedger(file: string): Promise<Ledger | undefined> {
	let bytes: Buffer;
	try {
		const {size} = await stat(file);
		if (size > headBytes + (maximumLedgerChunks * recordBytes)) {
			throw damaged(file, 'it is too long');
		}

		bytes = await readFile(file);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return undefined;
		}

		throw error instanceof PlakarError ? error : damaged(file, (error as Error).message);
	}

	const {head, count, bodyDigest} = decodeHead(file, bytes);
	// A copy of its own, so that the columns are aligned.
	const body = new Uint8Array(bytes.buffer.slice(bytes.byteOffset + headBytes, bytes.byteOffset + bytes.length));
	if (body.length !== count * recordBytes || !Buffer.from(blake3(body)).equals(bodyDigest)) {
		throw damaged(file, 'it is damaged or cut short');
	}

	const column = (index: number): Uint32Array => new Uint32Array(body.buffer, (count * prefixBytes) + (count * 4 * index), count);
	return {...head, count, ids: body.subarray(0, count * prefixBytes), sizes: column(0), storedAt: column(1), contentAt: column(2)};
}

/** Only the head of the ledger in `file`; undefined when there is none. Throws FORMAT_INVALID. O(1). */
export async function readLedgerHead(file: string): Promise<LedgerHead | undefined> {
	const pieces: Uint8Array[] = [];
	try {
		for await (const piece of createReadStream(file, {end: headBytes - 1})) {
			pieces.push(piece as Uint8Array);
		}
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
			return undefined;
		}

		throw damaged(file, (error as Error).message);
	}

	return decodeHead(file, Buffer.concat(pieces)).head;
}

/** The bytes of a ledger, head and body. O(chunks). */
export function encodeLedger(ledger: Ledger): readonly [head: Uint8Array, body: Uint8Array] {
	const {count, ids, sizes, storedAt, contentAt, chunks, unfinishedSince, snapshots} = ledger;
	const body = new Uint8Array(count * recordBytes);
	body.set(ids.subarray(0, count * prefixBytes));
	for (const [index, column] of [sizes, storedAt, contentAt].entries()) {
		new Uint32Array(body.buffer, (count * prefixBytes) + (count * 4 * index), count).set(column.subarray(0, count));
	}

	const head = new Uint8Array(headBytes);
	const values = new Uint32Array(head.buffer);
	const proofDays = days(ledger, maximumDays);
	values.set([magic, version, count, chunks, unfinishedSince], 0);
	head.set(Buffer.from(snapshots, 'hex').subarray(0, digestBytes), words.snapshots * 4);
	head.set(blake3(body), words.bodyDigest * 4);
	values[words.dayCount] = proofDays.length;
	for (const [index, {day, stored, content}] of proofDays.entries()) {
		values.set([day, stored, content], words.days + (index * dayWords));
	}

	head.set(blake3(head.subarray(0, headBytes - digestBytes)), headBytes - digestBytes);
	return [head, body];
}

/** What a killed process left behind is removed after this long. */
const leftoverMs = 86_400_000;

async function removeLeftovers(file: string): Promise<void> {
	const folder = dirname(file);
	for (const name of await readdir(folder)) {
		if (name.startsWith(`${basename(file)}.`) && name.endsWith('.part')) {
			const part = join(folder, name);
			const {mtimeMs} = await stat(part).catch(() => ({mtimeMs: Number.POSITIVE_INFINITY}));
			if (Date.now() - mtimeMs > leftoverMs) {
				await rm(part, {force: true});
			}
		}
	}
}

/** Puts `ledger` in the place of `file` by one rename. Throws what the filesystem says; the old ledger then stands. */
export async function writeLedger(file: string, ledger: Ledger): Promise<void> {
	const temporary = `${file}.${process.pid}.part`;
	await mkdir(dirname(file), {recursive: true, mode: 0o700});
	await removeLeftovers(file);
	try {
		const handle = await open(temporary, 'w', 0o600);
		try {
			for (const part of encodeLedger(ledger)) {
				for (let done = 0; done < part.length;) {
					done += (await handle.write(part, done)).bytesWritten;
				}
			}

			await handle.datasync();
		} finally {
			await handle.close();
		}

		await rename(temporary, file);
	} catch (error) {
		await rm(temporary, {force: true});
		throw error;
	}
}
