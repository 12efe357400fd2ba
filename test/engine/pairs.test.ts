// Every medium with every other. A new medium is one line here.

import {randomUUID} from 'node:crypto';
import {join} from 'node:path';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {describePair, type Medium} from '../suites/pair-suite.js';

const media: readonly Medium[] = [
	{name: 'memory', location: () => `memory:${randomUUID()}`},
	{name: 'filesystem', location: () => join(temporaryFolder(fastPlace), 'repository')},
];

for (const source of media) {
	for (const target of media) {
		describePair(source, target);
	}
}
