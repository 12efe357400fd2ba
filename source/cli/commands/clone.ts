// clone: new repositories with the same configuration and snapshots.

import {runJob} from '../../engine/run-job.js';
import {countOf, formatBytes, formatDuration} from '../../session/figures.js';
import {usageError} from '../arguments.js';
import {exitCodes, ownAccess, withJob, type RunCommand} from '../command.js';
import {resolvePlace} from '../places.js';

export const run: RunCommand = async command => {
	const {parameters, output} = command;
	const places = parameters[0] === 'to' ? parameters.slice(1) : parameters;
	if (places.length === 0) {
		throw usageError('clone needs the place of the new repository.', 'clone');
	}

	const source = await ownAccess(command, false);
	for (const place of places) {
		const report = await withJob(command, async context => runJob({verb: 'clone', source, target: resolvePlace(place)}, context));
		output.json('cloned', report);
		output.tell(`${countOf(report.snapshots.length, 'snapshot')}, ${formatBytes(report.bytesWritten)} written to ${report.targetLocation} in ${formatDuration(report.durationMs)}`);
		if (!report.receipt) {
			output.note('Compared again afterwards, the two differ: run check on both.');
			return exitCodes.failed;
		}
	}

	return exitCodes.done;
};
