// A titled box of exact size: its border is drawn line by line, its content is lines or one child.

import {Box, Text} from 'ink';
import type {ReactNode} from 'react';
import type {Glyphs} from '../../session/glyphs.js';
import {fit, fitLine, widthOf, type Line} from '../../session/line.js';
import {useTheme} from '../theme.js';
import {StyledLine} from './styled-line.js';

export type FrameProps = {
	readonly width: number;
	/** Outer height, borders included. */
	readonly height: number;
	readonly title: string;
	/** At the right end of the upper border. */
	readonly note?: string;
	readonly focused?: boolean;
	readonly glyphs: Glyphs;
	readonly lines?: readonly Line[];
	readonly children?: ReactNode;
};

/** The upper border with its titles, `width` columns wide. */
export function titleBorder(title: string, note: string, width: number, {horizontal, topLeft, topRight, ellipsis}: Glyphs): string {
	const room = width - 4;
	const left = title === '' ? '' : ` ${fit(title, Math.min(widthOf(title), Math.max(0, room - 2)), 'left', ellipsis).trimEnd()} `;
	const rest = room - widthOf(left);
	const right = note === '' || rest < widthOf(note) + 4 ? '' : ` ${note} `;
	return `${topLeft}${horizontal}${left}${horizontal.repeat(Math.max(0, rest - widthOf(right)))}${right}${horizontal}${topRight}`;
}

export function Frame({width, height, title, note = '', focused = false, glyphs, lines, children}: FrameProps) {
	const inner = Math.max(0, height - 2);
	const theme = useTheme();
	const look = focused ? theme.accent : theme.plain;
	const titleLook = focused ? {...theme.strong, ...theme.accent} : theme.plain;
	const side = `${glyphs.vertical}\n`.repeat(inner).slice(0, -1);
	const shown = lines === undefined ? [] : Array.from({length: inner}, (_, index) => fitLine(lines[index] ?? [], width - 4, glyphs.ellipsis));
	return (
		<Box flexDirection="column" width={width} height={height} flexShrink={0}>
			<Text {...titleLook}>{titleBorder(title, note, width, glyphs)}</Text>
			<Box height={inner}>
				<Text {...look}>{side}</Text>
				<Box flexDirection="column" width={width - 2} height={inner}>
					{children ?? shown.map((pieces, index) => <StyledLine key={index} pieces={[{text: ' '}, ...pieces, {text: ' '}]}/>)}
				</Box>
				<Text {...look}>{side}</Text>
			</Box>
			<Text {...look}>{`${glyphs.bottomLeft}${glyphs.horizontal.repeat(Math.max(0, width - 2))}${glyphs.bottomRight}`}</Text>
		</Box>
	);
}
