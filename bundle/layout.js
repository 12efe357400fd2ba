// How dist/ is laid out: pieces of CommonJS, each in a function behind the mark of its content, and their bytecode in one file.
//
// The file begins with a line of JSON, filled up with spaces: {runtime, program, largestBytes, pieces: {NAME: {mark, offsetBytes, sizeBytes, checksum}}}.

export const cacheName = 'code.cache';

/** Longer than what there is to say of every piece (about 100 bytes each). */
export const headBytes = 64 * 1024;

/** Of a piece, the comment that it begins with: 16 digits of a hash of the rest. */
export const markBytes = 20;

/** Whose bytecode it is: no other Node is asked to take it. */
export const runtime = `${process.version} ${process.versions.v8} ${process.platform} ${process.arch}`;
