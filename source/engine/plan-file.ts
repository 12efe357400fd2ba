// A plan as a file: JSON with a checksum, so that what is applied is what was reviewed.

import {PlakarError} from '../errors/plakar-error.js';
import {blake3} from '../format/hashing.js';
import {isSnapshotId} from '../format/ids.js';
import type {Plan} from './plan.js';

const kind = 'plakar-tui sync plan';
const digestOf = (plan: unknown): string => Buffer.from(blake3(Buffer.from(JSON.stringify(plan)))).toString('hex');

/** On one line: with a million chunks, indentation alone would be half of the file. */
export const encodePlan = (plan: Plan): string => `${JSON.stringify({kind, plan, checksum: digestOf(plan)})}\n`;

/** Whether `runs` are ascending runs of rows below `rowCount`. */
function areRuns(runs: unknown, rowCount: number): boolean {
	if (!Array.isArray(runs) || runs.length === 0 || runs.length % 2 !== 0) {
		return false;
	}

	let lowest = 0;
	return runs.every((row: unknown, at) => {
		const isRow = Number.isSafeInteger(row) && row as number >= lowest && row as number < rowCount;
		// A run may be of one row; the next run begins behind it.
		lowest = at % 2 === 0 ? row as number : row as number + 1;
		return isRow;
	});
}

/** Throws FORMAT_INVALID unless `bytes` are a plan as it was written. */
export function decodePlan(bytes: Uint8Array, file: string): Plan {
	const invalid = (reason: string, cause?: unknown): PlakarError => new PlakarError('FORMAT_INVALID', {
		message: `${file} is not a plan that can be applied: ${reason}.`,
		hint: 'Nothing was written. Make the plan again with sync --plan-out.',
		cause,
	});
	let value: {kind?: unknown; plan?: Plan; checksum?: unknown} | null;
	try {
		value = JSON.parse(Buffer.from(bytes).toString('utf8')) as typeof value;
	} catch (error) {
		throw invalid('it is not JSON', error);
	}

	if (value?.kind !== kind || typeof value.plan !== 'object') {
		throw invalid('it is something else');
	}

	const {plan} = value;
	if (plan.version !== 1) {
		throw invalid(`its version ${JSON.stringify(plan.version)} is unknown`);
	}

	if (digestOf(plan) !== value.checksum) {
		throw invalid('it was changed after it was written');
	}

	if (!Array.isArray(plan.rows) || !plan.rows.every(({snapshot}) => isSnapshotId(snapshot)) || !Array.isArray(plan.classes) || !plan.classes.every(({runs}) => areRuns(runs, plan.rows.length))) {
		throw invalid('a field is missing or not valid');
	}

	return plan;
}
