// A frame of several panes over one list: their titles stand in the upper border, their edges go through to the lower one.

import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import type {Glyphs} from '../../session/glyphs.js';
import {fit, widthOf, type Piece} from '../../session/line.js';
import {useTheme} from '../theme.js';
import {StyledLine} from './styled-line.js';

export type Segment = {
	/** Without its edges. */
	readonly width: number;
	readonly title?: string;
	/** What the title is where its note has no room otherwise. */
	readonly brief?: string;
	/** At the right end of its border; left out where there is no room. */
	readonly note?: string;
	readonly isFocused?: boolean;
};

function segmentBorder({width, title: whole = '', brief = whole, note = ''}: Segment, {horizontal, ellipsis}: Glyphs): string {
	const room = width - 2;
	const fits = (each: string): boolean => widthOf(each) + widthOf(note) + 4 <= room;
	const title = note !== '' && !fits(whole) && fits(brief) ? brief : whole;
	const left = title === '' || room < 4 ? '' : ` ${fit(title, Math.min(widthOf(title), room - 2), 'left', ellipsis).trimEnd()} `;
	const right = note === '' || room - widthOf(left) < widthOf(note) + 2 ? '' : ` ${note} `;
	return `${horizontal.repeat(Math.min(1, width))}${left}${horizontal.repeat(Math.max(0, room - widthOf(left) - widthOf(right)))}${right}${horizontal.repeat(Math.min(1, Math.max(0, width - 1)))}`;
}

export type SplitFrameProps = {readonly segments: readonly Segment[]; readonly height: number; readonly glyphs: Glyphs; readonly children: ReactNode};

export function SplitFrame({segments, height, glyphs, children}: SplitFrameProps) {
	const theme = useTheme();
	const inner = Math.max(0, height - 2);
	const width = segments.reduce((sum, segment) => sum + segment.width + 1, 1);
	const styleOf = (segment: Segment | undefined): Pick<Piece, 'style'> => segment?.isFocused === true ? {style: 'accent'} : {};
	const top: Piece[] = segments.flatMap((segment, index): Piece[] => [
		{text: index === 0 ? glyphs.topLeft : glyphs.topJoint, ...(index === 0 ? styleOf(segment) : {})},
		{text: segmentBorder(segment, glyphs), ...styleOf(segment)},
	]);
	const bottom: Piece[] = segments.flatMap((segment, index): Piece[] => [
		{text: index === 0 ? glyphs.bottomLeft : glyphs.bottomJoint, ...(index === 0 ? styleOf(segment) : {})},
		{text: glyphs.horizontal.repeat(segment.width), ...styleOf(segment)},
	]);
	const [first, last] = [segments[0], segments.at(-1)];
	const side = `${glyphs.vertical}\n`.repeat(inner).slice(0, -1);
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<StyledLine pieces={[...top, {text: glyphs.topRight, ...styleOf(last)}]}/>
			<Box height={inner}>
				<Text {...(first?.isFocused === true ? theme.accent : theme.plain)}>{side}</Text>
				<Box flexDirection="column" width={width - 2} height={inner}>{children}</Box>
				<Text {...(last?.isFocused === true ? theme.accent : theme.plain)}>{side}</Text>
			</Box>
			<StyledLine pieces={[...bottom, {text: glyphs.bottomRight, ...styleOf(last)}]}/>
		</Box>
	);
}
