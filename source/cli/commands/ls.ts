// ls: snapshots in plakar's columns, or the entries of one.

import type {Entry} from '../../format/entry.js';
import {displayPath, displayText, type PathBytes} from '../../format/paths.js';
import {entriesOf} from '../../engine/reading.js';
import {listSnapshots, openRepository, readHeader, type Repository} from '../../engine/repository.js';
import type {SnapshotSummary, SnapshotTarget} from '../../engine/jobs.js';
import {modeText} from '../../session/entry-text.js';
import {formatDecimalBytes, formatTime} from '../../session/figures.js';
import {exitCodes, findTargets, ownAccess, type Command, type RunCommand} from '../command.js';

const baseName = (path: PathBytes): PathBytes => path.slice(path.lastIndexOf('/') + 1) as PathBytes;

function entryLine(entry: Entry, name: PathBytes): string {
	const time = entry.isAncestor === true ? '-'.padEnd(20) : formatTime(new Date(entry.mtimeSeconds * 1000).toISOString());
	const owner = displayText(entry.user === '' ? String(entry.uid) : entry.user);
	const group = displayText(entry.group === '' ? String(entry.gid) : entry.group);
	const suffix = (entry.linkTarget === undefined ? '' : ` -> ${displayPath(entry.linkTarget)}`) + (entry.error === undefined ? '' : ` (not read: ${displayText(entry.error)})`);
	return `${time} ${modeText(entry)} ${owner.padStart(8)} ${group.padStart(8)} ${formatDecimalBytes(entry.sizeBytes).padStart(8)} ${displayPath(name)}${suffix}`;
}

/** The line of the blog's transcript: time, UUID, size, paths. */
export const snapshotLine = ({created, snapshot, totals, paths}: NonNullable<SnapshotSummary['header']>): string =>
	`${formatTime(created)}${snapshot.padStart(38)}${formatDecimalBytes(totals.sizeBytes).padStart(10)} ${paths.map(path => displayPath(path as PathBytes)).join(', ')}`;

/** Answers with the number of entries. */
async function listEntries({output, flags, signal}: Command, repository: Repository, {snapshot, path}: SnapshotTarget): Promise<number> {
	const recursive = flags['recursive'] === true;
	const folder = path ?? '/' as PathBytes;
	const header = await readHeader(repository, snapshot);
	let isFolder = false;
	let count = 0;
	for await (const entry of entriesOf(repository, header, {path: folder, recursive, signal})) {
		count++;
		output.json('entry', {
			snapshot, path: displayPath(entry.path), kind: entry.type, mode: entry.mode, uid: entry.uid, gid: entry.gid, sizeBytes: entry.sizeBytes,
			mtimeSeconds: entry.mtimeSeconds, mtimeNanoseconds: entry.mtimeNanoseconds,
			...(entry.linkTarget === undefined ? {} : {linkTarget: displayPath(entry.linkTarget)}), ...(entry.error === undefined ? {} : {error: entry.error}),
		});
		if (entry.path === folder && entry.type === 'directory' && !recursive) {
			isFolder = true;
		} else {
			output.line(entryLine(entry, recursive || !isFolder ? entry.path : baseName(entry.path)));
		}
	}

	return count;
}

export const run: RunCommand = async command => {
	const {parameters, output, signal} = command;
	const repository = await openRepository(await ownAccess(command, true), {signal});
	if (parameters.length > 0) {
		const targets = await findTargets(repository, parameters);
		let entries = 0;
		for (const target of targets) {
			entries += await listEntries(command, repository, target);
		}

		output.json('listed', {entries, snapshots: targets.length});
		return exitCodes.done;
	}

	const summaries = (await listSnapshots(repository, {signal})).reverse();
	let damaged = 0;
	for (const summary of summaries) {
		if (summary.header === undefined) {
			damaged++;
			const words = summary.problem?.message ?? 'It cannot be read.';
			output.json('snapshot', {snapshot: summary.snapshot, problem: words});
			output.note(`${summary.snapshot}: ${displayText(words)}`);
		} else {
			const {header: {created, host, user, tag, totals, paths}, snapshot} = summary;
			output.json('snapshot', {snapshot, created, host, user, tag, totals, paths: paths.map(path => displayPath(path as PathBytes))});
			output.line(snapshotLine(summary.header));
		}
	}

	output.json('listed', {snapshots: summaries.length, unreadable: damaged});
	return damaged > 0 ? exitCodes.findings : exitCodes.done;
};
