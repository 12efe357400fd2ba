// SQLite's own examination of a file: pages, indexes, foreign keys.

import type {ReadConnection} from './connection.js';
import {databaseError, orIfDamaged, sqliteCode} from './failure.js';

/** Beyond so many the file is lost anyway, and a screen holds no more. */
const maximumProblems = 100;
/** Where SQLite fails at a damaged place, it forgets what it has found so far; asked for fewer problems, it ends before that place. */
const fewerProblems = [10, 1];

/**
 * One sentence a problem, none when all is well. Reads the whole file; others cannot finish writing meanwhile. It cannot be
 * stopped on the way: SQLite also examines table by table, but does not see then that two tables use the same page, that a
 * page in use is listed as free, or that one is lost.
 */
export async function examineFile(connection: ReadConnection, signal: AbortSignal | undefined): Promise<string[]> {
	try {
		const structure = await connection.read(() => examineStructure(connection), {signal});
		if (structure.length > 0) {
			return structure;
		}

		const orphans = await connection.read(() => connection.handle.pragma('foreign_key_check') as Array<{table: string; rowid: number | null; parent: string}>, {signal});
		const unlisted = await connection.read(() => connection.prepare('SELECT count(*) FROM record WHERE NOT EXISTS (SELECT 1 FROM content WHERE content.record = number)').pluck().get() as number, {signal});
		return [
			...orphans.slice(0, maximumProblems).map(({table, rowid, parent}) => `row ${rowid ?? '?'} of ${table} refers to a ${parent} that is not there`),
			...(unlisted === 0 ? [] : [`${unlisted} records have lost their bytes`]),
		];
	} catch (error) {
		const problem = databaseError(connection.path, error);
		if (problem.code !== 'BACKEND_CORRUPT') {
			throw problem;
		}

		return [`it cannot be read to its end (${sqliteCode(problem.cause)})`];
	}
}

/** Inside a read. */
function examineStructure(connection: ReadConnection): string[] {
	const look = (most: number): string[] => (connection.handle.pragma(`integrity_check(${most})`) as Array<{integrity_check: string}>)
		.flatMap(row => row.integrity_check.split('\n')).filter(line => line !== 'ok' && line !== '' && !line.startsWith('***')).slice(0, maximumProblems);
	const lookFor = (most: number, ...fewer: number[]): string[] => orIfDamaged(() => look(most), error => {
		const [next, ...rest] = fewer;
		if (next === undefined) {
			throw error;
		}

		return lookFor(next, ...rest);
	});
	return lookFor(maximumProblems, ...fewerProblems);
}

/** Bytes of the file that hold something: pages that are free will be used again before it grows. */
export async function usedBytes(connection: ReadConnection, signal: AbortSignal | undefined): Promise<number> {
	return connection.read(() => {
		const [pages, free, pageBytes] = ['page_count', 'freelist_count', 'page_size'].map(name => connection.handle.pragma(name, {simple: true}) as number) as [number, number, number];
		return (pages - free) * pageBytes;
	}, {signal});
}
