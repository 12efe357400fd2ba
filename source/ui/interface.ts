// What the screen and its plain form are started with.

import type {RepositoryAccess} from '../engine/jobs.js';
import type {KnownRepository} from '../session/repositories.js';

export type InterfaceOptions = {
	/** Source, target, and others. */
	readonly repositories: readonly RepositoryAccess[];
	/** The user's list: location by name. */
	readonly known: Readonly<Record<string, string>>;
	/** Where that list is kept. */
	readonly settingsFile: string;
	/** The user's keys by action. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** What is known of earlier runs lies there. */
	readonly runMemoryFolder: string;
	readonly readOnly: boolean;
	readonly ascii: boolean;
	readonly slow: boolean;
	readonly mouse: boolean;
};

/** The given repositories, then those of the user's list that are not among them. */
export const repositoriesOf = ({repositories, known}: InterfaceOptions): KnownRepository[] => [
	...repositories.map(repository => ({...repository, name: Object.keys(known).find(name => known[name] === repository.location)})),
	...Object.entries(known).filter(([, location]) => !repositories.some(repository => repository.location === location)).map(([name, location]) => ({location, name})),
];
