// A restore as a plan: what is new, the same, different and newer on disk is told before anything is written; y writes exactly that.

import type {SnapshotTarget} from '../../engine/jobs.js';
import {toPlainError, type PlainError} from '../../errors/revive.js';
import {displayPath, displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {isMeant} from '../dialogs.js';
import {accessOf} from '../repositories.js';
import {repositoryOf} from '../state.js';
import {emptyRestore, isTooMuch, maximumTroubles, pathsToMake, type RestoreState} from './restore-state.js';
import {chosenRows} from './tree.js';

const obstacleWords: Readonly<Record<string, string>> = {newer: 'newer', different: 'different', folder: 'a folder', file: 'a file', link: 'a symlink'};

/** Why a path is not simply made, in a word or two of one width. */
function troubleWords({code, context: {obstacle}}: PlainError): string {
	const words = code === 'PATH_EXISTS' && typeof obstacle === 'string' ? obstacleWords[obstacle] : undefined;
	return (words ?? (code === 'PATH_UNREADABLE' ? 'no content' : 'fails')).padEnd(10);
}

export class Restoring {
	readonly #application: Application;

	constructor(application: Application) {
		this.#application = application;
	}

	/** Looks what restoring the chosen rows into `folder` would do, and opens the screen that tells it. */
	async prepare(folder: string): Promise<void> {
		const application = this.#application;
		const {browse} = application.state;
		const rows = chosenRows(browse);
		const repository = repositoryOf(application.state, browse.repositoryIndex);
		if (rows.length === 0 || repository === undefined || folder.trim() === '') {
			return;
		}

		const targets = rows.map(({path, own}): SnapshotTarget => ({snapshot: own!.snapshot, path}));
		const plan: RestoreState = {...emptyRestore, status: 'computing', repositoryIndex: browse.repositoryIndex, targets, folder: folder.trim(), subject: rows.map(({path}) => displayPath(path))};
		application.update(state => ({...state, restore: plan}));
		application.open('restore');
		await this.#look(plan);
	}

	/** Whether what is in the way is moved aside and replaced; looks again what that would do. */
	async setOverwrite(overwrite: boolean): Promise<void> {
		const plan: RestoreState = {...this.#application.state.restore, overwrite, status: 'computing', report: undefined};
		this.#application.update(state => ({...state, notice: '', restore: plan}));
		await this.#look(plan);
	}

	/** Asks the engine what `plan` would do and shows it, unless another one has taken its place. */
	async #look(plan: RestoreState): Promise<void> {
		const application = this.#application;
		const {repositoryIndex, targets, folder, overwrite} = plan;
		const repository = repositoryOf(application.state, repositoryIndex)!;
		const troubles: string[] = [];
		await application.work(async () => {
			try {
				const {result} = application.runner.start({verb: 'restore', repository: accessOf(repository), targets, folder, overwrite, dryRun: true}, event => {
					if (event.type === 'trouble' && troubles.length < maximumTroubles) {
						troubles.push(`${troubleWords(event.error)}  ${displayText(event.path)}`);
					}
				});
				const report = await result;
				this.#change(plan, {status: 'ready', report, troubles, readyAtMs: application.now()});
			} catch (error) {
				this.#change(plan, {status: 'failed', problem: toPlainError(error)});
			}
		});
	}

	/** Why the restore on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {restore, readOnly} = this.#application.state;
		const {status, report} = restore;
		if (readOnly) {
			return 'started with --read-only';
		}

		if (report === undefined) {
			return status === 'computing' ? 'still looking at what is there' : 'what is there could not be looked at';
		}

		return isTooMuch(restore) ? 'there is not enough free space' : pathsToMake(restore) === 0 ? 'there is nothing to write' : undefined;
	}

	/** Carries out exactly what the screen shows. A key that was on its way when it appeared does not start it. */
	start(): void {
		const {restore} = this.#application.state;
		if (this.whyNotStart() === undefined && isMeant(this.#application, 'restore.start', restore.readyAtMs)) {
			this.#application.starts.restore(restore);
			// What was shown is being carried out: going back leads to the snapshot, not to a plan of the past.
			this.#application.update(state => ({...state, back: state.back.filter(screen => screen !== 'restore')}));
		}
	}

	#change({targets, overwrite}: RestoreState, change: Partial<RestoreState>): void {
		this.#application.update(state => state.restore.targets === targets && state.restore.overwrite === overwrite ? {...state, restore: {...state.restore, ...change}} : state);
	}
}
