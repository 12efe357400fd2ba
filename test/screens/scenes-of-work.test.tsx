// Every scene of the screens that show a job, a check or the inside of a snapshot.

import {test} from 'vitest';
import {scenesOfWork} from './scenes/all.js';
import {expectScene} from './scenes/expect-scene.js';

test.each(Object.entries(scenesOfWork))('%s', expectScene);
