// The entry of a browse thread: keeps one repository open and answers questions about it, one after the other, until it is closed.

import {parentPort, workerData} from 'node:worker_threads';
import {Browser} from '../../engine/browse/browser.js';
import {openRepository} from '../../engine/repository.js';
import {toPlainError} from '../../errors/revive.js';
import type {BrowseSetup, FromBrowse, ToBrowse} from './job-runner.js';

const port = parentPort;
if (port !== null) {
	const {repository} = workerData as BrowseSetup;
	const opening = (async () => new Browser(await openRepository(repository)))();
	opening.catch(() => undefined);
	let last: Promise<void> = Promise.resolve();
	const answer = async ({number, question}: ToBrowse): Promise<void> => {
		let message: FromBrowse;
		try {
			message = {number, answer: await (await opening).answer(question)};
		} catch (error) {
			message = {number, error: toPlainError(error)};
		}

		port.postMessage(message);
	};

	port.on('message', (message: ToBrowse) => {
		last = last.then(async () => answer(message));
	});
}
