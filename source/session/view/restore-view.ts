// A restore before it is started, in words: what would be made, what is there already, and what stands in the way.

import type {RestoreReport} from '../../engine/jobs.js';
import {displayText} from '../../format/paths.js';
import {bytesToWrite, type RestoreState} from '../browse/restore-state.js';
import {countOf, formatBytes, formatCount, formatDuration} from '../figures.js';
import {line, type Line, type Style} from '../line.js';
import type {State} from '../state.js';

const isTooMuch = (restore: RestoreState): boolean => restore.report?.freeBytes !== undefined && bytesToWrite(restore) > restore.report.freeBytes;

/** Where to, also while it is not known yet what is there. */
export const restoreFolder = ({restore: {report, folder}}: State): string => displayText(report?.folder ?? folder);

/** What is restored, at most `height` lines. */
export function restoreSubjectLines({restore: {subject}}: State, height: number): Line[] {
	const shown = subject.slice(0, subject.length > height ? height - 1 : height);
	return [...shown.map(path => line(path)), ...(shown.length < subject.length ? [line(`and ${countOf(subject.length - shown.length, 'more path')}`, 'faint')] : [])];
}

/** The counts, one line each. */
export function restoreCountLines({restore}: State): Line[] {
	const {report, overwrite, status, problem} = restore;
	if (report === undefined) {
		return status === 'failed'
			? [line(problem?.message ?? '', 'damage'), line(''), line(problem?.hint ?? '')]
			: [line('Looking at what is there.', 'faint')];
	}

	const inTheWay = report.refused - report.differing;
	const field = (name: string, count: number, words: string, style: Style = 'plain'): Line =>
		[{text: name.padEnd(11), style: 'faint'}, {text: formatCount(count).padStart(10), style}, {text: `   ${words}`, style: count === 0 ? 'faint' : style}];
	const {freeBytes} = report;
	return [
		field('new', report.created, `are made, ${formatBytes(report.bytesWritten)}`, report.created > 0 ? 'sound' : 'plain'),
		field('same', report.unchanged, 'are there already: same size and time'),
		field('different', report.differing, overwrite ? `are OVERWRITTEN, ${formatBytes(report.differingBytes)}` : 'are left as they are (w overwrites)', report.differing === 0 ? 'plain' : overwrite ? 'damage' : 'attention'),
		field('in the way', inTheWay, 'a directory stands there: left as it is', inTheWay > 0 ? 'attention' : 'plain'),
		field('no content', report.failed, 'could not be read at the push', report.failed > 0 ? 'damage' : 'plain'),
		line(''),
		[{text: 'to write   ', style: 'faint'}, {text: formatBytes(bytesToWrite(restore)).padStart(10), style: 'strong'}],
		[
			{text: 'free       ', style: 'faint'}, {text: (freeBytes === undefined ? 'unknown' : formatBytes(freeBytes)).padStart(10)},
			...(isTooMuch(restore) ? [{text: '   NOT ENOUGH', style: 'damage' as const}] : []),
		],
	];
}

/** The paths that are not simply made, from `scroll` on. */
export const restoreTroubleLines = ({restore: {troubles, report}, scroll}: State): Line[] => troubles.length === 0
	? [line(report === undefined ? '' : 'Nothing stands in the way.', 'faint')]
	: troubles.slice(Math.min(scroll, troubles.length - 1)).map(text => line(text));

export function restoreSentence({restore}: State, whyNot: string | undefined): string {
	const {report, folder, overwrite} = restore;
	if (whyNot !== undefined || report === undefined) {
		return whyNot === undefined ? 'Esc goes back.' : `Not now: ${whyNot}.`;
	}

	const made = report.created + (overwrite ? report.differing : 0);
	return `y writes ${countOf(made, 'path')}, ${formatBytes(bytesToWrite(restore))}, below ${displayText(folder)}${overwrite && report.differing > 0 ? `; ${formatCount(report.differing)} overwritten` : ''}. Nothing else is touched.`;
}

/** How a restore ended. */
export function restoredWords({created, overwritten, unchanged, refused, failed, bytesWritten, folder, durationMs}: RestoreReport): string {
	const parts = [
		`${countOf(created, 'path')} made`, ...(overwritten > 0 ? [`${formatCount(overwritten)} overwritten`] : []), ...(unchanged > 0 ? [`${formatCount(unchanged)} already there`] : []),
		...(refused > 0 ? [`${formatCount(refused)} left as they were`] : []), ...(failed > 0 ? [`${formatCount(failed)} FAILED (L shows why)`] : []),
	];
	return `${parts.join(', ')}: ${formatBytes(bytesWritten)} below ${folder} in ${formatDuration(durationMs)}.`;
}
