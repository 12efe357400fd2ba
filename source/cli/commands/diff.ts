// diff: what changed from one snapshot to another, one path a line.

import {displayPath} from '../../format/paths.js';
import {diffSnapshots, isTelling, type Aspect, type Difference, type SnapshotPath} from '../../engine/diff.js';
import {findEntry} from '../../engine/reading.js';
import {openRepository, readHeader, type Repository} from '../../engine/repository.js';
import type {SnapshotTarget} from '../../engine/jobs.js';
import {formatCount} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, type RunCommand} from '../command.js';

const letters: ReadonlyArray<readonly [Aspect, string]> = [['type', 'y'], ['content', 'c'], ['mode', 'm'], ['owner', 'o'], ['time', 't']];

const changeLetters = ({changed, mark}: Difference): string => letters.map(([aspect, letter]) => mark === '~' && changed.includes(aspect) ? letter : '.').join('');

/** Throws PATH_NOT_FOUND for a path that is not there: nothing is not the same as no difference. */
async function sideOf(repository: Repository, {snapshot, path}: SnapshotTarget, signal: AbortSignal): Promise<SnapshotPath> {
	const header = await readHeader(repository, snapshot, {signal});
	if (path !== undefined) {
		await findEntry(repository, header, path, {signal});
	}

	return {header, path};
}

export const run: RunCommand = async command => {
	const {parameters, output, signal} = command;
	if (parameters.length !== 2) {
		throw usageError('diff needs two snapshots.', 'diff');
	}

	const repository = await openRepository(await ownAccess(command, true), {signal});
	const [first, second] = await findTargets(repository, parameters);
	const [before, after] = [await sideOf(repository, first!, signal), await sideOf(repository, second!, signal)];
	const counts = {'+': 0, '~': 0, '-': 0};
	for await (const difference of diffSnapshots(repository, before, after, {signal})) {
		if (isTelling(difference)) {
			const {mark, path, changed} = difference;
			counts[mark]++;
			output.json('difference', {
				mark, path: displayPath(path), changed,
				...(difference.before === undefined ? {} : {before: {kind: difference.before.type, sizeBytes: difference.before.sizeBytes}}),
				...(difference.after === undefined ? {} : {after: {kind: difference.after.type, sizeBytes: difference.after.sizeBytes}}),
			});
			output.line(`${mark} ${changeLetters(difference)} ${displayPath(path)}`);
		}
	}

	output.json('diffed', {added: counts['+'], changed: counts['~'], removed: counts['-']});
	output.note(`${formatCount(counts['+'])} added, ${formatCount(counts['~'])} changed, ${formatCount(counts['-'])} removed`);
	await repository.close();
	return exitCodes.done;
};
