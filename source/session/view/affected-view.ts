// One finding in full: every snapshot that needs the record, and every path that loses something.

import {countOf, formatCount} from '../figures.js';
import {unicodeGlyphs, type Glyphs} from '../glyphs.js';
import {keyOf} from '../key-of.js';
import {line, type Line} from '../line.js';
import {originOf} from '../pairs.js';
import {shortTime} from '../plan-text.js';
import {isRunning, shownJobOf, type State} from '../state.js';
import {aroundPane} from './around-panes.js';
import {currentFinding, findingHead, remedyLines} from './check-view.js';

/** How many lines the list has below its head: snapshots, then paths. */
export function affectedCount(state: State): number {
	const job = shownJobOf(state);
	const finding = job === undefined ? undefined : currentFinding(job);
	return finding === undefined ? 0 : finding.snapshots.length + finding.paths.length;
}

/** What stands above the list. */
export function affectedHead(state: State, width: number, glyphs: Glyphs): Line[] {
	const job = shownJobOf(state);
	const finding = job === undefined ? undefined : currentFinding(job);
	if (job === undefined || finding === undefined) {
		return [line('There is no finding.', 'faint')];
	}

	const [first, ...rest] = findingHead(finding, glyphs);
	return [
		first!, line(finding.id, 'faint'), ...rest,
		...remedyLines(state, job, finding, width),
	];
}

/** The lines `start` to `start + height` of the list. O(height + snapshots). */
export function affectedRows(state: State, start: number, height: number, glyphs: Glyphs): Line[] {
	const job = shownJobOf(state);
	const finding = job === undefined ? undefined : currentFinding(job);
	if (job === undefined || finding === undefined) {
		return [];
	}

	const {snapshots, paths} = finding;
	const known = new Map(state.repositories[job.repositoryIndex]?.summary?.snapshots.map(summary => [summary.snapshot as string, summary]));
	const wordsOf = (snapshot: string): string => {
		const summary = known.get(snapshot);
		return summary?.header === undefined ? snapshot.slice(0, 6) : `${snapshot.slice(0, 6)} ${shortTime(summary.header.created)}`;
	};

	const end = Math.min(start + height, snapshots.length + paths.length);
	return Array.from({length: Math.max(0, end - start)}, (_, index): Line => {
		const at = start + index;
		if (at < snapshots.length) {
			const snapshot = snapshots[at]!;
			return [{text: 'snapshot  ', style: 'faint'}, {text: wordsOf(snapshot)}, {text: `  ${originOf(known.get(snapshot))}`, style: 'faint'}];
		}

		const {snapshot, path} = paths[at - snapshots.length]!;
		return [{text: glyphs.branch, style: 'faint'}, {text: `${wordsOf(snapshot)}  `, style: 'faint'}, {text: path}];
	});
}

/** Rows of the list that stand on the screen at once, below the head. */
export const affectedVisible = (rows: number, headRows: number): number => Math.max(1, rows - aroundPane - headRows);

/** Rows with which the list may begin, so that the last one is at the end. */
export const affectedPlaces = (state: State): number =>
	Math.max(1, affectedCount(state) - affectedVisible(state.rows, affectedHead(state, state.columns - 2, unicodeGlyphs).length) + 1);

/** Which part of the list stands on the screen, and what is not in it. */
export function affectedNote(state: State, start: number, height: number): string {
	const job = shownJobOf(state);
	const finding = job === undefined ? undefined : currentFinding(job);
	const count = affectedCount(state);
	const beyond = finding === undefined ? 0 : finding.pathCount - finding.paths.length;
	const part = count <= height ? '' : `${formatCount(start + 1)} to ${formatCount(Math.min(count, start + height))} of ${formatCount(count)}`;
	return [part, beyond > 0 ? `${countOf(beyond, 'path')} more not kept` : ''].filter(text => text !== '').join(', ');
}

export function affectedSentence(state: State): string {
	const job = shownJobOf(state);
	const goesBack = `${keyOf(state, 'back')} goes back to the findings`;
	return job !== undefined && isRunning(job) ? `${goesBack}; the list grows while the check looks for more.` : `${goesBack}.`;
}
