// What the compare screen remembers: where its cursors are, what is marked, and how its list is ordered and laid out.

import type {State} from '../state.js';

/** Panes 1, 2 and 3. */
export const comparePanes = ['list', 'source', 'target'] as const;
export type ComparePaneName = (typeof comparePanes)[number];

export const sortKeys = ['taken', 'size', 'origin', 'mark'] as const;
export type SortKey = (typeof sortKeys)[number];

export type CompareState = {
	readonly focus: ComparePaneName;
	/** In the list of repositories. */
	readonly listCursor: number;
	/** In the list of snapshots. */
	readonly cursor: number;
	readonly marks: ReadonlySet<string>;
	readonly filter: string;
	readonly sort: SortKey;
	readonly isReversed: boolean;
	/** Only the focused pane is drawn. */
	readonly isZoomed: boolean;
	/** The list of snapshots has the whole width, and more of each. */
	readonly isWide: boolean;
};

export const initialCompare = (repositoryCount: number): CompareState => ({
	focus: repositoryCount === 0 ? 'list' : 'source', listCursor: 0, cursor: 0, marks: new Set(), filter: '', sort: 'taken', isReversed: false, isZoomed: false, isWide: false,
});

export const withCompare = (state: State, change: Partial<CompareState>): State => ({...state, compare: {...state.compare, ...change}});

/** Another pair of repositories: marks and cursor belonged to the one before. */
const withSides = (state: State, source: number, target: number | undefined): State => ({...withCompare(state, {marks: new Set(), cursor: 0}), source, target});

export const swapped = (state: State): State => state.target === undefined ? state : withSides(state, state.target, state.source);

/** Gives a repository the role of source or target; the one that had it takes the other role if they would coincide. */
export function withRole(state: State, role: 'source' | 'target', index: number): State {
	const {source, target} = state;
	if (role === 'source') {
		return index === source ? state : withSides(state, index, index === target ? source : target);
	}

	return index === target ? state : index === source ? swapped(state) : withSides(state, source, index);
}

/** The next repository that is not the source becomes the target. */
export function withNextTarget(state: State): State {
	const count = state.repositories.length;
	const next = ((state.target ?? state.source) + 1) % count;
	return withRole(state, 'target', next === state.source ? (next + 1) % count : next);
}

/** The pane `step` places further to the right, without going round. */
export const paneBeside = ({compare, target}: State, step: number): ComparePaneName => {
	const last = target === undefined ? 1 : 2;
	return comparePanes[Math.max(0, Math.min(last, comparePanes.indexOf(compare.focus) + step))]!;
};

/** The pane `step` places further, going round. */
export const paneAfter = ({compare, target}: State, step: number): ComparePaneName => {
	const count = target === undefined ? 2 : 3;
	return comparePanes[(comparePanes.indexOf(compare.focus) + step + count) % count]!;
};
