// Where the bundled threads lie, for the session.

export {threadFile} from '../backends/thread-file.js';
