// push: makes a snapshot and prints its UUID.

import {resolve} from 'node:path';
import {runJob} from '../../engine/run-job.js';
import {countOf, formatBytes, formatDuration} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, ownAccess, withJob, type RunCommand} from '../command.js';

export const run: RunCommand = async command => {
	const {parameters, flags, output} = command;
	if (parameters.length === 0) {
		throw usageError('push needs at least one path.', 'push');
	}

	const repository = await ownAccess(command, true);
	const report = await withJob(command, async context => runJob({
		verb: 'push',
		repository,
		paths: parameters.map(path => resolve(path)),
		tag: flags['tag'] as string | undefined,
		useCache: flags['cache'] === true,
		commandLine: ['plakar-tui', 'push', ...parameters].join(' '),
	}, context));
	output.json('pushed', report);
	// A script wants the UUID; on a terminal, ls shows it.
	if (!process.stdout.isTTY || flags['info'] === true) {
		output.line(report.snapshot);
	}

	const {totals: {files, sizeBytes}, filesUnchanged, bytesWritten, durationMs} = report;
	output.tell(`${countOf(files, 'file')} (${filesUnchanged} unchanged), ${formatBytes(sizeBytes)}; ${formatBytes(bytesWritten)} written in ${formatDuration(durationMs)}`);
	if (report.unreadable > 0) {
		output.note(`${countOf(report.unreadable, 'path')} could not be read; the snapshot names them and lacks their content.`);
		return exitCodes.findings;
	}

	return exitCodes.done;
};
