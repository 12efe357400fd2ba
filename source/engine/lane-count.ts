// How many lanes a job has.

export {availableLanes} from '../workers/lane-count.js';
