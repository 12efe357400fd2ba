// Tells the system which files will be read soon. Where it cannot be told, their reading only takes as long as it takes.

import {createRequire} from 'node:module';

type Advise = (handle: number, offset: number, length: number, advice: number) => number;
type Koffi = {load(path: null): {func(prototype: string): Advise}};

const require = createRequire(import.meta.url);
/** POSIX_FADV_WILLNEED of fcntl.h on Linux. */
const willNeed = 3;
/** Loading the foreign call takes as long as some hundred files: who reads few does without. */
const filesBeforeLoading = 256;
let files = 0;
let advise: Advise | undefined;

function loadAdvise(): Advise | undefined {
	try {
		return process.platform === 'linux'
			? (require('koffi') as Koffi).load(null).func('int posix_fadvise(int handle, int64_t offset, int64_t length, int advice)')
			: undefined;
	} catch {
		return undefined;
	}
}

/** The whole file behind `handle` will be read. Returns at once and never fails: it is advice. */
export function announce(handle: number): void {
	if (++files === filesBeforeLoading) {
		advise = loadAdvise();
	}

	advise?.(handle, 0, 0, willNeed);
}
