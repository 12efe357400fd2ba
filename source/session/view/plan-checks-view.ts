// The checks of a plan in lines, whole however narrow the box: a warning that is cut has not been read.

import {checksFor, type PlanCheck} from '../../engine/plan.js';
import {pricesOf} from '../plan/prices.js';
import {countOf} from '../figures.js';
import {keyOf} from '../key-of.js';
import {foldText, lineWidth, type Line, type Style} from '../line.js';
import type {State} from '../state.js';
import {planLayout} from './plan-layout.js';

const levelStyles: Readonly<Record<PlanCheck['level'], Style>> = {ok: 'sound', note: 'faint', warn: 'attention', block: 'damage'};
const levelWords: Readonly<Record<PlanCheck['level'], string>> = {ok: 'ok   ', note: 'note ', warn: 'WARN ', block: 'BLOCK'};
const worstFirst: ReadonlyArray<PlanCheck['level']> = ['block', 'warn', 'note', 'ok'];

/** Of the level, which lines that follow are indented by. */
const levelWidth = 6;
const topicWidth = 12;

/** The checks of all legs as they stand for what is ticked, the worst first; the same words twice stand once. */
function currentChecks({plan: {legs}}: State): PlanCheck[] {
	const all = legs.flatMap((leg, index) => checksFor(leg.plan, pricesOf(leg).total.bytes).map(check => legs.length > 1 && check.topic === 'space' ? {...check, text: `${index === 0 ? '->' : '<-'} ${check.text}`} : check));
	const distinct = all.filter((check, index) => all.findIndex(({topic, text}) => topic === check.topic && text === check.text) === index);
	return distinct.sort((a, b) => worstFirst.indexOf(a.level) - worstFirst.indexOf(b.level));
}

function linesOf({level, topic, text}: PlanCheck, width: number): Line[] {
	const [first = '', ...rest] = foldText(`${topic.padEnd(topicWidth)}${text}`, width - levelWidth);
	const style: Style = level === 'ok' ? 'faint' : 'plain';
	return [
		[{text: `${levelWords[level]} `, style: levelStyles[level]}, {text: first.slice(0, topicWidth)}, {text: first.slice(topicWidth), style}],
		...rest.map((words): Line => [{text: ' '.repeat(levelWidth)}, {text: words, style}]),
	];
}

/** All lines. On a stacked screen what is well shares one. */
function allLines(state: State): Line[] {
	const {isStacked, checksColumns} = planLayout(state);
	const checks = currentChecks(state);
	const single = checks.filter(({level}) => !isStacked || level !== 'ok');
	const well = [...new Set(checks.filter(({level}) => isStacked && level === 'ok').map(({topic}) => topic))];
	return [...single.flatMap(check => linesOf(check, checksColumns)), ...wellLines(well, checksColumns)];
}

/** "ok identity  ok lock": as many in a line as fit. */
function wellLines(topics: readonly string[], width: number): Line[] {
	const lines: Line[] = [];
	for (const topic of topics) {
		const pieces: Line = [{text: 'ok ', style: 'sound'}, {text: `${topic}  `}];
		const last = lines.at(-1);
		if (last !== undefined && lineWidth(last) + lineWidth(pieces) - 2 <= width) {
			lines[lines.length - 1] = [...last, ...pieces];
		} else {
			lines.push(pieces);
		}
	}

	return lines;
}

/** Each check as one line, for those who hear them. */
export const spokenChecks = (state: State): string[] => currentChecks(state).map(({level, topic, text}) => `${levelWords[level].trim()} ${topic}: ${text}`);

const heightOf = (state: State): number => planLayout(state).checksHeight - 2;

/** The Checks box, scrolled to where the operator has it. */
export function checkLines(state: State): Line[] {
	const lines = allLines(state);
	return lines.slice(Math.min(state.plan.checksScroll, Math.max(0, lines.length - heightOf(state))));
}

/** How many places the checks can be scrolled to. */
export const checkCount = (state: State): number => Math.max(1, allLines(state).length - heightOf(state) + 1);

const checksTitle = 'Checks before writing';
/** What a frame has beside its title and its note. */
const frameGaps = 6;

/** Title of the Checks box, and beside it how grave they are and how to see those that do not fit: where room is short, what there is none of is not named. */
export function checksHead(state: State): {readonly title: string; readonly note: string} {
	if (state.plan.legs.length === 0) {
		return {title: checksTitle, note: ''};
	}

	const checks = currentChecks(state);
	const count = (level: PlanCheck['level']): number => checks.filter(check => check.level === level).length;
	const counts = [{count: count('block'), words: `${count('block')} blocking`}, {count: count('warn'), words: countOf(count('warn'), 'warning')}, {count: count('note'), words: countOf(count('note'), 'note')}];
	const scrolls = allLines(state).length > heightOf(state) ? `; ${keyOf(state, 'plan.focus')} scrolls` : '';
	const all = counts.map(({words}) => words).join(', ') + scrolls;
	const there = counts.filter(each => each.count > 0).map(({words}) => words);
	// The gravest come first; those at the end are left out.
	const some = there.length === 0 ? ['all is well'] : there.map((_, index) => there.slice(0, there.length - index).join(', ') + scrolls);
	const heads = [{title: checksTitle, note: all}, {title: checksTitle, note: some[0]!}, ...some.map(note => ({title: 'Checks', note}))];
	return heads.find(({title, note}) => title.length + note.length + frameGaps <= planLayout(state).checksColumns) ?? heads.at(-1)!;
}
