// restore (pull): makes the paths of snapshots again.

import type {RestoreReport} from '../../engine/jobs.js';
import {openRepository} from '../../engine/repository.js';
import {lacksRoom} from '../../engine/restore/room.js';
import {runJob} from '../../engine/run-job.js';
import {countOf, formatBytes, formatDuration} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, findTargets, ownAccess, withJob, type RunCommand} from '../command.js';
import type {Output} from '../output.js';

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
	say(output, report);
	if (report.differing + report.obstructed > 0 && flags['force'] !== true) {
		output.note('--force moves what is in the way aside first, and restores what the snapshot has');
	}

	return report.refused + report.failed > 0 ? exitCodes.failed : exitCodes.done;
};

function say(output: Output, report: RestoreReport): void {
	const {created, replaced, unchanged, refused, newer, asideFolder, failed, bytesWritten, freeBytes, folder, dryRun, durationMs} = report;
	const [was, made] = dryRun ? ['would be', 'would be made'] : ['was', 'made'];
	const parts = [
		`${countOf(created, 'path')} ${made}`, ...(replaced > 0 ? [`${replaced} ${dryRun ? 'would be ' : ''}replaced`] : []), ...(unchanged > 0 ? [`${unchanged} already there`] : []),
		...(refused > 0 ? [`${refused} left as they are`] : []), ...(failed > 0 ? [`${failed} failed`] : []),
	];
	const write = refused + failed > 0 || dryRun ? output.note : output.tell;
	write(`${parts.join(', ')}: ${formatBytes(bytesWritten)} ${dryRun ? 'would be written' : 'written'} below ${folder} in ${formatDuration(durationMs)}`);
	if (newer > 0) {
		output.note(`${countOf(newer, 'path')} there ${newer === 1 ? 'is' : 'are'} newer than the snapshot`);
	}

	if (asideFolder !== undefined) {
		output.note(`what stood in the way ${was} moved to ${asideFolder}`);
	}

	if (dryRun && lacksRoom(report)) {
		output.note(`there is not enough room: ${formatBytes(freeBytes!)} are free there`);
	}
}
