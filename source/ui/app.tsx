// The whole screen: one pane, its footer, and a dialog in front of it when there is one.

import {Box, Text} from 'ink';
import {useSyncExternalStore} from 'react';
import type {Action} from '../session/actions/action.js';
import type {Application} from '../session/application.js';
import type {Glyphs} from '../session/glyphs.js';
import {actionsOf} from '../session/keymap.js';
import {line} from '../session/line.js';
import type {State} from '../session/state.js';
import {layouts} from './layout.js';
import {DialogBox, fieldLine} from './panes/dialog-box.js';
import type {PaneProps} from './panes/pane.js';
import {Footer, footerHeight, type FooterKey} from './parts/footer.js';
import {ThemeContext, type Theme} from './theme.js';

/** Below this nothing can be shown that would help. */
export const minimumColumns = 60;
export const minimumRows = 16;

export type Size = {readonly columns: number; readonly rows: number};
/** Where the size comes from, and who is told of changes. `get` answers with the same value while it is the same. */
export type SizeSource = {readonly get: () => string; readonly subscribe: (listener: () => void) => () => void};

/** While something is typed in the last line. */
const inlineKeys: readonly FooterKey[] = [{key: 'enter', title: 'keep it', isOff: false}, {key: 'escape', title: 'clear it', isOff: false}];

/** What a person who is lost looks for. Where there is no way back, its room goes to other keys. */
const pinnedActions: readonly string[] = ['back', 'help'];

function footerKeys(state: State, application: Application, actions: readonly Action[]): FooterKey[] {
	const rankOf = ({footerRank}: Action): number | undefined => typeof footerRank === 'function' ? footerRank(state) : footerRank;
	const titleOf = ({title, footerTitle = title}: Action): string => typeof footerTitle === 'function' ? footerTitle(state) : footerTitle;
	return actionsOf(actions, state).map(action => ({action, rank: rankOf(action)}))
		.filter(({action, rank}) => rank !== undefined && action.keys.length > 0)
		.sort((a, b) => a.rank! - b.rank!)
		.map(({action}) => action)
		.map(action => ({...action, title: titleOf(action)}))
		.map(({id, keys, title, offBecause}) => ({key: keys[0]!, title, isOff: offBecause?.(state, application) !== undefined, isPinned: pinnedActions.includes(id)}))
		.filter(({isOff, isPinned}) => !(isOff && isPinned));
}

export type AppProps = {readonly application: Application; readonly actions: readonly Action[]; readonly glyphs: Glyphs; readonly size: SizeSource; readonly theme: Theme};

export const App = ({theme, ...props}: AppProps) => (
	<ThemeContext.Provider value={theme}>
		<ShownScreen {...props}/>
	</ThemeContext.Provider>
);

function ShownScreen({application, actions, glyphs, size}: Omit<AppProps, 'theme'>) {
	const state = useSyncExternalStore(application.store.subscribeSettled, application.store.get);
	const [columns, rows] = useSyncExternalStore(size.subscribe, size.get).split('x').map(Number) as [number, number];
	if (columns < minimumColumns || rows < minimumRows) {
		return <Text wrap="truncate">{`plakar-tui needs ${minimumColumns}x${minimumRows}; this is ${columns}x${rows}.`}</Text>;
	}

	const {Pane, sentence} = layouts[state.screen];
	const props: PaneProps = {state, application, actions, glyphs, columns, rows};
	const inline = state.dialog?.kind === 'text' && state.dialog.isInline === true ? state.dialog : undefined;
	if (state.dialog !== undefined && inline === undefined) {
		return <DialogBox {...props} dialog={state.dialog}/>;
	}

	return (
		<Box flexDirection="column" width={columns} height={rows}>
			<Box flexDirection="column" height={rows - footerHeight} overflow="hidden">
				<Pane {...props}/>
			</Box>
			{inline === undefined
				? <Footer keys={footerKeys(state, application, actions)} sentence={line(` ${state.notice === '' ? sentence(state, application) : state.notice}`)} width={columns} glyphs={glyphs}/>
				: <Footer keys={inlineKeys} sentence={[{text: ` ${inline.title} `}, ...fieldLine(inline, columns - inline.title.length - 2)]} width={columns} glyphs={glyphs}/>}
		</Box>
	);
}
