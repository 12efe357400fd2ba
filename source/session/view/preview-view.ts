// What is under the cursor, in words and lines: facts first, then how a text begins or how it differs.

import type {Preview, TextLine, TreeRow} from '../../engine/browse/questions.js';
import {displayPath} from '../../format/paths.js';
import {currentRow, currentVersion} from '../browse/tree.js';
import type {BrowseState} from '../browse/browse-state.js';
import {lastPart, minuteOf, modeText} from '../entry-text.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import {unicodeGlyphs, type Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {line, wrapText, type Line, type Style} from '../line.js';
import type {State} from '../state.js';
import {browseLayout} from './browse-view.js';

const textStyles: Readonly<Record<TextLine['mark'], Style>> = {' ': 'plain', '+': 'sound', '-': 'damage', '@': 'faint'};

const kindWords: Readonly<Record<Preview['kind'], string>> = {
	text: 'text', binary: 'binary', empty: 'empty', folder: 'folder', link: 'symlink', special: 'special file', unreadable: 'not read',
};

/** "verified 2026-02-11", the oldest proof of all its chunks; empty when no check is known. Of content, as a check with the passphrase proves it. */
export function proofWords({proof, chunkCount}: Preview): string {
	if (proof === undefined) {
		return '';
	}

	const {unproven, oldestAt} = proof;
	return unproven === 0 && oldestAt !== undefined ? `verified ${oldestAt.slice(0, 10)}` : unproven === chunkCount ? 'never verified' : `${formatCount(unproven)} never verified`;
}

/** "text, utf-8, 132 lines, 1 chunk 7fc02e…, verified 2026-02-11". */
function natureWords(preview: Preview, {ellipsis}: Glyphs): string {
	const {kind, encoding, entropy, lineCount, chunkCount, chunks, linkTarget, error, type} = preview;
	const proof = proofWords(preview);
	const words: string[] = [kind === 'special' ? type.replaceAll('-', ' ') : kindWords[kind]];
	if (kind === 'text') {
		words.push(encoding);
	}

	if (entropy !== '') {
		words.push(entropy);
	}

	if (lineCount !== undefined && kind === 'text') {
		words.push(countOf(lineCount, 'line'));
	}

	if (chunkCount > 0) {
		words.push(`${countOf(chunkCount, 'chunk')}${chunkCount === 1 ? ` ${chunks[0]!.slice(0, 8)}${ellipsis}` : ''}`);
	}

	if (proof !== '') {
		words.push(proof);
	}

	if (linkTarget !== undefined) {
		words.push(`to ${linkTarget}`);
	}

	if (error !== undefined) {
		words.push(`it could not be read at the push (${error})`);
	}

	return words.join(', ');
}

const factsLines = (preview: Preview): Line[] => {
	const {path, sizeBytes, type, owner, mtimeSeconds, isAncestor} = preview;
	const facts = [...(type === 'file' ? [formatBytes(sizeBytes)] : []), `${modeText(preview)} ${owner}`, ...(isAncestor ? [] : [minuteOf(mtimeSeconds)])];
	return [line(displayPath(lastPart(path)), 'strong'), line(facts.join('   '))];
};

const folderLines = (state: State, {entries, sizeBytes, mark}: TreeRow): Line[] => [
	line(`${countOf(entries, 'path')} below it, ${formatBytes(sizeBytes)}`),
	...(mark === '~' ? [line(''), line(`Something in it differs; ${keyOf(state, 'browse.changes')} shows only what does.`, 'attention')] : []),
];

function textLine({mark, number, text}: TextLine, digits: number, glyphs: Glyphs): Line {
	if (mark === '@') {
		return line(`${' '.repeat(digits)} ${glyphs.ellipsis}`, 'faint');
	}

	return [
		{text: `${number === undefined ? '' : String(number).padStart(digits)} `, style: 'faint'},
		{text: `${mark} `, style: textStyles[mark]},
		{text, style: textStyles[mark]},
	];
}

function contentLines(preview: Preview, browse: BrowseState, glyphs: Glyphs): Line[] {
	const {lines, changedLines, notCompared, isCut, kind} = preview;
	const digits = String(lines.at(-1)?.number ?? 0).length;
	const compared: Line[] = [];
	if (notCompared !== undefined) {
		compared.push(line(`Not compared: ${notCompared}.`, 'attention'));
	} else if (changedLines !== undefined) {
		const what = browse.history === undefined ? 'the compared snapshot' : 'the version before';
		compared.push(line(changedLines === 0 ? `The content is that of ${what}.` : `${countOf(changedLines, 'line')} differ${changedLines === 1 ? 's' : ''} from ${what}.`, changedLines === 0 ? 'faint' : 'attention'));
	}

	return [
		...compared, ...(compared.length > 0 && lines.length > 0 ? [line('')] : []),
		...lines.map(text => textLine(text, digits, glyphs)),
		...(isCut && kind === 'text' && changedLines === undefined ? [line(''), line('More follows; cat prints all of it.', 'faint')] : []),
	];
}

/** A binary's chunks, in place of its bytes, as many to a line as fit. */
function chunkLines({kind, chunks, chunkCount}: Preview, width: number, {ellipsis}: Glyphs): Line[] {
	if (kind !== 'binary' || chunks.length < 2) {
		return [];
	}

	const digits = formatCount(chunks.length).length;
	const labels = chunks.map((id, index) => `${String(index + 1).padStart(digits)} ${id.slice(0, 8)}${ellipsis}`);
	const perLine = Math.max(1, Math.floor((width + 2) / (digits + 12)));
	const lines = Array.from({length: Math.ceil(labels.length / perLine)}, (_, row) => line(labels.slice(row * perLine, (row + 1) * perLine).join('  '), 'faint'));
	const rest = chunkCount - chunks.length;
	return [line(''), line('Its chunks, in order:'), ...lines, ...(rest > 0 ? [line(`and ${countOf(rest, 'more chunk')}`, 'faint')] : [])];
}

/** The preview of `width` columns; the caller scrolls it. */
export function previewLines(state: State, width: number, glyphs: Glyphs): Line[] {
	const {browse} = state;
	const {preview} = browse;
	const row = currentRow(browse);
	if (row === undefined) {
		return [line(currentVersion(browse) === undefined ? 'Nothing is chosen.' : 'It was not there then.', 'faint')];
	}

	if (preview?.problem !== undefined) {
		return wrapText(`${preview.problem.message} ${preview.problem.hint}`, width).map(text => line(text, 'damage'));
	}

	const answer = preview?.answer;
	if (answer === undefined) {
		return [line('reading', 'faint')];
	}

	return [
		...factsLines(answer),
		...wrapText(natureWords(answer, glyphs), width).map(text => line(text, 'faint')),
		line(''),
		...(answer.kind === 'folder' ? folderLines(state, row) : contentLines(answer, browse, glyphs)), ...chunkLines(answer, width, glyphs),
	];
}

/** All there is to say, uncut: full path, ids, chunks. */
export function inspectPathLines(browse: BrowseState): string[] {
	const row = currentRow(browse);
	if (row === undefined) {
		return [];
	}

	const answer = browse.preview?.answer?.path === row.path ? browse.preview.answer : undefined;
	return [
		displayPath(row.path), `snapshot ${(row.own ?? row.other)!.snapshot}`,
		`${row.type}, ${formatCount(row.sizeBytes)} bytes, time ${minuteOf(row.mtimeSeconds)}`,
		...(answer === undefined ? ['Its chunks are shown once its preview was read.'] : [
			`${modeText(answer)} owner ${answer.owner} group ${answer.group}`, ...(answer.contentId === undefined ? [] : [`content ${answer.contentId}`]),
			`${countOf(answer.chunkCount, 'chunk')}${answer.chunkCount > answer.chunks.length ? `, the first ${answer.chunks.length}:` : ''}`, ...answer.chunks,
		]),
	];
}

/** Lines with which the preview may begin, so that the last one is at the end. */
export function previewPlaces(state: State): number {
	const {height, previewWidth} = browseLayout(state.columns, state.rows);
	return Math.max(1, previewLines(state, previewWidth - 4, unicodeGlyphs).length - (height - 2) + 1);
}
