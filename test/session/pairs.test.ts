// The aligned list: every snapshot of both sides once, and no pass over it for a key that changes nothing of it.

import fc from 'fast-check';
import {expect, test} from 'vitest';
import type {RepositorySummary, SnapshotSummary} from '../../source/engine/jobs.js';
import {actions} from '../../source/session/actions/all.js';
import {initialState, type Repository, type State} from '../../source/session/state.js';
import {withCompare} from '../../source/session/compare/compare-state.js';
import {allPairs, chosenSnapshots, countMarks, damagedSides, shownPairs, summaryOf} from '../../source/session/pairs.js';
import {makeSnapshot, makeSummary} from '../terminal/scripted-engine.js';

const problem = {code: 'RECORD_CORRUPT', message: 'The header is damaged.', hint: 'Run check.', context: {}} as const;

const stateOf = (...summaries: ReadonlyArray<RepositorySummary | undefined>): State =>
	initialState(summaries.map((summary, index): Repository => ({location: String(index), name: String(index), status: 'ready', summary})), false, actions, {colours: '16 colours', encoding: 'UTF-8'});

test('holds each snapshot of either side once, with the mark that its two sides give', () => {
	const place = fc.constantFrom('source', 'target', 'both', 'conflict', 'damaged');
	fc.assert(fc.property(fc.array(place, {maxLength: 40}), fc.constantFrom('taken', 'size', 'origin', 'mark'), fc.boolean(), (places, sort, isReversed) => {
		const held = (sides: readonly string[]): SnapshotSummary[] => places.flatMap((where, index) => sides.includes(where) ? [makeSnapshot(index)] : []);
		const target = [...held(['target', 'both']), ...places.flatMap((where, index) => where === 'conflict' ? [makeSnapshot(index, {digest: 'other', indexDigit: 'b'})] : where === 'damaged' ? [{snapshot: makeSnapshot(index).snapshot, digest: '', problem}] : [])];
		const state = withCompare(stateOf(makeSummary('a', held(['source', 'both', 'conflict', 'damaged'])), makeSummary('b', target)), {sort: sort as never, isReversed});
		const marks = new Map(shownPairs(state).map(({snapshot, mark}) => [snapshot, mark]));
		expect(shownPairs(state)).toHaveLength(places.length);
		const wanted = {source: '->', target: '<-', both: '==', conflict: '!=', damaged: 'xx'} as const;
		expect(places.map((_, index) => marks.get(makeSnapshot(index).snapshot))).toEqual(places.map(where => wanted[where as keyof typeof wanted]));
		const counts = countMarks(state);
		expect(counts['=='] + counts['->'] + counts['<-'] + counts['!='] + counts.xx).toBe(places.length);
		const dates = shownPairs(withCompare(state, {sort: 'taken'})).map(({source, target: other}) => (source ?? other)!.header!.created);
		expect(dates).toEqual([...dates].sort((a, b) => (isReversed ? 1 : -1) * (a < b ? -1 : a > b ? 1 : 0)));
	}));
});

test('a damaged copy is no conflict and is never sent; what is known comes from the sound side', () => {
	const sound = makeSnapshot(1);
	const hurt = {snapshot: sound.snapshot, digest: '', problem};
	for (const [source, target, sides] of [[[hurt], [sound], ['source']], [[sound], [hurt], ['target']], [[hurt], [hurt], ['source', 'target']], [[hurt], [], ['source']], [[], [hurt], ['target']]] as const) {
		const state = stateOf(makeSummary('a', source), makeSummary('b', target));
		const [pair] = allPairs(state);
		expect([pair!.mark, damagedSides(pair!)]).toEqual(['xx', sides]);
		expect(summaryOf(pair!).header).toBe([...source, ...target].some(summary => summary === sound) ? sound.header : undefined);
		expect(chosenSnapshots(withCompare(state, {marks: new Set([sound.snapshot])}))).toEqual([]);
	}
});

test('what the other side holds is not known until it was read', () => {
	const snapshots = Array.from({length: 3}, (_, index) => makeSnapshot(index));
	for (const state of [stateOf(makeSummary('a', snapshots), undefined), stateOf(undefined, makeSummary('a', snapshots)), stateOf(makeSummary('a', snapshots))]) {
		expect(shownPairs(state).map(({mark}) => mark)).toEqual(['??', '??', '??']);
		expect(chosenSnapshots(withCompare(state, {marks: new Set(snapshots.map(({snapshot}) => snapshot))}))).toEqual([]);
	}
});

test('the order and the filter are computed once for each, whatever else changes', () => {
	const snapshots = Array.from({length: 50}, (_, index) => makeSnapshot(index));
	const state = withCompare(stateOf(makeSummary('a', snapshots), makeSummary('b', snapshots.slice(20))), {filter: 'web1', sort: 'size'});
	const [pairs, shown, counts] = [allPairs(state), shownPairs(state), countMarks(state)];
	const moved: State = {...withCompare(state, {cursor: 3, marks: new Set(['x'])}), notice: 'moved', repositories: state.repositories.map(repository => ({...repository, status: 'loading' as const}))};
	expect(allPairs(moved)).toBe(pairs);
	expect(shownPairs(moved)).toBe(shown);
	expect(countMarks(moved)).toBe(counts);
	expect(shownPairs(withCompare(state, {filter: 'db1'}))).not.toBe(shown);
});
