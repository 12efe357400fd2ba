// Carries out one task on a lane.

import type {Lane} from './lane.js';
import type {TaskAnswer, TaskName, TaskRequest} from './task.js';

/** The answer of `request`. Each kind of task is loaded when it is first asked for. */
export async function perform<Name extends TaskName>(lane: Lane, request: TaskRequest<Name>): Promise<TaskAnswer<Name>> {
	const answer = await performAny(lane, request as TaskRequest);
	lane.counters.setLane(lane.index, 'idle');
	return answer as TaskAnswer<Name>;
}

async function performAny(lane: Lane, request: TaskRequest): Promise<TaskAnswer<TaskName>> {
	switch (request.name) {
		case 'copy': {
			const {copyRecords} = await import('./tasks/copy.js');
			return copyRecords(lane, request);
		}

		case 'reference': {
			const {referenceRecords} = await import('./tasks/copy.js');
			return referenceRecords(lane, request);
		}

		case 'reseal': {
			const {resealRecords} = await import('./tasks/reseal.js');
			return resealRecords(lane, request);
		}

		case 'recut': {
			const {recutContents} = await import('./tasks/recut.js');
			return recutContents(lane, request);
		}

		case 'hold': {
			const {holdContents} = await import('./tasks/hold.js');
			return holdContents(lane, request);
		}

		case 'examine': {
			const {examineRecords} = await import('./tasks/examine.js');
			return examineRecords(lane, request);
		}

		case 'store': {
			const {storeFiles} = await import('./tasks/store-files.js');
			return storeFiles(lane, request);
		}

		case 'restore': {
			const {restoreFiles} = await import('./tasks/restore-files.js');
			return restoreFiles(lane, request);
		}
	}
}
