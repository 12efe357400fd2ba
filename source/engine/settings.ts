// What can be chosen when a repository is made.

export {hashNames, type HashName} from '../format/hashing.js';
