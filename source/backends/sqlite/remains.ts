// What is left of a repository file whose first page is destroyed: told from a file that was never one.

import {readStart} from '../sqlite-magic.js';
import {pageBytes} from './schema.js';

/** The first page lists the tables, the second is that of CONFIG. */
const signs = ['CREATE TABLE reference_list (', '"repositoryId":'];

/** Whether the first two pages hold something that only our files hold. */
export function hasRemains(path: string): boolean {
	const start = readStart(path, pageBytes * 2);
	return signs.some(sign => start.includes(sign));
}
