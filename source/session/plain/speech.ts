// What is said when something changes: one line for a step, a milestone or an answer; nothing while nothing changes.

import type {Application} from '../application.js';
import {cursors} from '../actions/moving.js';
import {answersOf, type Dialog} from '../dialogs.js';
import {shownKey} from '../key-names.js';
import {matchingActions} from '../keymap.js';
import {isRunning, type Job, type State} from '../state.js';
import {checkProgress, checkSentence} from '../view/check-view.js';
import {limitNote, measuredWords, retickedWords} from '../view/plan-totals.js';
import {progressWords, runSentence} from '../view/run-view.js';
import {plainScreens} from './screens.js';

/** A job is told of at every tenth, or after this long without a word: often enough to know that it lives. */
const milestoneShare = 0.1;
const milestoneMs = 30_000;
/** A damaged disk can have thousands of findings: these many are read out, the others are counted. */
const spokenFindings = 20;

/** What goes to the terminal: whole lines, or what was just typed into a field. */
export type Spoken = {readonly line: string} | {readonly echo: string};

const said = (...lines: readonly string[]): Spoken[] => lines.filter(line => line !== '').map(line => ({line}));

type Milestone = {readonly share: number; readonly atMs: number; readonly findings: number};

/** Whether the screen waits for what it is there to show. */
function awaited({screen, plan, matrix, restore, browse, heal}: State): boolean {
	switch (screen) {
		case 'plan': {
			return plan.status === 'computing' || plan.isAddingBack;
		}

		case 'matrix': {
			return matrix.status === 'computing';
		}

		case 'restore': {
			return restore.status === 'computing';
		}

		case 'heal': {
			return heal.status === 'computing';
		}

		case 'browse': {
			return browse.status === 'opening';
		}

		default: {
			return false;
		}
	}
}

export class Speech {
	readonly #application: Application;
	readonly #milestones = new Map<number, Milestone>();
	#before: State;

	constructor(application: Application) {
		this.#application = application;
		this.#before = application.state;
	}

	/** The whole screen: its heading, its facts and the row under the cursor. */
	screen(): Spoken[] {
		const {state} = this.#application;
		const plain = plainScreens[state.screen];
		return said(`== ${plain.heading(state)}`, ...plain.facts(state, this.#application), this.#row(state));
	}

	/** What changed since the last call, in words. */
	next(): Spoken[] {
		const [before, after] = [this.#before, this.#application.state];
		this.#before = after;
		if (before === after) {
			return [];
		}

		const dialog = this.#dialog(before.dialog, after.dialog);
		const isNewScreen = before.screen !== after.screen || this.#hasArrived(before, after);
		return [
			...dialog,
			...(isNewScreen ? this.screen() : this.#rowChange(before, after)),
			...(after.notice !== before.notice ? said(after.notice) : []),
			...after.jobs.flatMap(job => this.#job(before.jobs.find(({id}) => id === job.id), job)),
		];
	}

	/** Whether what the screen waited for has come: a repository was read, a plan is ready or refused, a restore was looked at. */
	#hasArrived(before: State, after: State): boolean {
		if (after.screen === 'compare') {
			return after.repositories.some(({status}, index) => status !== 'loading' && before.repositories[index]?.status === 'loading')
				&& after.repositories.every(({status}) => status !== 'loading');
		}

		return awaited(before) && !awaited(after);
	}

	#row(state: State): string {
		const cursor = cursors[state.screen];
		const {row} = plainScreens[state.screen];
		const count = cursor.count(state);
		const index = cursor.get(state);
		const text = row?.(state, index, this.#application);
		return text === undefined ? '' : `${index + 1} of ${count}: ${text}`;
	}

	#rowChange(before: State, after: State): Spoken[] {
		const [was, now] = [this.#row(before), this.#row(after)];
		const marks = after.compare.marks.size;
		const limit = before.plan.limitBytesPerSecond === after.plan.limitBytesPerSecond ? '' : after.plan.limitBytesPerSecond === 0 ? 'no limit' : limitNote(after);
		return said(marks === before.compare.marks.size ? '' : `${marks} marked.`, limit, ...after.screen === 'plan' ? measuredWords(before, after) : [], was === '' || was === now ? '' : now, after.screen === 'plan' ? retickedWords(before, after) : '');
	}

	#dialog(before: Dialog | undefined, after: Dialog | undefined): Spoken[] {
		if (after === undefined) {
			return before === undefined ? [] : said(before.kind === 'text' || before.kind === 'palette' ? '' : 'Closed.');
		}

		const isSame = before?.kind === after.kind && before.title === after.title && before.openedAtMs === after.openedAtMs;
		if (!isSame) {
			return this.#question(after);
		}

		if ((after.kind === 'text' || after.kind === 'palette') && 'value' in before) {
			return [...echoOf(before.value, after.value, after.kind === 'text' && after.hidden), ...(after.kind === 'palette' ? this.#choice(after) : [])];
		}

		return [];
	}

	#question(dialog: Dialog): Spoken[] {
		switch (dialog.kind) {
			case 'text': {
				return [...said(dialog.problem ?? '', dialog.title, ...dialog.lines, 'Type it, then Enter. Esc goes back.'), {echo: `> ${dialog.hidden ? '' : dialog.value}`}];
			}

			case 'choice': {
				return said(`Question: ${dialog.title}`, ...dialog.lines, ...dialog.options.map(({title}, index) => `${index + 1}: ${title}`), 'Press its number. Esc goes back.');
			}

			case 'palette': {
				return [...said(`${dialog.title}. Type words of it; Up and Down choose, Enter does it, Esc goes back.`), ...this.#choice(dialog)];
			}

			case 'message': {
				return said(dialog.title, ...dialog.lines, 'Esc closes this.');
			}

			default: {
				return said(`Question: ${dialog.title}`, ...dialog.lines, ...answersOf(dialog.answers).map(([key, title]) => `${key}  ${title}`));
			}
		}
	}

	#choice({value, cursor}: {readonly value: string; readonly cursor: number}): Spoken[] {
		const {state} = this.#application;
		const found = matchingActions(state, value);
		const action = found[cursor];
		return said(action === undefined ? 'Nothing matches.' : `${cursor + 1} of ${found.length}: ${action.title}, ${action.keys.map(key => shownKey(key)).join(' or ')}`);
	}

	#job(before: Job | undefined, job: Job): Spoken[] {
		const name = `${job.title} ${job.sourceName}`;
		const progress = job.verb === 'check' ? checkProgress(job) : progressWords(job);
		const findings = this.#findings(before?.findings.length ?? 0, job);
		if (before === undefined) {
			this.#milestones.set(job.id, {share: 0, atMs: this.#application.now(), findings: job.findings.length});
			return findings;
		}

		if (isRunning(before) && !isRunning(job)) {
			return [...findings, ...said(`${name}: ${job.status}. ${job.verb === 'check' ? checkSentence(this.#application.state, job) : runSentence(this.#application.state, job)}`)];
		}

		if (before.isPaused !== job.isPaused && isRunning(job)) {
			return [...findings, ...said(`${name}: ${job.isPaused ? 'paused' : 'goes on'}.`)];
		}

		const last = this.#milestones.get(job.id);
		const share = shareOf(job);
		const nowMs = this.#application.now();
		if (!isRunning(job) || job.isPaused || last === undefined || (share < last.share + milestoneShare && nowMs - last.atMs < milestoneMs)) {
			return findings;
		}

		this.#milestones.set(job.id, {share: Math.floor(share / milestoneShare) * milestoneShare, atMs: nowMs, findings: job.findings.length});
		return [...findings, ...said(`${name}: ${progress}`)];
	}

	#findings(known: number, {findings}: Job): Spoken[] {
		if (findings.length <= known || known >= spokenFindings) {
			return [];
		}

		const fresh = findings.slice(known, spokenFindings).map(({kind, id, reason}) => `Finding: ${kind} ${id.slice(0, 8)}, ${reason}.`);
		return said(...fresh, findings.length > spokenFindings ? 'There are more findings; they are counted from here on.' : '');
	}
}

function shareOf({sample, verb}: Job): number {
	if (sample === undefined) {
		return 0;
	}

	const {bytesDone, bytesTotal, chunksDone, chunksTotal} = sample.values;
	const [done, total] = verb === 'check' ? [chunksDone, chunksTotal] : [bytesDone, bytesTotal];
	return total === 0 ? 0 : done / total;
}

function echoOf(before: string, after: string, isHidden: boolean): Spoken[] {
	if (before === after) {
		return [];
	}

	const shown = (text: string): string => isHidden ? '*'.repeat([...text].length) : text;
	if (after.startsWith(before)) {
		return [{echo: shown(after.slice(before.length))}];
	}

	return before.startsWith(after) ? [{echo: '\b \b'.repeat([...before.slice(after.length)].length)}] : said(`> ${shown(after)}`);
}
