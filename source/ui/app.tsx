// The whole screen: one pane and its footer, and a dialog that lies over them when there is one.

import {Box, Text} from 'ink';
import {useSyncExternalStore} from 'react';
import type {Action} from '../session/actions/action.js';
import type {ActionId} from '../session/actions/action-ids.js';
import type {Application} from '../session/application.js';
import type {Glyphs} from '../session/glyphs.js';
import {actionsOf} from '../session/keymap.js';
import {line, type Line} from '../session/line.js';
import type {State} from '../session/state.js';
import {footerHeight} from '../session/view/around-panes.js';
import {dialogView, fieldLine} from '../session/view/dialog-view.js';
import {closingSentence, layouts} from './layout.js';
import {DialogBox} from './panes/dialog-box.js';
import type {PaneProps} from './panes/pane.js';
import {Footer, type FooterKey} from './parts/footer.js';
import {fadedTheme, ThemeContext, useTheme, type Theme} from './theme.js';

/** Below this nothing can be shown that would help. */
export const minimumColumns = 60;
export const minimumRows = 16;

export type Size = {readonly columns: number; readonly rows: number};
/** Where the size comes from, and who is told of changes. `get` answers with the same value while it is the same. */
export type SizeSource = {readonly get: () => string; readonly subscribe: (listener: () => void) => () => void};

/** While something is typed in the last line. */
const inlineKeys: readonly FooterKey[] = [{key: 'enter', title: 'keep it', isOff: false}, {key: 'escape', title: 'clear it', isOff: false}];

/** What a person who is lost looks for. Where there is no way back, its room goes to other keys. */
const pinnedActions: readonly ActionId[] = ['back', 'help'];

function footerKeys(state: State, application: Application): FooterKey[] {
	const rankOf = ({footerRank}: Action): number | undefined => typeof footerRank === 'function' ? footerRank(state) : footerRank;
	const titleOf = ({title, footerTitle = title}: Action): string => typeof footerTitle === 'function' ? footerTitle(state) : footerTitle;
	return actionsOf(state).map(action => ({action, rank: rankOf(action)}))
		.filter(({action, rank}) => rank !== undefined && action.keys.length > 0)
		.sort((a, b) => a.rank! - b.rank!)
		.map(({action}) => action)
		.map(action => ({...action, title: titleOf(action)}))
		.map(({id, keys, title, offBecause}) => ({key: keys[0]!, title, isOff: offBecause?.(state, application) !== undefined, isPinned: pinnedActions.includes(id)}))
		.filter(({isOff, isPinned}) => !(isOff && isPinned));
}

export type AppProps = {readonly application: Application; readonly glyphs: Glyphs; readonly size: SizeSource; readonly theme: Theme};

export const App = ({theme, ...props}: AppProps) => (
	<ThemeContext.Provider value={theme}>
		<ShownScreen {...props}/>
	</ThemeContext.Provider>
);

/** Below this a dialog stands alone: too little of the screen would be seen around it. */
const overlayColumns = 80;

function ShownScreen({application, glyphs, size}: Omit<AppProps, 'theme'>) {
	const state = useSyncExternalStore(application.store.subscribeSettled, application.store.get);
	const [columns, rows] = useSyncExternalStore(size.subscribe, size.get).split('x').map(Number) as [number, number];
	const theme = useTheme();
	if (columns < minimumColumns || rows < minimumRows) {
		return <Text wrap="truncate">{`plakar-tui needs ${minimumColumns}x${minimumRows}; this is ${columns}x${rows}.`}</Text>;
	}

	const {Pane, sentence} = layouts[state.screen];
	const props: PaneProps = {state, application, glyphs, columns, rows};
	const {dialog, notice} = state;
	const inline = dialog?.kind === 'text' && dialog.isInline === true ? dialog : undefined;
	const front = dialog === undefined || inline !== undefined ? undefined : {dialog, view: dialogView(dialog, props, {columns, rows})};
	const words = (text: string): Line => line(` ${closingSentence(state, notice === '' ? text : notice, columns - 1, glyphs.ellipsis)}`);
	const footer = front !== undefined
		? <Footer keys={front.view.keys.map(key => ({...key, isOff: false}))} sentence={words(front.view.sentence)} width={columns} glyphs={glyphs}/>
		: inline === undefined
			? <Footer keys={footerKeys(state, application)} sentence={words(sentence(state, application))} width={columns} glyphs={glyphs}/>
			: <Footer keys={inlineKeys} sentence={[{text: ` ${inline.title} `}, ...fieldLine(inline, columns - inline.title.length - 2)]} width={columns} glyphs={glyphs}/>;
	return (
		<>
			<Box flexDirection="column" width={columns} height={rows} flexShrink={0}>
				<Box flexDirection="column" height={rows - footerHeight} overflow="hidden">
					<ThemeContext.Provider value={front === undefined ? theme : fadedTheme(theme)}>
						{(front === undefined || columns >= overlayColumns) && <Pane {...props}/>}
					</ThemeContext.Provider>
				</Box>
				{footer}
			</Box>
			{front !== undefined && <DialogBox {...props} view={front.view}/>}
		</>
	);
}
