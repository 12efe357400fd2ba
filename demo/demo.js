// Builds small repositories from real directories of this machine in a temporary folder and opens the program on them:
// a source with several snapshots, a target that is behind, one damaged chunk. Without a terminal it tells the same story.
// Everything is removed afterwards; nothing else is touched. `npm run demo`

import {spawnSync} from 'node:child_process';
import {openDemo, program} from './repositories.js';

const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;

function say(text) {
	process.stdout.write(`${text}\n`);
}

async function tellHeadless(demo) {
	const show = (words, expected) => {
		const shown = text => text.replaceAll(`${demo.folder}/`, '');
		say(`$ plakar-tui ${shown(words.join(' '))}`);
		say(`${shown(demo.run(words, expected)).trimEnd()}\n`);
	};

	const {office, vault} = demo;
	show(['on', office, 'ls']);
	show(['compare', office, vault]);
	show(['on', office, 'sync', '--dry-run', vault]);
	show(['on', office, 'sync', '--info', vault]);
	show(['on', vault, 'check']);
	await demo.damage();
	say('One bit of one chunk of the source is flipped now.\n');
	show(['on', office, 'check'], [3]);
	say('The target has a sound copy of everything.');
}

const demo = openDemo();
let status = 0;
try {
	say(`Making a source and a target in ${demo.folder} from files of this machine…`);
	await demo.build();
	if (isInteractive) {
		await demo.damage();
		say('Opening the program. S shows what the target lacks, v checks the source (one chunk is damaged), q quits.');
		status = spawnSync(process.execPath, [program, demo.office, demo.vault], {stdio: 'inherit', env: demo.environment}).status ?? 1;
	} else {
		await tellHeadless(demo);
	}
} catch (error) {
	process.stderr.write(`The demonstration failed: ${error.message}\n`);
	status = 1;
} finally {
	demo.remove();
}

process.exitCode = status;
