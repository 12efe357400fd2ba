import {join} from 'node:path';
import {sqliteBackend} from '../../source/backends/sqlite/sqlite.js';
import {fastPlace, temporaryFolder} from '../support/folders.js';
import {describeBackend} from '../suites/backend-suite.js';

describeBackend('sqlite', {factory: sqliteBackend, location: () => `sqlite:${join(temporaryFolder(fastPlace), 'store.db')}`});
