// What can be done with a check: look into its map and its findings, start another, write it down.

import type {Application} from '../application.js';
import {askForSearch} from '../searching.js';
import {focusNext, focusPane, moveSideways, nextOrder, zoomIn} from '../check-moving.js';
import {defaultReportName, exportReport} from '../check-report.js';
import {askText} from '../dialogs.js';
import {groupedFindings} from '../findings.js';
import {keyOf} from '../key-of.js';
import {isRunning, shownJobOf, type State} from '../state.js';
import {mapViewOf} from '../view/check-map.js';
import {chunkUnderCursor} from '../view/check-zoom.js';
import type {ActionId} from './action-ids.js';
import {isShownJobRunning, type Action} from './action.js';

const offWithoutCheck = (state: State): string | undefined => shownJobOf(state)?.verb === 'check' ? undefined : 'no check was started yet';

const offWhileRunning = (state: State): string | undefined => {
	const job = shownJobOf(state);
	return offWithoutCheck(state) ?? (job !== undefined && isRunning(job) ? `this check still runs; ${keyOf(state, 'job.stop')} stops it safely` : undefined);
};

const offWithoutMap = (state: State): string | undefined => (shownJobOf(state)?.map?.count ?? 0) === 0 ? 'there is no map yet' : undefined;

/** Whether a check of everything was stopped: in this session, or in an earlier one as the ledger tells. */
function isUnfinished({jobs, repositories}: State, index: number): boolean {
	const last = jobs.filter(({check, repositoryIndex}) => repositoryIndex === index && check?.level === 'full' && check.samplePercent === undefined).at(-1);
	return last?.status === 'stopped' || repositories[index]?.summary?.verified?.unfinishedSince !== undefined;
}

/** A check of everything; one that was stopped is gone on with. */
export function startDue(application: Application, index: number): void {
	application.starts.check(index, {level: 'full', resumes: isUnfinished(application.state, index)});
}

function askForSample(application: Application): void {
	askText(application, {
		title: 'Read a random sample', value: '5',
		lines: ['How many percent of the chunks? Each chunk has the same chance of being read, so the share that is sound is an unbiased estimate. What was not read is not proven.'],
		onSubmit(text) {
			const percent = Number(text.trim().replace(/%$/, ''));
			const job = shownJobOf(application.state);
			if (!(percent > 0 && percent <= 100)) {
				application.notice('A sample takes a percentage above 0 and up to 100.');
			} else if (job !== undefined) {
				application.starts.check(job.repositoryIndex, {level: 'full', samplePercent: percent, resumes: false});
			}
		},
	});
}

function showAffected(application: Application): void {
	const {state} = application;
	const job = shownJobOf(state);
	if (state.check.zoom !== undefined) {
		const view = mapViewOf(state);
		const id = view === undefined ? '' : chunkUnderCursor(view);
		const cursor = groupedFindings(job?.findings ?? []).findIndex(finding => finding.id === id);
		if (cursor < 0) {
			application.notice('Nothing is known to be wrong with this chunk.');
			return;
		}

		application.update(current => ({...current, jobs: current.jobs.map(other => other.id === job?.id ? {...other, findingCursor: cursor} : other)}));
	}

	if (job?.findings.length === 0) {
		application.notice('There is no finding to look into.');
	} else {
		application.open('affected');
	}
}

const change = (id: ActionId, keys: readonly string[], title: string, next: (state: State) => State, rest: Partial<Action> = {}): Action => ({
	id, keys, title, scope: 'check', ...rest,
	run(application) {
		application.update(next);
	},
});

export const checkActions: readonly Action[] = [
	{
		id: 'check.open', keys: ['enter'], title: 'drill down', scope: 'check', footerRank: 1,
		offBecause: state => state.check.focus === 'map' ? offWithoutMap(state) : offWithoutCheck(state),
		run(application) {
			const {focus, zoom} = application.state.check;
			if (focus === 'map' && zoom === undefined) {
				application.update(zoomIn);
			} else {
				showAffected(application);
			}
		},
	},
	change('check.map', ['1'], 'map', focusPane('map'), {footerRank: 6, offBecause: offWithoutMap}),
	change('check.findings', ['2'], 'findings', focusPane('findings')),
	change('check.affected', ['3'], 'what is affected', focusPane('affected')),
	change('check.next', ['tab'], 'next pane', focusNext(1)),
	change('check.previous', ['shift-tab'], 'pane before', focusNext(-1)),
	change('check.left', ['left', 'h'], 'cell to the left', moveSideways(-1)),
	change('check.right', ['right', 'l'], 'cell to the right', moveSideways(1)),
	change('check.zoom', ['z'], 'zoom into the cell', zoomIn, {offBecause: state => offWithoutMap(state) ?? (state.check.zoom === undefined ? undefined : `it is zoomed in; ${keyOf(state, 'back')} zooms out`)}),
	change('check.order', ['o'], 'order', nextOrder, {footerRank: 7, offBecause: offWithoutMap}),
	{
		id: 'check.find', keys: ['/'], title: 'search', scope: 'check', offBecause: state => (shownJobOf(state)?.findings.length ?? 0) === 0 ? 'there is no finding' : undefined,
		run(application) {
			askForSearch(application, 'Part of an id, a kind, a reason or a path. No finding is hidden.');
		},
	},
	{id: 'check.sample', keys: ['s'], title: 'sample n%', footerTitle: 'sample', scope: 'check', footerRank: 4, offBecause: offWhileRunning, run: askForSample},
	{
		id: 'check.fast', keys: ['f'], title: 'fast/full', scope: 'check', footerRank: 8, offBecause: offWhileRunning,
		run(application) {
			const job = shownJobOf(application.state)!;
			application.starts.check(job.repositoryIndex, {level: job.check?.level === 'fast' ? 'full' : 'fast', resumes: false});
		},
	},
	{
		id: 'check.again', keys: ['v'], title: 'verify again', footerTitle: 'verify', scope: 'check', footerRank: state => isShownJobRunning(state) ? 9 : 3, offBecause: offWhileRunning,
		run(application) {
			startDue(application, shownJobOf(application.state)!.repositoryIndex);
		},
	},
	{
		id: 'check.export', keys: ['e'], title: 'export report', footerTitle: 'export', scope: 'check', footerRank: 5, offBecause: offWithoutCheck,
		run(application) {
			const job = shownJobOf(application.state)!;
			askText(application, {
				title: 'Export the report', lines: ['A new file with one JSON object a line, as check --json prints them.'], value: defaultReportName(job),
				onSubmit(file) {
					void exportReport(application, job.id, file);
				},
			});
		},
	},
];
