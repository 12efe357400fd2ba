// Asks a thread that keeps a repository open; every question is answered or fails, also when the thread ends.

import {Worker} from 'node:worker_threads';
import type {Answer, AnyQuestion, Question, QuestionName} from '../../engine/browse/questions.js';
import type {RepositoryAccess} from '../../engine/jobs.js';
import {threadFile} from '../../engine/thread-file.js';
import {cancelled, PlakarError} from '../../errors/plakar-error.js';
import {reviveError} from '../../errors/revive.js';
import type {BrowseHandle, BrowseSetup, FromBrowse, ToBrowse} from './job-runner.js';

type Waiting = {resolve(answer: unknown): void; reject(error: unknown): void};

/** A screen asks little at a time; more would be questions that nobody waits for. */
const maximumWaiting = 64;

/** Starts the thread; it is one of `workers` until it ends. */
export function browseInThread(repository: RepositoryAccess, workers: Set<Worker>): BrowseHandle {
	const worker = new Worker(threadFile('browse-thread'), {workerData: {repository} satisfies BrowseSetup});
	const waiting = new Map<number, Waiting>();
	let last = 0;
	let ended: Error | undefined;
	workers.add(worker);
	const end = (error: Error): void => {
		ended ??= error;
		for (const {reject} of waiting.values()) {
			reject(ended);
		}

		waiting.clear();
	};

	worker.on('message', (message: FromBrowse) => {
		const question = waiting.get(message.number);
		waiting.delete(message.number);
		if ('answer' in message) {
			question?.resolve(message.answer);
		} else {
			question?.reject(reviveError(message.error));
		}
	});
	worker.on('error', end);
	worker.on('exit', () => {
		workers.delete(worker);
		end(new PlakarError('INTERNAL', {message: 'The thread that reads the snapshot ended.', hint: 'Go back and open the snapshot again.'}));
	});
	return {
		async ask<Name extends QuestionName>(question: Question<Name>): Promise<Answer<Name>> {
			if (ended !== undefined || waiting.size >= maximumWaiting) {
				throw ended ?? cancelled('Too many questions are waiting for an answer.');
			}

			const number = ++last;
			return new Promise<Answer<Name>>((resolve, reject) => {
				waiting.set(number, {resolve: resolve as (answer: unknown) => void, reject});
				worker.postMessage({number, question: question as AnyQuestion} satisfies ToBrowse);
			});
		},
		close() {
			end(cancelled());
			void worker.terminate();
		},
	};
}
