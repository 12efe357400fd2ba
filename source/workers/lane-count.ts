// How many lanes a job has: one per core, at most 8.

import {availableParallelism} from 'node:os';
import {maximumLanes} from './counters.js';

export const availableLanes = (): number => Math.min(availableParallelism(), maximumLanes);
