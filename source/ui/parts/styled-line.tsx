// One line of the screen as one Text: cheap enough to change several times a second.

import {Text} from 'ink';
import type {Line} from '../../session/line.js';
import {dressed, useTheme} from '../theme.js';

export const StyledLine = ({pieces}: {readonly pieces: Line}) => {
	const theme = useTheme();
	return (
		<Text wrap="truncate">
			{dressed(pieces, theme).map(({text, look}, index) => <Text key={index} {...look}>{text}</Text>)}
		</Text>
	);
};
