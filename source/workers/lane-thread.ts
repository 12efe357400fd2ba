// The entry of a lane thread: opens its sides, then answers one task after the other until it is told to end.

import {parentPort, workerData} from 'node:worker_threads';
import {onWait} from '../backends/waits.js';
import {toPlainError, type PlainError} from '../errors/revive.js';
import {openLane, type LaneSetup} from './lane.js';
import {perform} from './perform.js';
import type {TaskAnswer, TaskName, TaskRequest} from './task.js';

export type ToLane = {readonly number: number; readonly request: TaskRequest};
type FromLane =
	| {readonly number: number; readonly answer: TaskAnswer<TaskName>}
	| {readonly number: number; readonly error: PlainError}
	| {readonly wait: string};

/** The lanes of a job wait for each other all the time, on a slow disk for seconds. */
const waitsToldAfterMs = 4000;

const port = parentPort;
if (port !== null) {
	onWait(wait => {
		port.postMessage({wait} satisfies FromLane);
	}, waitsToldAfterMs);
	const opening = openLane(workerData as LaneSetup);
	// An error of opening is told with the first task; it must not end the thread as unhandled before.
	opening.catch(() => undefined);
	let previous: Promise<void> = Promise.resolve();
	port.on('message', ({number, request}: ToLane) => {
		previous = previous.then(async () => {
			try {
				const answer = await perform(await opening, request);
				port.postMessage({number, answer} satisfies FromLane);
			} catch (error) {
				port.postMessage({number, error: toPlainError(error)} satisfies FromLane);
			}
		});
	});
}
