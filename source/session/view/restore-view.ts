// A restore before it is started, in words: what would be made, what is there already, and what stands in the way.

import {displayText} from '../../format/paths.js';
import type {RestoreReport} from '../../engine/jobs.js';
import {isTooMuch, pathsToMake} from '../browse/restore-state.js';
import {countOf, formatBytes, formatCount, formatDuration} from '../figures.js';
import {keyOf} from '../key-of.js';
import {failureLines, firstFitting, line, type Line, type Style} from '../line.js';
import type {State} from '../state.js';

/** Where to, also while it is not known yet what is there. */
export const restoreFolder = ({restore: {report, folder}}: State): string => displayText(report?.folder ?? folder);

/** What is restored, at most `height` lines. */
export function restoreSubjectLines({restore: {subject}}: State, height: number): Line[] {
	const shown = subject.slice(0, subject.length > height ? height - 1 : height);
	return [...shown.map(path => line(path)), ...(shown.length < subject.length ? [line(`and ${countOf(subject.length - shown.length, 'more path')}`, 'faint')] : [])];
}

/** The counts, one line each. */
export function restoreCountLines(state: State, width: number): Line[] {
	const {restore} = state;
	const {report, overwrite, status, problem} = restore;
	if (report === undefined) {
		return status === 'failed'
			? failureLines(problem, width)
			: [line('Looking at what is there.', 'faint')];
	}

	const field = (name: string, count: number, words: string, style: Style = 'plain'): Line =>
		[{text: name.padEnd(11), style: 'faint'}, {text: formatCount(count).padStart(10), style: count === 0 ? 'plain' : style}, {text: `   ${words}`, style: count === 0 ? 'faint' : style}];
	const {freeBytes, newer, differing, obstructed, bytesWritten} = report;
	const fate = overwrite ? 'moved aside and replaced' : `left as they are (${keyOf(state, 'restore.overwrite')} replaces)`;
	return [
		field('new', report.created, `are made${overwrite ? '' : `, ${formatBytes(bytesWritten)}`}`, 'sound'),
		field('same', report.unchanged, 'are there already: same size and time'),
		field('newer', newer, `newer there: ${fate}`, 'attention'),
		field('different', differing - newer, `differ otherwise: ${fate}`, 'attention'),
		field('in the way', obstructed, `a folder for a file, or the reverse: ${overwrite ? 'moved aside' : 'left'}`, 'attention'),
		field('failing', report.failed, 'not read at the push, or no right to write', 'damage'),
		[{text: 'to write   ', style: 'faint'}, {text: formatBytes(bytesWritten).padStart(10), style: 'strong'}],
		[
			{text: 'free       ', style: 'faint'}, {text: (freeBytes === undefined ? 'unknown' : formatBytes(freeBytes)).padStart(10)},
			...(isTooMuch(restore) ? [{text: '   NOT ENOUGH: choose another folder or fewer paths', style: 'damage' as const}] : []),
		],
	];
}

/** Where what is in the way goes, or what else is kept. */
export const restoreKeptLine = ({restore: {report}}: State): Line => report?.asideFolder === undefined
	? line(' Whole paths are made below the folder; owner, mode and time are kept.', 'faint')
	: line(` What is in the way is first moved to ${report.asideFolder}/`, 'attention');

/** The paths that are not simply made, from `scroll` on. */
export const restoreTroubleLines = ({restore: {troubles, report}, scroll}: State): Line[] => troubles.length === 0
	? [line(report === undefined ? '' : 'Nothing stands in the way.', 'faint')]
	: troubles.slice(Math.min(scroll, troubles.length - 1)).map(text => line(text));

export function restoreSentence(state: State, whyNot: string | undefined): string {
	const {restore, columns} = state;
	const {report, status, problem, overwrite} = restore;
	if (whyNot !== undefined || report === undefined) {
		const back = `${keyOf(state, 'back')} goes back.`;
		return status === 'failed' ? problem?.hint ?? back : whyNot === undefined ? back : `Not now: ${whyNot}.`;
	}

	// The folder stands above: with it, the sentence would lose its end on a screen of 80 columns.
	const writes = `${countOf(pathsToMake(restore), 'path')}, ${formatBytes(report.bytesWritten)}`;
	const moved = report.replaced + (overwrite ? report.obstructed : 0);
	const start = keyOf(state, 'restore.start');
	return moved > 0 ? firstFitting([`${start} moves what is in the way aside, then writes ${writes}.`, `${start} moves aside what is there, writes ${writes}.`], columns - 1) : `${start} writes ${writes}, below that folder. Nothing else is touched.`;
}

/** How a restore ended. */
export function restoredWords(state: State, {created, replaced, unchanged, refused, failed, asideFolder, bytesWritten, folder, durationMs}: RestoreReport): string {
	const parts = [
		`${countOf(created, 'path')} made`, ...(replaced > 0 ? [`${formatCount(replaced)} replaced`] : []), ...(unchanged > 0 ? [`${formatCount(unchanged)} already there`] : []),
		...(refused > 0 ? [`${formatCount(refused)} left as they were`] : []), ...(failed > 0 ? [`${formatCount(failed)} FAILED (${keyOf(state, 'log')} shows why)`] : []),
	];
	return `${parts.join(', ')}: ${formatBytes(bytesWritten)} below ${folder} in ${formatDuration(durationMs)}.${asideFolder === undefined ? '' : ` What was there is in ${asideFolder}.`}`;
}
