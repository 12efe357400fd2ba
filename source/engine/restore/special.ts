// Symlinks, fifos, sockets and devices: made at once, with owner, mode and time.

import {lchownSync, symlinkSync} from 'node:fs';
import type {Entry} from '../../format/entry.js';
import type {PathBytes} from '../../format/paths.js';
import {nativeCalls} from '../../workers/native.js';
import {applyMetadata} from '../../workers/tasks/restore-files.js';

/** Throws what the system says; EEXIST when something is there. */
export function makeSpecial(path: PathBytes, entry: Entry, setOwner: boolean): void {
	const name = Buffer.from(path, 'latin1');
	if (entry.type === 'symlink') {
		symlinkSync(Buffer.from(entry.linkTarget ?? '', 'latin1'), name);
		if (setOwner) {
			lchownSync(name, entry.uid, entry.gid);
		}

		nativeCalls().setTimes(name, entry.mtimeSeconds, entry.mtimeNanoseconds);
	} else {
		nativeCalls().makeNode(name, entry.type, entry.mode, entry.device);
		applyMetadata(name, entry, {setOwner, setTimes: true});
	}
}
