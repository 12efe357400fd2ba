// A small sync that dies at any changing call: the target is always sound, and the next run sends only the rest.
// One run tries every third place to die in, beginning by chance with one of the first three; `npm run torture` tries all.

import {execFileSync} from 'node:child_process';
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {openBackend} from '../../source/backends/registry.js';
import type {Backend} from '../../source/backends/contract.js';
import {wrapCalls} from '../../source/backends/wrap/wrap.js';
import type {Finding} from '../../source/engine/finding.js';
import {pricePlan, sendableRows} from '../../source/engine/plan.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeRepository, plan, push, run} from '../support/engine.js';
import {applyHeal, heal, planHeal} from '../support/healing.js';
import {checkInline, syncInline} from '../support/inline.js';
import {keptOf} from '../support/kept.js';
import {makeTree} from '../support/trees.js';
import {Died, startDying} from './dying-system.js';

const every = Number(process.env['EVERY'] ?? 3);
const firstDeath = 1 + Math.floor(Math.random() * every);

const findingsOf = async (location: string): Promise<unknown[]> => [...(await checkInline(location)).findings];

/** What a dead process leaves is told by its pid; this process lives on, so its locks are removed by hand. */
const buryLocks = (location: string): void => {
	for (const name of readdirSync(join(location, 'locks'))) {
		rmSync(join(location, 'locks', name));
	}
};

/** Whether a sync died at its changing call `deathAt`; false when it was through before. */
async function diesAt(deathAt: number, source: string, target: string): Promise<boolean> {
	const {revive} = startDying(deathAt);
	try {
		await syncInline(source, target);
		return false;
	} catch {
		return true;
	} finally {
		revive();
		buryLocks(target);
	}
}

const totalOf = async (source: string, target: string): Promise<number> => {
	const made = await plan(source, target);
	return pricePlan(made, new Set(sendableRows(made))).total.bytes;
};

async function makeThreeSnapshots(folder: string): Promise<string> {
	const source = await makeRepository(join(folder, 'source'));
	for (const step of ['one', 'two', 'three']) {
		makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(9000, 'shared ')}, {path: step, content: Buffer.alloc(3000, step)}]);
		await push(source, [join(folder, 'tree')]);
	}

	return source;
}

describe('a sync that dies', () => {
	test('at any changing call leaves a sound target, and the next one sends only the rest', async () => {
		const folder = temporaryFolder(fastPlace);
		const source = await makeThreeSnapshots(folder);
		let deaths = 0;
		const rests = new Set<number>();
		for (let deathAt = firstDeath; ; deathAt += every) {
			const target = await makeRepository(join(folder, `target-${deathAt}`));
			const full = await totalOf(source, target);
			if (!await diesAt(deathAt, source, target)) {
				break;
			}

			deaths++;
			expect(await findingsOf(target), `died at call ${deathAt}`).toEqual([]);
			const backend = await openBackend(target);
			let staged = 0;
			for (const {snapshot} of await backend.unfinished()) {
				for await (const page of backend.listStaged(snapshot)) {
					staged += page.length;
				}
			}

			const rest = await totalOf(source, target);
			rests.add(rest);
			expect(rest, `died at call ${deathAt}, ${staged} staged`).toBeLessThanOrEqual(full);
			const report = await syncInline(source, target);
			expect(report, `died at call ${deathAt}`).toMatchObject({receipt: true, bytesWritten: rest});
			expect(await findingsOf(target), `died at call ${deathAt}, then synced`).toEqual([]);
			expect(await backend.unfinished()).toEqual([]);
			rmSync(target, {recursive: true});
		}

		// Enough places to die in, and what was sent before is not sent again.
		expect(deaths * every).toBeGreaterThan(60);
		expect(rests.size).toBeGreaterThan(5);
	}, 300_000);

	test('between any two calls on a SQLite file leaves a sound target, and the next one sends only the rest', async () => {
		const folder = temporaryFolder(fastPlace);
		const source = await makeThreeSnapshots(folder);
		const rests = new Set<number>();
		for (let deathAt = 1; ; deathAt++) {
			const file = join(folder, `target-${deathAt}.db`);
			const target = await makeRepository(`sqlite:${file}`);
			let calls = 0;
			// Locks are let go of also by the dying: what stands behind this process's pid would look alive.
			const dying = (backend: Backend): Backend => wrapCalls(backend, ['begin', 'stage', 'reference', 'putSnapshot', 'commit', 'rollback'], async (name, call) => {
				if (++calls >= deathAt) {
					throw new Died(`died before ${name}`);
				}

				return call();
			});
			const isDead = await syncInline(source, target, dying).then(() => false, () => true);
			if (!isDead) {
				break;
			}

			expect(await findingsOf(target), `died at call ${deathAt}`).toEqual([]);
			const rest = await totalOf(source, target);
			rests.add(rest);
			expect(await syncInline(source, target), `died at call ${deathAt}`).toMatchObject({receipt: true, bytesWritten: rest});
			expect(await findingsOf(target), `died at call ${deathAt}, then synced`).toEqual([]);
		}

		expect(rests.size).toBeGreaterThan(3);
	}, 300_000);
});

describe.each([
	['cuts content anew', {hashing: 'sha256'}, 1],
	// The same calls in the same order, so every third place to die in is enough.
	['seals records anew', {compression: 'none'}, 3],
] as const)('a sync that %s and dies', (_, settings, stride) => {
	test('at any changing call leaves a sound target, and the next one writes only the rest', async () => {
		const folder = temporaryFolder(fastPlace);
		const source = await makeRepository(join(folder, 'source'));
		for (const step of ['one', 'two']) {
			makeTree(join(folder, 'tree'), [{path: 'shared', content: Buffer.alloc(20_000, 'shared ')}, {path: step, content: Buffer.alloc(3000, step)}]);
			await push(source, [join(folder, 'tree')]);
		}

		const whole = await makeRepository(join(folder, 'whole'), settings);
		const full = (await syncInline(source, whole)).bytesWritten;
		const sizes = await keptOf(whole);
		let deaths = 0;
		const rests = new Set<number>();
		for (let deathAt = 1; ; deathAt += stride) {
			const target = await makeRepository(join(folder, `target-${deathAt}`), settings);
			if (!await diesAt(deathAt, source, target)) {
				break;
			}

			deaths++;
			expect(await findingsOf(target), `died at call ${deathAt}`).toEqual([]);
			// A record that was cut off in the middle does not count.
			const keptBytes = [...await keptOf(target)].reduce((sum, [name, size]) => sum + (sizes.get(name) === size ? size : 0), 0);
			const report = await syncInline(source, target);
			rests.add(report.bytesWritten);
			expect(report, `died at call ${deathAt}`).toMatchObject({receipt: true, bytesWritten: full - keptBytes});
			expect(await findingsOf(target), `died at call ${deathAt}, then synced`).toEqual([]);
			expect(await keptOf(target)).toEqual(sizes);
			expect(await (await openBackend(target)).unfinished()).toEqual([]);
			rmSync(target, {recursive: true});
		}

		expect(deaths * stride).toBeGreaterThan(50);
		expect(rests.size).toBeGreaterThan(4);
	}, 300_000);
});

/** Breaks a chunk, an object, a header and a reference list of `damaged`, and deletes a chunk and a link. */
function harm(damaged: string): void {
	const filesBelow = (folder: string): string[] => readdirSync(join(damaged, folder), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name)).sort();
	const [chunks, objects, own] = ['chunks', 'objects', 'snapshots'].map(folder => filesBelow(folder)) as [string[], string[], string[]];
	for (const file of [chunks[0]!, objects[0]!, own.find(name => name.endsWith('HEADER'))!, own.findLast(name => name.endsWith('REFERENCES'))!]) {
		const bytes = readFileSync(file);
		bytes[bytes.length - 1]! ^= 1;
		writeFileSync(file, bytes);
	}

	rmSync(chunks[1]!);
	rmSync(own.find(name => name.endsWith(chunks[2]!.slice(-64)))!);
}

test('a heal that dies at any changing call makes nothing worse, and the next one ends it', async () => {
	const folder = temporaryFolder(fastPlace);
	const source = await makeThreeSnapshots(folder);
	makeTree(join(folder, 'tree'), [{path: 'long', content: Buffer.from(Uint32Array.from({length: 5000}, (_, index) => Math.imul(index + 1, 2_654_435_761)).buffer)}]);
	await push(source, [join(folder, 'tree')]);
	const broken = join(folder, 'broken');
	await run({verb: 'clone', source: {location: source}, target: broken});
	harm(broken);
	const namesOf = (findings: readonly Finding[]): string[] => [...new Set(findings.filter(({kind}) => kind !== 'corrupt-index').map(({id}) => id))].sort();
	const before = namesOf((await checkInline(broken)).findings);
	expect(before.length).toBeGreaterThan(4);
	const whole = await keptOf(source);
	const counts = new Set<number>();
	let deaths = 0;
	for (let deathAt = firstDeath; ; deathAt += every) {
		const target = join(folder, `target-${deathAt}`);
		execFileSync('cp', ['-a', broken, target]);
		const plan = await planHeal(target, source);
		const {revive} = startDying(deathAt);
		const isDead = await applyHeal(target, source, plan).then(() => false, () => true);
		revive();
		buryLocks(target);
		const left = namesOf((await checkInline(target)).findings);
		if (!isDead) {
			expect(left).toEqual([]);
			break;
		}

		deaths++;
		counts.add(left.length);
		// No record is named that was sound before, and none that was healed is lost again.
		expect(before, `died at call ${deathAt}`).toEqual(expect.arrayContaining(left));
		expect(await heal(target, source), `died at call ${deathAt}, then healed`).toMatchObject({receipt: true});
		expect((await checkInline(target)).findings, `died at call ${deathAt}, then healed`).toEqual([]);
		expect(await keptOf(target)).toEqual(whole);
		rmSync(target, {recursive: true});
	}

	expect(deaths * every).toBeGreaterThan(30);
	expect(counts.size).toBeGreaterThan(3);
}, 300_000);
