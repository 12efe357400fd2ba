// Looks for other copies of damaged records among the repositories of the list, away from the screen.

import {maximumLocated, type RecordCopy, type RecordName} from '../engine/jobs.js';
import type {Finding} from '../engine/finding.js';
import type {RecordId} from '../format/ids.js';
import type {Application} from './application.js';
import {accessOf} from './repositories.js';
import {keyOf} from './key-of.js';
import {shortenMiddle} from './sentence.js';
import type {Job, Repository, State} from './state.js';

/** Records looked for in one check: enough to say where to look; a repository with more is to be compared as a whole. */
const maximumLooked = 2048;

/** Of a name in the list of findings. */
const listedNameColumns = 16;

/** The damaged record that a finding is about; undefined when it is about something else. */
export function recordOf({kind, severity, id}: Finding): RecordName | undefined {
	if (severity !== 'damage' && !kind.startsWith('unreadable-')) {
		return undefined;
	}

	return kind.endsWith('-chunk') ? {kind: 'chunk', id: id as RecordId} : kind.endsWith('-object') ? {kind: 'object', id: id as RecordId} : undefined;
}

/** Other repositories of the list whose ids mean the same. */
export function relatives({repositories}: Pick<State, 'repositories'>, index: number): Repository[] {
	const family = repositories[index]?.summary?.familyId;
	return repositories.filter(({summary}, at) => at !== index && family !== undefined && summary?.familyId === family);
}

export class Copies {
	readonly #application: Application;
	/** Records that were asked for, by job. */
	readonly #asked = new Map<number, Set<string>>();
	readonly #busy = new Set<number>();

	constructor(application: Application) {
		this.#application = application;
	}

	/** Looks for what the findings of a job name and nobody has looked for yet. */
	look(id: number): void {
		const job = this.#application.state.jobs.find(candidate => candidate.id === id);
		const wanted = job === undefined || this.#busy.has(id) ? [] : this.#wanted(job);
		const others = job === undefined ? [] : relatives(this.#application.state, job.repositoryIndex);
		if (job !== undefined && wanted.length > 0 && others.length > 0) {
			void this.#application.work(async () => this.#ask(job, wanted, others));
		}
	}

	#wanted({id, findings}: Job): RecordName[] {
		const asked = this.#asked.get(id) ?? new Set<string>();
		this.#asked.set(id, asked);
		return findings.flatMap(finding => recordOf(finding) ?? []).filter(record => !asked.has(record.id)).slice(0, Math.min(maximumLocated, maximumLooked - asked.size));
	}

	async #ask({id, repositoryIndex}: Job, records: readonly RecordName[], others: readonly Repository[]): Promise<void> {
		const {runner, state: {repositories}} = this.#application;
		this.#busy.add(id);
		for (const record of records) {
			this.#asked.get(id)!.add(record.id);
		}

		try {
			const found = await runner.start({verb: 'locate', repositories: [repositories[repositoryIndex]!, ...others].map(repository => accessOf(repository)), records}, () => undefined).result;
			this.#keep(id, records, found);
		} catch (error) {
			this.#application.log(`Other copies could not be looked for: ${(error as Error).message}`);
		} finally {
			this.#busy.delete(id);
		}

		this.look(id);
	}

	#keep(id: number, records: readonly RecordName[], found: readonly RecordCopy[]): void {
		this.#application.update(state => ({...state, jobs: state.jobs.map(job => {
			if (job.id !== id) {
				return job;
			}

			const copies = new Map<string, readonly RecordCopy[]>(job.copies);
			for (const record of records) {
				copies.set(record.id, found.filter(copy => copy.id === record.id));
			}

			return {...job, copies};
		})}));
	}
}

/** The copy that says most: a proven one, the newest proof first. */
const bestOf = (found: readonly RecordCopy[]): RecordCopy | undefined => [...found].sort((a, b) => (b.provenAt ?? '') < (a.provenAt ?? '') ? -1 : 1)[0];

/** Where a repository of the same identity lies, copied without this program: it holds records, but no heal takes them from it. */
export const isTwin = ({repositories}: Pick<State, 'repositories'>, index: number, location: string): boolean =>
	repositories.find(each => each.location === location)?.summary?.repositoryId === repositories[index]?.summary?.repositoryId;

const nameAt = ({repositories}: State, at: string): string => repositories.find(({location}) => location === at)?.name ?? '';

/** "sound copy in vault" where it is proven there, "copy in vault" where it is not, "no copy known"; for a list. */
export function copyShort(state: State, {copies, repositoryIndex}: Job, {id}: Finding, ellipsis: string): string | undefined {
	const found = copies?.get(id);
	const best = found === undefined ? undefined : bestOf(found);
	if (best === undefined) {
		return found === undefined || relatives(state, repositoryIndex).length === 0 ? undefined : 'no copy known';
	}

	return `${best.provenAt === undefined ? 'copy' : 'sound copy'} in ${shortenMiddle(nameAt(state, best.location), listedNameColumns, ellipsis)}`;
}

/** What to do with the only copy where it has the same identity. */
const twinWords = (name: string): string => `Copied outside: heal from a clone of ${name}.`;

export type CopyWords = {
	/** "vault holds a sound copy, proven there 02-03." */
	readonly text: string;
	readonly isProven: boolean;
	/** What to do, where the record is lost here and a copy is known. */
	readonly advice?: string | undefined;
};

/** Who holds the record of a finding; undefined where nobody has looked or there is nobody to ask. */
export function copyWords(state: State, {copies, repositoryIndex}: Job, {id, severity}: Finding): CopyWords | undefined {
	const found = copies?.get(id);
	if (found === undefined) {
		return undefined;
	}

	const usable = found.filter(({location}) => !isTwin(state, repositoryIndex, location));
	const best = bestOf(usable.length > 0 ? usable : found);
	if (best === undefined) {
		return relatives(state, repositoryIndex).length > 0 ? {text: 'No other repository of the list holds it.', isProven: false} : undefined;
	}

	const name = nameAt(state, best.location);
	const advice = severity !== 'damage' ? undefined : usable.length === 0 ? twinWords(name) : `${keyOf(state, state.screen === 'affected' ? 'affected.heal' : 'check.heal')} heals it from ${name}.`;
	return best.provenAt === undefined
		? {text: `${name} holds a copy, never checked there.`, isProven: false, advice}
		: {text: `${name} holds a sound copy, proven there ${best.provenAt.slice(5, 10)}.`, isProven: true, advice};
}
