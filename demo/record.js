// Records a walk through the demonstration in a real terminal as one SVG that plays by itself. `npm run record`

import {writeFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import unicode from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import {spawn} from 'node-pty';
import {drawGrid, frameOf} from './picture.js';
import {openDemo, program} from './repositories.js';

const [columns, rows] = [100, 30];
const output = fileURLToPath(new URL('../docs/pictures/walk-through.svg', import.meta.url));
const deadlineMs = 60_000;

/** The story: what to press, what must then be on the screen, how long it is looked at, in seconds. */
const steps = [
	{until: '-> 3 only source', seconds: 3},
	{keys: [' '], until: '1 marked', seconds: 1},
	{keys: ['S'], until: /3 of 3 ticked[\s\S]*time +(?!being)\S/, seconds: 4},
	{keys: [' '], until: '2 of 3 ticked', seconds: 2},
	{keys: [' '], until: '3 of 3 ticked', seconds: 1},
	{keys: ['y'], until: 'both sides hold them alike', seconds: 4},
	{keys: ['\u001B', '\u001B'], until: '-> 0 only source', seconds: 2},
	{keys: ['v'], until: /Findings {2}[1-9][\s\S]*vault holds/, seconds: 5},
	{keys: ['H'], until: '1 of 1 can be healed', seconds: 4},
	{keys: ['y'], until: '1 record healed and proven', seconds: 4},
	{keys: ['\u001B'], until: '1 of 1 finding healed', seconds: 3},
];

const pause = async ms => new Promise(resolve => {
	setTimeout(resolve, ms);
});

async function play(demo) {
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	terminal.loadAddon(new unicode.Unicode11Addon());
	terminal.unicode.activeVersion = '11';
	const pty = spawn(process.execPath, [program, demo.office, demo.vault], {cols: columns, rows, env: {...demo.environment, TERM: 'xterm-256color', LANG: 'C.UTF-8'}});
	pty.onData(text => {
		terminal.write(text);
	});
	const screen = () => Array.from({length: rows}, (_, row) => terminal.buffer.active.getLine(row)?.translateToString(true) ?? '').join('\n');
	const frames = [];
	for (const {keys = [], until, seconds} of steps) {
		for (const key of keys) {
			// A dialog and a plan take no answer in the moment in which they appear.
			await pause(400);
			pty.write(key);
		}

		const endMs = Date.now() + deadlineMs;
		while (!(typeof until === 'string' ? screen().includes(until) : until.test(screen()))) {
			if (Date.now() > endMs) {
				throw new Error(`The screen never showed ${until}; it shows:\n${screen()}`);
			}

			await pause(50);
		}

		await pause(300);
		frames.push({content: drawGrid(terminal), seconds});
	}

	pty.write('\u0003');
	pty.write('\u0003');
	return frames;
}

/** Frames that follow each other and begin again, without a script. */
function animate(frames) {
	const totalSeconds = frames.reduce((sum, {seconds}) => sum + seconds, 0);
	let startSeconds = 0;
	const parts = frames.map(({content, seconds}, index) => {
		const [from, to] = [startSeconds, startSeconds + seconds].map(time => ((time / totalSeconds) * 100).toFixed(3));
		startSeconds += seconds;
		return `<style>@keyframes f${index}{0%,${from}%{visibility:hidden}${from}%,${to}%{visibility:visible}${to}%,100%{visibility:hidden}}.f${index}{animation:f${index} ${totalSeconds}s step-end infinite}</style>
<g class="f${index}"${index === 0 ? '' : ' visibility="hidden"'}>
${content}
</g>`;
	});
	return frameOf(columns, rows, 'Two repositories compared, a plan read and carried out, a check that finds the damaged chunk, which is then healed', parts.join('\n'));
}

// Its paths are in the picture: short ones leave room for the rest.
const demo = openDemo({prefix: 'demo-'});
try {
	await demo.build();
	await demo.damage();
	writeFileSync(output, animate(await play(demo)));
	process.stdout.write(`${output}\n`);
} finally {
	demo.remove();
}

process.exit();
