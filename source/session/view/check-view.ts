// The integrity check in words: how far it is, what it found, what that costs, and what may be said of it.

import {mapCode} from '../../engine/counters.js';
import type {Finding} from '../../engine/finding.js';
import {checkConclusion} from '../check-text.js';
import {copyShort, copyWords, recordOf} from '../copies.js';
import {countOf, formatBytes, formatCount, formatPercent, formatRange} from '../figures.js';
import {groupedFindings} from '../findings.js';
import type {Glyphs} from '../glyphs.js';
import {healedCount, isHealed} from '../heal/healed.js';
import {keyedTitle, keyOf} from '../key-of.js';
import {firstFitting, fit, line, widthOf, windowStart, wrapText, type Line} from '../line.js';
import {isRunning, shownJobOf, type Job, type State} from '../state.js';
import {cellWords, mapViewOf, type MapView} from './check-map.js';
import {chunkUnderCursor} from './check-zoom.js';

/** Links that are wrong cost no content: they have the letter that heal gives them, not that of what is corrupt. */
const letterOf = ({kind}: Finding, {map}: Glyphs): string =>
	kind.startsWith('missing') ? map.missing : kind.startsWith('unreadable') ? map.unreadable : kind.startsWith('orphan') || kind === 'wrong-reference-count' ? map.orphan : map.corrupt;

/** "chunk 9b1e77aa", "snapshot 00ac30": what a finding is about. */
const subjectOf = ({kind, id}: Finding): string => {
	const noun = kind.endsWith('-chunk') || kind === 'wrong-size' || kind === 'wrong-reference-count' || kind === 'unlisted-record' ? 'chunk' : kind.endsWith('-object') ? 'object' : kind === 'medium' ? 'medium' : 'snapshot';
	return noun === 'chunk' && !kind.endsWith('-chunk') ? `record ${id.slice(0, 8)}` : `${noun} ${id.slice(0, 8)}`;
};

/** "2 corrupt-chunk, 1 missing-chunk", the gravest first. */
export function findingKindsLine(findings: readonly Finding[]): string {
	const counts = new Map<string, number>();
	for (const {kind} of groupedFindings(findings)) {
		counts.set(kind, (counts.get(kind) ?? 0) + 1);
	}

	return [...counts].map(([kind, count]) => `${formatCount(count)} ${kind}`).join(', ');
}

/** How many were found: the list is bounded, the count is not. */
export const findingTotal = ({checkReport, sample, findings}: Job): number => Math.max(findings.length, checkReport?.findingCount ?? sample?.values.findings ?? 0);

/** In `width` columns: what there is of each kind is told where it has room as a whole. */
export function findingsTitle(state: State, job: Job, width: number): string {
	const total = findingTotal(job);
	const listed = `${formatCount(job.findings.length)} listed`;
	const beyond = total > job.findings.length ? [`, the first ${listed}`, `, ${listed}`] : [''];
	const healed = healedCount(job);
	const titles = beyond.map(words => `${keyedTitle(state, 'check.findings', 'Findings')}  ${formatCount(total)}${healed === 0 ? '' : `, ${formatCount(healed)} healed`}${words}`);
	return firstFitting(job.findings.length === 0 ? titles : [`${titles[0]!}   ${findingKindsLine(job.findings)}`, ...titles], width);
}

/** From here on a line has room for what the other pane tells. */
const besideColumns = 56;
/** "3 snapshots"; more need their room from the reason. */
const neededColumns = 11;

/** "corrupt", "wrong reference count": the reason of a finding whose line has no room for a sentence. */
const briefReason = ({kind, reason}: Finding): string => kind === 'medium' ? reason : kind.replace(/-(chunk|object|snapshot)$/, '').replaceAll('-', ' ');

/** "none", and how sure that is. */
const noneWords = (job: Job): string => job.checkReport !== undefined ? 'none' : isRunning(job) ? 'none so far' : 'none before it ended';

/** One line for each finding around the cursor. */
export function findingLines(state: State, job: Job, {width, height}: {readonly width: number; readonly height: number}, glyphs: Glyphs): Line[] {
	const {findings, findingCursor} = job;
	if (findings.length === 0) {
		return job.checkReport === undefined
			? [line(noneWords(job), 'faint')]
			: [...checkConclusion(job.checkReport)].reverse().flatMap((text, index) => wrapText(text, width).map(words => line(words, index === 0 ? 'strong' : 'plain')));
	}

	const all = groupedFindings(findings);
	const start = windowStart(all.length, findingCursor, height);
	const rows = all.slice(start, start + height).map(finding => {
		const healed = isHealed(job, finding);
		const needed = finding.snapshots.length === 0 ? '' : countOf(finding.snapshots.length, 'snapshot');
		// "1 snapshot" ends a column earlier than "3 snapshots", so that the numbers stand below each other.
		const column = `${needed}${finding.snapshots.length === 1 ? ' ' : ''}`.padStart(neededColumns);
		return {finding, healed, right: width < besideColumns ? '' : `${column}  ${healed ? 'healed' : copyShort(state, job, finding, glyphs.ellipsis) ?? ''}`};
	});
	const room = width - 3;
	const rightWidth = Math.min(Math.max(...rows.map(({right}) => widthOf(right))), Math.floor(room * 0.55));
	const leftWidth = room - rightWidth - (rightWidth > 0 ? 2 : 0);
	const isBrief = rows.some(({finding}) => widthOf(`${subjectOf(finding)}  ${finding.reason}`) > leftWidth);
	return rows.map(({finding, healed, right}, index) => {
		const isCurrent = start + index === findingCursor;
		const left = fit(`${subjectOf(finding)}  ${healed && rightWidth === 0 ? 'healed' : isBrief ? briefReason(finding) : finding.reason}`, leftWidth, 'left', glyphs.ellipsis);
		return [
			{text: isCurrent ? '>' : ' ', style: 'strong'},
			healed ? {text: `${glyphs.map.sound} `, style: 'sound'} : {text: `${letterOf(finding, glyphs)} `, style: finding.severity === 'damage' ? 'damage' : 'attention'},
			{text: left, style: isCurrent ? 'cursor' : 'plain'},
			{text: rightWidth === 0 ? ' ' : `  ${fit(right, rightWidth, 'left', glyphs.ellipsis)}`, style: isCurrent ? 'cursor' : 'faint'},
		];
	});
}

/** The finding under the cursor. */
export const currentFinding = ({findings, findingCursor}: Job): Finding | undefined => groupedFindings(findings)[findingCursor];

/** The first lines of what a finding is: the record, how often it was read, who needs it. */
export function findingHead(finding: Finding, glyphs: Glyphs): Line[] {
	const {kind, id, reads, reason, snapshots, pathCount, severity} = finding;
	return [
		[{text: `${letterOf(finding, glyphs)} `, style: severity === 'damage' ? 'damage' : 'attention'}, {text: `${kind}  ${id.slice(0, 16)}${id.length > 16 ? glyphs.ellipsis : ''}${reads > 1 ? `  ${reads} reads` : ''}`, style: 'strong'}],
		line(reason),
		...(snapshots.length === 0 ? [] : [line(`needed by ${countOf(snapshots.length, 'snapshot')}${pathCount > 0 ? `, ${countOf(pathCount, 'path')}` : ''}`)]),
	];
}

/** Who holds a copy and what to do; or that it is healed. */
export function remedyLines(state: State, job: Job, finding: Finding, width: number): Line[] {
	if (isHealed(job, finding)) {
		return [line('Healed: rewritten, read again, and sound.', 'sound')];
	}

	const copy = copyWords(state, job, finding);
	return [
		...(copy === undefined ? [] : wrapText(copy.text, width).map(text => line(text, copy.isProven ? 'sound' : 'plain'))),
		...wrapText(copy?.advice ?? finding.advice, width).map(text => line(text, 'accent')),
	];
}

/** What the finding under the cursor affects, what to do, and who holds a copy. */
export function affectedLines(state: State, job: Job, {width, height}: {readonly width: number; readonly height: number}, glyphs: Glyphs): Line[] {
	const finding = currentFinding(job);
	if (finding === undefined) {
		return [line(noneWords(job), 'faint')];
	}

	const head = findingHead(finding, glyphs);
	const tail = remedyLines(state, job, finding, Math.max(20, width));
	const room = Math.max(1, height - head.length - tail.length);
	return [...head, ...pathLines(state, job, finding, room, glyphs), ...tail];
}

function pathLines(state: State, job: Job, finding: Finding, room: number, {branch}: Glyphs): Line[] {
	const {paths, pathCount} = finding;
	if (pathCount === 0) {
		return isRunning(job) && recordOf(finding) !== undefined && finding.snapshots.length > 0 ? [line('looking for the paths', 'faint')] : [];
	}

	const shown = pathCount <= room ? paths : paths.slice(0, room - 1);
	return [
		...shown.map(({snapshot, path}): Line => [{text: `${branch}${snapshot.slice(0, 6)} `, style: 'faint'}, {text: path}]),
		...(pathCount > shown.length ? [line(`${shown.length === 0 ? '' : '  and '}${formatCount(pathCount - shown.length)} ${shown.length === 0 ? 'paths' : 'more'}: ${keyOf(state, 'check.open')} shows all`, 'faint')] : []),
	];
}

/** "reading every byte", "a sample of 5%": what was asked for. */
export function kindWords({check}: Job): string {
	if (check?.level === 'fast') {
		return 'presence and sizes';
	}

	return check?.samplePercent === undefined ? (check?.resumes === true ? 'going on' : 'reading every byte') : `a random sample of ${check.samplePercent}%`;
}

/** Up to here a repository can be read whole between two samples, and its map is counted in some microseconds. */
const mostCounted = 10_000;
const notRead: ReadonlySet<number> = new Set([mapCode.unread, mapCode.reading, mapCode.missing, mapCode.trusted]);

/** Chunks that the map shows in such a state, which it does before the next sample tells of them; 0 for a map of more than a few. */
const countOnMap = ({map}: Job, isCounted: (state: number) => boolean): number =>
	map === undefined || map.count > mostCounted ? 0 : map.states.subarray(0, map.count).reduce((sum, state) => isCounted(state) ? sum + 1 : sum, 0);

const readOf = (job: Job): number => job.checkReport?.chunksRead ?? Math.max(job.sample?.values.chunksDone ?? 0, countOnMap(job, state => !notRead.has(state)));
const trustedOf = (job: Job): number => job.checkReport?.chunksTrusted ?? Math.max(job.sample?.values.chunksTrusted ?? 0, countOnMap(job, state => state === mapCode.trusted));
const totalOf = ({sample, map}: Job): number => map?.count ?? sample?.values.chunksTotal ?? 0;

/** "121,004 / 318,204 chunks  38%". */
export function checkProgress(job: Job): string {
	const [done, trusted, total] = [readOf(job), trustedOf(job), totalOf(job)];
	return total === 0 ? '' : `${formatCount(done)}${trusted > 0 ? ` + ${formatCount(trusted)} before` : ''} / ${formatCount(total)}${trusted > 0 ? '' : ' chunks'}  ${formatPercent(done + trusted, total)}`;
}

/** "11.2 MiB/s  33 min (25 to 40) left": as far as it may be said. */
export function checkPace({sample, isPaused, status}: Job): string {
	if (sample === undefined || status !== 'running' || isPaused) {
		return '';
	}

	const {rateBytesPerSecond, estimate} = sample;
	return [
		...(rateBytesPerSecond > 0 ? [`${formatBytes(rateBytesPerSecond)}/s`] : []),
		...(estimate === undefined ? [] : [`${formatRange(estimate.lowMs, estimate.highMs).replace('about ', '')} left`]),
	].join('  ');
}

/** Never more than was read. */
export function provenLine(job: Job, columns = 100): Line {
	const {checkReport, sample, status} = job;
	if (checkReport !== undefined) {
		const [words] = checkConclusion(checkReport) as [string];
		return line(` ${words.length < columns ? words : `${words.split(': ')[0]!}.`}`);
	}

	const {snapshotsTotal = 0, snapshotsAffected = 0, snapshotsDone = 0, findings = 0} = sample?.values ?? {};
	if (snapshotsTotal === 0 || status === 'failed') {
		return line('');
	}

	const rest = snapshotsTotal - snapshotsAffected;
	const found = Math.max(findings, job.findings.length);
	// Which snapshots a finding affects is counted later than the finding itself.
	const [done, all] = [formatCount(snapshotsDone), countOf(snapshotsTotal, 'snapshot')];
	const soFar = `${found === 0 ? 'No damage' : countOf(found, 'finding')} so far`;
	const affected = `${formatCount(snapshotsAffected)} of ${all} affected`;
	return line(` ${firstFitting(snapshotsAffected === 0
		? [`${soFar}. ${done} of ${all} fully read and sound so far.`, `${soFar}; ${done} of ${all} read and sound.`, `${soFar}; ${done} of ${all} sound.`]
		: [`${affected}. Of the other ${formatCount(rest)}, ${done} are fully read and sound so far.`, `${affected}; ${done} of the other ${formatCount(rest)} read and sound.`, `${affected}; ${done} more sound.`], columns - 1)}`);
}

/** What stopping now would keep, or what came out. */
export function checkSentence(state: State, job: Job | undefined, columns = 100): string {
	if (job === undefined) {
		return '';
	}

	const {checkReport, status, problem, isPaused} = job;
	if (status === 'failed') {
		return `${problem?.message ?? ''} ${problem?.hint ?? ''}`;
	}

	if (checkReport !== undefined) {
		const [first = '', ...others] = checkConclusion(checkReport).slice(1).reverse();
		return others.reduce((text, more) => text.length + more.length + 2 < columns ? `${text} ${more}` : text, first);
	}

	const share = totalOf(job) === 0 ? '0%' : formatPercent(readOf(job) + trustedOf(job), totalOf(job));
	const [verb, rest] = [trustedOf(job) > 0 ? 'read or proven before' : 'read', columns < 90 ? `Stop any time; ${keyOf(state, 'check.again')} resumes.` : 'Stop any time; the ledger resumes here.'];
	return `${share} ${verb}${isPaused ? ', paused' : ''}. Unread chunks are not proven sound. ${rest}`;
}

function whatEnterDoes(state: State, view: MapView): string {
	if (state.check.zoom === undefined) {
		return `${keyOf(state, 'check.open')} shows each chunk.`;
	}

	const id = chunkUnderCursor(view);
	return shownJobOf(state)?.findings.some(finding => finding.id === id) === true ? `${keyOf(state, 'check.open')} shows what it affects.` : `${keyOf(state, 'back')} zooms out.`;
}

/** The last line of the screen: of the map's cell when the map has the keys, else of the check. */
export function checkScreenSentence(state: State): string {
	const view = state.check.focus === 'map' ? mapViewOf(state) : undefined;
	const job = shownJobOf(state);
	const healed = job === undefined ? 0 : healedCount(job);
	if (job !== undefined && healed > 0 && !isRunning(job) && (view === undefined || view.cells === 0)) {
		return `${formatCount(healed)} of ${countOf(job.findings.length, 'finding')} healed since this check, and read again. ${keyOf(state, 'check.again')} verifies again.`;
	}

	return view === undefined || view.cells === 0 ? checkSentence(state, job, state.columns) : `${cellWords(view)} ${whatEnterDoes(state, view)}`;
}
