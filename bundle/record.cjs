// Loaded before the program while its bytecode is recorded: keeps that of every piece, with the functions that were called by then.

'use strict';

const {renameSync, statSync, writeFileSync} = require('node:fs');
const {basename, join} = require('node:path');
const {Duplex} = require('node:stream');
const vm = require('node:vm');
const {isMainThread, threadId} = require('node:worker_threads');

/** Threads that are stopped are not told of it: they keep what they have now and then. */
const everyMs = 500;
/** What stands on the screen once both repositories are listed; after that a moment for what is loaded next. */
const lastSeen = 'only source';
const lingerMs = 500;

const folder = process.env.PLAKAR_TUI_RECORD;
const scripts = new Map();
vm.Script = class extends vm.Script {
	constructor(source, options) {
		super(source, options);
		scripts.set(basename(options.filename), this);
	}
};

const sizeOf = file => statSync(file, {throwIfNoEntry: false})?.size ?? 0;

function keep() {
	for (const [name, script] of scripts) {
		const file = join(folder, name);
		const bytes = script.createCachedData();
		if (bytes.length > sizeOf(file)) {
			const written = `${file}.${process.pid}.${threadId}`;
			writeFileSync(written, bytes);
			renameSync(written, file);
		}
	}
}

process.on('exit', keep);
if (!isMainThread) {
	setInterval(keep, everyMs).unref();
}

/** A terminal that shows nothing: there may be none where this is built. */
function makeTerminal() {
	let seen = '';
	const terminal = new Duplex({
		read() {},
		write(text, _, done) {
			seen += text;
			if (seen.includes(lastSeen)) {
				seen = '';
				setTimeout(() => process.exit(0), lingerMs);
			}

			done();
		},
	});
	return Object.assign(terminal, {isTTY: true, columns: 80, rows: 24, fd: -1, isRaw: false, getColorDepth: () => 8, hasColors: () => true, setRawMode: () => terminal, ref: () => terminal, unref: () => terminal});
}

if (isMainThread && process.env.PLAKAR_TUI_RECORD_SCREEN === '1') {
	const terminal = makeTerminal();
	for (const name of ['stdin', 'stdout']) {
		Object.defineProperty(process, name, {value: terminal});
	}
}
