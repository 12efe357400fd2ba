// The whole screen: one pane, its footer, and a dialog in front of it when there is one.

import {Box, Text} from 'ink';
import {useSyncExternalStore} from 'react';
import type {Action} from '../session/actions.js';
import type {Application} from '../session/application.js';
import type {Glyphs} from '../session/glyphs.js';
import {actionsOf} from '../session/keymap.js';
import {shownJobOf, type ScreenName, type State} from '../session/state.js';
import {checkSentence} from '../session/view/check-view.js';
import {compareSentence} from '../session/view/compare-view.js';
import {planSentence} from '../session/view/plan-view.js';
import {runSentence} from '../session/view/run-view.js';
import {CheckPane} from './panes/check-pane.js';
import {ComparePane} from './panes/compare-pane.js';
import {DialogBox} from './panes/dialog-box.js';
import type {PaneProps} from './panes/pane.js';
import {PlanPane} from './panes/plan-pane.js';
import {RunPane} from './panes/run-pane.js';
import {HelpPane, JobsPane, LogPane} from './panes/text-panes.js';
import {Footer, footerHeight, type FooterKey} from './parts/footer.js';

/** Below this nothing can be shown that would help. */
export const minimumColumns = 60;
export const minimumRows = 16;

export type Size = {readonly columns: number; readonly rows: number};
/** Where the size comes from, and who is told of changes. `get` answers with the same value while it is the same. */
export type SizeSource = {readonly get: () => string; readonly subscribe: (listener: () => void) => () => void};

const panes: Readonly<Record<ScreenName, (props: PaneProps) => React.JSX.Element>> = {
	compare: ComparePane, plan: PlanPane, run: RunPane, check: CheckPane, help: HelpPane, log: LogPane, jobs: JobsPane,
};

function sentenceOf(state: State, application: Application): string {
	if (state.notice !== '') {
		return state.notice;
	}

	const job = shownJobOf(state);
	switch (state.screen) {
		case 'compare': {
			return compareSentence(state);
		}

		case 'plan': {
			return planSentence(state, application.whyNotStart());
		}

		case 'run': {
			return job === undefined ? '' : runSentence(job);
		}

		case 'check': {
			return job === undefined ? '' : checkSentence(job);
		}

		default: {
			return 'Esc goes back.';
		}
	}
}

function footerKeys(state: State, application: Application, actions: readonly Action[]): FooterKey[] {
	return actionsOf(actions, state.screen).filter(({footerRank, keys}) => footerRank !== undefined && keys.length > 0)
		.sort((a, b) => a.footerRank! - b.footerRank!)
		.map(({keys, title, offBecause}) => ({key: keys[0]!, title, isOff: offBecause?.(state, application) !== undefined}));
}

export type AppProps = {readonly application: Application; readonly actions: readonly Action[]; readonly glyphs: Glyphs; readonly size: SizeSource};

export function App({application, actions, glyphs, size}: AppProps) {
	const state = useSyncExternalStore(application.store.subscribe, application.store.get);
	const [columns, rows] = useSyncExternalStore(size.subscribe, size.get).split('x').map(Number) as [number, number];
	if (columns < minimumColumns || rows < minimumRows) {
		return <Text wrap="truncate">{`plakar-tui needs ${minimumColumns}x${minimumRows}; this is ${columns}x${rows}.`}</Text>;
	}

	const Pane = panes[state.screen];
	const props: PaneProps = {state, application, actions, glyphs, columns, rows};
	if (state.dialog !== undefined) {
		return <DialogBox {...props} dialog={state.dialog}/>;
	}

	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Box flexDirection="column" height={rows - footerHeight} overflow="hidden">
				<Pane {...props}/>
			</Box>
			<Footer keys={footerKeys(state, application, actions)} sentence={sentenceOf(state, application)} width={columns} glyphs={glyphs}/>
		</Box>
	);
}
