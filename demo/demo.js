// Builds small repositories from real directories of this machine in a temporary folder and opens the program on them:
// a source with several snapshots, a target that is behind, one damaged chunk. Without a terminal it tells the same story.
// Everything is removed afterwards; nothing else is touched. `npm run demo`

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {openDemo, program} from './repositories.js';

const isInteractive = process.stdin.isTTY === true && process.stdout.isTTY === true;

function say(text) {
	process.stdout.write(`${text}\n`);
}

async function tellHeadless(demo) {
	const show = async (words, expected) => {
		const shown = text => text.replaceAll(`${demo.folder}/`, '');
		say(`$ plakar-tui ${shown(words.join(' '))}`);
		say(`${shown(demo.run(words, expected)).trimEnd()}\n`);
		// A signal that came meanwhile is heard now.
		await nextTurn();
		stop.signal.throwIfAborted();
	};

	const {office, vault} = demo;
	await show(['on', office, 'ls']);
	await show(['compare', office, vault]);
	await show(['on', office, 'sync', '--dry-run', vault]);
	await show(['on', office, 'sync', '--info', vault]);
	await show(['on', vault, 'check']);
	await demo.damage();
	say('One bit of one chunk of the source is flipped now.\n');
	await show(['on', office, 'check'], [3]);
	say('The target has a sound copy of everything.');
}

/** Opens the program; a signal that reaches this process alone is passed on. Answers with the exit status. */
async function openProgram(demo) {
	const child = spawn(process.execPath, [program, demo.office, demo.vault], {stdio: 'inherit', env: demo.environment});
	const pass = () => {
		child.kill('SIGTERM');
	};

	stop.signal.addEventListener('abort', pass);
	const [code] = await once(child, 'exit');
	return code ?? 1;
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
	process.on(signal, () => {
		stop.abort();
	});
}

// Who reads this may be gone; what was made is removed all the same.
process.stdout.on('error', () => {
	stop.abort();
});

const words = process.argv.slice(2);
if (words.length > 0) {
	const isAsked = words.every(word => word === '--help' || word === '-h');
	(isAsked ? process.stdout : process.stderr).write(`usage: node demo/demo.js   (without arguments)

Makes two small repositories from files of this machine in a temporary folder and opens plakar-tui on them; without a
terminal, it tells the same story on standard output. Everything it makes is removed when it ends.
`);
	process.exit(isAsked ? 0 : 2);
}

const demo = openDemo({signal: stop.signal});
let status = 0;
try {
	say(`Making a source and a target in ${demo.folder} from files of this machine…`);
	await demo.build();
	if (isInteractive) {
		await demo.damage();
		say('Opening the program. S shows what the target lacks, v checks the source (one chunk is damaged), q quits.');
		status = await openProgram(demo);
	} else {
		await tellHeadless(demo);
	}
} catch (error) {
	status = stop.signal.aborted ? 130 : 1;
	process.stderr.write(stop.signal.aborted ? `Stopped; ${demo.folder} is removed.\n` : `The demonstration failed: ${error.message}\n`);
} finally {
	demo.remove();
}

process.exitCode = status;
