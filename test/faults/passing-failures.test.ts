// Failures of the disk that pass by themselves: what is tried again after one is as whole as what was written at once.

import {join} from 'node:path';
import {expect, test} from 'vitest';
import {system} from '../../source/backends/filesystem/system.js';
import {withRetry} from '../../source/backends/wrap/retry.js';
import {Counters} from '../../source/engine/counters.js';
import {makePlan} from '../../source/engine/make-plan.js';
import {sendableRows} from '../../source/engine/plan.js';
import {applyPlan} from '../../source/engine/sync.js';
import {makeRepository, push} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {checkInline, openInline, quietly} from '../support/inline.js';
import {makeTree} from '../support/trees.js';

const changing = ['writeSync', 'linkSync'] as const;

/** The call number `at` (from 1) fails once, a write after half of it was done. Answers how to end that, and whether it came. */
function startFailing(at: number): () => boolean {
	const original = {...system};
	let calls = 0;
	for (const name of changing) {
		const call = original[name] as (...parameters: unknown[]) => unknown;
		(system as Record<string, unknown>)[name] = (...parameters: unknown[]): unknown => {
			if (++calls !== at) {
				return call(...parameters);
			}

			if (name === 'writeSync') {
				const [handle, bytes, offset, length] = parameters as [number, Uint8Array, number, number];
				call(handle, bytes, offset, Math.floor(length / 2));
			}

			throw Object.assign(new Error('once'), {code: 'EIO'});
		};
	}

	return () => {
		Object.assign(system, original);
		return calls >= at;
	};
}

test('a sync whose target fails once, at any write or link, leaves nothing out', async () => {
	const folder = temporaryFolder(fastPlace);
	const source = await makeRepository(join(folder, 'source'));
	makeTree(join(folder, 'tree'), [{path: 'one', content: Buffer.alloc(9000, 'one ')}, {path: 'two', content: Buffer.alloc(3000, 'two')}, {path: 'three', content: Buffer.alloc(500, 'three')}]);
	await push(source, [join(folder, 'tree')]);
	let complete = 0;
	for (let at = 1; ; at++) {
		const target = await makeRepository(join(folder, `target-${at}`));
		const [from, to] = [await openInline(source), await openInline(target, backend => withRetry(backend, {random: () => 0}))];
		const plan = await makePlan(from, to, undefined);
		const end = startFailing(at);
		const report = await applyPlan({source: from, target: to, plan, ticked: sendableRows(plan).map(row => plan.rows[row]!.snapshot), counters: new Counters()}, quietly).catch(() => undefined);
		const isFailed = end();
		await Promise.all([from.close(), to.close()]);
		expect([...(await checkInline(target)).findings], `failed at call ${at}`).toEqual([]);
		complete += report?.receipt === true ? 1 : 0;
		if (!isFailed) {
			expect(at).toBeGreaterThan(10);
			break;
		}
	}

	// Most of them are tried again.
	expect(complete).toBeGreaterThan(5);
});
