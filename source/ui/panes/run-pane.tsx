// Screen 3: a sync or clone while it runs.

import {Box} from 'ink';
import {formatDuration} from '../../session/figures.js';
import {fitLine, line} from '../../session/line.js';
import {shownJobOf} from '../../session/state.js';
import {bottleneckWords, laneLines, phaseLines, progressWords, tallyLines, throughputLines} from '../../session/view/run-view.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const phaseHeight = 6;

export function RunPane({state, glyphs, columns, rows}: PaneProps) {
	const job = shownJobOf(state);
	if (job === undefined) {
		return <StyledLine pieces={line(' No job was started yet.', 'faint')}/>;
	}

	const lanes = laneLines(job);
	const laneHeight = Math.min(lanes.length, 8) + 2;
	const left = rows - 1 - phaseHeight - laneHeight - footerHeight;
	const throughputHeight = Math.max(5, Math.min(9, left - 1));
	const logHeight = Math.max(0, left - throughputHeight);
	const where = [
		{text: `${job.title}   `, style: 'strong' as const}, {text: job.sourceName}, {text: ` ${glyphs.arrow} `, style: 'accent' as const}, {text: job.targetName},
	];
	const elapsed = job.report === undefined ? `elapsed ${formatDuration(job.sample?.elapsedMs ?? 0)}` : `took ${formatDuration(job.report.durationMs)}`;
	const tally = Math.max(30, Math.floor(columns * 0.4));
	return (
		<>
			<StyledLine pieces={headline(state, where, elapsed, columns)}/>
			<Frame width={columns} height={phaseHeight} title={`Phases   ${progressWords(job)}`} glyphs={glyphs} lines={phaseLines(job, columns - 4, glyphs)}/>
			<Box height={throughputHeight}>
				<Frame width={columns - tally} height={throughputHeight} title="Throughput" glyphs={glyphs} lines={throughputLines(job, columns - tally - 4, throughputHeight - 3, glyphs)}/>
				<Frame width={tally} height={throughputHeight} title="This run so far" glyphs={glyphs} lines={tallyLines(job)}/>
			</Box>
			<Frame width={columns} height={laneHeight} title={`Lanes   ${bottleneckWords(job)}`} glyphs={glyphs} lines={lanes}/>
			{state.log.slice(-logHeight).map((text, index) => <StyledLine key={index} pieces={fitLine(line(` ${text}`, 'faint'), columns, glyphs.ellipsis)}/>)}
		</>
	);
}
