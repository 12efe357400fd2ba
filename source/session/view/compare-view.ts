// The compare screen in words: both sides in one aligned list, and what the current row is.

import {displayPath, type PathBytes} from '../../format/paths.js';
import {kinshipOf} from '../../engine/identity.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import {countOf, formatBytes, formatBytesShort, formatCount} from '../figures.js';
import {line, type Line, type Style} from '../line.js';
import {allPairs, countMarks, originOf, shownPairs} from '../pairs.js';
import {shortId, shortTime} from '../plan-text.js';
import {sourceOf, targetOf, type Pair, type Repository, type State} from '../state.js';
import {layoutColumns, tableView, type Column, type Row, type TableView} from './table.js';

const markStyles: Readonly<Record<Pair['mark'], Style>> = {'==': 'plain', '->': 'accent', '<-': 'faint', '!=': 'damage', '=?': 'attention'};

const half = (summary: SnapshotSummary | undefined): readonly string[] => summary === undefined
	? ['', '', '', '']
	: [
		shortId(summary.snapshot),
		summary.header === undefined ? '' : shortTime(summary.header.created),
		originOf(summary),
		summary.header === undefined ? '' : formatBytesShort(summary.header.totals.sizeBytes),
	];

/** Columns for `width`: at 60 and less, the target half goes and its mark stays. */
export function compareColumns(width: number): readonly Column[] {
	const side: readonly Column[] = [{title: 'id', width: 6}, {title: 'taken', width: 11}, {title: 'origin', width: 8}, {title: 'size', width: 7, align: 'right'}];
	const own: Column[] = [{title: '', width: 1}, ...side, {title: '', width: 2}];
	if (width < 70) {
		return layoutColumns(own, 3, width);
	}

	const targetSide: readonly Column[] = width < 96 ? [side[0]!, side[1]!] : side;
	const all = [...own, ...targetSide];
	if (width < 96) {
		return layoutColumns(all, 3, width);
	}

	const spare = width - all.reduce((sum, column) => sum + column.width + 2, 0);
	const extra = Math.max(0, Math.floor(spare / 2));
	return all.map((column, index) => index === 3 || index === 8 ? {...column, width: column.width + (index === 3 ? spare - extra : extra)} : column);
}

export function compareTable(state: State, width: number, height: number): TableView {
	const {compare: {cursor, marks}} = state;
	const columns = compareColumns(width);
	const toRow = ({snapshot, mark, source, target}: Pair): Row => ({
		cells: [marks.has(snapshot) ? '*' : '', ...half(source), mark, ...half(target)].slice(0, columns.length),
		style: marks.has(snapshot) ? 'strong' : markStyles[mark],
	});
	return tableView(shownPairs(state), columns, toRow, {cursor, height});
}

/** "office (fs), 128 snapshots", or why there are none. */
export function repositoryWords(repository: Repository | undefined): string {
	if (repository === undefined) {
		return 'none';
	}

	const {name, status, summary} = repository;
	if (status === 'loading' && summary === undefined) {
		return `${name}: reading…`;
	}

	return summary === undefined ? `${name}: cannot be read` : `${name} (${summary.scheme}) ${formatCount(summary.snapshots.length)} snap`;
}

/** What stands in place of the list while there is none. */
export function emptyCompare(state: State): Line[] {
	const [source, target] = [sourceOf(state), targetOf(state)];
	if (source === undefined) {
		return [
			line('No repositories yet.', 'strong'), line(''),
			line('Make one:       plakar-tui create /srv/backup'), line('Put files in:   plakar-tui on /srv/backup push /etc'),
			line('Open it here:   plakar-tui /srv/backup [ANOTHER]'), line(''), line('A demonstration: npm run demo', 'faint'),
		];
	}

	for (const repository of [source, target]) {
		if (repository?.status === 'failed') {
			return [
				line(`Cannot read ${repository.name}.`, 'damage'), line(repository.problem?.message ?? ''), line(''),
				line(repository.problem?.hint ?? '', 'plain'), line(''), line('r  read again', 'faint'),
			];
		}

		if (repository?.status === 'loading' && repository.summary === undefined) {
			return [line(`Reading ${repository.name}…`, 'faint')];
		}
	}

	return [state.compare.filter === ''
		? line(target === undefined ? 'This repository holds no snapshot yet.' : 'Both repositories are empty: push something into one of them.', 'faint')
		: line(`Nothing matches ${JSON.stringify(state.compare.filter)}. Esc clears the filter.`, 'faint')];
}

/** Counts by mark: "== 118 in both   -> 9 only source"; "=? 5 sealed" are in both and cannot be compared before they are opened. */
export function countLine(state: State): Line {
	const counts = countMarks(allPairs(state));
	if (targetOf(state) === undefined) {
		return line(` ${countOf(allPairs(state).length, 'snapshot')}`);
	}

	return [
		{text: ` == ${formatCount(counts['=='])} in both   `},
		...(counts['=?'] === 0 ? [] : [{text: `=? ${formatCount(counts['=?'])} sealed   `, style: 'attention' as const}]),
		{text: `-> ${formatCount(counts['->'])} only source   `, style: counts['->'] > 0 ? 'accent' : 'plain'},
		{text: `<- ${formatCount(counts['<-'])} only target   `},
		{text: `!= ${countOf(counts['!='], 'conflict')}`, style: counts['!='] > 0 ? 'damage' : 'plain'},
		...(state.compare.filter === '' ? [] : [{text: `   filter: ${state.compare.filter}`, style: 'attention' as const}]),
	];
}

/** The snapshot under the cursor, in full. */
export function currentLine(state: State): Line {
	const pair = shownPairs(state)[state.compare.cursor];
	const summary = pair?.source ?? pair?.target;
	if (summary === undefined) {
		return line('');
	}

	const {header, problem, snapshot} = summary;
	if (header === undefined) {
		return line(` ${snapshot}  ${problem === undefined ? 'sealed: open it with its passphrase (p) to see more' : problem.message}`, problem === undefined ? 'faint' : 'damage');
	}

	const paths = header.paths.map(path => displayPath(path as PathBytes)).join(' ');
	return line(` ${shortId(snapshot)}  ${header.created.slice(0, 19).replace('T', ' ')}Z  ${originOf(summary).split(':')[0]}:${paths}  ${countOf(header.totals.files, 'file')}  ${formatBytes(header.totals.sizeBytes)}${header.tag === undefined ? '' : `  tag ${header.tag}`}`);
}

/** Kinship in plain words. */
export function kinshipLine(state: State): Line {
	const [source, target] = [sourceOf(state)?.summary, targetOf(state)?.summary];
	if (source === undefined) {
		return line('');
	}

	const encryption = source.encrypted ? (source.opened ? 'on, opened' : 'on, sealed (p opens)') : 'off';
	if (target === undefined) {
		return line(` chunking: ${source.chunking}   encryption: ${encryption}`, 'faint');
	}

	if (source.repositoryId === target.repositoryId) {
		return line(' identity: the same repository, or a copy made outside this program', 'damage');
	}

	const sameKeys = source.canary === target.canary;
	const sameCuts = source.chunking === target.chunking && source.hashing === target.hashing;
	const kinship = kinshipOf(source, target);
	const identity = kinship === 'family' ? (source.familyId === target.familyId ? 'same family' : 'comparable') : kinship === 'same-ids' ? 'comparable, sealed anew' : 'unrelated, cut anew';
	return line(` identity: ${identity}   chunking: ${sameCuts ? 'same' : 'differs'}   encryption: ${source.encrypted || target.encrypted ? (sameKeys ? `${encryption}, same key` : source.encrypted && target.encrypted ? 'different keys' : 'one side only') : 'off'}`, kinship === 'unrelated' ? 'attention' : 'faint');
}

/** What happens if the obvious key is pressed. */
export function compareSentence(state: State): string {
	const {compare: {marks}, readOnly} = state;
	const counts = countMarks(allPairs(state));
	if (targetOf(state) === undefined) {
		return readOnly ? 'Press v to check this repository.' : 'Press v to check this repository, c to clone it.';
	}

	if (marks.size > 0) {
		return `${formatCount(marks.size)} marked. s shows what would be sent; nothing is written before you confirm.`;
	}

	return counts['->'] > 0
		? `S shows what sending ${countOf(counts['->'], 'snapshot')} would cost; nothing is written before.`
		: 'The target lacks nothing of the source. Press v to check it, x to look the other way.';
}

/** One line for each repository of the list pane. */
export function repositoryLines(state: State, width: number): Line[] {
	return state.repositories.flatMap((repository, index): Line[] => {
		const {name, status, summary, checked, problem} = repository;
		const role = index === state.source ? 'S' : index === state.target ? 'T' : ' ';
		const head = `${role} ${name}`;
		const facts: Line[] = [];
		if (summary !== undefined) {
			const bytes = summary.snapshots.reduce((sum, {header}) => Math.max(sum, header?.totals.sizeBytes ?? 0), 0);
			facts.push(line(`  ${formatCount(summary.snapshots.length)} snap  ${formatBytesShort(bytes)}`, 'faint'));
			facts.push(...summary.locks.slice(0, 1).map(({host, pid}) => line(`  locked: ${host} ${pid}`, 'attention')));
			facts.push(...(summary.unfinishedTransactions > 0 ? [line(`  ${summary.unfinishedTransactions} unfinished`, 'attention')] : []));
		}

		facts.push(status === 'failed' ? line(`  ! ${problem?.code === 'PASSPHRASE_WRONG' ? 'wrong passphrase' : 'cannot be read'}`, 'damage') : line(`  ${status === 'loading' ? 'reading…' : checked ?? 'not checked yet'}`, checked === 'sound' ? 'sound' : 'faint'));
		return [[{text: head.padEnd(Math.max(0, width - 5)), style: role === ' ' ? 'plain' : 'strong'}, {text: (summary?.scheme ?? '').slice(0, 5).padStart(5), style: 'faint'}], ...facts];
	});
}

/** The snapshot under the cursor in full: nothing is cut here. */
export function inspectLines(state: State): string[] {
	const pair = shownPairs(state)[state.compare.cursor];
	if (pair === undefined) {
		return [];
	}

	const {snapshot, mark, source, target} = pair;
	const header = (source ?? target)?.header;
	return [
		snapshot, `mark ${mark}`, ...(source === undefined ? [] : [`source digest ${source.digest}`]), ...(target === undefined ? [] : [`target digest ${target.digest}`]),
		...(header === undefined ? [] : [
			`taken ${header.created}`,
			`${header.totals.files} files, ${header.totals.directories} directories, ${header.totals.others} others, ${header.totals.errors} not read`,
			`${header.totals.sizeBytes} bytes, ${header.totals.chunks} chunks, ${header.totals.objects} objects`,
		]),
	];
}
