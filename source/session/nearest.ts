// What was probably meant by a word that is none.

/** The smallest number of single-character edits between two words. O(length squared). */
function distance(a: string, b: string): number {
	let row = Array.from({length: b.length + 1}, (_, index) => index);
	for (const [i, letter] of [...a].entries()) {
		const next = [i + 1];
		for (const [j, other] of [...b].entries()) {
			next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === other ? 0 : 1)));
		}

		row = next;
	}

	return row[b.length]!;
}

/** The candidate that was probably meant, as an ending for a sentence; empty when none is near. */
export function nearest(word: string, candidates: readonly string[], prefix = ''): string {
	const [best] = candidates.map(candidate => ({candidate, edits: distance(word, candidate)})).sort((a, b) => a.edits - b.edits);
	return best !== undefined && best.edits <= Math.max(word.length > 3 ? 2 : 1, Math.floor(word.length / 3)) ? ` Did you mean ${prefix}${best.candidate}?` : '';
}
