// find: where a name is, over snapshots, newest first; each line is what restore and cat take.

import {findInSnapshot} from '../../engine/browse/find.js';
import {namePattern} from '../../engine/browse/name-pattern.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import {listSnapshots, openRepository} from '../../engine/repository.js';
import {displayPath} from '../../format/paths.js';
import {countOf} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, type RunCommand} from '../command.js';

export const run: RunCommand = async command => {
	const {parameters: [name, ...wanted], output, signal} = command;
	if (name === undefined || name === '') {
		throw usageError('find needs a name.', 'find');
	}

	const repository = await openRepository(await ownAccess(command, true), {signal});
	const chosen = new Set((await findTargets(repository, wanted)).map(({snapshot}) => snapshot));
	const summaries: readonly SnapshotSummary[] = (await listSnapshots(repository, {signal})).filter(({snapshot}) => wanted.length === 0 || chosen.has(snapshot));
	const matches = namePattern(name, {isExact: true});
	let [found, damaged] = [0, 0];
	for (const {snapshot, header, problem} of summaries) {
		if (header === undefined) {
			damaged++;
			output.note(`${snapshot}: ${problem?.message ?? 'it cannot be read'}`);
			continue;
		}

		for await (const {path, type, sizeBytes, mtimeSeconds} of findInSnapshot(repository, header, matches, {signal})) {
			found++;
			output.json('found', {snapshot, path: displayPath(path), kind: type, sizeBytes, mtimeSeconds});
			output.line(`${snapshot.slice(0, 8)}:${displayPath(path)}`);
		}
	}

	output.json('searched', {found, snapshots: summaries.length, unreadable: damaged});
	output.note(`${countOf(found, 'path')} in ${countOf(summaries.length, 'snapshot')}`);
	await repository.close();
	return damaged > 0 ? exitCodes.findings : exitCodes.done;
};
