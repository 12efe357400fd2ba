// The plain screens: log and jobs.

import {formatDuration} from '../../session/figures.js';
import {fit, line, type Line} from '../../session/line.js';
import {formatTime} from '../../session/figures.js';
import {footerHeight} from '../parts/footer.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

function TextPane({title, lines, props: {state, glyphs, columns, rows}}: {readonly title: string; readonly lines: readonly Line[]; readonly props: PaneProps}) {
	const height = rows - 1 - footerHeight;
	const start = Math.max(0, Math.min(state.scroll, lines.length - (height - 2)));
	const more = lines.length - start - (height - 2);
	return (
		<>
			<StyledLine pieces={headline(state, [{text: title, style: 'strong'}], more > 0 ? `${more} more lines` : '', columns)}/>
			<Frame focused width={columns} height={height} title={title} glyphs={glyphs} lines={lines.slice(start)}/>
		</>
	);
}

export function LogPane(props: PaneProps) {
	const {log} = props.state;
	return <TextPane title="Log" lines={log.length === 0 ? [line('Nothing happened yet.', 'faint')] : log.map(text => line(text))} props={props}/>;
}

export function JobsPane(props: PaneProps) {
	const lines = props.state.jobs.map(({id, title, sourceName, targetName, status, startedAtMs, sample, problem}): Line => [
		{text: fit(String(id), 4), style: 'faint'},
		{text: fit(`${title} ${sourceName}${targetName === '' ? '' : ` -> ${targetName}`}`, 40)},
		{text: fit(status, 10), style: status === 'failed' ? 'damage' : status === 'done' ? 'sound' : 'accent'},
		{text: fit(formatTime(new Date(startedAtMs).toISOString()).slice(11, 19), 10), style: 'faint'},
		{text: fit(formatDuration(sample?.elapsedMs ?? 0), 8), style: 'faint'},
		{text: problem?.message ?? ''},
	]);
	return <TextPane title="Jobs" lines={lines.length === 0 ? [line('No job was started yet.', 'faint')] : lines} props={props}/>;
}
