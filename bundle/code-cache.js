// Records the bytecode of the program's pieces by running it, so that later starts compile nothing of what usual runs call.

import {spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {blockBytes, checkedRoom} from './checksum.js';
import {cacheName, headBytes, markBytes, runtime} from './layout.js';

const recorder = fileURLToPath(new URL('record.cjs', import.meta.url));
/** Longer than any of these runs on a busy machine. */
const limitMs = 60_000;

/** What stands for all pieces (name: text): their bytecode is recorded once. */
const programOf = pieces => createHash('sha256').update(JSON.stringify(Object.entries(pieces).sort())).digest('hex');

/** The code cache in `folder` if this Node made it of these `pieces`. */
export function findCodeCache(folder, pieces) {
	try {
		const cache = readFileSync(join(folder, cacheName));
		const head = JSON.parse(cache.latin1Slice(0, headBytes));
		return head.runtime === runtime && head.program === programOf(pieces) ? cache : undefined;
	} catch {
		return undefined;
	}
}

/** Of what was recorded in `folder`. */
function assemble(folder, pieces) {
	const parts = [];
	const head = {runtime, program: programOf(pieces), largestBytes: 0, pieces: {}};
	let offsetBytes = headBytes;
	for (const name of readdirSync(folder).filter(each => Object.hasOwn(pieces, each))) {
		const recorded = readFileSync(join(folder, name));
		const bytes = Buffer.alloc(Math.ceil(recorded.length / blockBytes) * blockBytes);
		recorded.copy(bytes);
		const room = checkedRoom(bytes.length);
		room.bytes.set(bytes);
		head.pieces[name] = {mark: pieces[name].slice(0, markBytes), offsetBytes, sizeBytes: bytes.length, checksum: room.checksum(bytes.length)};
		head.largestBytes = Math.max(head.largestBytes, bytes.length);
		offsetBytes += bytes.length;
		parts.push(bytes);
	}

	const line = Buffer.from(JSON.stringify(head));
	if (line.length > headBytes) {
		throw new Error(`The head of ${cacheName} takes ${line.length} bytes; there is room for ${headBytes}.`);
	}

	return Buffer.concat([line, Buffer.alloc(headBytes - line.length, ' '), ...parts]);
}

/** Runs the program in `folder`, which consists of `pieces`, and keeps its bytecode there. Throws when a run fails. */
export function recordCodeCache(folder, pieces) {
	const place = mkdtempSync(join(tmpdir(), 'plakar-tui-build-'));
	const at = (...parts) => join(place, ...parts);
	const environment = {
		...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PLAKAR|NODE)_|^(CI|NO_COLOR|FORCE_COLOR|ACCESSIBLE|INK_SCREEN_READER)$/.test(name))), LANG: 'C.UTF-8', TERM: 'xterm-256color', HOME: place,
		XDG_CONFIG_HOME: at('config'), XDG_CACHE_HOME: at('cache'), XDG_STATE_HOME: at('state'), XDG_DATA_HOME: at('data'),
		PLAKAR_TUI_RECORD: at('recorded'),
	};
	const run = (words, settings = {}) => {
		const {status, signal, error, stderr} = spawnSync(process.execPath, ['--require', recorder, join(folder, 'main.js'), ...words], {env: {...environment, ...settings}, encoding: 'utf8', timeout: limitMs});
		if (status !== 0) {
			throw new Error(`plakar-tui ${words.join(' ')} ended with ${status ?? signal}: ${error?.message ?? stderr}`);
		}

		// The next run begins with it and adds to it.
		writeFileSync(join(folder, cacheName), assemble(at('recorded'), pieces));
	};

	try {
		mkdirSync(at('recorded'));
		mkdirSync(at('tree'));
		writeFileSync(at('tree', 'file'), 'content');
		run(['create', '--no-encryption', at('one')]);
		run(['on', at('one'), 'clone', at('two')]);
		run(['on', at('one'), 'push', at('tree')]);
		run([at('one'), at('two')], {PLAKAR_TUI_RECORD_SCREEN: '1'});
		run(['on', at('one'), 'sync', at('two')]);
		run(['on', at('two'), 'ls']);
		run(['on', at('two'), 'check']);
	} finally {
		rmSync(place, {recursive: true, force: true});
	}
}
