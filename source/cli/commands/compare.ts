// compare: which repository lacks which snapshots, and what it would cost to send them.

import {runJob} from '../../engine/run-job.js';
import {assertDistinct, showsDamage, type Matrix} from '../../engine/several/matrix.js';
import {displayText} from '../../format/paths.js';
import {countOf, formatBytes} from '../../session/figures.js';
import {columnLetters, damageWords, memberWord, pairLine, rowLine} from '../../session/matrix-text.js';
import {usageError} from '../arguments.js';
import {peerAccess, withJob, type Command, type RunCommand} from '../command.js';
import {statusOf} from '../outcomes.js';

function printColumns({output}: Command, {columns}: Matrix): void {
	for (const [index, {location, snapshots, error, freeBytes}] of columns.entries()) {
		const {stack: _, ...problem} = error ?? {};
		output.json('repository', {letter: columnLetters[index], location, snapshots, freeBytes, ...(error === undefined ? {} : {error: problem})});
		output.line(`${columnLetters[index]!}  ${displayText(location)}  ${error === undefined ? countOf(snapshots, 'snapshot') : 'not reached'}`);
		if (error !== undefined) {
			output.note(`${displayText(location)}: ${displayText(error.message)}\n${displayText(error.hint)}`);
		}
	}
}

function printMatrix(command: Command, matrix: Matrix): void {
	const {output} = command;
	const {columns, rows, pairs, mesh} = matrix;
	printColumns(command, matrix);
	for (const row of [...rows].reverse()) {
		const {snapshot, shown, cells, comparable} = row;
		output.json('snapshot', {
			snapshot, created: shown?.created, conflict: cells.includes('conflict'), comparable,
			holders: columns.filter((_, index) => cells[index] !== 'lacking' && cells[index] !== 'unknown').map(({location}) => location),
			cells: cells.map(cell => memberWord(cell)),
		});
		output.line(rowLine(row));
	}

	const unknown = rows.filter(({comparable}) => !comparable).length;
	if (unknown > 0) {
		output.note(`?: ${countOf(unknown, 'snapshot')} under the same id, stored otherwise; only the passphrases can tell whether they are the same.`);
	}

	for (const pair of pairs) {
		const {source, target, total, exact, obstacle, kinship} = pair;
		output.json('difference', {source: columns[source]!.location, target: columns[target]!.location, ...total, exact, kinship, obstacle});
		output.line(pairLine(pair));
	}

	for (const damage of mesh.damaged) {
		const nameOf = (index: number): string => displayText(columns[index]!.location);
		output.json('damaged', {snapshot: damage.snapshot, location: columns[damage.holder]!.location, soundIn: damage.soundIn.map(index => columns[index]!.location)});
		output.line(damageWords(damage, nameOf));
	}

	const unreachable = columns.filter(({error}) => error !== undefined).map(({location}) => location);
	output.json('equal', {transfers: mesh.transfers.length, bytes: mesh.bytes, exact: mesh.exact, skipped: mesh.skipped, unreachable});
	if (columns.length > 2) {
		output.line(`to make all equal: ${countOf(mesh.transfers.length, 'transfer')}, ${mesh.exact ? '' : 'about '}${formatBytes(mesh.bytes)}`);
	}
}

export const run: RunCommand = async command => {
	const {parameters} = command;
	if (parameters.length < 2 || parameters.length > columnLetters.length) {
		throw usageError(`compare needs two repositories or more, and at most ${columnLetters.length}.`, 'compare');
	}

	const repositories = await Promise.all(parameters.map(async (given, index) => peerAccess(command, given, false, index === 0 ? 'own' : 'peer')));
	const matrix = await withJob(command, async context => runJob({verb: 'matrix', repositories}, context));
	assertDistinct(matrix);
	printMatrix(command, matrix);
	return statusOf({failed: matrix.columns.some(({error}) => error !== undefined), sawDamage: showsDamage(matrix)});
};
