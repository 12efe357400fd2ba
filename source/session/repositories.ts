// The repositories on the screen: what each holds, read away from the screen, and how others come to stand beside them.

import type {RepositoryAccess} from '../engine/jobs.js';
import {isPlakarError, type PlakarError} from '../errors/plakar-error.js';
import {asPlakarError, toPlainError} from '../errors/revive.js';
import {displayText} from '../format/paths.js';
import type {Application} from './application.js';
import {onTheSamePair} from './pairs.js';
import type {Repository} from './state.js';

/** Each reading has a thread of its own while it lasts. */
const readAtOnce = 4;

const partsOf = (location: string): string[] => location.replace(/\/+$/, '').split('/');

/** The last part of a location, escaped. */
export const nameOf = (location: string): string => displayText(partsOf(location).at(-1) ?? location);

/** A name that none of `others` has: with the folder above it, else the whole location. */
function distinctName(location: string, others: readonly string[]): string {
	const above = displayText(partsOf(location).slice(-2).join('/'));
	return [nameOf(location), above].find(name => !others.includes(name)) ?? displayText(location);
}

export type KnownRepository = RepositoryAccess & {/** From the user's list. */ readonly name?: string | undefined};

/** Repositories as they stand on the screen before any is read. */
export function unread(known: readonly KnownRepository[]): Repository[] {
	const repositories: Repository[] = [];
	for (const {location, passphrase, name} of known) {
		repositories.push({location, passphrase, status: 'loading', name: name === undefined ? distinctName(location, repositories.map(other => other.name)) : displayText(name)});
	}

	return repositories;
}

/** The position of the repository at `location`, as it was given or as it calls itself; -1 when it is not on the screen. */
export const indexAt = (repositories: readonly Repository[], location: string): number =>
	repositories.findIndex(repository => repository.location === location || repository.summary?.location === location);

export const accessOf = ({location, passphrase}: Repository): RepositoryAccess => ({location, passphrase});

export class Repositories {
	readonly #application: Application;
	/** The last reading of each location: an earlier one that ends later is too old to be shown. */
	readonly #readings = new Map<string, number>();

	constructor(application: Application) {
		this.#application = application;
	}

	/** Reads what a repository holds; errors are shown in its place, beside what was read before. */
	async describe(index: number): Promise<void> {
		const {location, passphrase, name} = this.#application.state.repositories[index]!;
		const problem = await this.#read(index, passphrase);
		if (problem === undefined) {
			return;
		}

		this.#application.log(`${name}: ${problem.message}`);
		if (problem.code === 'PASSPHRASE_WRONG' && passphrase !== undefined) {
			this.changeAt(location, {passphrase: undefined, isPassphraseWrong: true});
			await this.describe(index);
		} else {
			this.changeAt(location, repository => ({status: 'failed', problem: toPlainError(problem), failedSinceMs: repository.failedSinceMs ?? this.#application.now()}));
		}
	}

	async describeAll(): Promise<void> {
		await this.#describeEach([...this.#application.state.repositories.keys()]);
	}

	/** Reads again all that are not being read right now. */
	async reread(): Promise<void> {
		const {repositories} = this.#application.state;
		await this.#describeEach([...repositories.keys()].filter(index => repositories[index]!.status !== 'loading'));
	}

	/** Opens a repository with `passphrase`. A wrong one changes nothing and is answered with its error. */
	async unlock(index: number, passphrase: string): Promise<PlakarError | undefined> {
		const before = this.#application.state.repositories[index]!;
		const problem = await this.#read(index, passphrase);
		this.changeAt(before.location, problem === undefined ? {passphrase, isPassphraseWrong: false} : {status: before.status, problem: before.problem});
		if (problem !== undefined && before.status === 'loading') {
			// The reading that was under way has been given up for this one.
			await this.describe(index);
		}

		return problem;
	}

	/** Makes an empty repository and puts it on the screen. Throws REPOSITORY_EXISTS and what the medium throws. */
	async create(location: string, passphrase: string | undefined): Promise<Repository> {
		const application = this.#application;
		const created = await application.runner.start({verb: 'create', location, passphrase}, () => undefined).result;
		application.log(`created ${created.location}`);
		return this.#show({location: created.location, passphrase});
	}

	/** Opens a repository and, when that works, puts it on the screen. Throws what opening throws. */
	async open(access: RepositoryAccess): Promise<Repository> {
		const {location} = await this.#application.runner.start({verb: 'describe', repository: access}, () => undefined).result;
		return this.#show({...access, location});
	}

	change(index: number, change: Partial<Repository>): void {
		this.changeAt(this.#application.state.repositories[index]?.location, () => change);
	}

	/** Adds a repository that is not on the screen yet; it becomes the target when there is none. It is not read by this. */
	add({location, passphrase, name}: KnownRepository): void {
		this.#application.update(state => {
			if (indexAt(state.repositories, location) >= 0) {
				return state;
			}

			const names = state.repositories.map(known => known.name);
			const repositories: Repository[] = [...state.repositories, {location, name: name ?? distinctName(location, names), passphrase, status: 'loading'}];
			return {...state, repositories, target: state.target ?? (repositories.length > 1 ? repositories.length - 1 : undefined)};
		});
	}

	changeAt(location: string | undefined, change: Partial<Repository> | ((repository: Repository) => Partial<Repository>)): void {
		this.#application.update(state => onTheSamePair(state, {
			...state,
			repositories: state.repositories.map(repository => repository.location === location ? {...repository, ...(typeof change === 'function' ? change(repository) : change)} : repository),
		}));
	}

	async #show(access: RepositoryAccess): Promise<Repository> {
		this.add(access);
		const index = indexAt(this.#application.state.repositories, access.location);
		this.#application.update(state => ({...state, compare: {...state.compare, listCursor: index}}));
		await this.describe(index);
		return this.#application.state.repositories[index]!;
	}

	async #describeEach(indexes: number[]): Promise<void> {
		const waiting = [...indexes];
		await Promise.all(Array.from({length: readAtOnce}, async () => {
			for (let index = waiting.shift(); index !== undefined; index = waiting.shift()) {
				await this.describe(index);
			}
		}));
	}

	/** Shows what a repository holds; what went wrong is answered and shown by the caller. */
	async #read(index: number, passphrase: string | undefined): Promise<PlakarError | undefined> {
		const application = this.#application;
		const {location} = application.state.repositories[index]!;
		const reading = (this.#readings.get(location) ?? 0) + 1;
		this.#readings.set(location, reading);
		this.changeAt(location, {status: 'loading'});
		let problem: PlakarError | undefined;
		await application.work(async () => {
			try {
				const summary = await application.runner.start({verb: 'describe', repository: {location, passphrase}}, () => undefined).result;
				if (this.#readings.get(location) === reading) {
					this.changeAt(location, {status: 'ready', summary, readAtMs: application.now(), problem: undefined, failedSinceMs: undefined});
				}
			} catch (error) {
				problem = this.#readings.get(location) === reading || isPlakarError(error, 'PASSPHRASE_WRONG') ? asPlakarError(error) : undefined;
			}
		});
		return problem;
	}
}
