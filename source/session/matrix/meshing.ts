// All repositories compared at once, and made equal by transfers that were shown and confirmed.

import type {RepositoryAccess} from '../../engine/jobs.js';
import type {Matrix} from '../../engine/several/matrix.js';
import {exposesContent} from '../../engine/plan.js';
import {toPlainError} from '../../errors/revive.js';
import type {Application} from '../application.js';
import {askToConfirm} from '../dialogs.js';
import {countOf, formatBytes} from '../figures.js';
import {reachedBy} from '../matrix-text.js';
import type {JobHandle} from '../jobs/job-runner.js';
import {emptyMatrix} from './matrix-state.js';
import {askForExposure} from '../plan/exposure.js';
import {accessOf} from '../repositories.js';

export class Meshing {
	readonly #application: Application;
	#comparing: JobHandle<'matrix'> | undefined;
	/** Those of the matrix on the screen. */
	#accesses: readonly RepositoryAccess[] = [];

	constructor(application: Application) {
		this.#application = application;
	}

	/** Compares all repositories of the list and shows the matrix. One that is under way already is given up. */
	async compare(): Promise<void> {
		const application = this.#application;
		const {repositories} = application.state;
		this.#comparing?.cancel();
		application.update(state => ({...state, matrix: {...emptyMatrix, names: repositories.map(({name}) => name), isDifferent: state.matrix.isDifferent}}));
		application.open('matrix');
		const accesses = repositories.map(repository => accessOf(repository));
		const comparing = application.runner.start({verb: 'matrix', repositories: accesses}, () => undefined);
		this.#comparing = comparing;
		await application.work(async () => {
			try {
				const matrix = await comparing.result;
				if (this.#comparing === comparing) {
					this.#accesses = accesses;
					application.update(state => ({...state, matrix: {...state.matrix, status: 'ready', matrix}}));
				}
			} catch (error) {
				if (this.#comparing === comparing) {
					application.update(state => ({...state, matrix: {...state.matrix, status: 'failed', problem: toPlainError(error)}}));
				}
			}
		});
	}

	/** Why the repositories cannot be made equal; undefined when they can. */
	whyNotEqual(): string | undefined {
		const {matrix: {status, matrix}, readOnly} = this.#application.state;
		if (readOnly) {
			return 'the program was started with --read-only';
		}

		if (matrix === undefined) {
			return status === 'computing' ? 'they are still being compared' : 'they could not be compared';
		}

		return matrix.mesh.transfers.length === 0 ? 'there is nothing to send' : undefined;
	}

	/** Shows each transfer and what it writes, and carries them out after `y`. */
	ask(): void {
		const {matrix: {matrix, names}} = this.#application.state;
		if (matrix === undefined || this.whyNotEqual() !== undefined) {
			return;
		}

		const {mesh} = matrix;
		const absent = names.filter((_, index) => mesh.heads[index] === undefined);
		askToConfirm(this.#application, {
			title: `Make ${countOf(reachedBy(mesh), 'repository', 'repositories')} equal?`,
			lines: [
				`${mesh.exact ? '' : 'about '}${formatBytes(mesh.bytes)} in all. Nothing is removed anywhere.${mesh.skipped.length === 0 ? '' : ` ${countOf(mesh.skipped.length, 'snapshot')} cannot be sent.`}`,
				...(absent.length === 0 ? [] : [`Not reached, and left as it is: ${absent.join(', ')}.`]),
				'',
				...mesh.transfers.map(({source, target, total}) => `${names[source]} -> ${names[target]}: ${countOf(total.snapshots, 'snapshot')}, ${formatBytes(total.bytes)}`),
			],
			answers: {y: 'send', n: 'back'},
			onConfirm: () => {
				const exposed = new Set(mesh.transfers.filter(({plan}) => exposesContent(plan)).map(({plan}) => plan.target.location));
				if (exposed.size === 0) {
					this.#start(matrix);
				} else {
					askForExposure(this.#application, [...exposed], () => {
						this.#start(matrix);
					});
				}
			},
		});
	}

	#start(matrix: Matrix): void {
		this.#application.starts.mesh(this.#accesses, matrix.mesh);
	}
}
