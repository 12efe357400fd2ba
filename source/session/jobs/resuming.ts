// What an earlier start of the program left unfinished, offered once when both repositories can be read again.

import type {SnapshotId} from '../../format/ids.js';
import {displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {askToConfirm} from '../dialogs.js';
import {countOf, formatTime} from '../figures.js';
import {indexAt} from '../repositories.js';
import type {Repository} from '../state.js';
import type {RunMemory, RunRecord, Unfinished} from './run-memory.js';

/** Whether the program with this id still runs here, or somebody else's does: then nothing is offered. */
function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

const holds = (repository: Repository, snapshot: SnapshotId): boolean => repository.summary?.snapshots.some(held => held.snapshot === snapshot) === true;

/** Asks about the first interrupted run whose repositories are on the screen; forgets those that were completed since. */
export function offerToResume(application: Application, memory: RunMemory): void {
	const {state} = application;
	if (state.readOnly || state.dialog !== undefined) {
		return;
	}

	for (const record of memory.all()) {
		const {unfinished, ...rest} = record;
		if (unfinished !== undefined && !isAlive(unfinished.pid)) {
			const forget = (): void => {
				memory.keep(rest);
			};

			const isOffered = unfinished.verb === 'sync' ? offerSync(application, record, unfinished, forget) : offerClone(application, record, unfinished, forget);
			if (isOffered) {
				return;
			}
		}
	}
}

function offerSync(application: Application, {source, target}: RunRecord, {snapshots, startedAtMs}: Unfinished, forget: () => void): boolean {
	const {repositories} = application.state;
	const [sourceIndex, targetIndex] = [indexAt(repositories, source), indexAt(repositories, target)];
	const [from, into] = [repositories[sourceIndex], repositories[targetIndex]];
	if (from?.summary === undefined || into?.summary === undefined) {
		return false;
	}

	const complete = snapshots.filter(snapshot => holds(into, snapshot));
	const left = snapshots.filter(snapshot => !holds(into, snapshot) && holds(from, snapshot));
	if (left.length === 0) {
		forget();
		return false;
	}

	askToConfirm(application, {
		title: 'A sync was interrupted',
		lines: [
			`The sync ${from.name} -> ${into.name} of ${formatTime(new Date(startedAtMs).toISOString())} did not come to its end:`,
			`${complete.length} of ${countOf(snapshots.length, 'snapshot')} ${snapshots.length === 1 || complete.length === 1 ? 'is' : 'are'} complete. What was sent of the others is kept and not sent again.`,
		],
		answers: {y: 'plan the rest (nothing is written yet)', n: 'do not ask again', later: 'later'},
		onConfirm() {
			application.update(now => ({...now, source: sourceIndex, target: targetIndex, compare: {...now.compare, marks: new Set(), cursor: 0}}));
			void application.planning.make(left);
		},
		onDecline: forget,
	});
	return true;
}

function offerClone(application: Application, {source, target}: RunRecord, {startedAtMs}: Unfinished, forget: () => void): boolean {
	const {repositories} = application.state;
	const sourceIndex = indexAt(repositories, source);
	const from = repositories[sourceIndex];
	if (from?.summary === undefined) {
		return false;
	}

	const into = repositories[indexAt(repositories, target)];
	if (into?.summary?.unfinishedClone === false) {
		forget();
		return false;
	}

	const done = into?.summary === undefined ? '' : ` ${into.summary.snapshots.length} of ${countOf(from.summary.snapshots.length, 'snapshot')} are complete.`;
	askToConfirm(application, {
		title: 'A clone was interrupted',
		lines: [
			`The clone of ${from.name} to ${displayText(target)} of ${formatTime(new Date(startedAtMs).toISOString())} did not come to its end.${done}`,
			'What was sent is kept and not sent again.',
		],
		answers: {y: 'go on with it', n: 'do not ask again', later: 'later'},
		onConfirm() {
			application.update(now => ({...now, source: sourceIndex}));
			application.starts.clone(target);
		},
		onDecline: forget,
	});
	return true;
}
