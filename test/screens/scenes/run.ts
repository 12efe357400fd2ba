// A run, from its start to each of its ends.

import {PlakarError} from '../../../source/errors/plakar-error.js';
import {counters, sample, type OpenedOffice} from '../../terminal/office.js';
import {transferReport} from '../../terminal/scripted-engine.js';
import {longNames, type Scenes} from './scene.js';

export const noSpace = new PlakarError('BACKEND_FULL', {message: 'No space left in /mnt/vault.', hint: 'Free some space or untick snapshots, then run it again. Finished snapshots are kept.'});
const standing = ['sync'] as const;
const midway = (office: OpenedOffice): void => {
	office.midway();
};

function atEnd({application}: OpenedOffice): void {
	const done = {bytesDone: counters.bytesTotal, chunksDone: counters.chunksTotal, objectsDone: counters.objectsTotal, recordsReferenced: counters.referencesTotal, snapshotsDone: counters.snapshotsTotal, bytesWritten: counters.bytesTotal, recordsWritten: 5053};
	application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: {...sample, values: {...sample.values, ...done}}}))}));
}

const nine = Array.from({length: 9}, (_, index) => `${index}` as never);

const leftOut = {snapshot: 'a1b2c3d4'.repeat(4) as never, reason: 'chunk 00d117cd is damaged.'};

export const runScenes: Scenes = {
	running: {screen: 'run', script: {standing, counters}, steps: [['S'], ['y'], midway], moves: 'w', picture: {name: 'running', title: 'A sync while it runs: phases, throughput, what stopping now would keep'}},
	'running-no-lanes': {screen: 'run', script: {standing, counters}, steps: [['S'], ['y'], midway, ['w']]},
	'running-paused': {screen: 'run', script: {standing, counters}, steps: [['S'], ['y'], ['p'], midway]},
	'running-long-names': {screen: 'run', shows: ['long names'], script: {standing, counters}, options: {repositories: longNames}, steps: [['S'], ['y'], midway]},
	'running-start': {screen: 'run', shows: ['loading'], script: {standing}, steps: [['S'], ['y']]},
	'run-done': {screen: 'run', script: {counters, syncAnswer: {...transferReport, snapshots: nine, retries: 3}}, steps: [['S'], ['y'], atEnd]},
	'run-left-out': {screen: 'run', script: {counters, syncAnswer: {...transferReport, snapshots: nine.slice(1), damaged: [leftOut]}}, steps: [['S'], ['y'], atEnd]},
	'run-failed': {screen: 'run', shows: ['error'], script: {counters, syncAnswer: noSpace}, steps: [['S'], ['y'], midway]},
};
