// The findings of running checks: many at a time become one change of the state, and the cursor stays on its finding.

import {findingKey, findingKinds, type Finding} from '../engine/finding.js';
import type {Application} from './application.js';

const order = new Map(findingKinds.map((kind, index) => [kind, index]));
const grouped = new WeakMap<readonly Finding[], readonly Finding[]>();

/** Damage before trouble, each kind together, in the order in which they were found. Remembered for each list. */
export function groupedFindings(findings: readonly Finding[]): readonly Finding[] {
	const known = grouped.get(findings);
	if (known !== undefined) {
		return known;
	}

	const sorted = [...findings].sort((a, b) => a.severity === b.severity ? order.get(a.kind)! - order.get(b.kind)! : a.severity === 'damage' ? -1 : 1);
	grouped.set(findings, sorted);
	return sorted;
}

/** Where the finding that stood at `cursor` of `before` stands now; the first place stays the first. */
export function followCursor(before: readonly Finding[], after: readonly Finding[], cursor: number): number {
	const finding = groupedFindings(before)[cursor];
	if (finding === undefined || cursor === 0) {
		return 0;
	}

	const key = findingKey(finding);
	return Math.max(0, groupedFindings(after).findIndex(candidate => findingKey(candidate) === key));
}

export class FindingBoard {
	readonly #application: Application;
	readonly #found = new Map<number, Map<string, Finding>>();
	readonly #changed = new Set<number>();
	readonly #onChange: (job: number) => void;

	/** `onChange` is told of each job whose list has changed. */
	constructor(application: Application, onChange: (job: number) => void) {
		this.#application = application;
		this.#onChange = onChange;
	}

	/** Takes a finding, in the place of what was known of it before. */
	take(job: number, finding: Finding): void {
		const found = this.#found.get(job) ?? new Map<string, Finding>();
		this.#found.set(job, found);
		found.set(findingKey(finding), finding);
		if (this.#changed.size === 0) {
			// What else has come by then goes with it.
			setImmediate(() => {
				this.flush();
			});
		}

		this.#changed.add(job);
	}

	flush(): void {
		const changed = new Map([...this.#changed].map(job => [job, [...this.#found.get(job)!.values()]]));
		this.#changed.clear();
		this.#application.update(state => changed.size === 0 ? state : {...state, jobs: state.jobs.map(job => {
			const findings = changed.get(job.id);
			return findings === undefined ? job : {...job, findings, findingCursor: followCursor(job.findings, findings, job.findingCursor)};
		})});
		for (const job of changed.keys()) {
			this.#onChange(job);
		}
	}

	/** Forgets what was collected: the report of a job that has ended holds all of it. */
	forget(job: number): void {
		this.#found.delete(job);
		this.#changed.delete(job);
	}
}
