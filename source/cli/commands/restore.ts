// restore (pull): makes the paths of snapshots again.

import {openRepository} from '../../engine/repository.js';
import {runJob} from '../../engine/run-job.js';
import {countOf, formatBytes, formatDuration} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, withJob, type RunCommand} from '../command.js';

export const run: RunCommand = async command => {
	const {parameters, flags, output, signal} = command;
	if (parameters.length === 0) {
		throw usageError('restore needs a snapshot.', 'restore');
	}

	const access = await ownAccess(command, true);
	const repository = await openRepository(access, {signal});
	const targets = await findTargets(repository, parameters);
	await repository.close();
	const report = await withJob(command, async context => runJob({
		verb: 'restore',
		repository: access,
		targets,
		folder: (flags['to'] as string | undefined) ?? process.cwd(),
		overwrite: flags['force'] === true,
		dryRun: flags['dryRun'] === true,
	}, context));
	output.json('restored', report);
	const {created, overwritten, unchanged, refused, failed, bytesWritten, folder, dryRun, durationMs} = report;
	const parts = [
		countOf(created, 'path'), ...(overwritten > 0 ? [`${overwritten} overwritten`] : []), ...(unchanged > 0 ? [`${unchanged} already there`] : []),
		...(refused > 0 ? [`${refused} left as they are`] : []), ...(failed > 0 ? [`${failed} failed`] : []),
	];
	const say = refused + failed > 0 || dryRun ? output.note : output.tell;
	say(`${parts.join(', ')}: ${formatBytes(bytesWritten)} ${dryRun ? 'would be written' : 'written'} below ${folder} in ${formatDuration(durationMs)}`);
	return refused + failed > 0 ? exitCodes.failed : exitCodes.done;
};
