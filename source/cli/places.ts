// Which repository is meant when none is named.

import {existsSync} from 'node:fs';
import {join} from 'node:path';
import {homeFolder, resolvePlace} from '../session/known/settings.js';

export {readSettings, resolvePlace, settingsFile} from '../session/known/settings.js';

/** Where the screen keeps what it knows of earlier runs. */
export const runMemoryFolder = (): string => join(homeFolder('XDG_STATE_HOME', '.local/state'), 'plakar-tui', 'runs');

const chosenRepository = (): string | undefined => {
	const chosen = process.env['PLAKAR_REPOSITORY'];
	return chosen === undefined || chosen === '' ? undefined : resolvePlace(chosen);
};

const storeFolder = (): string => join(homeFolder('XDG_DATA_HOME', '.local/share'), 'plakar-tui', 'store');

export const defaultRepository = (): string => chosenRepository() ?? storeFolder();

/** The default repository when it was chosen or is there; a new user has none. */
export const existingDefault = (): string | undefined => chosenRepository() ?? (existsSync(storeFolder()) ? storeFolder() : undefined);
