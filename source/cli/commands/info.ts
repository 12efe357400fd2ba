// info: what a repository is, or what a snapshot is.

import {displayPath, displayText, type PathBytes} from '../../format/paths.js';
import {describeRepository, openRepository, readHeader} from '../../engine/repository.js';
import {verifiedSentence} from '../../session/check-text.js';
import {countOf, formatBytes, formatCount} from '../../session/figures.js';
import {exitCodes, findTargets, ownAccess, type Command, type RunCommand} from '../command.js';

function print({output}: Command, facts: ReadonlyArray<readonly [string, string]>): void {
	for (const [name, value] of facts) {
		output.line(`${`${name}:`.padEnd(14)} ${value}`);
	}
}

export const run: RunCommand = async command => {
	const {parameters, output, signal} = command;
	const repository = await openRepository(await ownAccess(command, parameters.length > 0), {signal});
	if (parameters.length === 0) {
		const {snapshots, locks, ...facts} = await describeRepository(repository, {signal});
		output.json('repository', {...facts, snapshots: snapshots.length, locks});
		print(command, [
			['Location', facts.location],
			['Repository', facts.repositoryId],
			['Family', facts.familyId],
			['Created', facts.created],
			['Encryption', facts.encrypted ? 'AES-256-GCM' : 'none'],
			['Compression', facts.compression],
			['Hash', facts.hashing],
			['Chunking', facts.chunking],
			['Snapshots', formatCount(snapshots.length)],
			['Verified', verifiedSentence(facts.verified)],
			...(facts.stored === undefined ? [] : [['Stored', `${facts.stored.exact ? '' : 'about '}${formatBytes(facts.stored.bytes)}`] as const]),
			['Free space', facts.freeBytes === undefined ? 'unknown' : formatBytes(facts.freeBytes)],
			...locks.map(({mode, host, pid, purpose}) => ['Lock', displayText(`${mode}, ${host} (pid ${pid}), ${purpose}`)] as const),
			...(facts.unfinishedTransactions > 0 ? [['Unfinished', countOf(facts.unfinishedTransactions, 'transfer')] as const] : []),
			...(facts.unfinishedClone ? [['State', 'an unfinished clone: run clone again'] as const] : []),
		]);
	}

	for (const {snapshot} of await findTargets(repository, parameters)) {
		const header = await readHeader(repository, snapshot);
		const {created, host, user, commandLine, tag, totals, paths} = header;
		output.json('snapshot', header);
		print(command, [
			['Snapshot', snapshot],
			['Created', created],
			['Origin', displayText(`${user}@${host}`)],
			['Command', displayText(commandLine)],
			['Paths', paths.map(path => displayPath(path as PathBytes)).join(', ')],
			...(tag === undefined ? [] : [['Tag', displayText(tag)] as const]),
			['Files', formatCount(totals.files)],
			['Directories', formatCount(totals.directories)],
			['Others', formatCount(totals.others)],
			['Not read', formatCount(totals.errors)],
			['Size', formatBytes(totals.sizeBytes)],
			['Chunks', formatCount(totals.chunks)],
			['Objects', formatCount(totals.objects)],
		]);
	}

	return exitCodes.done;
};
