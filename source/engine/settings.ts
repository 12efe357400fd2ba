// What can be chosen when a repository is made.

export {hashNames, type HashName} from '../format/hashing.js';

/** The average chunk of a new repository where nothing else is asked for. */
export const defaultChunkBytes = 256 * 1024;
