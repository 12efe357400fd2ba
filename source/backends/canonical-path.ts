// One spelling for each place in the filesystem.

import {realpathSync} from 'node:fs';
import {homedir} from 'node:os';
import {resolve} from 'node:path';

/** The real path as far as it exists, `~` expanded, so that two spellings of one place are equal. */
export function canonicalPath(given: string): string {
	const path = resolve(given === '~' || given.startsWith('~/') ? homedir() + given.slice(1) : given);
	const parts: string[] = [];
	for (let at = path; ; at = at.slice(0, Math.max(1, at.lastIndexOf('/')))) {
		try {
			return [realpathSync(at).replace(/\/$/, ''), ...parts].join('/') || '/';
		} catch {
			parts.unshift(at.slice(at.lastIndexOf('/') + 1));
		}
	}
}
