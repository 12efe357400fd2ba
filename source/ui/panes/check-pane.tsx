// Screen 4: an integrity check as a picture.

import {Box} from 'ink';
import {keyedTitle} from '../../session/key-of.js';
import {fitLine, line, type Line} from '../../session/line.js';
import {isRunning, shownJobOf, type Job, type State} from '../../session/state.js';
import {cellCodes, emptyMap, legendLine, mapLines, mapTitle, mapViewOf, orderNote, type MapView} from '../../session/view/check-map.js';
import {checkLayout} from '../../session/view/check-layout.js';
import {affectedLines, checkPace, checkProgress, findingLines, findingsTitle, kindWords, provenLine} from '../../session/view/check-view.js';
import {chunkDetail, chunkLines} from '../../session/view/check-zoom.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

function emptyMapLines(job: Job): Line[] {
	if (job.status === 'failed') {
		return [line(job.problem?.message ?? '', 'damage'), line(job.problem?.hint ?? '')];
	}

	if (job.map !== undefined || !isRunning(job)) {
		return emptyMap(job.map === undefined ? '' : 'no chunks');
	}

	const isStopping = job.status === 'stopping';
	return emptyMap(job.phase === 'medium'
		? (isStopping ? 'examining the file; it stops when that is done' : 'examining the file')
		: (isStopping ? '' : 'listing the store'));
}

/** From here on the map's title has room for rate and remaining time. */
const paceColumns = 100;

type BoxProps = PaneProps & {readonly job: Job; readonly view: MapView | undefined; readonly height: number};

/** Zoomed in, a map has few cells: what they do not need is left to the list of chunks. */
const heightOfMap = (state: State, view: MapView | undefined): number => {
	const {mapHeight: most} = checkLayout(state);
	return state.check.zoom === undefined || view === undefined ? most : Math.min(most, Math.ceil(view.cells / view.width) + 2);
};

/** Findings and what they affect; zoomed in, the chunks of the cell and what is known of one. */
function Boxes({state, glyphs, job, view, columns, height}: BoxProps) {
	const {leftWidth, isSideBySide} = checkLayout(state);
	const {check: {focus, zoom}} = state;
	const zoomed = zoom === undefined ? undefined : view;
	const size = (width: number) => ({width: width - 4, height: height - 2});
	const rightWidth = isSideBySide ? columns - leftWidth : columns;
	const left = (
		<Frame
			focused={focus === 'findings'} width={leftWidth} height={height} glyphs={glyphs} title={zoomed === undefined ? findingsTitle(state, job, leftWidth - 6) : keyedTitle(state, 'check.findings', 'Chunks')}
			lines={zoomed === undefined ? findingLines(state, job, size(leftWidth), glyphs) : chunkLines(zoomed, size(leftWidth), glyphs)}
		/>
	);
	const right = (
		<Frame
			focused={focus === 'affected'} width={rightWidth} height={height} glyphs={glyphs} title={keyedTitle(state, 'check.affected', zoomed === undefined ? 'What is affected' : 'This chunk')}
			lines={zoomed === undefined ? affectedLines(state, job, size(rightWidth), glyphs) : chunkDetail(state, zoomed, job, rightWidth - 4)}
		/>
	);
	return <Box height={height}>{isSideBySide ? <>{left}{right}</> : focus === 'affected' ? right : left}</Box>;
}

const proofNote = ({repositories}: State, {repositoryIndex}: Job): string => repositories[repositoryIndex]?.summary?.opened === false ? 'sealed: bit rot only' : '';

export function CheckPane(props: PaneProps) {
	const {state, glyphs, columns} = props;
	const job = shownJobOf(state);
	if (job === undefined) {
		return <StyledLine pieces={line(' No check was started yet.', 'faint')}/>;
	}

	const view = mapViewOf(state);
	const {mapHeight: most, boxHeight} = checkLayout(state);
	const mapHeight = heightOfMap(state, view);
	const codes = view === undefined || view.cells === 0 ? undefined : cellCodes(view);
	// Where nothing was found, the box of findings says what was read.
	const isToldAbove = job.checkReport !== undefined && job.findings.length === 0 && state.check.zoom === undefined;
	const doing = [isRunning(job) ? (job.isPaused ? 'paused' : kindWords(job)) : `${kindWords(job)}, ${job.status}`, proofNote(state, job)].filter(text => text !== '').join('   ');
	const where = [{text: columns < 100 ? 'Check   ' : 'Integrity check   ', style: 'strong' as const}, {text: job.sourceName}, {text: `   ${doing}`, style: 'faint' as const}];
	return (
		<>
			<StyledLine pieces={headline(state, where, checkProgress(job), columns, glyphs.ellipsis)}/>
			<Frame
				focused={state.check.focus === 'map'} width={columns} height={mapHeight} title={mapTitle(state, view, columns < paceColumns ? '' : checkPace(job))} note={orderNote(state)} glyphs={glyphs}
				lines={view === undefined || codes === undefined ? emptyMapLines(job) : mapLines(view, codes, glyphs)}
			/>
			<StyledLine pieces={fitLine(codes === undefined ? [] : legendLine(codes, state.check, isRunning(job), columns, glyphs), columns, glyphs.ellipsis)}/>
			<Boxes {...props} job={job} view={view} height={boxHeight + most - mapHeight}/>
			<StyledLine pieces={fitLine(isToldAbove ? [] : provenLine(job, columns), columns, glyphs.ellipsis)}/>
		</>
	);
}
