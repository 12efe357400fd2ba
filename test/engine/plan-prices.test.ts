// What a plan costs: the prices of ticks against a count record by record, and plans as files.

import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {decodePlan, encodePlan} from '../../source/engine/plan-file.js';
import {checksFor, isBlocked, isInRuns, pricePlan, runsOf, spaceCheck} from '../../source/engine/plan.js';
import type {RecordId} from '../../source/format/ids.js';
import {RecordTable} from '../../source/engine/record-table.js';
import {PackedReferences, ReferenceCollector} from '../../source/format/reference-list.js';
import {makePlan, makeSnapshot, planRow} from '../terminal/scripted-engine.js';

/** Records as lists of the rows that need them, each of 1 byte more than the last, and some rows ticked. */
const scenes = fc.integer({min: 1, max: 12}).chain(rowCount => fc.record({
	rowCount: fc.constant(rowCount),
	records: fc.array(fc.record({needing: fc.uniqueArray(fc.integer({min: 0, max: rowCount - 1}), {minLength: 1}), isMissing: fc.boolean()}), {maxLength: 40}),
	ticked: fc.uniqueArray(fc.integer({min: 0, max: rowCount - 1})),
}));

const price = (chunks: number, bytes: number) => ({chunks, objects: 0, bytes});

test('prices are those of a count record by record, whatever is ticked', () => {
	fc.assert(fc.property(scenes, ({rowCount, records, ticked: chosen}) => {
		const ticked = new Set(chosen);
		const rows = Array.from({length: rowCount}, (_, index) => ({...planRow(makeSnapshot(index)), ownBytes: 1000 + index}));
		const classes = records.map(({needing, isMissing}, index) => ({
			runs: runsOf([...needing].sort((a, b) => a - b)), missing: isMissing ? price(1, index + 1) : price(0, 0), present: isMissing ? price(0, 0) : price(1, index + 1), fingerprint: '0',
		}));
		const sizeOf = (isCounted: (needing: readonly number[]) => boolean, isMissing = true): number =>
			records.reduce((sum, record, index) => sum + (record.isMissing === isMissing && isCounted(record.needing) ? index + 1 : 0), 0);
		const isNeeded = (needing: readonly number[], by: ReadonlySet<number>): boolean => needing.some(row => by.has(row));
		const own = (by: ReadonlySet<number>): number => [...by].reduce((sum, row) => sum + 1000 + row, 0);
		const cost = (by: ReadonlySet<number>): number => own(by) + sizeOf(needing => isNeeded(needing, by));

		const {sends, untickSaves, total, alreadyThere} = pricePlan({rows, classes}, ticked);
		expect(total).toMatchObject({bytes: cost(ticked), snapshots: ticked.size});
		expect(alreadyThere.bytes).toBe(sizeOf(needing => isNeeded(needing, ticked), false));
		expect(sends.reduce((sum, {bytes}) => sum + bytes, 0)).toBe(total.bytes);
		for (let row = 0; row < rowCount; row++) {
			const without = new Set([...ticked].filter(other => other !== row));
			expect(untickSaves[row]!.bytes).toBe(cost(ticked) - cost(without));
			const before = new Set([...ticked].filter(other => other < row));
			expect(sends[row]!.bytes).toBe(ticked.has(row) ? cost(new Set([...before, row])) - cost(before) : 0);
		}
	}));
});

test('runs hold the rows they were made of, and no others', () => {
	fc.assert(fc.property(fc.uniqueArray(fc.integer({min: 0, max: 30}), {minLength: 1}), rows => {
		const runs = runsOf([...rows].sort((a, b) => a - b));
		expect(Array.from({length: 31}, (_, row) => row).filter(row => isInRuns(runs, row))).toEqual([...rows].sort((a, b) => a - b));
	}));
});

/** Lists of records by number, some longer than a table begins with; what is in several is one record. */
const lists = fc.array(fc.record({first: fc.nat(2000), count: fc.oneof(fc.nat(50), fc.integer({min: 900, max: 2500})), isPart: fc.boolean()}), {minLength: 1, maxLength: 6});
const recordIds = Array.from({length: 10_001}, (_, number) => createHash('sha256').update(`${number}`).digest('hex') as RecordId);
const idOf = (number: number): RecordId => recordIds[number]!;
/** In no list. */
const strangerId = idOf(10_000);

test('a table of records holds each once, with its size and all who need it, in whichever lists they come', () => {
	fc.assert(fc.property(lists, parts => {
		const table = new RecordTable();
		const expected = new Map<number, number[]>();
		for (const [owner, {first, count, isPart}] of parts.entries()) {
			const numbers = Array.from({length: count}, (_, index) => first + index);
			const collector = new ReferenceCollector();
			for (const number of numbers) {
				collector.add(idOf(number), number);
				expected.set(number, [...expected.get(number) ?? [], owner]);
			}

			const {bytes} = collector.finish();
			table.addAll(owner, new PackedReferences(isPart ? Buffer.concat([bytes, Buffer.alloc(bytes.length + 1)]).subarray(0, bytes.length) : bytes));
			const single = first + 6000;
			const position = table.add(owner, idOf(single), single);
			expect(table.idAt(position)).toBe(idOf(single));
			expected.set(single, [...expected.get(single) ?? [], owner]);
		}

		expect(table.count).toBe(expected.size);
		const marked = [...expected.keys()].filter(number => number % 3 === 0);
		table.markPacked(Buffer.from(marked.map(number => idOf(number)).join('') + strangerId, 'hex'), 1);
		for (const [number, owners] of expected) {
			const position = table.find(idOf(number));
			expect([table.idAt(position), table.sizeAt(position), table.markAt(position)]).toEqual([idOf(number), number, number % 3 === 0 ? 1 : 0]);
			expect(table.ownersOf(table.setAt(position))).toEqual(owners);
		}

		expect(table.find(strangerId)).toBe(-1);
	}), {numRuns: 6, examples: [[[{first: 0, count: 2000, isPart: false}, {first: 1, count: 2000, isPart: true}]]]});
});

describe('space', () => {
	const plan = {...makePlan([0, 1].map(index => planRow(makeSnapshot(index)))), freeBytes: 100, checks: [spaceCheck({freeBytes: 100, exact: true}, 150)]};

	test('too little blocks, and unticking may make room', () => {
		expect(isBlocked({checks: checksFor(plan, 150)})).toBe(true);
		expect(isBlocked({checks: checksFor(plan, 100)})).toBe(false);
	});

	test('unknown is never called enough', () => {
		expect(spaceCheck({freeBytes: undefined, exact: true}, 1)).toMatchObject({level: 'note'});
	});

	test('an estimate that is too high only warns', () => {
		expect(spaceCheck({freeBytes: 100, exact: false}, 150)).toMatchObject({level: 'warn'});
	});
});

describe('a plan as a file', () => {
	const plan = makePlan([0, 1, 2].map(index => planRow(makeSnapshot(index))));

	test('is read back as it was', () => {
		expect(decodePlan(Buffer.from(encodePlan(plan)), 'plan.json')).toEqual(JSON.parse(JSON.stringify(plan)));
	});

	test.each([[[]], [[0]], [[1, 0]], [[0, 3]], [[-1, 0]], [[0, 1, 1, 2]], [[0.5, 1]], ['0,1']])('is refused with runs of rows %j', runs => {
		const broken = {...plan, classes: [{...plan.classes[0]!, runs: runs as number[]}]};
		expect(() => decodePlan(Buffer.from(encodePlan(broken)), 'plan.json')).toThrow(expect.objectContaining({code: 'FORMAT_INVALID'}));
	});
});
