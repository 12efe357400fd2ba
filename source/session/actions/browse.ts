// What can be done in a snapshot, and how it is opened from the list of snapshots.

import type {TreeRow} from '../../engine/browse/questions.js';
import type {SnapshotSummary} from '../../engine/jobs.js';
import {askForPassphrase} from '../known/adding.js';
import type {Application} from '../application.js';
import {comparedByDefault, parentOfSnapshot} from '../browse/parent.js';
import {sortOrders, type BrowseState} from '../browse/browse-state.js';
import {chosenRows, currentRow, listCursor, listedSearch, positionOf, rowCount, treeItems, withListCursor, withKnownProof} from '../browse/tree.js';
import {askText, showMessage} from '../dialogs.js';
import {keyOf} from '../key-of.js';
import {currentPair, shownPairs, snapshotsById} from '../pairs.js';
import {focusedIndex, type State} from '../state.js';
import {shortId} from '../plan-text.js';
import {inspectPathLines} from '../view/preview-view.js';
import {offWhenReadOnly, type Action} from './action.js';

type Chosen = {readonly index: number; readonly snapshot: SnapshotSummary};

/** The snapshot under the cursor of the compare screen, on the side that is looked at, else on the other. */
function snapshotUnderCursor(state: State): Chosen | undefined {
	const pair = currentPair(state);
	const onTarget = focusedIndex(state) === state.target;
	const [first, second] = onTarget ? [pair?.target, pair?.source] : [pair?.source, pair?.target];
	const snapshot = first ?? second;
	if (snapshot === undefined) {
		return undefined;
	}

	return {index: (snapshot === pair?.target && (onTarget || pair.source === undefined)) ? state.target! : state.source, snapshot};
}

/** The two snapshots that d of the compare screen compares: the marked two, else the current one with its parent. */
function comparedPair(state: State): (Chosen & {readonly other: SnapshotSummary}) | undefined {
	const chosen = snapshotUnderCursor(state);
	// Asked for every frame: the list is gone through for two marks alone.
	const marked = state.compare.marks.size === 2 ? shownPairs(state).filter(({snapshot}) => state.compare.marks.has(snapshot)) : [];
	if (marked.length === 2) {
		const index = marked.every(({source}) => source !== undefined) ? state.source : state.target;
		const [newer, older] = marked.map(({source, target}) => index === state.source ? source : target);
		return index === undefined || newer === undefined || older === undefined ? undefined : {index, snapshot: newer, other: older};
	}

	const other = chosen === undefined ? undefined : parentOfSnapshot(state, chosen.index, chosen.snapshot);
	return chosen === undefined || other === undefined ? undefined : {...chosen, other};
}

/** Of the compare screen. */
export const openBrowseActions: readonly Action[] = [
	{
		id: 'browse', keys: ['enter'], title: 'browse', scope: 'compare', footerRank: 5,
		offBecause: state => snapshotUnderCursor(state) === undefined ? 'there is no snapshot here' : undefined,
		run(application) {
			const {index, snapshot} = snapshotUnderCursor(application.state)!;
			application.browsing.open(index, snapshot);
		},
	},
	{
		id: 'browse.compare', keys: ['d'], title: 'diff', scope: 'compare', footerRank: 8,
		offBecause: state => comparedPair(state) === undefined ? 'mark two snapshots of one side, or stand on one that has an earlier one of the same paths' : undefined,
		run(application) {
			const {index, snapshot, other} = comparedPair(application.state)!;
			application.browsing.open(index, snapshot, other);
		},
	},
];

const change = (with_: (browse: BrowseState) => BrowseState): Action['run'] => application => {
	application.update(state => ({...state, notice: '', browse: with_(state.browse)}));
};

const isTree = (browse: BrowseState): boolean => listedSearch(browse) === undefined && browse.history === undefined;

const offWhileOpening = ({browse}: State): string | undefined => browse.status === 'ready' ? undefined : browse.status === 'opening' ? 'the index is still being read' : 'there is nothing open';

const offWithoutRow = (state: State): string | undefined => offWhileOpening(state) ?? (currentRow(state.browse) === undefined ? 'there is nothing under the cursor' : undefined);

const offWithoutHits = (state: State): string | undefined => offWhileOpening(state) ?? ((state.browse.search?.rows.length ?? 0) === 0 ? `nothing was found yet (${keyOf(state, 'browse.find')} searches)` : undefined);

/** A change of the tree's order; the cursor stays on its row. */
const reorder = (with_: (browse: BrowseState) => Partial<BrowseState>): Action['run'] => change(browse => {
	const row = treeItems(browse)[browse.cursor]?.row;
	const next = {...browse, ...with_(browse)};
	return {...next, cursor: Math.max(0, row === undefined ? 0 : positionOf(next, row.path))};
});

function openRow(application: Application): void {
	const {browse} = application.state;
	const row = currentRow(browse);
	if (row === undefined) {
		return;
	}

	const search = browse.history === undefined ? listedSearch(browse) : undefined;
	if (search !== undefined) {
		application.browsing.change({search: {...search, isListed: false}});
		void application.browsing.reveal(row.path);
	} else if (row.type === 'directory' && isTree(browse)) {
		void application.browsing.toggle(row);
	} else {
		application.browsing.change({focus: 'preview'});
	}
}

function goIn(application: Application): void {
	const {browse} = application.state;
	const item = treeItems(browse)[browse.cursor];
	if (!isTree(browse) || item?.row.type !== 'directory') {
		openRow(application);
	} else if (!item.isExpanded) {
		void application.browsing.expand(item.row);
	} else if (browse.cursor + 1 < rowCount(browse)) {
		application.update(state => ({...state, browse: withListCursor(browse, browse.cursor + 1)}));
	}
}

function goOut(application: Application): void {
	const {browse} = application.state;
	const items = treeItems(browse);
	const item = items[browse.cursor];
	if (browse.focus === 'preview') {
		application.browsing.change({focus: 'list'});
	} else if (isTree(browse) && item !== undefined) {
		if (item.isExpanded) {
			void application.browsing.collapse(item.row);
		} else {
			const above = items.slice(0, browse.cursor).findLastIndex(({depth}) => depth < item.depth);
			application.update(state => ({...state, browse: withListCursor(browse, Math.max(0, above))}));
		}
	}
}

const markRow = change(browse => {
	const row = currentRow(browse);
	if (row?.own === undefined || browse.history !== undefined) {
		return browse;
	}

	const marks = new Map<TreeRow['path'], TreeRow>(browse.marks);
	if (!marks.delete(row.path)) {
		marks.set(row.path, row);
	}

	const next = listCursor(browse);
	return withListCursor(withKnownProof({...browse, marks}), Math.min(rowCount(browse) - 1, next + 1));
});

function compareOrNot(application: Application): void {
	const {state} = application;
	application.browsing.compareWith(state.browse.other === undefined ? comparedByDefault(state) : undefined);
}

function askForFolder(application: Application): void {
	const {browse} = application.state;
	const rows = chosenRows(browse);
	askText(application, {
		title: `Restore ${rows.length === 1 ? 'one path' : `${rows.length} paths`}`,
		lines: ['Whole paths are made below a folder: /etc/hosts becomes FOLDER/etc/hosts.', 'Which folder? You see what would be written before anything is.'],
		value: `./restored-${shortId((rows[0]?.own ?? browse.snapshot!).snapshot)}`,
		onSubmit(folder) {
			void application.restoring.prepare(folder);
		},
	});
}

export const browseActions: readonly Action[] = [
	{id: 'browse.open', keys: ['enter'], title: 'open', scope: 'browse', footerRank: 1, offBecause: offWithoutRow, run: openRow},
	{id: 'browse.mark', keys: ['space'], title: 'mark', scope: 'browse', footerRank: 2, offBecause: state => offWithoutRow(state) ?? (currentRow(state.browse)?.own === undefined ? 'this snapshot does not hold it' : undefined), run: markRow},
	{
		id: 'browse.restore', keys: ['R'], title: 'restore', scope: 'browse', footerRank: 3,
		offBecause: state => offWhenReadOnly(state) ?? offWhileOpening(state) ?? (chosenRows(state.browse).length === 0 ? 'this snapshot does not hold it' : undefined),
		run: askForFolder,
	},
	{
		id: 'browse.diff', keys: ['d'], title: 'diff', scope: 'browse', footerRank: 4,
		offBecause: state => offWhileOpening(state) ?? (state.browse.other === undefined && comparedByDefault(state) === undefined ? 'no snapshot is marked in the list, and none of the same paths is earlier' : undefined),
		run: compareOrNot,
	},
	{
		id: 'browse.changes', keys: ['D'], title: 'only changes', scope: 'browse', footerRank: 7,
		offBecause: state => offWhileOpening(state) ?? (state.browse.other === undefined ? `nothing is compared yet (${keyOf(state, 'browse.diff')})` : undefined),
		run: reorder(({onlyChanges}) => ({onlyChanges: !onlyChanges})),
	},
	{
		id: 'browse.history', keys: ['H'], title: 'history', scope: 'browse', footerRank: 5,
		offBecause: state => offWithoutRow(state) ?? (currentRow(state.browse)?.type === 'directory' ? 'a history is of a file' : state.browse.history === undefined ? undefined : 'this is one'),
		run(application) {
			void application.browsing.looking.history();
		},
	},
	{
		id: 'browse.find', keys: ['/'], title: 'find', scope: 'browse', footerRank: 6, offBecause: offWhileOpening,
		run(application) {
			const {looking} = application.browsing;
			const text = application.state.browse.search?.text ?? '';
			const search = (value: string): void => {
				looking.search(value);
			};

			if (text !== '') {
				looking.search(text);
			}

			askText(application, {
				title: 'Find', lines: ['Part of a name, or a pattern with * and ?. Small letters find large ones too.'], value: text, isInline: true,
				onChange: search,
				onSubmit() {
					// What was found stays.
				},
				onCancel() {
					looking.search('');
				},
			});
		},
	},
	{
		id: 'browse.nextHit', keys: ['n'], title: 'next hit', scope: 'browse', offBecause: offWithoutHits,
		run(application) {
			application.browsing.looking.stepTo(1);
		},
	},
	{
		id: 'browse.previousHit', keys: ['N'], title: 'hit before', scope: 'browse', offBecause: offWithoutHits,
		run(application) {
			application.browsing.looking.stepTo(-1);
		},
	},
	{id: 'browse.in', keys: ['l', 'right'], title: 'into', scope: 'browse', offBecause: offWithoutRow, run: goIn},
	{id: 'browse.out', keys: ['h', 'left'], title: 'out of', scope: 'browse', offBecause: offWhileOpening, run: goOut},
	{id: 'browse.preview', keys: ['tab', 'shift-tab'], title: 'preview', scope: 'browse', footerRank: 10, offBecause: offWithoutRow, run: change(browse => ({...browse, focus: browse.focus === 'list' ? 'preview' : 'list'}))},
	{id: 'browse.sort', keys: ['o'], title: 'sort', scope: 'browse', footerRank: 8, offBecause: offWhileOpening, run: reorder(({sort}) => ({sort: sortOrders[(sortOrders.indexOf(sort) + 1) % sortOrders.length]!}))},
	{id: 'browse.reverse', keys: ['O'], title: 'reverse', scope: 'browse', offBecause: offWhileOpening, run: reorder(({isReversed}) => ({isReversed: !isReversed}))},
	{
		id: 'browse.inspect', keys: ['i', 'f3'], title: 'inspect', scope: 'browse', footerRank: 9, offBecause: offWithoutRow,
		run(application) {
			showMessage(application, 'Path', inspectPathLines(application.state.browse));
		},
	},
	{
		id: 'browse.passphrase', keys: ['p'], title: 'passphrase', scope: 'browse',
		offBecause: ({browse}) => browse.status === 'failed' ? undefined : 'the snapshot is open',
		run(application) {
			const {repositoryIndex, snapshot, other} = application.state.browse;
			askForPassphrase(application, repositoryIndex, () => {
				// What was sealed tells its time and origin now.
				const {summary} = application.state.repositories[repositoryIndex]!;
				const read = (sealed: SnapshotSummary): SnapshotSummary => (summary === undefined ? undefined : snapshotsById(summary).get(sealed.snapshot)) ?? sealed;
				application.browsing.open(repositoryIndex, read(snapshot!), other === undefined ? undefined : read(other));
			});
		},
	},
];
