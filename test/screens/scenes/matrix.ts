// Which of all repositories lacks which snapshot.

import {PlakarError} from '../../../source/errors/plakar-error.js';
import {makeMatrix, makeSnapshot, makeSummary} from '../../terminal/scripted-engine.js';
import type {Scene, Scenes} from './scene.js';

const range = (from: number, to: number): number[] => Array.from({length: to - from}, (_, index) => from + index);
export const four = {'/srv/office': range(0, 20), '/mnt/vault': [3, ...range(5, 20)], 'plakar://offsite:9876': undefined, '/media/usb-2024': range(12, 22)};
export const matrix = makeMatrix(four, {conflict: 3, sealed: [6, 7]});
const twelve = Object.fromEntries(range(0, 12).map(index => [`/mnt/日本語-${index}`, range(0, 3000).filter(position => position % (index + 2) !== 0)]));
const stopped = new PlakarError('CANCELLED', {message: 'Stopped on request. Nothing was left half done.', hint: 'Run the same command again to go on.'});

/** What the repositories at these places answer. */
export const summariesOf = (places: readonly string[]) => Object.fromEntries(places.map(location => [location, makeSummary(location, [makeSnapshot(0)])]));

const scene = (own: Omit<Scene, 'screen'>, places: readonly string[] = Object.keys(four)): Scene =>
	({screen: 'matrix', ...own, steps: [['m'], ...own.steps ?? []], script: {summaries: summariesOf(places), matrix, ...own.script}, options: {repositories: places.map(location => ({location}))}});

export const matrixScenes: Scenes = {
	matrix: scene({steps: [['down', 'down']], moves: 'down', picture: {name: 'matrix', title: 'Four repositories: which of them lacks which snapshot'}}),
	'matrix-differences': scene({steps: [['d', 'G']]}),
	'matrix-dialog': scene({dialog: 'confirm', steps: [['s']]}),
	'matrix-computing': scene({shows: ['loading'], script: {standing: ['matrix']}}),
	'matrix-error': scene({shows: ['error'], script: {matrix: stopped}}),
	'matrix-equal': scene({steps: [['d']], script: {matrix: makeMatrix({'/srv/office': range(0, 5), '/mnt/vault': range(0, 5)})}}, ['/srv/office', '/mnt/vault']),
	'matrix-empty': scene({shows: ['empty'], script: {matrix: makeMatrix({'/srv/office': [], '/mnt/vault': []})}}, ['/srv/office', '/mnt/vault']),
	'matrix-many': scene({shows: ['long names', 'thousands of rows'], steps: [['pagedown']], script: {matrix: makeMatrix(twelve, {path: '/evil\\x1b[31m/and/a/very/long/path'})}}, Object.keys(twelve)),
};
