// What every pane is given.

import type {Glyphs} from '../../session/glyphs.js';
import type {Application} from '../../session/application.js';
import type {State} from '../../session/state.js';

export type PaneProps = {
	readonly state: State;
	readonly application: Application;
	readonly glyphs: Glyphs;
	readonly columns: number;
	readonly rows: number;
};
