// The lines around the compare list: what is where, what the current row is, and what the obvious key would do.

import {displayPath, displayText, type PathBytes} from '../../format/paths.js';
import type {ActionId} from '../actions/action-ids.js';
import {countOf, formatBytes, formatCount} from '../figures.js';
import {keyedTitle, keyOf} from '../key-of.js';
import {firstFitting, fitParts, line, lineWidth, widthOf, type Line, type Part, type Style} from '../line.js';
import {allPairs, countMarks, currentPair, damagedSides, shownPairs, summaryOf, type PairMark} from '../pairs.js';
import {longTime, shortId} from '../plan-text.js';
import {shortenMiddle} from '../sentence.js';
import {sourceOf, targetOf, type Repository, type State} from '../state.js';
import {clockTime, roleLetter} from './repository-view.js';

const offered = (state: State, id: ActionId, name: string, words: string, off: string): Line =>
	[{text: `  ${keyOf(state, id)}   `, style: off === '' ? 'accent' : 'faint'}, {text: name.padEnd(13), style: off === '' ? 'strong' : 'faint'}, {text: off === '' ? words : off, style: off === '' ? 'plain' : 'faint'}];

/** "arrows or hjkl": by a word for all four where each of them moves, else the keys that go down and up. */
function movingKeys(state: State): string {
	const directions: ReadonlyArray<readonly [ActionId, arrow: string, letter: string]> = [['pane.left', 'left', 'h'], ['move.down', 'down', 'j'], ['move.up', 'up', 'k'], ['pane.right', 'right', 'l']];
	const has = (id: ActionId, key: string): boolean => state.actions.some(action => action.id === id && action.keys.includes(key));
	const words = [
		...(directions.every(([id, arrow]) => has(id, arrow)) ? ['arrows'] : []),
		...(directions.every(([id, , letter]) => has(id, letter)) ? ['hjkl'] : []),
	];
	return words.length === 0 ? `${keyOf(state, 'move.down')} and ${keyOf(state, 'move.up')}` : words.join(' or ');
}

/** "Terminal 80x24, 256 colours, UTF-8.": what was found out about it, and what says otherwise. */
function terminalLine({columns, rows, terminal: {colours, encoding}}: State): Line {
	return [{text: `Terminal ${columns}x${rows}, ${colours}, ${encoding}.   Wrong?  --ascii  --no-color  --slow`, style: 'faint'}];
}

/** What a person who has no repository yet can do. */
export function firstRunLines(state: State): Line[] {
	const off = state.readOnly ? 'off: started with --read-only' : '';
	return [
		line('No repositories yet. Three ways to begin:', 'strong'), line(''),
		offered(state, 'first.open', 'open one', 'a folder, sqlite:, plakar:, or ssh:', ''),
		offered(state, 'first.create', 'create one', 'asks for a place, then a passphrase', off),
		offered(state, 'first.demo', 'demo', 'two small ones, removed when you quit', off),
		line(''),
		line('Put files into one: plakar-tui on REPOSITORY push PATH', 'faint'),
		line('Open two at once:   plakar-tui REPOSITORY ANOTHER', 'faint'),
		line('Those that you keep in your list are here the next time.', 'faint'), line(''),
		line(`Keys:  ${movingKeys(state)} move   ${keyOf(state, 'browse')} opens   ${keyOf(state, 'back')} goes back   ${keyOf(state, 'help')} shows all`), line(''),
		terminalLine(state),
	];
}

/** "2 SOURCE office (file)" and "128 snap", or what else there is to know of a side; `brief` names the side alone. */
export function sideTitle(state: State, role: 'source' | 'target'): {readonly title: string; readonly brief: string; readonly note: string} {
	const repository: Repository | undefined = role === 'source' ? sourceOf(state) : targetOf(state);
	const {name, summary, status, readAtMs = 0} = repository ?? {name: 'none'};
	const brief = `${role === 'source' ? keyedTitle(state, 'pane.source', 'SOURCE') : keyedTitle(state, 'pane.target', 'TARGET')} ${name}`;
	return {
		brief,
		title: `${brief}${summary === undefined || status === 'failed' ? '' : ` (${summary.scheme})`}`,
		note: summary === undefined ? '' : status === 'failed' ? `as of ${clockTime(readAtMs)}` : `${formatCount(summary.snapshots.length)} snap`,
	};
}

const sortWords = ({compare: {sort, isReversed}}: State): string => sort === 'taken' ? (isReversed ? 'oldest first' : '') : `by ${sort}${isReversed ? ', reversed' : ''}`;

/** Below this, the four counts need all the room; names that would push them out have none either. */
const namesFromColumns = 100;
const mostNames = 36;
/** Of where a snapshot is from, whatever else there is to say of it. */
const leastOrigin = 20;

/** Counts by mark: "office / vault:  == 118 in both   -> 9 only source". */
export function countLine(state: State): Line {
	const {compare: {filter}, columns} = state;
	if (sourceOf(state) === undefined) {
		return line('');
	}

	const words = [sortWords(state), ...(filter === '' ? [] : [`filter ${displayText(filter)}: ${formatCount(shownPairs(state).length)} of ${formatCount(allPairs(state).length)}`])].filter(text => text !== '').join('   ');
	const withWords = (extent: Extent): Line => [...countPieces(state, extent), {text: words, style: 'attention'}];
	return withWords(extents.find(extent => lineWidth(withWords(extent)) <= columns) ?? 'signs');
}

/** How much is said of each count. */
const extents = ['all', 'short', 'signs'] as const;
type Extent = typeof extents[number];

function countPieces(state: State, extent: Extent): Line {
	const {columns} = state;
	const [source, target] = [sourceOf(state)!, targetOf(state)];
	const counts = countMarks(state);
	const isShort = extent !== 'all';
	const part = (mark: PairMark, longWords: string, style: Style, shortWords = longWords): Line =>
		[{text: `${mark} ${formatCount(counts[mark])}`, style: counts[mark] > 0 ? style : 'plain'}, {text: {all: ` ${longWords}   `, short: ` ${shortWords}  `, signs: '  '}[extent]}];
	const unread = [source, target].find(repository => repository !== undefined && repository.summary === undefined);
	if (target === undefined) {
		return [{text: ' '}, {text: source.name}, {text: `: ${countOf(allPairs(state).length, 'snapshot')}   `}];
	}

	if (unread !== undefined) {
		const isFailed = unread.status === 'failed';
		const style = isFailed ? 'attention' : 'faint';
		return [{text: ' '}, {text: unread.name, style}, {text: ` ${isFailed ? 'cannot be read' : 'is being read'}${isShort ? '' : ': what the two have in common is not known'}`, style}, {text: '   '}];
	}

	const names = ` ${source.name} / ${target.name}:  `;
	return [
		{text: columns < namesFromColumns || widthOf(names) > mostNames ? ' ' : names},
		...part('==', 'in both', 'plain', 'both'), ...(counts['=?'] === 0 ? [] : part('=?', 'sealed', 'attention')), ...part('->', 'only source', 'accent', 'source'), ...part('<-', 'only target', 'attention', 'target'),
		...(counts.xx > 0 && counts['!='] === 0 ? [] : part('!=', counts['!='] === 1 ? 'conflict' : 'conflicts', 'damage')), ...(counts.xx === 0 ? [] : part('xx', 'damaged', 'damage')),
	];
}

/** The snapshot under the cursor, in so many whole words as there is room for. */
export function currentLine(state: State, ellipsis: string): Line {
	const pair = currentPair(state);
	if (pair === undefined) {
		return line('');
	}

	const {header, problem, snapshot} = summaryOf(pair);
	const width = state.columns - 1;
	const damaged = damagedSides(pair);
	if (damaged.length > 0 && problem === undefined) {
		const words = `${shortId(snapshot)}  damaged in the ${damaged[0]!}, sound in the ${damaged[0] === 'source' ? 'target' : 'source'}`;
		return line(` ${firstFitting([`${words}: heal mends it`, words], width)}`, 'damage');
	}

	if (header === undefined) {
		const words = problem === undefined ? [`sealed: open it with its passphrase (${keyOf(state, 'passphrase')}) to see more`, `sealed (${keyOf(state, 'passphrase')} opens it)`] : [displayText(problem.message)];
		return line(` ${firstFitting(words.flatMap(text => [`${snapshot}  ${text}`, `${shortId(snapshot)}  ${text}`]), width)}`, problem === undefined ? 'faint' : 'damage');
	}

	const origin = `${displayText(header.host)}:${header.paths.map(path => displayPath(path as PathBytes)).join(' ')}`;
	const partsFor = (shown: string): Part[] => ([
		[0, ` ${shortId(snapshot)}  ${longTime(header.created)}`], [4, header.created.slice(16, 19)], [0, `Z  ${shown}`], [2, `  ${countOf(header.totals.files, 'file')}`],
		[1, `  ${formatBytes(header.totals.sizeBytes)}`], [3, header.tag === undefined ? '' : `  tag ${displayText(header.tag)}`],
	] as const).map(([rank, text]) => ({rank, pieces: line(text)}));
	// A long origin gives up its middle before anything else goes.
	const least = shortenMiddle(origin, leastOrigin, ellipsis);
	const room = state.columns - lineWidth(fitParts(partsFor(least), state.columns)) + widthOf(least);
	return fitParts(partsFor(shortenMiddle(origin, room, ellipsis)), state.columns);
}

function listSentence(state: State): string {
	const {compare: {listCursor}, repositories, readOnly} = state;
	const repository = repositories[listCursor];
	if (repository === undefined) {
		return readOnly ? `${keyOf(state, 'first.open')} opens a repository; nothing is written anywhere.` : 'Nothing is written outside the folder you choose.';
	}

	const {name, status} = repository;
	if (status === 'failed') {
		return `${name} cannot be read; the others stay usable. ${keyOf(state, 'reread')} reads again.`;
	}

	switch (roleLetter(state, listCursor)) {
		case 'S': {
			return state.target === undefined ? `This is the source. ${keyOf(state, 'repositories.add')} opens another repository beside it.` : `${name} is the source. ${keyOf(state, 'compare.swap')} swaps it with the target.`;
		}

		case 'T': {
			return `${name} is the target: what a sync would write to. ${keyOf(state, 'compare.swap')} swaps, ${keyOf(state, 'repositories.source')} makes it the source.`;
		}

		default: {
			return `${keyOf(state, 'repositories.target')} makes ${name} the target, ${keyOf(state, 'repositories.source')} the source. Nothing is written by that.`;
		}
	}
}

/** What happens if the obvious key is pressed. */
export function compareSentence(state: State): string {
	const {compare: {marks, focus}, readOnly} = state;
	const width = state.columns - 1;
	const [source, target] = [sourceOf(state), targetOf(state)];
	if (focus === 'list') {
		return listSentence(state);
	}

	if (target === undefined) {
		const [check, clone, add] = [keyOf(state, 'check'), keyOf(state, 'clone'), keyOf(state, 'repositories.add')];
		return readOnly ? `Press ${check} to check this repository.` : firstFitting([`Press ${check} to check this repository, ${clone} to clone it, ${add} to open another beside it.`, `${check} checks this repository, ${clone} clones it, ${add} opens another.`], width);
	}

	const failed = [source, target].find(repository => repository?.status === 'failed');
	if (failed !== undefined) {
		return `${failed.name} cannot be read. ${keyOf(state, 'reread')} reads again, ${keyOf(state, 'compare.next')} takes the next target.`;
	}

	if (source?.summary === undefined || target.summary === undefined) {
		return `Reading. Keys work already; ${keyOf(state, 'quit')} quits.`;
	}

	if (marks.size > 0) {
		return `${formatCount(marks.size)} marked. ${keyOf(state, 'sync.plan')} shows what would be sent; nothing is written before you confirm.`;
	}

	if (allPairs(state).length === 0) {
		return firstFitting([`Both are empty: push something into one of them, then ${keyOf(state, 'reread')} reads again.`, `Both are empty: push into one, then ${keyOf(state, 'reread')} reads again.`], width);
	}

	const missing = countMarks(state)['->'];
	return missing > 0
		? `${keyOf(state, 'sync.planAll')} shows what sending ${countOf(missing, 'snapshot')} would cost; nothing is written before.`
		: `The target lacks nothing of the source. ${keyOf(state, 'compare.swap')} looks the other way; ${keyOf(state, 'check')} verifies.`;
}
