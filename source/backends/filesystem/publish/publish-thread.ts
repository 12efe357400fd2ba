// The entry of a thread that helps to publish: takes groups of records until none is left, says so, and ends.

import {parentPort, workerData} from 'node:worker_threads';
import {Layout} from '../layout.js';
import {publishGroups, type Help} from './publish-all.js';
import {Publisher} from './publisher.js';

if (parentPort !== null) {
	const {root, usesLinks, work} = workerData as Help;
	publishGroups(new Publisher(new Layout(root), usesLinks), work);
	parentPort.postMessage('done');
}
