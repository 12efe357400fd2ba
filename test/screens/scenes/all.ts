// Every scene, and the states that a screen cannot have.

import type {ScreenName} from '../../../source/session/state.js';
import {browseScenes} from './browse.js';
import {checkScenes} from './check.js';
import {compareScenes} from './compare.js';
import {dialogScenes} from './dialogs.js';
import {healScenes} from './heal.js';
import {jobsScenes} from './jobs.js';
import {matrixScenes} from './matrix.js';
import {planScenes} from './plan.js';
import {runScenes} from './run.js';
import type {Scenes, StateKind} from './scene.js';

/** In two parts, which two files draw side by side. */
export const scenesOfRepositories: Scenes = {...compareScenes, ...planScenes, ...matrixScenes, ...dialogScenes};
export const scenesOfWork: Scenes = {...runScenes, ...checkScenes, ...healScenes, ...browseScenes, ...jobsScenes};
export const scenes: Scenes = {...scenesOfRepositories, ...scenesOfWork};

/** Why a screen never shows a state. Whatever is not here needs a scene that shows it. */
export const cannotOccur: Readonly<Partial<Record<ScreenName, Readonly<Partial<Record<StateKind, string>>>>>> = {
	run: {
		empty: 'it is opened for a job',
		'thousands of rows': 'it has figures and the newest lines of the log, and no list',
	},
	affected: {
		empty: 'it is opened for a finding, and a finding has a subject',
		error: 'it shows what the check has told already, and asks for nothing',
	},
	inspect: {
		loading: 'it shows what has been read already, and asks for nothing',
	},
	jobs: {
		'thousands of rows': 'a hundred that have ended are kept',
	},
	help: {
		loading: 'the actions are part of the program',
		error: 'the actions are part of the program',
		'long names': 'the words are those of the program',
		'thousands of rows': 'there are as many rows as there are actions on a screen',
	},
	log: {
		loading: 'its lines are in memory',
		error: 'its lines are in memory',
	},
};
