// Each screen in sentences: what a screen reader says and a dumb terminal prints. No boxes, no columns, no colours.

import type {Application} from '../application.js';
import {countOf, formatBytes} from '../figures.js';
import {shownKey} from '../key-names.js';
import {keyOf} from '../key-of.js';
import {jobWords} from '../jobs/job-state.js';
import {shownLog} from '../jobs/watch-state.js';
import {shownRows} from '../matrix/matrix-state.js';
import {allPairs, originOf, shownPairs, summaryOf} from '../pairs.js';
import {shortId, shortTime} from '../plan-text.js';
import {pricesOf} from '../plan/prices.js';
import {isRunning, shownJobOf, sourceOf, targetOf, type ScreenName, type State} from '../state.js';
import {affectedHead, affectedRows, affectedSentence} from '../view/affected-view.js';
import {cellWords, mapViewOf} from '../view/check-map.js';
import {affectedLines, checkProgress, checkSentence, provenLine} from '../view/check-view.js';
import {compareSentence, countLine, firstRunLines} from '../view/compare-view.js';
import {helpedActions, helpedScreen, helpSentence} from '../view/help-view.js';
import {inspectLines, markWords} from '../view/inspect-view.js';
import {jobsSentence, listedJobs, statusWords} from '../view/jobs-view.js';
import {emptyMatrixLines, matrixCurrent, matrixSentence, transferLines} from '../view/matrix-view.js';
import {kinshipLine} from '../view/kinship-view.js';
import {logSentence} from '../view/log-view.js';
import {spokenChecks} from '../view/plan-checks-view.js';
import {totalLines} from '../view/plan-totals.js';
import {planSentence} from '../view/plan-view.js';
import {notesOf, problemLines, repositoryWords, roleLetter} from '../view/repository-view.js';
import {progressWords, resultLines, runSentence} from '../view/run-view.js';
import {asciiGlyphs} from '../glyphs.js';
import {browse, restore} from './browse-screens.js';
import {heal} from './heal-screen.js';
import {textOf, textsOf} from './text.js';

export type PlainScreen = {
	heading(state: State): string;
	/** What stands around the list, and the sentence of the obvious key last. */
	facts(state: State, application: Application): readonly string[];
	/** Row `index` of the list that the cursor moves in; absent where there is none. */
	row?(state: State, index: number, application: Application): string | undefined;
};


const names = (state: State): string => [sourceOf(state)?.name ?? 'nothing', targetOf(state)?.name].filter(name => name !== undefined).join(' to ');

/** A reader hears whole sentences, however long. */
const unbroken = 10_000;

const repositoryRow = (state: State, index: number): string | undefined => {
	const repository = state.repositories[index];
	if (repository === undefined) {
		return undefined;
	}

	const role = {S: ['source'], T: ['target'], ' ': []}[roleLetter(state, index)];
	return [...role, repositoryWords(repository), ...notesOf(state, repository).map(({text}) => text.replace(/^! /, ''))].join(', ');
};

const compare: PlainScreen = {
	heading: state => `Compare ${names(state)}`,
	facts(state) {
		if (state.repositories.length === 0) {
			return [...textsOf(firstRunLines(state)), compareSentence(state)];
		}

		const sides = [['Source', sourceOf(state)], ['Target', targetOf(state)]] as const;
		return [
			...sides.flatMap(([role, repository]) => repository === undefined ? [] : [`${role}: ${repositoryWords(repository)}`, ...textsOf(problemLines(state, repository, unbroken))]),
			...(allPairs(state).length > 0 && shownPairs(state).length === 0 ? [`Nothing matches the filter. ${keyOf(state, 'back')} clears it.`] : []),
			...textsOf([countLine(state), kinshipLine(state, Number.POSITIVE_INFINITY)]), compareSentence(state),
		];
	},
	row(state, index) {
		if (state.compare.focus === 'list') {
			return repositoryRow(state, index);
		}

		const pair = shownPairs(state)[index];
		if (pair === undefined) {
			return undefined;
		}

		const summary = summaryOf(pair);
		const {header} = summary;
		const facts = header === undefined ? [] : [shortTime(header.created), formatBytes(header.totals.sizeBytes)];
		const mark = targetOf(state) === undefined ? [] : [markWords[pair.mark]];
		return [...(state.compare.marks.has(pair.snapshot) ? ['marked'] : []), shortId(pair.snapshot), ...facts, originOf(summary), ...mark].join(', ');
	},
};

const matrix: PlainScreen = {
	heading: ({matrix: {names: compared}}) => `Matrix of ${compared.join(', ')}`,
	facts: (state, application) => [...(shownRows(state.matrix).length === 0 ? textsOf(emptyMatrixLines(state, Number.POSITIVE_INFINITY)) : []), ...textsOf(transferLines(state, unbroken, asciiGlyphs)), matrixSentence(state, application.meshing.whyNotEqual())],
	row(state, index) {
		const row = shownRows(state.matrix)[index];
		return row === undefined ? undefined : matrixCurrent({...state, matrix: {...state.matrix, cursor: index}}).join(', ');
	},
};

const inspect: PlainScreen = {
	heading: () => 'Inspect',
	facts: state => textsOf(inspectLines(state, unbroken, asciiGlyphs)),
};

const plan: PlainScreen = {
	heading: state => `Sync plan, ${names(state)}`,
	facts(state, application) {
		const {problem} = state.plan;
		return [
			...(problem === undefined ? [] : [problem.message, problem.hint]),
			...textsOf(totalLines(state)), ...spokenChecks(state), planSentence(state, application.planning.whyNotStart()),
		];
	},
	row(state, index) {
		const entry = state.plan.entries[index];
		if (entry?.kind !== 'row') {
			return entry === undefined ? undefined : `only in the target, ${shortId(entry.snapshot)}`;
		}

		const leg = state.plan.legs[entry.leg]!;
		const row = leg.plan.rows[entry.row]!;
		const isTicked = leg.ticked.has(entry.row);
		const {sends, untickSaves} = pricesOf(leg);
		const price = isTicked ? [`sends ${formatBytes(sends[entry.row]!.bytes)}`, `unticking saves ${formatBytes(untickSaves[entry.row]!.bytes)}`] : [];
		const way = state.plan.legs.length === 1 ? [] : [entry.leg === 0 ? 'there' : 'back'];
		return row.state === 'send'
			? [isTicked ? 'ticked' : 'not ticked', ...way, shortId(row.snapshot), row.shown === undefined ? 'sealed' : `${shortTime(row.shown.created)}, ${row.shown.origin}`, ...price].join(', ')
			: [`not sent: ${row.reason ?? row.state}`, shortId(row.snapshot)].join(', ');
	},
};

const run: PlainScreen = {
	heading(state) {
		const job = shownJobOf(state);
		return job === undefined ? 'No job' : `${job.title} ${job.sourceName} to ${job.targetName}`;
	},
	facts(state) {
		const job = shownJobOf(state);
		return job === undefined ? [] : isRunning(job) ? [progressWords(job), runSentence(state, job)] : [...textsOf(resultLines(state, job)), runSentence(state, job)];
	},
};

/** Lines of a finding that are said at once; Enter says all. */
const spokenPaths = 12;

const check: PlainScreen = {
	heading(state) {
		const job = shownJobOf(state);
		return job === undefined ? 'No check' : `${job.title} of ${job.sourceName}`;
	},
	facts(state) {
		const job = shownJobOf(state);
		return job === undefined ? [] : [checkProgress(job), textOf(provenLine(job)), checkSentence(state, job)].filter(text => text !== '');
	},
	row(state, index) {
		const job = shownJobOf(state);
		if (state.check.focus === 'map') {
			const view = mapViewOf(state);
			return view === undefined || view.cells === 0 ? undefined : cellWords(view);
		}

		return job?.findings[index] === undefined ? undefined : textsOf(affectedLines(state, {...job, findingCursor: index}, {width: 1000, height: spokenPaths}, asciiGlyphs)).map(text => text.replace(/^` /, '').replace(/\.$/, '')).join('. ');
	},
};

const affected: PlainScreen = {
	heading: () => 'What is affected',
	facts: state => [...textsOf(affectedHead(state, 1000, asciiGlyphs)), affectedSentence(state)],
	row: (state, index) => textsOf(affectedRows(state, index, 1, asciiGlyphs))[0],
};

const help: PlainScreen = {
	heading: state => `Keys of the ${helpedScreen(state)} screen`,
	facts: state => [helpSentence(state)],
	row(state, index, application) {
		const action = helpedActions(state)[index];
		if (action === undefined) {
			return undefined;
		}

		const reason = action.offBecause?.({...state, screen: helpedScreen(state)}, application);
		return `${action.keys.map(key => shownKey(key)).join(' or ')}: ${action.title}${reason === undefined ? '' : `, off: ${reason}`}`;
	},
};

const log: PlainScreen = {
	heading: () => 'Log',
	facts: state => [countOf(shownLog(state.log, state.watch.logFilter).length, 'line'), logSentence(state)],
	row: ({log: lines, watch}, index) => shownLog(lines, watch.logFilter)[index],
};

const jobs: PlainScreen = {
	heading: ({jobs: all}) => countOf(all.length, 'job'),
	facts: state => [jobsSentence(state)],
	row(state, index) {
		const job = listedJobs(state)[index];
		return job === undefined ? undefined : `${jobWords(job)}: ${statusWords(job)}, ${job.verb === 'check' ? checkProgress(job) : progressWords(job)}`;
	},
};

/** Adding a screen is one line here. */
export const plainScreens: Readonly<Record<ScreenName, PlainScreen>> = {compare, plan, browse, restore, run, check, heal, affected, inspect, matrix, help, log, jobs};
