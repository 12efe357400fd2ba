// Screen 3: a sync or clone while it runs, and how it ended.

import {Box} from 'ink';
import {formatDuration} from '../../session/figures.js';
import {fitLine, line, wrapText, type Line} from '../../session/line.js';
import {isRunning, shownJobOf, type Job} from '../../session/state.js';
import {bottleneckWords, laneLines, phaseCount, phaseLines, progressWords, resultLines, resultTitle, tallyLines, throughputLines, throughputTitle} from '../../session/view/run-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline, pairPieces} from './headline.js';
import type {PaneProps} from './pane.js';

const minimumThroughputHeight = 5;
/** A box of one line. */
const minimumBoxHeight = 3;
/** On a tall screen the graph is this much of it, and the log has the rest. */
const highestThroughput = {rows: 9, share: 0.3};
/** Below this many rows two lanes share a line. */
const laneLineFromRows = 28;

/** The box under the throughput: the lanes, or how it ended; undefined while the lanes are hidden. */
function lowerBox(job: Job, {state, columns, rows}: PaneProps): {readonly title: string; readonly lines: readonly Line[]} | undefined {
	if (!isRunning(job)) {
		const lines = resultLines(state, job).flatMap(pieces => wrapText(pieces.map(({text}) => text).join(''), columns - 4).map(text => line(text, pieces[0]?.style ?? 'plain')));
		return {title: resultTitle(job), lines};
	}

	// One record after the other: there are no lanes to tell of.
	return state.watch.hidesLanes || job.verb === 'heal' ? undefined : {title: `Lanes   ${bottleneckWords(job)}`.trimEnd(), lines: laneLines(job, columns - 4, rows < laneLineFromRows)};
}

function whenWords(job: Job, columns: number): string {
	const started = columns < 96 ? '' : `started ${new Date(job.startedAtMs).toISOString().slice(11, 16)}   `;
	return job.report === undefined ? `${started}elapsed ${formatDuration(job.sample?.elapsedMs ?? 0)}` : `${started}took ${formatDuration(job.report.durationMs)}`;
}

export function RunPane(props: PaneProps) {
	const {state, glyphs, columns, rows} = props;
	const job = shownJobOf(state);
	if (job === undefined) {
		return <StyledLine pieces={line(' No job was started yet.', 'faint')}/>;
	}

	const lower = lowerBox(job, props);
	const phaseHeight = phaseCount(job) + 2;
	const left = rows - 1 - phaseHeight - footerHeight;
	const wanted = lower === undefined ? 0 : lower.lines.length + 2;
	const beside = left - minimumThroughputHeight;
	// How it ended is told whole, and no rates where there is no room for both.
	const isAlone = !isRunning(job) && wanted > beside;
	const lowerHeight = isAlone ? Math.min(wanted, left) : beside < minimumBoxHeight ? 0 : Math.min(wanted, beside);
	const throughputHeight = isAlone ? 0 : Math.max(minimumThroughputHeight, Math.min(Math.max(highestThroughput.rows, Math.floor(rows * highestThroughput.share)), left - lowerHeight - 2));
	const logHeight = Math.max(0, left - lowerHeight - throughputHeight);
	const plan = job.transfer?.planId;
	const where = [
		...pairPieces({text: `${job.title}   `, style: 'strong'}, [job.sourceName, job.targetName], ` ${glyphs.arrow} `, {columns, ellipsis: glyphs.ellipsis}),
		...(plan === undefined || columns < 96 ? [] : [{text: `   plan ${plan}`, style: 'faint' as const}]),
	];
	const tally = Math.max(36, Math.floor(columns * 0.4));
	return (
		<>
			<StyledLine pieces={headline(state, where, whenWords(job, columns), columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={phaseHeight} title={`Phases   ${progressWords(job)}`} glyphs={glyphs} lines={phaseLines(job, columns - 4, glyphs)}/>
			{throughputHeight > 0 && (
				<Box height={throughputHeight}>
					<Frame width={columns - tally} height={throughputHeight} title={throughputTitle(job, columns - tally - 6, glyphs)} glyphs={glyphs} lines={throughputLines(job, columns - tally - 4, throughputHeight - 3, glyphs)}/>
					<Frame width={tally} height={throughputHeight} title="This run so far" glyphs={glyphs} lines={tallyLines(job)}/>
				</Box>
			)}
			{lower !== undefined && lowerHeight > 0 && <Frame width={columns} height={lowerHeight} title={lower.title} glyphs={glyphs} lines={lower.lines}/>}
			{logHeight > 0 && state.log.slice(-logHeight).map((text, index) => <StyledLine key={index} pieces={fitLine(line(` ${text}`, 'faint'), columns, glyphs.ellipsis)}/>)}
		</>
	);
}
