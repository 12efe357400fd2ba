// Stepping from match to match with all rows in sight. A filter narrows as it is typed; n and N then bring the rows back
// around the match. A plan and a list of findings hide nothing: there a search only moves the cursor.

import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import {cursors} from './actions/moving.js';
import {askText} from './dialogs.js';
import {formatCount} from './figures.js';
import {isPairMatch, shownPairs} from './pairs.js';
import {keyOf} from './key-of.js';
import {isMatch} from './keymap.js';
import {shownLog} from './jobs/watch-state.js';
import {withCompare} from './compare/compare-state.js';
import {searchOf, shownJobOf, type ScreenName, type State} from './state.js';
import {helpedActions} from './view/help-view.js';

type Searched = {
	/** The state with all its rows, and its keys on them. */
	widen(state: State): State;
	/** Positions, among all rows, of those that hold `text`, ascending. O(rows). */
	matches(state: State, text: string): number[];
};

const positions = <Item>(items: readonly Item[], isHit: (item: Item) => boolean): number[] => items.flatMap((item, at) => isHit(item) ? [at] : []);
const holds = (texts: readonly string[], text: string): boolean => texts.some(each => each.toLowerCase().includes(text.toLowerCase()));

const searched: Readonly<Partial<Record<ScreenName, Searched>>> = {
	compare: {
		widen: state => withCompare(state, {filter: ''}),
		matches: (state, text) => positions(shownPairs(state), pair => isPairMatch(pair, text)),
	},
	log: {
		widen: state => ({...state, watch: {...state.watch, logFilter: ''}}),
		matches: ({log}, text) => positions(shownLog(log, ''), line => holds([line], text)),
	},
	help: {
		widen: state => ({...state, help: {...state.help, filter: ''}}),
		matches: (state, text) => positions(helpedActions(state), action => isMatch(action, text)),
	},
	plan: {
		widen: state => ({...state, plan: {...state.plan, focus: 'rows'}}),
		matches: ({plan: {legs, entries}}, text) => positions(entries, entry => {
			const shown = entry.kind === 'row' ? legs[entry.leg]!.plan.rows[entry.row]!.shown : undefined;
			const snapshot = entry.kind === 'row' ? legs[entry.leg]!.plan.rows[entry.row]!.snapshot : entry.snapshot;
			return holds([snapshot, shown?.created ?? '', shown?.origin ?? '', shown?.tag ?? '', ...shown?.paths ?? []], text);
		}),
	},
	check: {
		widen: state => ({...state, check: {...state.check, focus: 'findings', zoom: undefined}}),
		matches: (state, text) => positions(shownJobOf(state)?.findings ?? [], ({id, kind, reason, paths}) => holds([id, kind, reason, ...paths.map(({path}) => path)], text)),
	},
};

/** Goes to the next match (or the one before), round the end; `stays` keeps a row that matches where the cursor is. */
export function stepToMatch(application: Application, step: 1 | -1, {stays = false} = {}): void {
	application.update(state => {
		const {screen} = state;
		const {narrowing, text} = searchOf(state);
		const rows = searched[screen];
		if (rows === undefined || text === '') {
			return state;
		}

		const wide = {...rows.widen(state), search: {...state.search, [screen]: text}};
		const matches = rows.matches(wide, text);
		if (matches.length === 0) {
			return {...wide, notice: `Nothing holds ${displayText(JSON.stringify(text))}.`};
		}

		const at = cursors[screen].get(narrowing ? state : wide);
		const from = narrowing ? matches[Math.min(at, matches.length - 1)]! : at;
		const ahead = step > 0 ? matches.find(match => stays ? match >= from : match > from) : matches.findLast(match => match < from);
		const to = ahead ?? (step > 0 ? matches[0]! : matches.at(-1)!);
		return {...cursors[screen].set(wide, to), notice: `${displayText(text)}: match ${formatCount(matches.indexOf(to) + 1)} of ${formatCount(matches.length)}${ahead === undefined ? ', round the end' : ''}. ${keyOf(wide, 'match.next')} next, ${keyOf(wide, 'match.before')} before, ${keyOf(wide, 'back')} ends.`};
	});
}

/** Asks for what is searched where nothing may be hidden; the cursor moves as it is typed. */
export function askForSearch(application: Application, words: string): void {
	const search = (text: string): void => {
		application.update(state => ({...state, search: {...state.search, [state.screen]: text}, notice: ''}));
		stepToMatch(application, 1, {stays: true});
	};

	askText(application, {
		title: 'Search', lines: [words], value: searchOf(application.state).text, isInline: true, onChange: search, onSubmit: search, onCancel() {
			search('');
		},
	});
}
