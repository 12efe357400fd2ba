// Builds small repositories from real directories of this machine in a temporary folder and opens the program on them:
// a source with several snapshots, a target that is behind, one damaged chunk. Without a terminal it tells the same story.
// Everything is removed afterwards; nothing else is touched. `npm run demo`

import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const builder = fileURLToPath(new URL('../build.js', import.meta.url));
/** Enough for a picture, little enough for a minute. */
const wantedBytes = 30 * 1024 * 1024;
const wantedFiles = 3000;
const folder = mkdtempSync(join(tmpdir(), 'plakar-tui-demo-'));
const office = join(folder, 'office');
const vault = join(folder, 'vault');
const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;

const environment = {
	...process.env,
	PLAKAR_PASSPHRASE: 'demo', PLAKAR_PEER_PASSPHRASE: 'demo',
	XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data'),
};

function say(text) {
	process.stdout.write(`${text}\n`);
}

/** Runs the program; `expected` are the exit statuses that belong to the story. */
function plakar(words, {expected = [0], shows = false} = {}) {
	const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...words], {env: environment, encoding: 'utf8', maxBuffer: 1 << 26});
	if (!expected.includes(status)) {
		throw new Error(`plakar-tui ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
	}

	if (shows) {
		say(`$ plakar-tui ${words.join(' ').replaceAll(`${folder}/`, '')}`);
		say(`${stdout}${stderr}`.replaceAll(`${folder}/`, '').trimEnd());
		say('');
	}

	return stdout.trim();
}

/** Regular files below `place`, depth first, unreadable folders left out. */
function* filesBelow(place) {
	let entries = [];
	try {
		entries = readdirSync(place, {withFileTypes: true});
	} catch {
		// What this user may not read is not part of the demonstration.
	}

	for (const entry of entries) {
		const path = join(place, entry.name);
		if (entry.isDirectory()) {
			yield* filesBelow(path);
		} else if (entry.isFile()) {
			yield path;
		}
	}
}

/** Copies real files into the demo's own tree, up to the wanted size and number. */
function gather() {
	const tree = join(folder, 'tree');
	let bytes = 0;
	let count = 0;
	for (const place of ['/usr/include', '/usr/share/doc', '/etc', '/usr/lib/python3', '/Library/Developer', '/usr/share']) {
		for (const file of filesBelow(place)) {
			try {
				const {size} = statSync(file);
				if (size < 2 * 1024 * 1024) {
					mkdirSync(dirname(join(tree, file)), {recursive: true});
					copyFileSync(file, join(tree, file));
					bytes += size;
					count++;
				}
			} catch {
				// Gone or not readable: the next one will do.
			}

			if (bytes >= wantedBytes || count >= wantedFiles) {
				return tree;
			}
		}
	}

	mkdirSync(tree, {recursive: true});
	return tree;
}

function damageOneChunk() {
	const files = readdirSync(join(office, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
	const file = files[Math.floor(files.length / 3)];
	const bytes = readFileSync(file);
	bytes[Math.floor(bytes.length / 2)] ^= 1;
	writeFileSync(file, bytes);
}

function build() {
	say(`Making a source and a target in ${folder} from files of this machine…`);
	const tree = gather();
	plakar(['create', office]);
	plakar(['on', office, 'push', '--tag', 'first', tree]);
	plakar(['on', office, 'clone', vault]);
	for (const [index, words] of ['A note was added.', 'The note was changed.', 'The note was changed again.'].entries()) {
		writeFileSync(join(tree, 'note.txt'), words.repeat(4000 * (index + 1)));
		mkdirSync(join(tree, `report-${index}`));
		writeFileSync(join(tree, `report-${index}/figures.csv`), Array.from({length: 20_000}, (_, row) => `${row},${row * (index + 7)}`).join('\n'));
		plakar(['on', office, 'push', '--tag', `day ${index + 1}`, tree]);
	}
}

function tellHeadless() {
	plakar(['on', office, 'ls'], {shows: true});
	plakar(['compare', office, vault], {shows: true});
	plakar(['on', office, 'sync', '--dry-run', vault], {shows: true});
	plakar(['on', office, 'sync', '--info', vault], {shows: true});
	plakar(['on', vault, 'check'], {shows: true});
	damageOneChunk();
	say('One byte of one chunk of the source is flipped now.\n');
	plakar(['on', office, 'check'], {expected: [3], shows: true});
	say('The target has a sound copy of everything.');
}

let status = 0;
try {
	if (!existsSync(program)) {
		spawnSync(process.execPath, [builder], {stdio: 'inherit'});
	}

	build();
	if (isInteractive) {
		damageOneChunk();
		say('Opening the program. S shows what the target lacks, v checks the source (one chunk is damaged), q quits.');
		status = spawnSync(process.execPath, [program, office, vault], {stdio: 'inherit', env: environment}).status ?? 1;
	} else {
		tellHeadless();
	}
} catch (error) {
	process.stderr.write(`The demonstration failed: ${error.message}\n`);
	status = 1;
} finally {
	rmSync(folder, {recursive: true, force: true});
}

process.exitCode = status;
