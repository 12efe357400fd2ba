// Keeps lanes fed: a medium that answers at once gives this thread no pause in which it could take answers of lanes.

import {setImmediate} from 'node:timers/promises';

/** Resolves after what waits in the event loop had its turn. */
export const breathe = async (): Promise<void> => setImmediate();
