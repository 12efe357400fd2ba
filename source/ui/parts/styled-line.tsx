// One line of the screen as one Text: cheap enough to change several times a second.

import {Text} from 'ink';
import type {Line} from '../../session/line.js';
import {theme} from '../theme.js';

export const StyledLine = ({pieces}: {readonly pieces: Line}) => (
	<Text wrap="truncate">
		{pieces.map(({text, style = 'plain'}, index) => <Text key={index} {...theme[style]}>{text}</Text>)}
	</Text>
);
