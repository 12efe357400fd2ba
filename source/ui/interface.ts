// What the screen and its plain form are started with.

import type {JobRunner} from '../session/jobs/job-runner.js';
import type {KnownRepository} from '../session/repositories.js';

export type InterfaceOptions = {
	/** Source, target, and others. */
	readonly repositories: readonly KnownRepository[];
	/** Where the user's list of repositories is kept. */
	readonly settingsFile: string;
	/** The user's keys by action. */
	readonly keys: Readonly<Record<string, readonly string[]>>;
	/** What is known of earlier runs lies there. */
	readonly runMemoryFolder: string;
	/** Closed by whoever made it. */
	readonly jobs: JobRunner;
	readonly readOnly: boolean;
	readonly ascii: boolean;
	readonly slow: boolean;
	readonly mouse: boolean;
};
