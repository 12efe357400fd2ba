// Which pane draws which screen, and the sentence under it that says what the obvious key would do.

import type {Application} from '../session/application.js';
import {keyOf} from '../session/key-of.js';
import {fitSentence} from '../session/sentence.js';
import {shownJobOf, type ScreenName, type State} from '../session/state.js';
import {affectedSentence} from '../session/view/affected-view.js';
import {browseSentence} from '../session/view/browse-view.js';
import {checkScreenSentence} from '../session/view/check-view.js';
import {compareSentence} from '../session/view/compare-view.js';
import {healSentence} from '../session/view/heal-view.js';
import {helpClosing} from '../session/view/help-view.js';
import {jobsSentence} from '../session/view/jobs-view.js';
import {logSentence} from '../session/view/log-view.js';
import {matrixSentence} from '../session/view/matrix-view.js';
import {planSentence} from '../session/view/plan-view.js';
import {restoreSentence} from '../session/view/restore-view.js';
import {runSentence} from '../session/view/run-view.js';
import {AffectedPane} from './panes/affected-pane.js';
import {BrowsePane} from './panes/browse-pane.js';
import {CheckPane} from './panes/check-pane.js';
import {ComparePane} from './panes/compare-pane.js';
import {HealPane} from './panes/heal-pane.js';
import {HelpPane} from './panes/help-pane.js';
import {JobsPane} from './panes/jobs-pane.js';
import {LogPane} from './panes/log-pane.js';
import type {PaneProps} from './panes/pane.js';
import {MatrixPane} from './panes/matrix-pane.js';
import {InspectPane} from './panes/inspect-pane.js';
import {PlanPane} from './panes/plan-pane.js';
import {RestorePane} from './panes/restore-pane.js';
import {RunPane} from './panes/run-pane.js';

export type Layout = {
	readonly Pane: (props: PaneProps) => React.JSX.Element;
	sentence(state: State, application: Application): string;
};

/** Adding a screen is one line here. */
export const layouts: Readonly<Record<ScreenName, Layout>> = {
	compare: {Pane: ComparePane, sentence: compareSentence},
	plan: {Pane: PlanPane, sentence: (state, application) => planSentence(state, application.planning.whyNotStart())},
	browse: {Pane: BrowsePane, sentence: browseSentence},
	restore: {Pane: RestorePane, sentence: (state, application) => restoreSentence(state, application.restoring.whyNotStart())},
	run: {Pane: RunPane, sentence: state => runSentence(state, shownJobOf(state))},
	check: {Pane: CheckPane, sentence: checkScreenSentence},
	heal: {Pane: HealPane, sentence: (state, application) => healSentence(state, application.healing.whyNotStart())},
	affected: {Pane: AffectedPane, sentence: affectedSentence},
	inspect: {Pane: InspectPane, sentence: state => `${keyOf(state, 'back')} goes back.`},
	matrix: {Pane: MatrixPane, sentence: (state, application) => matrixSentence(state, application.meshing.whyNotEqual())},
	help: {Pane: HelpPane, sentence: helpClosing},
	log: {Pane: LogPane, sentence: logSentence},
	jobs: {Pane: JobsPane, sentence: jobsSentence},
};

/** `text` as the last line of the screen, whole in `width` columns: names of repositories are shortened, then clauses go. */
export const closingSentence = ({repositories, jobs}: State, text: string, width: number, ellipsis: string): string =>
	fitSentence(text, [...repositories.map(({name}) => name), ...jobs.flatMap(({sourceName, targetName}) => [sourceName, targetName])], width, ellipsis);
