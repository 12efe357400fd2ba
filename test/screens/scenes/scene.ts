// A scene: a screen in one of its states, and the way there. Every scene is drawn at every size and in every mode.

import type {RunMemory} from '../../../source/session/jobs/run-memory.js';
import type {Dialog} from '../../../source/session/dialogs.js';
import type {ScreenName} from '../../../source/session/state.js';
import {openOffice, type OpenedOffice} from '../../terminal/office.js';
import type {Script} from '../../terminal/scripted-engine.js';
import type {ShowOptions} from '../../terminal/show.js';

/** The states that every screen either shows or says why it cannot have. */
export const stateKinds = ['empty', 'loading', 'error', 'long names', 'thousands of rows'] as const;
export type StateKind = typeof stateKinds[number];

/** Keys, pressed at once, or what else happens. Before the next step everything comes to rest. */
export type Step = readonly string[] | ((office: OpenedOffice) => void);

export type Scene = {
	/** Where the way ends. */
	readonly screen: ScreenName;
	/** What stands in front of the screen in the end. */
	readonly dialog?: Dialog['kind'];
	/** What it is an example of. */
	readonly shows?: readonly StateKind[];
	readonly steps?: readonly Step[];
	/** A key that moves something there. */
	readonly moves?: string;
	readonly script?: Partial<Script>;
	readonly options?: Partial<ShowOptions>;
	/** Made anew for every walk. */
	readonly memory?: () => RunMemory;
	/** Under which the README shows it, at 100x30. */
	readonly picture?: {readonly name: string; readonly title: string};
};

/** Repositories under names that are wide, hostile and longer than their columns. */
export const longNames = [
	{location: '/srv/office', name: 'office-evil\u001B[31m-with-a-name-that-is-longer-than-any-column-of-any-screen'}, {location: '/mnt/vault', name: '保管庫のとても長い名前-📦-which-goes-on-and-on-and-on-and-on'},
];

export type Scenes = Readonly<Record<string, Scene>>;

/** Walks to a scene without drawing anything; `onOpened` sees the application before the first step. */
export async function walk({steps = [], script = {}, options = {}, memory}: Scene, size: readonly [number, number], onOpened: (office: OpenedOffice) => void = () => undefined, onKeys: () => void = () => undefined): Promise<OpenedOffice> {
	const office = openOffice(script, size, {isBlind: true, ...options, ...(memory === undefined ? {} : {memory: memory()})});
	const rest = async (): Promise<void> => {
		await (script.standing === undefined && script.tree?.standing === undefined ? office.settled() : office.drawn());
	};

	onOpened(office);
	await rest();
	for (const step of steps) {
		office.wait(1000);
		if (typeof step === 'function') {
			step(office);
		} else {
			onKeys();
			office.press(...step);
		}

		await rest();
	}

	return office;
}
