// Screen 5: what a snapshot holds, and how it differs from another.

import {Box} from 'ink';
import {keyOf} from '../../session/key-of.js';
import {fitLine, line} from '../../session/line.js';
import {roleOf} from '../../session/state.js';
import {browseLayout, browseLines, comparedWords, listNote, listTitle, marksLine, pathLine, snapshotWords} from '../../session/view/browse-view.js';
import {previewLines} from '../../session/view/preview-view.js';
import {Frame} from '../parts/frame.js';
import {StyledLine} from '../parts/styled-line.js';
import {headline} from './headline.js';
import type {PaneProps} from './pane.js';

/** From here on the first line has room for when a snapshot was taken. */
const timeFromColumns = 72;

export function BrowsePane({state, glyphs, columns, rows}: PaneProps) {
	const {browse} = state;
	const {height, isWide, listWidth, previewWidth} = browseLayout(columns, rows);
	const isPreview = browse.focus === 'preview';
	const where = [{text: 'Browse   ', style: 'strong' as const}, {text: roleOf(state, browse.repositoryIndex)}, {text: `   ${snapshotWords(browse.snapshot, columns < timeFromColumns)}`}];
	const compared = browse.other === undefined ? (isWide ? '' : `${keyOf(state, 'browse.preview')}: ${isPreview ? 'list' : 'preview'}`) : comparedWords(browse.other, isWide);
	const preview = isWide || isPreview ? previewLines(state, previewWidth - 4, glyphs) : [];
	const scroll = Math.max(0, Math.min(browse.previewScroll, preview.length - (height - 2)));
	const below = preview.length - scroll - (height - 2);
	return (
		<>
			<StyledLine pieces={headline(state, where, compared, columns, glyphs.ellipsis)}/>
			<Box height={height}>
				{(isWide || !isPreview) && <Frame focused={!isPreview} width={listWidth} height={height} title={listTitle(browse)} note={listNote(browse)} glyphs={glyphs} lines={browseLines(state, listWidth - 4, height - 2, glyphs)}/>}
				{(isWide || isPreview) && <Frame focused={isPreview} width={previewWidth} height={height} title={`Preview${preview.length > 3 && browse.preview?.answer?.changedLines !== undefined ? '   diff' : ''}`} note={below > 0 ? `${below} more lines` : ''} glyphs={glyphs} lines={preview.slice(scroll)}/>}
			</Box>
			{[pathLine(state), marksLine(state)].map((pieces, index) => <StyledLine key={index} pieces={fitLine(pieces.length === 0 ? line('') : pieces, columns, glyphs.ellipsis)}/>)}
		</>
	);
}
