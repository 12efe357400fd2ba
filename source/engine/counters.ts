// The counters of a job, as the session and the command line see them.

export {Counters, counterNames, laneStates, mapCode, mapStates, maximumLanes} from '../workers/counters.js';
export type {CounterName, CounterValues, LaneState, LaneView, MapState} from '../workers/counters.js';
