// Jobs in threads of their own: the screen stays quick whatever the engine does.

import {Worker} from 'node:worker_threads';
import {Counters} from '../../engine/counters.js';
import {threadFile} from '../../engine/thread-file.js';
import type {JobEvent} from '../../engine/events.js';
import type {JobRequest, JobResults, RepositoryAccess, Verb} from '../../engine/jobs.js';
import {PlakarError} from '../../errors/plakar-error.js';
import {reviveError} from '../../errors/revive.js';
import {browseInThread} from './browse-handle.js';
import {leavesThread, type BrowseHandle, type FromJob, type JobHandle, type JobRunner, type ToJob} from './job-runner.js';

export type ThreadRunner = JobRunner & {
	/** Begins to read repositories that will be asked for soon, one after the other in one thread: `start` finds what has begun. */
	describeAhead(repositories: readonly RepositoryAccess[]): void;
};

const noAnswer = (): PlakarError => new PlakarError('INTERNAL', {
	message: 'The job ended without an answer.',
	hint: 'Nothing half written is visible. Run it again; report it if it happens again.',
});

/** As good as any: the timer is there for being there. */
const aliveMs = 1000;

const placeOf = ({location, passphrase}: RepositoryAccess): string => JSON.stringify([location, passphrase]);

/** `readOnly`: no job of this runner can write to a repository. */
export function createThreadRunner({readOnly = false}: {readonly readOnly?: boolean} = {}): ThreadRunner {
	const workers = new Set<Worker>();
	const begun = new Map<string, JobHandle<'describe'>>();
	/** To be read ahead, and not begun yet: one that is asked for by then waits for no other. */
	let later: readonly RepositoryAccess[] = [];
	/** A thread that waits for a request. */
	let spare: Worker | undefined;

	const launch = (): Worker => {
		const worker = new Worker(threadFile('job-thread'));
		workers.add(worker);
		// Whoever waits for an answer listens too.
		worker.on('error', () => undefined);
		worker.on('exit', () => {
			workers.delete(worker);
			spare = spare === worker ? undefined : spare;
		});
		return worker;
	};

	const takeSpare = (): Worker | undefined => {
		const worker = spare;
		spare = undefined;
		return worker;
	};

	const leave = (worker: Worker): void => {
		if (spare === undefined) {
			spare = worker;
		} else {
			void worker.terminate();
		}
	};

	const begin = <V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V> => {
		const counters = new Counters();
		const worker = (leavesThread(request) ? takeSpare() : undefined) ?? launch();
		const tell = (message: ToJob): void => {
			worker.postMessage(message);
		};

		let isOver = false;
		const result = new Promise<JobResults[V]>((resolve, reject) => {
			const onExit = (): void => {
				reject(noAnswer());
			};

			const onMessage = (message: FromJob): void => {
				if (message.type === 'event') {
					onEvent(message.event);
					return;
				}

				isOver = true;
				worker.off('message', onMessage).off('error', reject).off('exit', onExit);
				if (leavesThread(request)) {
					leave(worker);
				}

				if (message.type === 'result') {
					resolve(message.result as JobResults[V]);
				} else {
					reject(reviveError(message.error));
				}
			};

			worker.on('message', onMessage).on('error', reject).on('exit', onExit);
		});
		tell({type: 'request', setup: {request, counters: counters.buffer, readOnly}});
		return {
			counters,
			result,
			cancel() {
				counters.cancel();
				if (!isOver) {
					tell({type: 'cancel'});
				}
			},
		};
	};

	const describeLater = (): void => {
		const [repository, ...others] = later;
		later = others;
		if (repository !== undefined) {
			const handle = begin({verb: 'describe', repository}, () => undefined);
			begun.set(placeOf(repository), handle);
			void handle.result.catch(() => undefined).then(describeLater);
		}
	};

	/** The reading that `request` asks for, if it has begun. */
	const takeBegun = (request: JobRequest): JobHandle<Verb> | undefined => {
		if (request.verb !== 'describe') {
			return undefined;
		}

		const place = placeOf(request.repository);
		const handle = begun.get(place);
		begun.delete(place);
		later = later.filter(repository => placeOf(repository) !== place);
		return handle;
	};

	return {
		browse(repository: RepositoryAccess): BrowseHandle {
			return browseInThread(repository, workers);
		},
		describeAhead(repositories) {
			later = repositories;
			describeLater();
		},
		start<V extends Verb>(request: JobRequest & {readonly verb: V}, onEvent: (event: JobEvent) => void): JobHandle<V> {
			return takeBegun(request) as JobHandle<V> | undefined ?? begin<V>(request, onEvent);
		},
		async close() {
			later = [];
			// A thread that is being stopped may keep the program alive no longer (seen with Node 20.20), which would end before this does.
			const alive = setInterval(() => undefined, aliveMs);
			await Promise.all([...workers].map(async worker => worker.terminate()));
			clearInterval(alive);
		},
	};
}
