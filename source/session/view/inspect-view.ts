// A snapshot and its two repositories in full: beside the list where there is room, and on a screen of its own. Nothing is cut there.

import {kinshipOf, likenessOf, type Likeness} from '../../engine/identity.js';
import type {RepositorySummary, SnapshotSummary} from '../../engine/jobs.js';
import {displayPath, displayText, type PathBytes} from '../../format/paths.js';
import {verifiedSentence} from '../check-text.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import {unicodeGlyphs, type Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {fit, foldedLines, foldText, line, wrapText, type Line, type Style} from '../line.js';
import {memo} from '../memo.js';
import {currentPair, snapshotsById, summaryOf, type Pair, type PairMark} from '../pairs.js';
import {sourceOf, targetOf, type Repository, type State} from '../state.js';
import {aroundPane} from './around-panes.js';
import {kinshipWords} from './kinship-view.js';
import {notesOf, problemLines, storedWords} from './repository-view.js';

export const markWords: Readonly<Record<PairMark, string>> = {
	'==': 'in both, the same', '->': 'only in the source', '<-': 'only in the target', '!=': 'in both, but different: never overwritten', '=?': 'in both, not comparable while sealed', 'xx': 'damaged: never sent, never overwritten', '??': 'the other side was not read',
};

type Note = {readonly sign: string; readonly words: string; readonly style: Style};

const labelled = (label: string, text: string, width: number): Line[] => foldText(text, Math.max(8, width - 10)).map((part, index): Line => [{text: fit(index === 0 ? label : '', 10), style: 'faint'}, {text: part}]);

/** A snapshot can have been made of thousands of paths: they are folded once, and not for every frame. */
const pathLines = memo((paths: readonly string[], width: number): Line[] => paths.flatMap((path, index) => labelled(index === 0 ? 'paths' : '', displayPath(path as PathBytes), width)));

function headerLines(state: State, {header, problem}: SnapshotSummary, width: number): Line[] {
	if (header === undefined) {
		return wrapText(problem === undefined ? `Sealed: its header can be read once the passphrase is given${state.screen === 'compare' ? ` (${keyOf(state, 'passphrase')})` : ''}.` : `${displayText(problem.message)} ${displayText(problem.hint)}`, width)
			.map(text => line(text, problem === undefined ? 'faint' : 'damage'));
	}

	const {totals} = header;
	return [
		...labelled('taken', `${header.created.slice(0, 19).replace('T', ' ')}Z`, width),
		...labelled('from', displayText(`${header.user}@${header.host}`), width),
		...pathLines(header.paths, width),
		...labelled('by', displayText(header.commandLine), width),
		...(header.tag === undefined ? [] : labelled('tag', displayText(header.tag), width)),
		...labelled('files', `${formatCount(totals.files)}, ${formatBytes(totals.sizeBytes)}`, width),
		...labelled('others', `${countOf(totals.directories, 'directory', 'directories')}, ${formatCount(totals.others)} links and devices`, width),
		...(totals.errors > 0 ? [[{text: fit('not read', 10), style: 'attention' as const}, {text: countOf(totals.errors, 'entry', 'entries'), style: 'attention' as const}]] : []),
		...labelled('needs', `${countOf(totals.chunks, 'chunk')}, ${countOf(totals.objects, 'object')}`, width),
	];
}

const likenessWords: Readonly<Record<Likeness, Note>> = {
	same: {sign: '+', words: 'has it', style: 'plain'}, other: {sign: '!', words: 'differs', style: 'damage'}, damaged: {sign: 'x', words: 'damaged', style: 'damage'}, unknown: {sign: '=', words: 'sealed', style: 'attention'},
};

/** Who has a snapshot and who lacks it, of all repositories on the screen. */
function holderLines(state: State, pair: Pair, width: number, {ellipsis}: Glyphs): Line[] {
	const reference = summaryOf(pair);
	const origin = (reference === pair.source ? sourceOf(state) : targetOf(state))?.summary;
	return state.repositories.map(({name, summary}): Line => {
		const held = summary === undefined ? undefined : snapshotsById(summary).get(pair.snapshot);
		const text = `${fit(name, Math.max(8, width - 13), 'left', ellipsis)} `;
		if (summary === undefined) {
			return [{text: `? ${text}`, style: 'faint'}, {text: 'not read', style: 'faint'}];
		}

		if (held === undefined || origin === undefined) {
			return [{text: `- ${text}`, style: 'attention'}, {text: 'lacks it', style: 'attention'}];
		}

		// A damaged one is nothing to compare with.
		const likeness = reference.problem !== undefined && held.problem === undefined ? 'same' : likenessOf(reference, held, kinshipOf(origin, summary));
		const {sign, words, style} = likenessWords[likeness];
		return [{text: `${sign} ${text}`, style}, {text: words, style}];
	});
}

/** The preview pane. */
export function previewLines(state: State, width: number, glyphs: Glyphs): Line[] {
	const pair = currentPair(state);
	if (pair === undefined) {
		return [line('Nothing is chosen.', 'faint')];
	}

	const summary = summaryOf(pair);
	return [
		line(pair.snapshot, 'strong'), line(state.target === undefined ? '' : markWords[pair.mark], pair.mark === '!=' || pair.mark === 'xx' ? 'damage' : 'faint'),
		...headerLines(state, summary, width), line(''),
		line('In which repositories', 'faint'), ...holderLines(state, pair, width, glyphs), line(''),
		...(pair.mark === '!='
			? [...digestLines('source digest', pair.source, width), ...digestLines('target digest', pair.target, width)]
			: digestLines('digest', summary, width)),
	];
}

const digestLines = (label: string, summary: SnapshotSummary | undefined, width: number): Line[] =>
	summary === undefined || summary.digest === '' ? [] : [line(label, 'faint'), ...foldedLines(summary.digest, width)];

function configLines(state: State, role: string, repository: Repository | undefined, width: number): Line[] {
	if (repository === undefined) {
		return [];
	}

	const {location, summary, checked} = repository;
	const held = (repositorySummary: RepositorySummary): Line[] => [
		...labelled('id', repositorySummary.repositoryId, width),
		...labelled('family', repositorySummary.familyId, width),
		...labelled('created', repositorySummary.created, width),
		...labelled('holds', `${countOf(repositorySummary.snapshots.length, 'snapshot')}${repositorySummary.stored === undefined ? '' : `, ${storedWords(repositorySummary.stored)}`}${repositorySummary.freeBytes === undefined ? '' : `, ${formatBytes(repositorySummary.freeBytes)} (${formatCount(repositorySummary.freeBytes)} bytes) free on its medium`}`, width),
		...labelled('names by', repositorySummary.hashing, width),
		...labelled('chunking', repositorySummary.chunking, width),
		...labelled('stores by', repositorySummary.compression, width),
		...labelled('sealed', repositorySummary.encrypted ? `AES-256-GCM, ${repositorySummary.opened ? 'opened with its passphrase' : 'not opened here'}` : 'no', width),
		...(repositorySummary.canary === undefined ? [] : labelled('key', repositorySummary.canary, width)),
		...(checked === undefined ? [] : labelled('checked', checked, width)),
		...labelled('verified', verifiedSentence(repositorySummary.verified), width),
		...repositorySummary.locks.flatMap(({mode, host, pid, purpose, sinceMs}) => labelled('lock', displayText(`${mode}, ${purpose} on ${host}, process ${pid}, since ${new Date(sinceMs).toISOString().slice(0, 19)}Z`), width)),
	];
	return [
		line(''), line(`${role}  ${repository.name}`, 'strong'), ...labelled('location', displayText(location), width),
		...(summary === undefined ? [] : held(summary)),
		...notesOf(state, repository).filter(({style}) => style !== 'faint').map(({text, style}) => line(text, style)),
		...problemLines(state, repository, width),
	];
}

/** One digest for both sides where they agree. */
function digestsOf({source, target}: Pair): ReadonlyArray<{readonly label: string; readonly digest: string}> {
	const [ofSource, ofTarget] = [source?.digest ?? '', target?.digest ?? ''];
	if (ofSource === ofTarget || ofSource === '' || ofTarget === '') {
		return ofSource + ofTarget === '' ? [] : [{label: 'digest', digest: ofSource === '' ? ofTarget : ofSource}];
	}

	return [{label: 'digest S', digest: ofSource}, {label: 'digest T', digest: ofTarget}];
}

function snapshotLines(state: State, width: number, glyphs: Glyphs): Line[] {
	const pair = currentPair(state);
	if (pair === undefined) {
		return [line('No snapshot is under the cursor.', 'faint')];
	}

	const summary = summaryOf(pair);
	const bytes = summary.header?.totals.sizeBytes;
	return [
		line(`SNAPSHOT  ${pair.snapshot}`, 'strong'), ...(state.target === undefined ? [] : labelled('mark', `${pair.mark}  ${markWords[pair.mark]}`, width)),
		...headerLines(state, summary, width), ...(bytes === undefined ? [] : labelled('', `${formatCount(bytes)} bytes before chunks are shared and compressed`, width)),
		...digestsOf(pair).flatMap(({label, digest}) => labelled(label, digest, width)),
		line(''), line('IN WHICH REPOSITORIES', 'strong'), ...holderLines(state, pair, Math.min(width, 40), glyphs),
	];
}

function kinshipLines(state: State, width: number): Line[] {
	const [source, target] = [sourceOf(state)?.summary, targetOf(state)?.summary];
	if (source === undefined || target === undefined) {
		return [];
	}

	const {word, isComparable, why} = kinshipWords(source, target);
	return [line(''), [{text: 'KINSHIP  ', style: 'strong'}, {text: word, style: isComparable ? 'sound' : 'attention'}], ...why.flatMap(reason => wrapText(reason, width)).map(text => line(text))];
}

/** Lines that the screen of one's own shows at once: what its first line, its frame and the footer leave. */
export const inspectRows = ({rows}: Pick<State, 'rows'>): number => rows - aroundPane;

/** Lines with which what is shown may begin, so that the last one is at the end. */
export const inspectPlaces = (state: State): number => Math.max(1, inspectLines(state, state.columns - 4, unicodeGlyphs).length - inspectRows(state) + 1);

/** The screen of one's own: the snapshot under the cursor, who has it, both repositories, and how they are related. */
export function inspectLines(state: State, width: number, glyphs: Glyphs): Line[] {
	return state.compare.focus === 'list'
		? configLines(state, 'REPOSITORY', state.repositories[state.compare.listCursor], width).slice(1)
		: [...snapshotLines(state, width, glyphs), ...kinshipLines(state, width), ...configLines(state, 'SOURCE', sourceOf(state), width), ...configLines(state, 'TARGET', targetOf(state), width)];
}
