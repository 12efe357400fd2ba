// The list of jobs.

import {line} from '../../session/line.js';
import {jobsTable} from '../../session/view/jobs-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {DataTable} from '../parts/data-table.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

export function JobsPane({state, glyphs, columns, rows}: PaneProps) {
	const height = rows - 1 - footerHeight;
	const table = jobsTable(state, columns - 2, height - 2, glyphs);
	const isEmpty = state.jobs.length === 0;
	return (
		<>
			<StyledLine pieces={headline(state, [{text: 'Jobs', style: 'strong'}], '', columns, glyphs.ellipsis)}/>
			<Frame focused width={columns} height={height} title={`Jobs of this session   ${state.jobs.length}`} note={table.below > 0 ? `${table.below} more below` : 'newest first'} glyphs={glyphs} {...(isEmpty ? {lines: [line('No job was started yet.', 'faint')]} : {})}>
				{isEmpty ? undefined : <DataTable view={table} glyphs={glyphs}/>}
			</Frame>
		</>
	);
}
