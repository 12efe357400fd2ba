// The demonstration's repositories, made from real files of this machine in a temporary folder that is removed again.

import {spawnSync} from 'node:child_process';
import {copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const builder = fileURLToPath(new URL('../build.js', import.meta.url));
/** Enough for a picture, little enough for a minute. */
const wantedBytes = 30 * 1024 * 1024;
const wantedFiles = 3000;

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

/** Copies real files into `tree`, up to the wanted size and number. */
function gather(tree) {
	let bytes = 0;
	let count = 0;
	mkdirSync(tree, {recursive: true});
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
				return;
			}
		}
	}
}

/** A folder with two repositories, `office` ahead of `vault`; `run` runs the program on them. */
export function openDemo() {
	if (!existsSync(program)) {
		spawnSync(process.execPath, [builder], {stdio: 'inherit'});
	}

	const folder = mkdtempSync(join(tmpdir(), 'plakar-tui-demo-'));
	const [office, vault, tree] = ['office', 'vault', 'tree'].map(name => join(folder, name));
	const environment = {
		...process.env,
		PLAKAR_PASSPHRASE: 'demo', PLAKAR_PEER_PASSPHRASE: 'demo',
		XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config'), XDG_DATA_HOME: join(folder, 'data'), XDG_STATE_HOME: join(folder, 'state'),
	};
	/** Answers with what it printed; `expected` are the exit statuses that belong to the story. */
	const run = (words, expected = [0]) => {
		const {status, stdout, stderr} = spawnSync(process.execPath, [program, ...words], {env: environment, encoding: 'utf8', maxBuffer: 1 << 26});
		if (!expected.includes(status)) {
			throw new Error(`plakar-tui ${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
		}

		return `${stdout}${stderr}`;
	};

	return {
		folder, office, vault, environment, run,
		build() {
			gather(tree);
			run(['create', office]);
			run(['on', office, 'push', '--tag', 'first', tree]);
			run(['on', office, 'clone', vault]);
			for (const [index, words] of ['A note was added.', 'The note was changed.', 'The note was changed again.'].entries()) {
				writeFileSync(join(tree, 'note.txt'), words.repeat(4000 * (index + 1)));
				mkdirSync(join(tree, `report-${index}`));
				writeFileSync(join(tree, `report-${index}/figures.csv`), Array.from({length: 20_000}, (_, row) => `${row},${row * (index + 7)}`).join('\n'));
				run(['on', office, 'push', '--tag', `day ${index + 1}`, tree]);
			}
		},
		/** Flips one bit of one chunk of the source. */
		damage() {
			const files = readdirSync(join(office, 'chunks'), {recursive: true, withFileTypes: true}).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
			const file = files[Math.floor(files.length / 3)];
			const bytes = readFileSync(file);
			bytes[Math.floor(bytes.length / 2)] ^= 1;
			writeFileSync(file, bytes);
		},
		remove() {
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
