// The compare list as a table: both halves aligned, the marks between them, each half with the columns that its width allows.

import type {RepositorySummary, SnapshotSummary} from '../../engine/jobs.js';
import {displayText} from '../../format/paths.js';
import {compactBytes, formatBytesShort, formatCount} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {fit, line, widthOf, wrapText, type Line, type Style} from '../line.js';
import {memo} from '../memo.js';
import {originOf, shownPairs, type Pair, type PairMark} from '../pairs.js';
import {longTime, shortTime} from '../plan-text.js';
import {sourceOf, targetOf, type Repository, type State} from '../state.js';
import type {CompareLayout} from './compare-layout.js';
import {markWidth, singleMarkWidth, starWidth} from './compare-layout.js';
import {problemLines} from './repository-view.js';
import {tableView, type Row, type TableView} from './table.js';

const markStyles: Readonly<Record<PairMark, Style>> = {'==': 'faint', '->': 'accent', '<-': 'attention', '!=': 'damage', '=?': 'attention', 'xx': 'damage', '??': 'faint'};

type Part = {readonly title: string; readonly width: number; readonly align?: 'right'; text(summary: SnapshotSummary): string};

/** Hosts alone in a column where few paths would fit beside them. */
const pathFrom = 11;

function shortOrigin(summary: SnapshotSummary, width: number): string {
	if (summary.header === undefined) {
		return '';
	}

	const origin = originOf(summary);
	return width >= pathFrom && widthOf(origin) <= width ? origin : displayText(summary.header.host);
}

const idPart: Part = {title: 'id', width: 6, text: ({snapshot}) => snapshot.slice(0, 6)};
const longIdPart: Part = {title: 'id', width: 8, text: ({snapshot}) => snapshot.slice(0, 8)};
/** Of one whose header cannot be read, why: it stands where its time would. */
const takenOf = (summary: SnapshotSummary, timeOf: (created: string) => string): string => summary.header === undefined ? originOf(summary) : timeOf(summary.header.created);
const takenPart: Part = {title: 'taken', width: 11, text: summary => takenOf(summary, shortTime)};
const longTakenPart: Part = {title: 'taken', width: 16, text: summary => takenOf(summary, longTime)};
const filesPart: Part = {title: 'files', width: 10, align: 'right', text: ({header}) => header === undefined ? '' : formatCount(header.totals.files)};
const tagPart: Part = {title: 'tag', width: 10, text: ({header}) => displayText(header?.tag ?? '')};
const sizePart: Part = {title: 'size', width: 7, align: 'right', text: ({header}) => header === undefined ? '' : formatBytesShort(header.totals.sizeBytes)};
const compactSizePart: Part = {title: 'size', width: 5, align: 'right', text: ({header}) => header === undefined ? '' : compactBytes(header.totals.sizeBytes)};

const roomyFrom = 40;
const longFrom = 56;
const filesFrom = 68;
const tagFrom = 80;
/** Below this there is room for id and time alone. */
const originFrom = 24;

/** An origin has as many columns as the longest one needs, where there are more than this. */
const ampleOrigin = 24;

/** Measured once for what was read, and only for a half that is wide: columns stand still while one scrolls. */
const longestOrigin = memo((...sides: ReadonlyArray<RepositorySummary | undefined>): number =>
	sides.flatMap(side => side?.snapshots ?? []).reduce((most, summary) => Math.max(most, widthOf(originOf(summary))), ampleOrigin));

const gapOf = (width: number): number => width >= roomyFrom ? 2 : 1;

/** The columns of a half; its origin takes what the others leave, and no more than it needs: the figures stand near it. */
function partsOf(width: number, neededOrigin: () => number): readonly Part[] {
	const isLong = width >= longFrom;
	if (width < originFrom) {
		return [idPart, takenPart];
	}

	const fixed: readonly Part[] = [isLong ? longIdPart : idPart, isLong ? longTakenPart : takenPart];
	const rest: readonly Part[] = [...(width >= tagFrom ? [tagPart] : []), ...(width >= filesFrom ? [filesPart] : []), width >= roomyFrom ? sizePart : compactSizePart];
	const used = [...fixed, ...rest].reduce((sum, part) => sum + part.width + gapOf(width), 0);
	const origin = width - used <= ampleOrigin ? width - used : Math.min(width - used, neededOrigin());
	return [...fixed, {title: 'origin', width: origin, text: summary => shortOrigin(summary, origin)}, ...rest];
}

const join = (parts: readonly Part[], width: number, ellipsis: string, textOf: (part: Part) => string): string =>
	fit(parts.map(part => fit(textOf(part), part.width, part.align, ellipsis)).join(' '.repeat(gapOf(width))), width, 'left', ellipsis);

type Half = {readonly title: string; text(summary: SnapshotSummary | undefined): string};

/** Texts are made when a row is drawn: only those in sight are. */
function halfOf(width: number, neededOrigin: () => number, ellipsis: string): Half {
	const parts = partsOf(width, neededOrigin);
	const blank = ' '.repeat(width);
	return {title: join(parts, width, ellipsis, ({title}) => title), text: summary => summary === undefined ? blank : join(parts, width, ellipsis, ({text}) => text(summary))};
}

/** What stands in a half that has no list of its own to show. */
function sideMessage(state: State, repository: Repository | undefined, width: number): Line[] {
	if (repository === undefined || width === 0) {
		return [];
	}

	if (repository.summary === undefined) {
		return repository.status === 'failed' ? problemLines(state, repository, width) : [line('Being read.', 'faint')];
	}

	if (repository.summary.snapshots.length === 0) {
		return wrapText(`${repository.name} holds no snapshot yet.`, width).map(text => line(text, 'faint'));
	}

	return state.compare.filter !== '' && shownPairs(state).length === 0 && repository === sourceOf(state)
		? wrapText(`Nothing matches ${JSON.stringify(displayText(state.compare.filter))}. ${keyOf(state, 'back')} clears the filter.`, width).map(text => line(text, 'faint'))
		: [];
}

/** Past the column of marks. */
const indented = (lines: readonly Line[], columns: number): Line[] => lines.map(pieces => [{text: ' '.repeat(columns)}, ...pieces]);

export type CompareTable = {
	readonly view: TableView;
	/** Lines below the rows that carry the rest of a message: source half, target half. */
	readonly messages: readonly {readonly source: Line; readonly target: Line}[];
};

export function compareTable(state: State, layout: CompareLayout, height: number, {vertical, ellipsis}: Glyphs): CompareTable {
	const {compare: {cursor, marks}} = state;
	const {hasSource, hasTarget, sourceWidth, targetWidth} = layout;
	const hasMarks = targetOf(state) !== undefined;
	// The first columns say what is marked, in whichever half comes first.
	const firstWidth = hasSource ? sourceWidth : targetWidth;
	const stars = starWidth(firstWidth);
	const neededOrigin = (): number => longestOrigin(sourceOf(state)?.summary, targetOf(state)?.summary);
	const first = halfOf(firstWidth - stars, neededOrigin, ellipsis);
	const second = halfOf(targetWidth, neededOrigin, ellipsis);
	const messages = {
		source: hasSource ? indented(sideMessage(state, sourceOf(state), sourceWidth - stars), stars) : [],
		target: hasTarget ? (hasSource ? sideMessage(state, targetOf(state), targetWidth) : indented(sideMessage(state, targetOf(state), targetWidth - stars), stars)) : [],
	};
	const pairs = shownPairs(state);
	const visible = Math.max(0, height - 1);
	const markCell = (mark: string, style: Style): Line => hasSource && hasTarget
		? [{text: `${vertical} `}, {text: mark, style}, {text: ` ${vertical}`}]
		: hasSource ? [{text: `${vertical} `}, {text: mark, style}] : [{text: mark, style}, {text: ` ${vertical}`}];
	const rowOf = ({snapshot, mark, source, target}: Pair, row: number): Row => {
		const star = (marks.has(snapshot) ? '*' : '').padEnd(stars);
		const style: Style = marks.has(snapshot) ? 'strong' : 'plain';
		const [firstMessage, secondMessage] = [messages[hasSource ? 'source' : 'target'][row], messages.target[row]];
		const firstCell = firstMessage ?? line(`${star}${first.text(hasSource ? source : target)}`, style);
		const secondCell = secondMessage ?? line(second.text(target), style);
		const between = hasMarks ? [markCell(mark, markStyles[mark])] : [];
		const cells = hasSource ? [firstCell, ...between, ...(hasTarget ? [secondCell] : [])] : [...between, firstCell];
		return {cells, apart: cells.flatMap((cell, column) => cell === firstMessage || cell === secondMessage ? [column] : [])};
	};
	const columns = [
		...(hasSource ? [{title: `${' '.repeat(stars)}${first.title}`, width: sourceWidth}] : []),
		...(hasMarks ? [{title: (hasSource && hasTarget ? `${vertical}    ${vertical}` : hasSource ? `${vertical}  ` : `   ${vertical}`), width: hasSource && hasTarget ? markWidth : singleMarkWidth}] : []),
		...(hasTarget ? [{title: hasSource ? second.title : `${' '.repeat(stars)}${first.title}`, width: targetWidth}] : []),
	];
	const hidden = pairs.length > visible ? 1 : 0;
	const at = Math.min(cursor, pairs.length - 1);
	let row = 0;
	const view = tableView(pairs, columns, pair => rowOf(pair, row++), {cursor: at, height: height - hidden});
	const rest = Array.from({length: Math.max(0, visible - view.rows.length)}, (_, index) => ({source: messages.source[view.rows.length + index] ?? [], target: messages.target[view.rows.length + index] ?? []}));
	return {view, messages: rest};
}

/** "… 121 more (PgDn), 40 above", or nothing when all is in sight. */
export function moreWords(state: State, {above, below}: TableView, ellipsis: string): string {
	const parts = [...(below > 0 ? [`${formatCount(below)} more (${keyOf(state, 'move.pagedown')})`] : []), ...(above > 0 ? [`${formatCount(above)} above`] : [])];
	return parts.length === 0 ? '' : `${ellipsis} ${parts.join(', ')}`;
}
