// The entry of a job thread: carries out one request and ends.

import {parentPort, workerData} from 'node:worker_threads';
import {Counters} from '../../engine/counters.js';
import type {JobEvent} from '../../engine/events.js';
import {runJob} from '../../engine/run-job.js';
import {toPlainError} from '../../errors/revive.js';
import type {FromJob, JobSetup, ToJob} from './job-runner.js';

/** Paths go by much faster than anybody reads. */
const pathEveryMs = 50;

const port = parentPort;
if (port !== null) {
	const {request, counters, readOnly} = workerData as JobSetup;
	const controller = new AbortController();
	const post = (message: FromJob): void => {
		port.postMessage(message);
	};

	let lastPathMs = 0;
	const onEvent = (event: JobEvent): void => {
		const nowMs = performance.now();
		if (event.type !== 'path' || nowMs - lastPathMs >= pathEveryMs) {
			lastPathMs = event.type === 'path' ? nowMs : lastPathMs;
			post({type: 'event', event});
		}
	};

	port.on('message', (_: ToJob) => {
		controller.abort();
	});
	try {
		post({type: 'result', result: await runJob(request, {counters: new Counters(counters), readOnly, signal: controller.signal, onEvent})});
	} catch (error) {
		post({type: 'error', error: toPlainError(error)});
	}

	port.close();
}
