// What a plan that is not exact says, against what is then written.

import {randomBytes} from 'node:crypto';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {pricePlan, sendableRows} from '../../source/engine/plan.js';
import type {CreateOptions} from '../../source/engine/repository.js';
import {makeRepository, memoryLocation, push, sync} from '../support/engine.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {makeTree} from '../support/trees.js';

const words = 'the quick brown fox jumps over a lazy dog while seven wizards pack my box with five dozen liquor jugs and count them twice'.split(' ');

/** Prose of words drawn at random: it shrinks about as real text does. */
function prose(size: number, seed: number): Buffer {
	let state = seed + 1;
	const drawn: string[] = [];
	for (let length = 0; length < size;) {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		const word = words[(state >>> 8) % words.length]!;
		drawn.push(word);
		length += word.length + 1;
	}

	return Buffer.from(drawn.join(' '));
}

const trees: Readonly<Record<string, (index: number) => Buffer>> = {
	text: index => prose(40_000 + (index * 1000), index),
	'text beside what does not shrink': index => index % 2 === 0 ? prose(60_000, index) : randomBytes(30_000),
	'what does not shrink': () => randomBytes(50_000),
	'many small files': index => prose(700 + index, index),
};

async function measure(tree: (index: number) => Buffer, from: Partial<CreateOptions>, to: Partial<CreateOptions>): Promise<number> {
	const folder = join(temporaryFolder(fastPlace), 'tree');
	const [source, target] = [await makeRepository(memoryLocation(), {averageChunkBytes: 16_384, ...from}), await makeRepository(memoryLocation(), {averageChunkBytes: 16_384, ...to})];
	for (const step of [0, 1]) {
		makeTree(folder, Array.from({length: 24}, (_, index) => ({path: `${step * 8 + index}`, content: tree(step * 8 + index)})));
		await push(source, [folder]);
	}

	const {plan, bytesWritten} = await sync(source, target);
	expect(plan.exact).toBe(false);
	return pricePlan(plan, new Set(sendableRows(plan))).total.bytes / bytesWritten;
}

describe.each(Object.entries(trees))('the estimate for %s', (_, tree) => {
	test.each([
		['other hash', {}, {hashing: 'sha256'}], ['other chunks', {}, {averageChunkBytes: 32_768}],
		['other hash, uncompressed', {}, {hashing: 'sha256', compression: 'none'}], ['the same, uncompressed', {}, {compression: 'none'}],
	] as const)('with %s is within 30 percent of what is written', async (__, from, to) => {
		const share = await measure(tree, from, to);
		expect(share).toBeGreaterThan(0.7);
		expect(share).toBeLessThan(1.3);
	});

	test('is not exceeded by what is written where it is compressed on the way', async () => {
		expect(await measure(tree, {compression: 'none'}, {})).toBeGreaterThan(0.97);
	});
});
