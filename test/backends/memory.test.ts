import {randomUUID} from 'node:crypto';
import {memoryBackend} from '../../source/backends/memory.js';
import {describeBackend} from '../suites/backend-suite.js';

describeBackend('memory', {factory: memoryBackend, location: () => `memory:${randomUUID()}`});
