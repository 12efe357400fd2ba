// What every file that Node starts in dist/ is made of: loads the pieces of the program, with their bytecode where that is sound.
//
// V8 believes what it is told: damaged bytecode ends the process, and foreign bytecode does anything. So it is proven first
// that this Node made it from this very source, and that its bytes are the ones that were written. What does not hold is
// compiled from its source, which is slower and nothing else.

import {openSync, readFileSync, readSync} from 'node:fs';
import {pathToFileURL} from 'node:url';
import * as vm from 'node:vm';
import {blockBytes, checkedRoom} from './checksum.js';
import {cacheName, headBytes, markBytes, runtime} from './layout.js';

/** Modules of Node that take longer to load than most of the program: loaded when they are used. Nothing in them is needed for a first frame. */
const lateModules = new Set(['assert', 'child_process', 'crypto', 'fs/promises', 'http', 'https', 'net', 'tls', 'zlib'].flatMap(name => [name, `node:${name}`]));

/** Undefined where there is none, or one of another Node. */
function openCache() {
	try {
		const handle = openSync(`${__dirname}/${cacheName}`, 'r');
		const head = Buffer.alloc(headBytes);
		readSync(handle, head, 0, headBytes, 0);
		const {runtime: maker, largestBytes, pieces} = JSON.parse(head.latin1Slice());
		return maker === runtime ? {handle, pieces, room: checkedRoom(largestBytes)} : undefined;
	} catch {
		return undefined;
	}
}

const cache = openCache();

/** The bytecode of the piece `name`, made from this `source`, in memory that the next call overwrites. */
function bytecodeOf(name, source) {
	try {
		const {mark, offsetBytes, sizeBytes, checksum} = cache.pieces[name];
		const bytes = cache.room.bytes.subarray(0, sizeBytes);
		const isSound = mark === source.slice(0, markBytes) && sizeBytes % blockBytes === 0
			&& readSync(cache.handle, bytes, 0, sizeBytes, offsetBytes) === sizeBytes && cache.room.checksum(sizeBytes) === checksum;
		return isSound ? bytes : undefined;
	} catch {
		return undefined;
	}
}

/** What `require(name)` answers, loaded with the first look at it. */
function later(name) {
	let loaded;
	const load = () => loaded ??= require(name);
	return new Proxy({}, {
		get: (_, key) => load()[key],
		has: (_, key) => key in load(),
		ownKeys: () => Reflect.ownKeys(load()),
		getOwnPropertyDescriptor: (_, key) => key in load() ? {value: load()[key], enumerable: true, configurable: true} : undefined,
	});
}

const meta = {url: pathToFileURL(__filename).href};
const loaded = new Map();

function loadPiece(name) {
	const piece = {exports: {}};
	loaded.set(name, piece);
	const filename = `${__dirname}/${name}`;
	const source = readFileSync(filename, 'latin1');
	const script = new vm.Script(source, {filename, cachedData: cache && bytecodeOf(name, source)});
	script.runInThisContext()(piece, piece.exports, requirePiece, meta);
	return piece;
}

function requirePiece(name) {
	if (name.startsWith('./')) {
		const file = name.slice(2);
		return (loaded.get(file) ?? loadPiece(file)).exports;
	}

	if (!lateModules.has(name)) {
		return require(name);
	}

	if (!loaded.has(name)) {
		loaded.set(name, later(name));
	}

	return loaded.get(name);
}

requirePiece(`./${firstPiece}`);
