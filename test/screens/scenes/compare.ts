// The comparison of two repositories and the list of all, and a snapshot in full.

import {PlakarError} from '../../../source/errors/plakar-error.js';
import {toPlainError} from '../../../source/errors/revive.js';
import {pathFromText} from '../../../source/format/paths.js';
import {makeSnapshot, makeSummary} from '../../terminal/scripted-engine.js';
import {longNames, type Scene, type Scenes} from './scene.js';

export const snapshots = Array.from({length: 30}, (_, index) => makeSnapshot(index));
const lock = {mode: 'shared', host: 'web1', pid: 4711, purpose: 'push', sinceMs: Date.parse('2026-03-01T11:58:00Z'), refreshedMs: 0} as const;
export const unreachable = new PlakarError('BACKEND_UNAVAILABLE', {message: 'http://offsite:9876 does not answer.', hint: 'Check the network and that the server runs there.'});
export const summaries = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 28)),
	'/mnt/vault': makeSummary('/mnt/vault', [makeSnapshot(3, {digest: 'other', indexDigit: 'b'}), ...snapshots.slice(5, 9), ...snapshots.slice(10)]),
	'plakar://offsite:9876': unreachable,
	'/media/usb-2024': makeSummary('/media/usb-2024', snapshots.slice(20).map(({snapshot, digest}) => ({snapshot, digest})), {opened: false, locks: [lock], unfinishedTransactions: 2, familyId: 'other', canary: 'other', hashing: 'sha256'}),
};
export const all = Object.keys(summaries).map(location => ({location}));
export const pair = all.slice(0, 2);

const hostile = Array.from({length: 3000}, (_, index) => makeSnapshot(index, {host: index % 2 === 0 ? '日本語-host' : 'evil\u001B[31m', path: '/very/long/path/that/does/not/fit/anywhere/at/all'}));
const sealed = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 6).map(({snapshot, digest}) => ({snapshot, digest: `sealed ${digest}`})), {opened: false}),
	'/mnt/vault': makeSummary('/mnt/vault', snapshots.slice(1, 6), {canary: undefined, encrypted: false}),
};
const longPaths = [makeSnapshot(0, {path: pathFromText(`/srv/${'日本語/'.repeat(12)}evil\u001B[31m`)})].map(one => ({...one, header: {...one.header!, paths: Array.from({length: 2000}, (_, index) => `${one.header!.paths[0]!}/${index}`)}}));
/** The first header is lost in the target, the third in the source, the fifth there, where nothing else holds it. */
const lost = ({snapshot, digest}: typeof snapshots[number]): typeof snapshots[number] => ({snapshot, digest, problem: toPlainError(new PlakarError('RECORD_CORRUPT', {message: `The header of ${snapshot} is damaged.`, hint: 'check names all that is damaged.'}))});
const damaged = {
	'/srv/office': makeSummary('/srv/office', snapshots.slice(0, 9).map((one, index) => index === 2 || index === 4 ? lost(one) : one)),
	'/mnt/vault': makeSummary('/mnt/vault', snapshots.filter((_, index) => index !== 4 && index !== 5).slice(0, 8).map((one, index) => index === 0 ? lost(one) : one)),
};
const nothing = {'/srv/office': makeSummary('/srv/office', []), '/mnt/vault': makeSummary('/mnt/vault', [])};

const scene = (own: Omit<Scene, 'screen'> & {readonly screen?: Scene['screen']}): Scene => ({screen: 'compare', ...own, script: {summaries, ...own.script}, options: {repositories: pair, ...own.options}});

export const compareScenes: Scenes = {
	compare: scene({steps: [['down', 'space']], options: {repositories: all}, moves: 'down'}),
	'compare-list': scene({steps: [['1', 'down', 'down']], options: {repositories: all}, moves: 'up'}),
	'compare-list-sealed': scene({steps: [['1', 'G']], options: {repositories: all}}),
	'compare-zoom': scene({steps: [['3', 'z']]}),
	'compare-wide': scene({steps: [['w', 'o']]}),
	'compare-one': scene({options: {repositories: pair.slice(0, 1)}}),
	'compare-error': scene({shows: ['error'], options: {repositories: [pair[0]!, all[2]!]}}),
	'compare-damaged': scene({script: {summaries: damaged}, steps: [['down', 'down']], moves: 'up'}),
	'inspect-damaged': scene({screen: 'inspect', script: {summaries: damaged}, steps: [['down', 'down', 'i']]}),
	'compare-empty': scene({shows: ['empty'], script: {summaries: nothing}}),
	'compare-loading': scene({shows: ['loading'], script: {standing: ['describe']}}),
	'compare-sealed': scene({options: {repositories: [all[3]!, all[0]!]}}),
	'compare-sealed-other-keys': scene({script: {summaries: sealed}}),
	'compare-many': scene({shows: ['long names', 'thousands of rows'], steps: [['G', 'pageup']], script: {summaries: {...summaries, '/srv/office': makeSummary('/srv/office', hostile)}}}),
	'compare-filter': scene({dialog: 'text', steps: [['/', 'w', 'e', 'b', '1']]}),
	'first-run': scene({shows: ['empty'], options: {repositories: []}}),
	'first-run-read-only': scene({shows: ['empty'], options: {repositories: [], readOnly: true}}),
	'compare-long-names': scene({shows: ['long names'], options: {repositories: longNames}}),
	'compare-list-long-names': scene({shows: ['long names'], steps: [['1']], options: {repositories: longNames}}),
	inspect: scene({screen: 'inspect', steps: [['down', 'down', 'down', 'i']], moves: 'down'}),
	'inspect-nothing': scene({screen: 'inspect', shows: ['empty'], script: {summaries: nothing}, steps: [['i']]}),
	'inspect-unreachable': scene({screen: 'inspect', shows: ['error'], options: {repositories: all}, steps: [['1', 'down', 'down', 'i']]}),
	'inspect-many-paths': scene({screen: 'inspect', shows: ['long names', 'thousands of rows'], script: {summaries: {...summaries, '/srv/office': makeSummary('/srv/office', longPaths)}}, steps: [['i']]}),
};
