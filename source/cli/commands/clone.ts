// clone: new repositories with the same configuration and snapshots.

import {runJob} from '../../engine/run-job.js';
import {usageError} from '../arguments.js';
import {ownAccess, withJob, type RunCommand} from '../command.js';
import {concludeTargets} from '../outcomes.js';
import {resolvePlace} from '../places.js';

export const run: RunCommand = async command => {
	const {parameters} = command;
	const places = parameters[0] === 'to' ? parameters.slice(1) : parameters;
	if (places.length === 0) {
		throw usageError('clone needs the place of the new repository.', 'clone');
	}

	const source = await ownAccess(command, false);
	const targets = places.map(place => resolvePlace(place));
	const outcomes = await withJob(command, async context => runJob({verb: 'clone-each', source, targets}, context));
	return concludeTargets(command, outcomes, 'cloned');
};
