// Where lines are broken, and what of them wears the colour that calls.

import {expect, test} from 'vitest';
import {wrapText} from '../../source/session/line.js';
import {colouredTheme, dressed} from '../../source/ui/theme.js';

test('a number stays with its unit', () => {
	expect(wrapText('chunks of 64 KiB to 1 MiB cut by content', 22)).toEqual(['chunks of 64 KiB to', '1 MiB cut by content']);
	expect(wrapText('waited 200 ms for 4 snapshots', 10)).toEqual(['waited', '200 ms for', '4', 'snapshots']);
});

test('a count that calls for attention looks the same whatever its length; a sign is yellow', () => {
	const looks = (text: string) => dressed([{text, style: 'attention'}], colouredTheme).filter(part => part.text.trim() !== '').map(({look}) => look);
	expect(looks('     2')).toEqual([colouredTheme.strong]);
	expect(looks(' 1,200')).toEqual([colouredTheme.strong]);
	expect(looks('X ')).toEqual([colouredTheme.attention]);
	expect(looks('!')).toEqual([colouredTheme.attention]);
});
