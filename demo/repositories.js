// The demonstration's repositories, made from real files of this machine in a temporary folder that is removed again.

import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

export const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const builder = fileURLToPath(new URL('../build.js', import.meta.url));
/** A folder, its name beginning with `prefix`, with two repositories, `office` ahead of `vault`; `run` runs the program on them. `signal` stops what is being made. */
export function openDemo({signal = new AbortController().signal, prefix = 'plakar-tui-demo-'} = {}) {
	const quietly = {signal, onEvent() {}};
	if (!existsSync(program)) {
		spawnSync(process.execPath, [builder], {stdio: 'inherit'});
	}

	const folder = mkdtempSync(join(tmpdir(), prefix));
	const [office, vault] = ['office', 'vault'].map(name => join(folder, name));
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
		async build() {
			const {buildDemonstration} = await import('../dist/demonstration.mjs');
			const {Counters} = await import('../dist/counters.mjs');
			await buildDemonstration({folder, passphrase: environment.PLAKAR_PASSPHRASE, counters: new Counters()}, quietly);
		},
		/** Flips one bit of one chunk of the source. */
		async damage() {
			const {damageOneChunk} = await import('../dist/demonstration.mjs');
			await damageOneChunk({location: office, passphrase: environment.PLAKAR_PASSPHRASE}, quietly);
		},
		remove() {
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
