// What a file is and how it begins, in words and lines that are safe on any screen; never its raw bytes.

import {structuredPatch} from 'diff';
import type {CallOptions} from '../../backends/contract.js';
import {throwIfAborted} from '../../errors/plakar-error.js';
import type {Entry} from '../../format/entry.js';
import {displayPath, displayText} from '../../format/paths.js';
import {partsOf, readParts} from '../../workers/content.js';
import type {Repository} from '../repository.js';
import type {ChunkProofs} from './proofs.js';
import {maximumChunksShown, type Preview, type PreviewKind, type TextLine} from './questions.js';

/** How much of a file is looked at. */
const lookBytes = 64 * 1024;
/** Files longer than this are not compared by lines: the time for it grows faster than the length. */
const compareBytes = 1024 * 1024;
const maximumLines = 2000;
/** Longer lines are cut: no screen is wider, and a minified file is one line of megabytes. */
const maximumLineCharacters = 500;
/** Edits after which two versions have little in common and a comparison would tell nothing. */
const maximumEdits = 4000;
const compareMs = 1000;
const contextLines = 3;
/** Share of control characters above which bytes are no text. */
const controlShare = 0.02;

type Looked = {readonly bytes: Buffer; readonly isWhole: boolean; readonly chunks: readonly string[]; readonly ids: readonly string[]};

/** The first `limit` bytes of a file, and the names of its chunks. */
async function lookAt(repository: Repository, {content, sizeBytes}: Entry, limit: number, options: CallOptions): Promise<Looked> {
	const parts = content === undefined ? [] : await partsOf(repository, content, sizeBytes, options);
	let needed = 0;
	let bytes = 0;
	while (needed < parts.length && bytes < limit) {
		bytes += parts[needed++]!.sizeBytes;
	}

	const pieces: Uint8Array[] = [];
	for await (const plain of readParts(repository, parts.slice(0, needed), options)) {
		throwIfAborted(options.signal);
		pieces.push(plain);
	}

	return {
		bytes: Buffer.concat(pieces).subarray(0, limit),
		isWhole: needed === parts.length && bytes <= limit,
		chunks: parts.slice(0, maximumChunksShown).map(({id}) => id),
		ids: parts.map(({id}) => id),
	};
}

type Decoded = {readonly encoding: string; readonly text: string | undefined};

const strictUtf8 = new TextDecoder('utf-8', {fatal: true});

/** Removes what a cut in the middle of a character leaves at the end. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
	for (let back = 1; back <= Math.min(3, bytes.length); back++) {
		const byte = bytes[bytes.length - back]!;
		if (byte >= 0xc0) {
			const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
			return needed > back ? bytes.subarray(0, bytes.length - back) : bytes;
		}

		if (byte < 0x80) {
			break;
		}
	}

	return bytes;
}

/** How bytes are read as text; `text` is undefined for what is none. */
export function decodeText(bytes: Buffer, isWhole: boolean): Decoded {
	if (bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
		const isLittle = bytes[0] === 0xff;
		return {encoding: isLittle ? 'utf-16, little-endian' : 'utf-16, big-endian', text: new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(bytes.subarray(0, bytes.length - (bytes.length % 2)))};
	}

	let controls = 0;
	let high = 0;
	for (const byte of bytes) {
		if (byte === 0) {
			return {encoding: 'binary', text: undefined};
		}

		controls += byte < 0x20 && !(byte >= 0x08 && byte <= 0x0d) && byte !== 0x1b ? 1 : 0;
		high += byte >= 0x80 ? 1 : 0;
	}

	if (controls > bytes.length * controlShare) {
		return {encoding: 'binary', text: undefined};
	}

	try {
		return {encoding: high === 0 ? 'ascii' : 'utf-8', text: strictUtf8.decode(isWhole ? bytes : withoutHalfCharacter(bytes))};
	} catch {
		// Text in an 8-bit code has some high bytes among many low ones; noise has half and half.
		return high < bytes.length * 0.3 ? {encoding: '8-bit text, not utf-8', text: bytes.toString('latin1')} : {encoding: 'binary', text: undefined};
	}
}

/** Shannon entropy in a word: what a person wants to know of bytes that cannot be shown. */
export function entropyWord(bytes: Uint8Array): string {
	const counts = new Float64Array(256);
	for (const byte of bytes) {
		counts[byte]!++;
	}

	let bits = 0;
	for (const count of counts) {
		if (count > 0) {
			const share = count / bytes.length;
			bits -= share * Math.log2(share);
		}
	}

	const word = bits < 1 ? 'nearly all the same byte' : bits < 5 ? 'structured' : bits < 7.2 ? 'mixed' : 'compressed or encrypted';
	return `${word}, ${bits.toFixed(1)} bits a byte`;
}

/** A line fit for the screen: tabs widened, controls escaped, cut. */
function showable(text: string): string {
	const cut = text.length > maximumLineCharacters ? text.slice(0, maximumLineCharacters) : text;
	let shown = '';
	for (const [index, part] of cut.split('\t').entries()) {
		shown += index === 0 ? '' : ' '.repeat(4 - (shown.length % 4));
		shown += displayText(part);
	}

	return shown;
}

const splitLines = (text: string): string[] => {
	const lines = text.split(/\r\n|\n|\r/);
	return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
};

type Comparison = {readonly lines: readonly TextLine[]; readonly changedLines: number} | {readonly notCompared: string};

function compareTexts(before: string, after: string): Comparison {
	const patch = structuredPatch('', '', before, after, undefined, undefined, {context: contextLines, maxEditLength: maximumEdits, timeout: compareMs, stripTrailingCr: true});
	if (patch === undefined) {
		return {notCompared: 'the two versions have too little in common to compare line by line'};
	}

	const lines: TextLine[] = [];
	let changedLines = 0;
	for (const {newStart, oldStart, lines: hunk} of patch.hunks) {
		let [left, right] = [oldStart, newStart];
		if (lines.length > 0) {
			lines.push({mark: '@', text: ''});
		}

		for (const raw of hunk) {
			const mark = raw[0];
			if (mark === '+' || mark === '-' || mark === ' ') {
				changedLines += mark === ' ' ? 0 : 1;
				lines.push({mark, number: mark === '-' ? left : right, text: showable(raw.slice(1))});
				left += mark === '+' ? 0 : 1;
				right += mark === '-' ? 0 : 1;
			}
		}
	}

	return {lines: lines.slice(0, maximumLines), changedLines};
}

/** Both versions' texts compared; or why not, in words. */
async function compareWith(repository: Repository, before: Entry, after: Entry, options: CallOptions): Promise<Comparison> {
	if (before.type !== 'file' || after.type !== 'file') {
		return {notCompared: 'the two versions are not both files'};
	}

	if (before.sizeBytes > compareBytes || after.sizeBytes > compareBytes) {
		return {notCompared: 'too long to compare line by line'};
	}

	const texts: string[] = [];
	for (const entry of [before, after]) {
		const {bytes} = await lookAt(repository, entry, compareBytes, options);
		const {text} = decodeText(bytes, true);
		if (text === undefined) {
			return {notCompared: 'binary content is not compared line by line'};
		}

		texts.push(text);
	}

	return compareTexts(texts[0]!, texts[1]!);
}

const kindOf = ({type, error, content}: Entry): PreviewKind | undefined => {
	if (error !== undefined) {
		return 'unreadable';
	}

	if (type === 'file') {
		return content?.kind === 'empty' ? 'empty' : undefined;
	}

	return type === 'directory' ? 'folder' : type === 'symlink' ? 'link' : 'special';
};

/** What `entry` is, how it differs from `against`, and when its chunks were proven. Throws RECORD_CORRUPT, BACKEND_NOT_FOUND. Reads at most 1 MiB of each, by chunks. */
export async function previewOf(repository: Repository, entry: Entry, against: Entry | undefined, proofs: ChunkProofs, options: CallOptions = {}): Promise<Preview> {
	const {path, type, sizeBytes, mode, user, group, uid, gid, mtimeSeconds, isAncestor = false, content, linkTarget, error} = entry;
	const facts = {
		path, type, sizeBytes, mode, mtimeSeconds, isAncestor,
		owner: displayText(user === '' ? String(uid) : user), group: displayText(group === '' ? String(gid) : group),
		encoding: '', entropy: '', lines: [], isCut: false, chunks: [], chunkCount: 0,
		contentId: content === undefined || content.kind === 'empty' ? undefined : content.id,
		linkTarget: linkTarget === undefined ? undefined : displayPath(linkTarget),
		error: error === undefined ? undefined : displayText(error),
	};
	const kind = kindOf(entry);
	if (kind !== undefined && (kind !== 'empty' || against === undefined)) {
		return {...facts, kind};
	}

	const {bytes, isWhole, chunks, ids} = await lookAt(repository, entry, lookBytes, options);
	const {encoding, text} = decodeText(bytes, isWhole);
	const common = {...facts, chunks, chunkCount: ids.length, proof: await proofs.of(ids), encoding};
	const comparison = against === undefined ? undefined : await compareWith(repository, against, entry, options);
	// Where nothing differs, the text itself is shown.
	const compared = comparison === undefined || 'notCompared' in comparison || comparison.changedLines > 0 ? comparison : {changedLines: 0};
	if (text === undefined) {
		return {...common, kind: 'binary', entropy: entropyWord(bytes), isCut: !isWhole, ...compared};
	}

	const all = splitLines(text);
	const lines = all.slice(0, maximumLines).map((line, index): TextLine => ({mark: ' ', number: index + 1, text: showable(line)}));
	return {...common, kind: kind ?? 'text', lines, lineCount: isWhole ? all.length : undefined, isCut: !isWhole || all.length > maximumLines, ...compared};
}
