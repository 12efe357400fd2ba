// The list of jobs and the log.

import {PlakarError} from '../../../source/errors/plakar-error.js';
import {counters, sample, type OpenedOffice} from '../../terminal/office.js';
import {longNames, type Scenes} from './scene.js';

const checkCounters = {chunksTotal: 318_204, chunksDone: 121_004};
const locked = new PlakarError('BACKEND_LOCKED', {message: 'web1 (pid 4127) holds /mnt/vault for cleanup.', hint: 'Wait until it is done, or end it there.'});

function midway({application}: OpenedOffice): void {
	application.update(state => ({...state, jobs: state.jobs.map(job => ({...job, sample: job.verb === 'check' ? {...sample, values: {...sample.values, ...checkCounters}} : sample}))}));
}

function tellMuch({application}: OpenedOffice): void {
	for (let index = 0; index < 60; index++) {
		application.log(index % 3 === 0 ? `snapshot ${index} complete` : `retry ${index}: vault busy, evil \u001B[31m name 日本語, waited 200 ms, went through after all of it`);
	}
}

/** As many as are kept: the rest is dropped. */
function runMany({application}: OpenedOffice): void {
	application.update(state => ({...state, jobs: Array.from({length: 101}, (_, index) => ({...state.jobs[0]!, id: index + 1, status: index === 100 ? 'running' as const : 'done' as const}))}));
}

function tellThousands({application}: OpenedOffice): void {
	for (let index = 0; index < 3000; index++) {
		application.log(`snapshot ${index} complete`);
	}
}

export const jobsScenes: Scenes = {
	'jobs-none': {screen: 'jobs', shows: ['empty'], steps: [['J']]},
	// A check, and a sync that is paused.
	jobs: {screen: 'jobs', script: {standing: ['check', 'sync']}, steps: [['v', 'escape', 'S'], ['y'], midway, ['J', 'down', 'p', 'up']], moves: 'down'},
	'jobs-failed': {screen: 'jobs', shows: ['error'], script: {syncAnswer: locked}, steps: [['S'], ['y'], ['J']]},
	'jobs-start': {screen: 'jobs', shows: ['loading'], script: {standing: ['sync']}, steps: [['S'], ['y'], ['J']]},
	'jobs-long-names': {screen: 'jobs', shows: ['long names'], script: {standing: ['check', 'sync'], counters}, options: {repositories: longNames}, steps: [['v', 'escape', 'S'], ['y'], midway, ['J']]},
	'jobs-many': {screen: 'jobs', script: {standing: ['check']}, steps: [['v'], midway, runMany, ['J', 'pagedown']]},
	'quit-dialog': {screen: 'compare', dialog: 'confirm', script: {standing: ['check', 'sync']}, steps: [['v', 'escape', 'S'], ['y'], ['escape', 'q']]},
	'log-none': {screen: 'log', shows: ['empty'], steps: [['L']]},
	log: {screen: 'log', shows: ['long names'], steps: [tellMuch, ['L', 'pageup']], moves: 'up'},
	'log-filtered': {screen: 'log', steps: [tellMuch, ['L', 'pageup'], ['/', ...'snapshot', 'enter']]},
	'log-line': {screen: 'log', dialog: 'message', steps: [tellMuch, ['L', 'up'], ['enter']]},
	'log-many': {screen: 'log', shows: ['thousands of rows'], steps: [tellThousands, ['L', 'g', 'pagedown']]},
};
