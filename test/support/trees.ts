// File trees for tests: made from descriptions, and described again for comparison.

import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, linkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';

export type TreeItem = {readonly path: string; readonly content?: Uint8Array; readonly link?: string};

/** Makes files (and symlinks) below `root`. */
export function makeTree(root: string, items: readonly TreeItem[]): void {
	for (const {path, content = new Uint8Array(0), link} of items) {
		const place = join(root, path);
		mkdirSync(dirname(place), {recursive: true});
		if (link === undefined) {
			writeFileSync(place, content);
		} else {
			symlinkSync(link, place);
		}
	}
}

/** A tree with everything that is hard to keep: odd names, sparse and empty files, links, fifos, sockets, times. */
export function makeAwkwardTree(root: string): void {
	mkdirSync(root, {recursive: true});
	const bytes = (text: string): Buffer => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(text, 'latin1')]);
	writeFileSync(bytes('not utf-8 \xff\xfe'), 'latin');
	writeFileSync(bytes('line\nbreak'), 'newline');
	writeFileSync(bytes('evil\x1b[31m\x07'), 'escape');
	writeFileSync(bytes('trailing space '), 'space');
	writeFileSync(bytes('-dash'), 'dash');
	writeFileSync(Buffer.from(`${root}/日本語 📦`), 'wide');
	writeFileSync(`${root}/empty`, '');
	writeFileSync(`${root}/zstd-lookalike.zst`, Buffer.from('28b52ffd00', 'hex'));
	mkdirSync(`${root}/empty folder`);
	mkdirSync(`${root}/deep/er/still`, {recursive: true});
	writeFileSync(`${root}/deep/er/still/file`, 'x'.repeat(100_000));
	linkSync(`${root}/deep/er/still/file`, `${root}/second name`);
	symlinkSync('deep/er', `${root}/relative link`);
	symlinkSync('/nowhere at all', `${root}/dangling`);
	execFileSync('truncate', ['-s', '5M', `${root}/sparse`]);
	execFileSync('mkfifo', [`${root}/fifo`]);
	execFileSync('python3', ['-c', 'import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])', `${root}/socket`]);
	execFileSync('chmod', ['6751', `${root}/-dash`]);
	execFileSync('chmod', ['1777', `${root}/empty folder`]);
	execFileSync('touch', ['-h', '-d', '1969-12-31T23:59:58.123456789Z', `${root}/empty`]);
	execFileSync('touch', ['-h', '-d', '2001-02-03T04:05:06.987654321Z', `${root}/dangling`]);
	execFileSync('touch', ['-d', '2040-01-01T00:00:00.000000001Z', `${root}/deep/er`]);
}

/** Every path below `root` with all that restore promises to keep, as comparable text. */
export function describeTree(root: string): string[] {
	const lines: string[] = [];
	const inodes = new Map<bigint, string>();
	const visit = (folder: Buffer, name: string): void => {
		for (const child of readdirSync(folder, {encoding: 'buffer'}).sort(Buffer.compare)) {
			const path = Buffer.concat([folder, Buffer.from('/'), child]);
			const shown = `${name}/${child.toString('latin1')}`;
			const stats = lstatSync(path, {bigint: true});
			const type = Number(stats.mode) >> 12;
			const content = stats.isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 16) : '';
			const target = stats.isSymbolicLink() ? readlinkSync(path, {encoding: 'latin1'}) : '';
			const twin = stats.nlink > 1n && !stats.isDirectory() ? inodes.get(stats.ino) ?? 'first' : '';
			inodes.set(stats.ino, shown);
			lines.push(JSON.stringify([shown, type, (Number(stats.mode) & 0o7777).toString(8), String(stats.uid), String(stats.gid), String(stats.mtimeNs), stats.isFile() ? String(stats.size) : '', content, target, twin]));
			if (stats.isDirectory()) {
				visit(path, shown);
			}
		}
	};

	visit(Buffer.from(root), '');
	return lines;
}

/** Digest of every file and name below `root`: equal means that nothing was changed. */
export function fingerprint(root: string): string {
	return createHash('sha256').update(describeTree(root).join('\n')).digest('hex');
}
