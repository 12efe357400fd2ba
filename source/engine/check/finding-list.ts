// The findings of one check: bounded in number, counted beyond that, each replaced when more is known of it.

import type {SnapshotId} from '../../format/ids.js';
import {findingKey, maximumFindings, type Finding, type Severity} from '../finding.js';

export class FindingList {
	count = 0;
	/** Snapshots that lose something, those of findings beyond the bound included. */
	readonly damagedSnapshots = new Set<SnapshotId>();
	readonly #findings = new Map<string, Finding>();
	readonly #kept: Record<Severity, number> = {damage: 0, trouble: 0};

	/** Whether it is kept: new, or in the place of what was known of it. */
	put(finding: Finding): boolean {
		const key = findingKey(finding);
		if (this.#findings.has(key)) {
			this.#findings.set(key, finding);
			return true;
		}

		this.count++;
		if (finding.severity === 'damage') {
			for (const snapshot of finding.snapshots) {
				this.damagedSnapshots.add(snapshot);
			}
		}

		if (this.#kept[finding.severity] >= maximumFindings) {
			return false;
		}

		this.#kept[finding.severity]++;
		this.#findings.set(key, finding);
		return true;
	}

	list(): Finding[] {
		return [...this.#findings.values()];
	}
}
