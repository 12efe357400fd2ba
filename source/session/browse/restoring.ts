// A restore as a plan: what is new, the same and different on disk is told before anything is written; y writes exactly that.

import type {SnapshotTarget} from '../../engine/jobs.js';
import type {ErrorCode} from '../../errors/codes.js';
import {toPlainError} from '../../errors/revive.js';
import {displayPath, displayText} from '../../format/paths.js';
import type {Application} from '../application.js';
import {dialogGuardMs} from '../dialogs.js';
import {accessOf} from '../repositories.js';
import {repositoryOf} from '../state.js';
import {bytesToWrite, emptyRestore, maximumTroubles, type RestoreState} from './restore-state.js';
import {chosenRows} from './tree.js';

/** Why a path is not simply made, in one word. */
const troubleWords = (code: ErrorCode): string => code === 'PATH_EXISTS' ? 'in the way ' : code === 'PATH_UNREADABLE' ? 'no content ' : 'fails      ';

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
		const troubles: string[] = [];
		await application.work(async () => {
			try {
				const {result} = application.runner.start({verb: 'restore', repository: accessOf(repository), targets, folder: plan.folder, overwrite: false, dryRun: true}, event => {
					if (event.type === 'trouble' && troubles.length < maximumTroubles) {
						troubles.push(`${troubleWords(event.error.code)}  ${displayText(event.path)}`);
					}
				});
				const report = await result;
				this.#change(plan, {status: 'ready', report, troubles, readyAtMs: application.now()});
			} catch (error) {
				this.#change(plan, {status: 'failed', problem: toPlainError(error)});
			}
		});
	}

	/** Whether what differs on disk is overwritten. */
	setOverwrite(overwrite: boolean): void {
		this.#application.update(state => ({...state, notice: '', restore: {...state.restore, overwrite, readyAtMs: this.#application.now()}}));
	}

	/** Why the restore on the screen cannot be started; undefined when it can. */
	whyNotStart(): string | undefined {
		const {restore: {status, report, overwrite}, readOnly} = this.#application.state;
		if (readOnly) {
			return 'started with --read-only';
		}

		if (report === undefined) {
			return status === 'computing' ? 'still looking at what is there' : 'what is there could not be looked at';
		}

		if (report.freeBytes !== undefined && bytesToWrite(this.#application.state.restore) > report.freeBytes) {
			return 'there is not enough free space';
		}

		return report.created + (overwrite ? report.differing : 0) === 0 ? 'there is nothing to write' : undefined;
	}

	/** Carries out exactly what the screen shows. A key that was on its way when it appeared does not start it. */
	start(): void {
		const {restore} = this.#application.state;
		if (this.whyNotStart() === undefined && this.#application.now() - restore.readyAtMs >= dialogGuardMs) {
			this.#application.jobs.restore(restore);
			// What was shown is being carried out: going back leads to the snapshot, not to a plan of the past.
			this.#application.update(state => ({...state, back: state.back.filter(screen => screen !== 'restore')}));
		}
	}

	#change({targets}: RestoreState, change: Partial<RestoreState>): void {
		this.#application.update(state => state.restore.targets === targets ? {...state, restore: {...state.restore, ...change}} : state);
	}
}
