// The integrity check in words and cells: a picture of every chunk, the findings, and what they cost.

import {mapCode, mapStates} from '../../engine/counters.js';
import type {Finding} from '../../engine/finding.js';
import {checkConclusion} from '../check-text.js';
import {countOf, formatCount, formatPercent} from '../figures.js';
import type {Glyphs} from '../glyphs.js';
import {line, wrapText, type Line, type Piece, type Style} from '../line.js';
import type {Job} from '../state.js';

/** From harmless to grave: the gravest state wins a cell. */
const gravity = [mapCode.sound, mapCode.trusted, mapCode.unread, mapCode.reading, mapCode.orphan, mapCode['sound-on-second-read'], mapCode.unreadable, mapCode.corrupt, mapCode.missing];
const rank = Uint8Array.from({length: mapStates.length}, (_, code) => gravity.indexOf(code));

const styles: readonly Style[] = mapStates.map(state => (({
	unread: 'faint', reading: 'accent', sound: 'sound', 'sound-on-second-read': 'attention', unreadable: 'attention', corrupt: 'damage', missing: 'damage', orphan: 'attention', trusted: 'sound',
}) as const)[state]);

const glyphNames = {unread: 'unread', reading: 'reading', sound: 'sound', 'sound-on-second-read': 'second', unreadable: 'unreadable', corrupt: 'corrupt', missing: 'missing', orphan: 'orphan', trusted: 'trusted'} as const;

/** How many chunks one cell stands for when `count` of them fill at most `cells`. */
export const chunksPerCell = (count: number, cells: number): number => Math.max(1, Math.ceil(count / Math.max(1, cells)));

/** The gravest state in chunks `start` to `end`. */
function worst(states: Uint8Array, start: number, end: number): number {
	let code = mapCode.sound as number;
	for (let index = start; index < end; index++) {
		const candidate = states[index]!;
		if (rank[candidate]! > rank[code]!) {
			code = candidate;
		}
	}

	return code;
}

/** The map as `rows` lines of `width` cells in storage order; one piece for each run of equal cells. O(chunks). */
export function mapLines(map: Job['map'], width: number, rows: number, glyphs: Glyphs): Line[] {
	if (map === undefined || map.count === 0) {
		return [line(map === undefined ? 'listing…' : 'no chunks', 'faint'), ...Array.from({length: Math.max(0, rows - 1)}, () => line(''))];
	}

	const per = chunksPerCell(map.count, width * rows);
	return Array.from({length: rows}, (_, row) => {
		const pieces: Piece[] = [];
		let text = '';
		let current = -1;
		const flush = (): void => {
			if (text !== '') {
				pieces.push({text, style: styles[current]!});
			}
		};

		for (let column = 0; column < width; column++) {
			const start = ((row * width) + column) * per;
			if (start >= map.count) {
				break;
			}

			const code = worst(map.states, start, Math.min(start + per, map.count));
			if (code !== current) {
				flush();
				text = '';
				current = code;
			}

			text += glyphs.map[glyphNames[mapStates[code]!]];
		}

		flush();
		return pieces;
	});
}

export function legendLine({map}: Glyphs): Line {
	return [
		{text: ` ${map.sound}`, style: 'sound'}, {text: ' sound  '}, {text: map.reading, style: 'accent'}, {text: ' reading  '},
		{text: map.unread, style: 'faint'}, {text: ' not read  '}, {text: map.second, style: 'attention'}, {text: ' 2nd read  '},
		{text: map.corrupt, style: 'damage'}, {text: ' corrupt  '}, {text: map.missing, style: 'damage'}, {text: ' missing  '},
		{text: map.orphan, style: 'attention'}, {text: ' orphan'},
	];
}

const letterOf = ({kind}: Finding, {map}: Glyphs): string => kind.startsWith('missing') ? map.missing : kind.startsWith('orphan') ? map.orphan : kind.startsWith('unreadable') ? map.unreadable : map.corrupt;

/** One line for each finding around the cursor. */
export function findingLines({findings, findingCursor, status}: Job, height: number, glyphs: Glyphs): Line[] {
	if (findings.length === 0) {
		return [line(status === 'running' ? 'none so far' : 'none', 'faint')];
	}

	const start = Math.max(0, Math.min(findingCursor - Math.floor(height / 2), findings.length - height));
	return findings.slice(start, start + height).map((finding, index) => {
		const isCurrent = start + index === findingCursor;
		return [
			{text: isCurrent ? '>' : ' ', style: 'strong'},
			{text: `${letterOf(finding, glyphs)} `, style: finding.severity === 'damage' ? 'damage' : 'attention'},
			{text: `${finding.kind} ${finding.id.slice(0, 8)}  ${finding.reason}`, style: isCurrent ? 'cursor' : 'plain'},
		];
	});
}

/** What the finding under the cursor affects, and what to do. */
export function affectedLines({findings, findingCursor}: Job, width: number, glyphs: Glyphs): Line[] {
	const finding = findings[findingCursor];
	if (finding === undefined) {
		return [];
	}

	const {kind, id, reads, snapshots, paths, pathCount, advice} = finding;
	return [
		line(`${kind}  ${id.slice(0, 16)}${glyphs.ellipsis}${reads > 1 ? `  ${reads} reads` : ''}`, 'strong'),
		...(snapshots.length === 0 ? [] : [line(`needed by ${countOf(snapshots.length, 'snapshot')}: ${snapshots.slice(0, 4).map(snapshot => snapshot.slice(0, 6)).join(' ')}`)]),
		...paths.slice(0, 3).map(({snapshot, path}): Line => [{text: glyphs.branch, style: 'faint'}, {text: `${snapshot.slice(0, 6)} `, style: 'faint'}, {text: path}]),
		...(pathCount > 3 ? [line(`  and ${formatCount(pathCount - 3)} more paths`, 'faint')] : []),
		...wrapText(advice, Math.max(20, width)).map(text => line(text, 'accent')),
	];
}

/** "121,004 / 318,204 chunks  38%". */
export function checkProgress({sample, checkReport, map}: Job): string {
	const done = checkReport?.chunksRead ?? sample?.values.chunksDone ?? 0;
	const total = map?.count ?? sample?.values.chunksTotal ?? 0;
	return total === 0 ? '' : `${formatCount(done)} / ${formatCount(total)} chunks  ${formatPercent(done, total)}`;
}

/** Never more than was read. */
export function provenLine({checkReport, findings, sample}: Job): Line {
	if (checkReport !== undefined) {
		return line(` ${checkConclusion(checkReport)[0]!}`);
	}

	const affected = new Set(findings.filter(({severity}) => severity === 'damage').flatMap(({snapshots}) => snapshots)).size;
	return line(sample === undefined ? '' : ` ${countOf(findings.length, 'finding')} so far${affected > 0 ? `; ${countOf(affected, 'snapshot')} damaged` : ''}.`);
}

export function checkSentence(job: Job | undefined): string {
	if (job === undefined) {
		return '';
	}

	const {checkReport, status, sample, map, problem} = job;
	if (status === 'failed') {
		return `${problem?.message ?? ''} ${problem?.hint ?? ''}`;
	}

	if (checkReport !== undefined) {
		return checkConclusion(checkReport).slice(1).join(' ');
	}

	const share = map === undefined || sample === undefined ? '0%' : formatPercent(sample.values.chunksDone, map.count);
	return `${share} read. Unread chunks are not proven sound. Stopping is safe at any time.`;
}
