// Entries as tar headers in the pax format: names are kept byte for byte, times to the nanosecond, sizes without a limit.

import type {Entry} from './entry.js';
import type {PathBytes} from './paths.js';

export const tarBlockBytes = 512;

/** What ends an archive. */
export const tarEnd = Buffer.alloc(2 * tarBlockBytes);

/** Zeros that fill `sizeBytes` of content up to whole blocks. */
export const tarPadding = (sizeBytes: number): Buffer => Buffer.alloc((tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes);

/** A second name of a file is a link to the first one; sockets have no place in an archive. */
const typeLetters = {file: '0', link: '1', symlink: '2', 'character-device': '3', 'block-device': '4', directory: '5', fifo: '6'} as const;

type HeaderFields = {
	readonly name: string; readonly letter: string; readonly mode: number; readonly uid: number; readonly gid: number; readonly sizeBytes: number; readonly mtimeSeconds: number;
	readonly linkName: string; readonly user: string; readonly group: string; readonly major: number; readonly minor: number;
};

const largest = (digits: number): number => (8 ** digits) - 1;
const octal = (value: number, digits: number): string => Math.max(0, Math.min(value, largest(digits))).toString(8).padStart(digits, '0');

function headerBlock({name, letter, mode, uid, gid, sizeBytes, mtimeSeconds, linkName, user, group, major, minor}: HeaderFields): Buffer {
	const block = Buffer.alloc(tarBlockBytes);
	const put = (text: string, offset: number, length: number): void => {
		block.write(text.slice(0, length), offset, 'latin1');
	};

	put(name, 0, 100);
	put(octal(mode, 7), 100, 7);
	put(octal(uid, 7), 108, 7);
	put(octal(gid, 7), 116, 7);
	put(octal(sizeBytes, 11), 124, 11);
	put(octal(mtimeSeconds, 11), 136, 11);
	put(' '.repeat(8), 148, 8);
	put(letter, 156, 1);
	put(linkName, 157, 100);
	put('ustar\0' + '00', 257, 8);
	put(user, 265, 31);
	put(group, 297, 31);
	put(octal(major, 7), 329, 7);
	put(octal(minor, 7), 337, 7);
	put(`${octal(block.reduce((sum, byte) => sum + byte, 0), 6)}\0 `, 148, 8);
	return block;
}

/** One record of an extended header, "LENGTH KEY=VALUE\n", its length counting itself. */
function paxRecord(key: string, value: string): string {
	const rest = ` ${key}=${value}\n`;
	let length = rest.length;
	while (String(length).length + rest.length !== length) {
		length = String(length).length + rest.length;
	}

	return `${length}${rest}`;
}

const isPlain = (text: string, length: number): boolean => text.length <= length && /^[\u0000-\u007F]*$/.test(text);

/** Seconds since 1970 as a decimal, before 1970 too. */
function decimalTime(seconds: number, nanoseconds: number): string {
	if (seconds >= 0 || nanoseconds === 0) {
		return `${seconds}${nanoseconds === 0 ? '' : `.${String(nanoseconds).padStart(9, '0')}`}`;
	}

	// -1.9 is written as a whole, where the entry has -2 and 0.1.
	return `-${-seconds - 1}.${String(1_000_000_000 - nanoseconds).padStart(9, '0')}`;
}

/** What a header block cannot hold, by pax keyword. */
function extensionsOf({name, linkName, user, group, uid, gid, sizeBytes}: HeaderFields, {mtimeSeconds, mtimeNanoseconds}: Entry): string {
	const records: string[] = [];
	const add = (key: string, value: string, isNeeded: boolean): void => {
		if (isNeeded) {
			records.push(paxRecord(key, value));
		}
	};

	add('path', name, !isPlain(name, 100));
	add('linkpath', linkName, !isPlain(linkName, 100));
	add('uname', user, !isPlain(user, 31));
	add('gname', group, !isPlain(group, 31));
	add('uid', String(uid), uid > largest(7));
	add('gid', String(gid), gid > largest(7));
	add('size', String(sizeBytes), sizeBytes > largest(11));
	add('mtime', decimalTime(mtimeSeconds, mtimeNanoseconds), mtimeNanoseconds !== 0 || mtimeSeconds < 0 || mtimeSeconds > largest(11));
	return records.join('');
}

/** The name in an archive: relative, as tar makes it; a directory ends with a slash. */
export function tarName(path: PathBytes, isFolder: boolean): string {
	const name = path === '/' ? '.' : path.slice(1);
	return isFolder ? `${name}/` : name;
}

/**
 * The headers of an entry, to be followed by its content when `firstName` is undefined and it is a file, then by padding.
 * `firstName`: the archive's name of the same file. Undefined for a socket.
 */
export function tarHeaders(entry: Entry, firstName?: string): Buffer | undefined {
	if (entry.type === 'socket') {
		return undefined;
	}

	const isLink = firstName !== undefined;
	const fields: HeaderFields = {
		name: tarName(entry.path, entry.type === 'directory'), letter: typeLetters[isLink ? 'link' : entry.type], mode: entry.mode, uid: entry.uid, gid: entry.gid,
		sizeBytes: entry.type === 'file' && !isLink ? entry.sizeBytes : 0, mtimeSeconds: entry.mtimeSeconds,
		linkName: firstName ?? entry.linkTarget ?? '', user: entry.user, group: entry.group, major: entry.device?.major ?? 0, minor: entry.device?.minor ?? 0,
	};
	const extensions = Buffer.from(extensionsOf(fields, entry), 'latin1');
	if (extensions.length === 0) {
		return headerBlock(fields);
	}

	const extended = headerBlock({...fields, name: 'PaxHeaders/entry', letter: 'x', mode: 0o644, sizeBytes: extensions.length, linkName: '', user: '', group: '', major: 0, minor: 0});
	return Buffer.concat([extended, extensions, tarPadding(extensions.length), headerBlock(fields)]);
}
