// Where the bundled threads lie, for the session.

export {threadFile} from '../workers/thread-file.js';
