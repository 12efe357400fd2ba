// Names as the filesystem has them: bytes, not text. A PathBytes string holds one byte per character, so that it compares
// and concatenates like bytes; `displayText` makes it fit for a person's screen.

declare const brand: unique symbol;
/** One character per byte (latin1). Never print it: use displayPath. */
export type PathBytes = string & {readonly [brand]: 'PathBytes'};

export const pathFromText = (text: string): PathBytes => Buffer.from(text, 'utf8').toString('latin1') as PathBytes;

/** What the filesystem calls take: a plain string where all bytes are ASCII (fast), else the bytes. */
export const pathForSystem = (path: PathBytes): string | Buffer => isAscii(path) ? path : Buffer.from(path, 'latin1');

 
const asciiPattern = /^[\u0000-\u007F]*$/;
const isAscii = (text: string): boolean => asciiPattern.test(text);

/** Orders paths as a walk meets them: a directory, then all that is in it, names by their bytes. */
export const comparePaths = (a: PathBytes, b: PathBytes): number => {
	const length = Math.min(a.length, b.length);
	for (let index = 0; index < length; index++) {
		const left = a.charCodeAt(index);
		const right = b.charCodeAt(index);
		if (left !== right) {
			return (left === 0x2f ? 0 : left) - (right === 0x2f ? 0 : right);
		}
	}

	return a.length - b.length;
};

/** Whether `path` is `folder` or lies below it. */
export const isWithin = (path: PathBytes, folder: PathBytes): boolean =>
	path === folder || folder === '/' || (path.startsWith(folder) && path.charCodeAt(folder.length) === 0x2f);

/** The directory that holds `path`; '/' holds itself. */
export const parentOf = (path: PathBytes): PathBytes => path.slice(0, Math.max(1, path.lastIndexOf('/'))) as PathBytes;

const utf8 = new TextDecoder('utf-8', {fatal: true});

// C0, DEL, C1, the bidi controls and marks, line and paragraph separators, and zero-width characters that hide.
const hostile = /[\u0000-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u2028-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB]/gu;

const escapeCharacter = (character: string): string => {
	const code = character.codePointAt(0)!;
	return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
};

/** Untrusted text with every character that could move a cursor, ring, hide or reorder shown as an escape. Backslashes stay. */
export const displayText = (text: string): string => text.replaceAll(hostile, escapeCharacter);

/** A path for the screen: UTF-8 where it is UTF-8, other bytes as `\xNN`, controls escaped. */
export function displayPath(path: PathBytes): string {
	if (isAscii(path)) {
		return displayText(path);
	}

	const bytes = Buffer.from(path, 'latin1');
	try {
		return displayText(utf8.decode(bytes));
	} catch {
		return displayText(decodeLoosely(bytes));
	}
}

/** Decodes what is valid UTF-8 and writes each other byte as `\xNN`. */
function decodeLoosely(bytes: Buffer): string {
	let text = '';
	for (let offset = 0; offset < bytes.length;) {
		const first = bytes[offset]!;
		const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
		try {
			text += utf8.decode(bytes.subarray(offset, offset + size));
			offset += size;
		} catch {
			text += escapeCharacter(String.fromCharCode(first));
			offset++;
		}
	}

	return text;
}
