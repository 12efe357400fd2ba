// Entries in words and letters: the same on the screen and on the command line.

import type {Entry, EntryType} from '../format/entry.js';
import type {PathBytes} from '../format/paths.js';

const typeLetters: Readonly<Record<EntryType, string>> = {
	directory: 'd', file: '-', symlink: 'L', fifo: 'p', socket: 'S', 'character-device': 'c', 'block-device': 'D',
};

/** "drwxr-xr-x"; setuid, setgid and sticky stand in the execute places. */
export function modeText({type, mode}: Pick<Entry, 'type' | 'mode'>): string {
	const letters = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index)) === 0 ? '-' : letter);
	for (const [bit, place, small, large] of [[0o4000, 2, 's', 'S'], [0o2000, 5, 's', 'S'], [0o1000, 8, 't', 'T']] as const) {
		if ((mode & bit) !== 0) {
			letters[place] = letters[place] === '-' ? large : small;
		}
	}

	return typeLetters[type] + letters.join('');
}

/** "2026-02-10 17:02" in UTC; empty for what is no time. */
export const minuteOf = (mtimeSeconds: number): string => {
	const time = new Date(mtimeSeconds * 1000);
	return Number.isNaN(time.getTime()) ? '' : time.toISOString().slice(0, 16).replace('T', ' ');
};

/** The last part of a path; `/` for the root. */
export const lastPart = (path: PathBytes): PathBytes => path === '/' ? path : path.slice(path.lastIndexOf('/') + 1) as PathBytes;
