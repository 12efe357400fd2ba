// What the screen and its plain form are started with.

import type {RepositoryAccess} from '../engine/jobs.js';

export type InterfaceOptions = {
	/** Source, target, and others. */
	readonly repositories: readonly RepositoryAccess[];
	/** The user's list: location by name. */
	readonly known: Readonly<Record<string, string>>;
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
export const repositoriesOf = ({repositories, known}: InterfaceOptions): RepositoryAccess[] => [
	...repositories,
	...Object.values(known).filter(location => !repositories.some(repository => repository.location === location)).map(location => ({location})),
];
