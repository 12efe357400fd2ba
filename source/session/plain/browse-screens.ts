// The browse and restore screens in sentences.

import type {Mark, TreeRow} from '../../engine/browse/questions.js';
import {displayPath} from '../../format/paths.js';
import {treeItems, listedSearch} from '../browse/tree.js';
import {countOf, formatBytes} from '../figures.js';
import {asciiGlyphs} from '../glyphs.js';
import {roleOf} from '../state.js';
import {browseSentence, listTitle, marksLine, snapshotWords, versionWords} from '../view/browse-view.js';
import {previewLines} from '../view/preview-view.js';
import {restoreCountLines, restoreKeptLine, restoreSentence, restoreTroubleLines} from '../view/restore-view.js';
import type {PlainScreen} from './screens.js';
import {textOf, textsOf} from './text.js';

const markWords: Readonly<Record<Mark, string>> = {'': '', '+': 'added', '-': 'removed', '~': 'changed'};
/** A preview is heard, not skimmed. */
const spokenPreviewLines = 30;

const rowWords = ({path, type, sizeBytes, entries, mark}: TreeRow, isMarked: boolean): string => [
	...(isMarked ? ['marked'] : []), displayPath(path), type === 'file' ? formatBytes(sizeBytes) : type.replaceAll('-', ' '),
	...(type === 'directory' ? [`${countOf(entries, 'path')}, ${formatBytes(sizeBytes)}`] : []), ...(mark === '' ? [] : [markWords[mark]]),
].join(', ');

export const browse: PlainScreen = {
	heading: state => `Browse ${roleOf(state, state.browse.repositoryIndex)}, ${snapshotWords(state.browse.snapshot)}`,
	facts(state) {
		const {browse: shown} = state;
		const {problem, focus, other} = shown;
		const preview = focus === 'preview' ? textsOf(previewLines(state, 1000, asciiGlyphs)).slice(0, spokenPreviewLines) : [];
		return [
			...(problem === undefined ? [] : [problem.message]), textOf([{text: listTitle(shown)}]), ...(other === undefined ? [] : [`compared with ${snapshotWords(other)}`]),
			...preview, ...textsOf([marksLine(state)]), browseSentence(state),
		];
	},
	row({browse: shown}, index) {
		const {history, marks} = shown;
		const search = listedSearch(shown);
		if (history !== undefined) {
			const version = history.versions[index];
			return version === undefined ? undefined : versionWords(version);
		}

		const row = search === undefined ? treeItems(shown)[index]?.row : search.rows[index];
		return row === undefined ? undefined : rowWords(row, marks.has(row.path));
	},
};

export const restore: PlainScreen = {
	heading: state => `Restore from ${roleOf(state, state.restore.repositoryIndex)}`,
	facts: (state, application) => [...textsOf(restoreCountLines(state, Number.POSITIVE_INFINITY)), ...textsOf(restoreTroubleLines(state)), ...(state.restore.report?.asideFolder === undefined ? [] : textsOf([restoreKeptLine(state)])), restoreSentence(state, application.restoring.whyNotStart())],
};
