// The entry of a job thread: carries out one request and ends, or waits for the next after one that only reads.

import {parentPort} from 'node:worker_threads';
import {Counters} from '../../engine/counters.js';
import type {JobEvent} from '../../engine/events.js';
import {runJob} from '../../engine/run-job.js';
import {toPlainError} from '../../errors/revive.js';
import {leavesThread, type FromJob, type JobSetup, type ToJob} from './job-runner.js';

/** Paths go by much faster than anybody reads. */
const pathEveryMs = 50;

const port = parentPort;
if (port !== null) {
	let controller = new AbortController();
	const post = (message: FromJob): void => {
		port.postMessage(message);
	};

	const carryOut = async ({request, counters, readOnly}: JobSetup): Promise<void> => {
		const {signal} = controller = new AbortController();
		let lastPathMs = 0;
		const onEvent = (event: JobEvent): void => {
			const nowMs = performance.now();
			if (event.type !== 'path' || nowMs - lastPathMs >= pathEveryMs) {
				lastPathMs = event.type === 'path' ? nowMs : lastPathMs;
				post({type: 'event', event});
			}
		};

		try {
			post({type: 'result', result: await runJob(request, {counters: new Counters(counters), readOnly, signal, onEvent})});
		} catch (error) {
			post({type: 'error', error: toPlainError(error)});
		}

		if (!leavesThread(request)) {
			port.close();
		}
	};

	port.on('message', (message: ToJob) => {
		if (message.type === 'cancel') {
			controller.abort();
		} else {
			void carryOut(message.setup);
		}
	});
}
