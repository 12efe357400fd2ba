// The repositories on the screen: what each holds, read away from the screen, and how each is opened.

import type {RepositoryAccess} from '../engine/jobs.js';
import {toPlainError} from '../errors/revive.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import type {Repository} from './state.js';

/** The last part of a location, escaped. */
export const nameOf = (location: string): string => displayText(location.replace(/\/+$/, '').split('/').at(-1) ?? location);

export const accessOf = ({location, passphrase}: Repository): RepositoryAccess => ({location, passphrase});

/** The position of the repository at `location`, as it was given or as it calls itself; -1 when it is not on the screen. */
export const indexAt = (repositories: readonly Repository[], location: string): number =>
	repositories.findIndex(repository => repository.location === location || repository.summary?.location === location);

export class Repositories {
	readonly #application: Application;

	constructor(application: Application) {
		this.#application = application;
	}

	/** Reads what a repository holds; errors are shown in its place. */
	async describe(index: number): Promise<void> {
		const {location, passphrase} = this.#application.state.repositories[index]!;
		this.change(index, {status: 'loading'});
		await this.#application.work(async () => {
			try {
				const summary = await this.#application.runner.start({verb: 'describe', repository: {location, passphrase}}, () => undefined).result;
				this.change(index, {status: 'ready', summary, problem: undefined});
			} catch (error) {
				const problem = toPlainError(error);
				this.change(index, {status: 'failed', problem, ...(problem.code === 'PASSPHRASE_WRONG' ? {passphrase: undefined} : {})});
				this.#application.log(`${nameOf(location)}: ${problem.message}`);
			}
		});
	}

	async describeAll(): Promise<void> {
		await Promise.all([...this.#application.state.repositories.keys()].map(async index => this.describe(index)));
	}

	setPassphrase(index: number, passphrase: string): void {
		this.change(index, {passphrase: passphrase === '' ? undefined : passphrase});
		void this.describe(index);
	}

	change(index: number, change: Partial<Repository>): void {
		this.#application.update(state => ({...state, repositories: state.repositories.map((repository, at) => at === index ? {...repository, ...change} : repository)}));
	}

	/** Adds a repository that is not on the screen yet; it becomes the target when there is none. It is not read by this. */
	add({location, passphrase}: RepositoryAccess): void {
		this.#application.update(state => state.repositories.some(known => known.location === location) ? state : {
			...state,
			repositories: [...state.repositories, {location, name: nameOf(location), passphrase, status: 'loading'}],
			target: state.target ?? (state.repositories.length > 0 ? state.repositories.length : undefined),
		});
	}
}
