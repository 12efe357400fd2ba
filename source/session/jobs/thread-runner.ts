// Jobs in threads of their own: the screen stays quick whatever the engine does.

import {Worker} from 'node:worker_threads';
import {Counters} from '../../engine/counters.js';
import {threadFile} from '../../engine/thread-file.js';
import type {JobEvent} from '../../engine/events.js';
import type {JobRequest, JobResults, RepositoryAccess, Verb} from '../../engine/jobs.js';
import {PlakarError} from '../../errors/plakar-error.js';
import {reviveError} from '../../errors/revive.js';
import {browseInThread} from './browse-handle.js';
import type {BrowseHandle, FromJob, JobHandle, JobRunner, JobSetup, ToJob} from './job-runner.js';

/** `readOnly`: no job of this runner can write to a repository. */
export function createThreadRunner({readOnly = false}: {readonly readOnly?: boolean} = {}): JobRunner {
	const workers = new Set<Worker>();
	return {
		browse(repository: RepositoryAccess): BrowseHandle {
			return browseInThread(repository, workers);
		},
		start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V> {
			const counters = new Counters();
			const worker = new Worker(threadFile('job-thread'), {workerData: {request, counters: counters.buffer, readOnly} satisfies JobSetup});
			workers.add(worker);
			const result = new Promise<JobResults[V]>((resolve, reject) => {
				worker.on('message', (message: FromJob) => {
					if (message.type === 'event') {
						onEvent(message.event);
					} else if (message.type === 'result') {
						resolve(message.result as JobResults[V]);
					} else {
						reject(reviveError(message.error));
					}
				});
				worker.on('error', reject);
				worker.on('exit', () => {
					workers.delete(worker);
					reject(new PlakarError('INTERNAL', {
						message: 'The job ended without an answer.',
						hint: 'Nothing half written is visible. Run it again; report it if it happens again.',
					}));
				});
			});
			return {
				counters,
				result,
				cancel() {
					counters.cancel();
					worker.postMessage({type: 'cancel'} satisfies ToJob);
				},
			};
		},
		async close() {
			await Promise.all([...workers].map(async worker => worker.terminate()));
		},
	};
}
