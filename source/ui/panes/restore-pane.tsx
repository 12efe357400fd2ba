// A restore to be read before anything is written.

import {fitLine} from '../../session/line.js';
import {roleOf} from '../../session/state.js';
import {restoreCountLines, restoreFolder, restoreKeptLine, restoreSubjectLines, restoreTroubleLines} from '../../session/view/restore-view.js';
import {footerHeight} from '../../session/view/around-panes.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

const fullCountsHeight = 10;
const maximumSubjectLines = 6;

export function RestorePane({state, glyphs, columns, rows}: PaneProps) {
	const {restore} = state;
	const subjectHeight = Math.min(maximumSubjectLines, Math.max(1, restore.subject.length)) + 2;
	const beside = rows - 1 - 1 - subjectHeight - footerHeight;
	// Before it is known what is there, one box says so.
	const countsHeight = restore.report === undefined ? beside : fullCountsHeight;
	const height = beside - countsHeight;
	const where = [{text: 'Restore   ', style: 'strong' as const}, {text: roleOf(state, restore.repositoryIndex)}, {text: ` ${glyphs.arrow} `, style: 'accent' as const}, {text: restoreFolder(state)}];
	return (
		<>
			<StyledLine pieces={headline(state, where, 'read-only so far', columns, glyphs.ellipsis)}/>
			<Frame width={columns} height={subjectHeight} title={`What is restored   from ${restore.targets[0]?.snapshot.slice(0, 6) ?? ''}`} glyphs={glyphs} lines={restoreSubjectLines(state, subjectHeight - 2)}/>
			<Frame focused width={columns} height={countsHeight} title={`What it would do${restore.report === undefined ? '' : ` below ${restore.report.folder}`}`} glyphs={glyphs} lines={restoreCountLines(state, columns - 4)}/>
			{height > 2 && <Frame width={columns} height={height} title="Paths that are not simply made" glyphs={glyphs} lines={restoreTroubleLines(state)}/>}
			<StyledLine pieces={fitLine(restoreKeptLine(state), columns, glyphs.ellipsis)}/>
		</>
	);
}
