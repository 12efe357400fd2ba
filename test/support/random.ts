// Numbers that a seed repeats, so that a failing run can be had again.

/** Numbers in [0, 1) (mulberry32, Tommy Ettinger, public domain). */
export function randomNumbers(start: number): () => number {
	let state = start;
	return () => {
		state = (state + 0x6d2b_79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
		mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** SEED, or another one each time; a test that uses it says it in its name. */
export const seed = Number(process.env['SEED'] ?? Math.floor(Math.random() * 2 ** 31));
