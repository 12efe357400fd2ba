// The real engine behind the session, in this process: jobs run as they do in threads, and a test sees what they are asked.

import {Browser} from '../../source/engine/browse/browser.js';
import {Counters} from '../../source/engine/counters.js';
import type {JobRequest, JobResults, Verb} from '../../source/engine/jobs.js';
import {openRepository} from '../../source/engine/repository.js';
import {runJob} from '../../source/engine/run-job.js';
import {cancelled} from '../../source/errors/plakar-error.js';
import type {JobRunner} from '../../source/session/jobs/job-runner.js';

/** A lane that waits would stop the test too: they share the thread. */
class UnpausedCounters extends Counters {
	override pause(): void {
		// Nothing to wait for.
	}
}

/** `onStart` is told of every request before it runs. */
export function inlineRunner(onStart: (request: JobRequest) => void): JobRunner & {readonly running: () => number} {
	let running = 0;
	return {
		running: () => running,
		start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: Parameters<JobRunner['start']>[1]) {
			onStart(request);
			const counters = new UnpausedCounters();
			const controller = new AbortController();
			running++;
			const result = runJob<V>(request, {counters, signal: controller.signal, onEvent}).finally(() => {
				running--;
			});
			result.catch(() => undefined);
			return {
				counters,
				result: result as Promise<JobResults[V]>,
				cancel() {
					counters.cancel();
					controller.abort();
				},
			};
		},
		browse(repository) {
			const opening = openRepository(repository).then(opened => new Browser(opened));
			opening.catch(() => undefined);
			let isClosed = false;
			return {
				async ask(question) {
					const browser = await opening;
					if (isClosed) {
						throw cancelled();
					}

					return browser.answer(question);
				},
				close() {
					isClosed = true;
				},
			};
		},
		async close() {
			// Nothing runs in a thread.
		},
	};
}
