// Screen 4: an integrity check as a picture.

import {Box} from 'ink';
import {fitLine, line} from '../../session/line.js';
import {isRunning, shownJobOf} from '../../session/state.js';
import {affectedLines, checkProgress, chunksPerCell, findingLines, legendLine, mapLines, provenLine} from '../../session/view/check-view.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const minimumBoxHeight = 8;

export function CheckPane({state, glyphs, columns, rows}: PaneProps) {
	const job = shownJobOf(state);
	if (job === undefined) {
		return <StyledLine pieces={line(' No check was started yet.', 'faint')}/>;
	}

	const boxHeight = Math.max(minimumBoxHeight, Math.floor(rows / 3));
	const mapHeight = rows - 1 - 1 - boxHeight - 1 - footerHeight;
	const [cells, lines] = [columns - 4, mapHeight - 2];
	const per = chunksPerCell(job.map?.count ?? 0, cells * lines);
	const left = Math.floor(columns * 0.45);
	const where = [{text: 'Integrity check   ', style: 'strong' as const}, {text: job.sourceName}, {text: isRunning(job) ? (job.isPaused ? '   paused' : '   reading every byte') : `   ${job.status}`, style: 'faint' as const}];
	const repository = state.repositories[job.repositoryIndex];
	const proof = repository?.summary?.opened === false ? 'sealed: bit rot only' : 'content hashed';
	return (
		<>
			<StyledLine pieces={headline(state, where, checkProgress(job), columns)}/>
			<Frame focused width={columns} height={mapHeight} title={`Chunk map   1 cell = ${per === 1 ? '1 chunk' : `${per} chunks`}, in storage order`} note={proof} glyphs={glyphs} lines={mapLines(job.map, cells, lines, glyphs)}/>
			<StyledLine pieces={fitLine(legendLine(glyphs), columns)}/>
			<Box height={boxHeight}>
				<Frame width={left} height={boxHeight} title={`Findings  ${job.findings.length}`} glyphs={glyphs} lines={findingLines(job, boxHeight - 2, glyphs)}/>
				<Frame width={columns - left} height={boxHeight} title="What is affected" glyphs={glyphs} lines={affectedLines(job, columns - left - 4, glyphs)}/>
			</Box>
			<StyledLine pieces={fitLine(provenLine(job), columns, glyphs.ellipsis)}/>
		</>
	);
}
