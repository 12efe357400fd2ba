// Screens without what depends on the speed of the machine.

/** Times of less than ten seconds, which a scene never has by itself, replaced by what has their width. */
export const steady = (lines: readonly string[]): string[] => lines.map(line => line.replaceAll(/\b\d\.\ds\b/g, '0.0s').replaceAll(/\blast \d s\b/g, 'last 0 s'));
