// The network beside the filesystem: npm run bench:network [-- --runs 3] [--data DIR...] [--in FOLDER] [--chunks 10000]
//
// A clone to a server on loopback against the same clone to a folder, in turns, as a ratio (floor 0.6); the same over ssh
// where an ssh to this machine is given by PLAKAR_BENCH_SSH (user@host); a clone of many chunks with 50 ms added to the
// way there and back (floor: twice the time without, plus 5 s); the memory of the server; a flood of idle connections.

import {spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const program = join(root, 'dist/main.js');
const words = process.argv.slice(2);
const option = (name, fallback) => words.includes(name) ? words[words.indexOf(name) + 1] : fallback;
const runs = Number(option('--runs', '3'));
const chunks = Number(option('--chunks', '10000'));
const connections = Number(option('--connections', '10000'));
const given = words.includes('--data') ? words.slice(words.indexOf('--data') + 1).filter(word => word.startsWith('/')) : [];
const data = given.length > 0 ? given : ['/usr/share', '/usr/include'].filter(path => existsSync(path));
const folder = mkdtempSync(join(option('--in', tmpdir()), 'plakar-tui-bench-'));
const at = (...parts) => join(folder, ...parts);
const environment = {...process.env, XDG_CACHE_HOME: at('cache'), XDG_CONFIG_HOME: at('config')};
const say = line => {
	process.stdout.write(`${line}\n`);
};
const median = values => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs the program without blocking this process, which may be a proxy meanwhile. Throws when it fails. Answers with seconds. */
async function plakar(...parameters) {
	const start = performance.now();
	const child = spawn(process.execPath, [program, ...parameters], {env: environment, stdio: ['ignore', 'ignore', 'pipe']});
	let errors = '';
	child.stderr.on('data', piece => {
		errors += piece;
	});
	const [status] = await once(child, 'exit');
	if (status !== 0 && status !== 3) {
		throw new Error(`${parameters.join(' ')} ended with ${status}: ${errors}`);
	}

	return (performance.now() - start) / 1000;
}

async function startServer(...places) {
	const child = spawn(process.execPath, [program, 'server', '--quiet', '--listen', '127.0.0.1:0', ...places], {env: environment, stdio: ['ignore', 'pipe', 'inherit']});
	const [line] = await once(child.stdout, 'data');
	const location = line.toString().split('\n')[0].trim();
	return {
		location,
		port: Number(/:(\d+)\//.exec(location)[1]),
		peakMegabytes: () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
		megabytes: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024,
		async stop() {
			child.kill('SIGTERM');
			await once(child, 'exit');
		},
	};
}

/** Every byte arrives `delayMs` later, each way. */
async function startProxy(port, delayMs) {
	const server = createServer(near => {
		const far = connect(port, '127.0.0.1');
		for (const [from, to] of [[near, far], [far, near]]) {
			from.setNoDelay(true);
			from.on('data', piece => setTimeout(() => to.write(piece), delayMs));
			from.on('end', () => setTimeout(() => to.end(), delayMs));
			from.on('error', () => to.destroy());
		}
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {port: server.address().port, stop: () => server.close()};
}

const remove = (...names) => {
	for (const name of names) {
		rmSync(at(name), {recursive: true, force: true});
	}
};

async function throughput() {
	await plakar('create', '--no-encryption', at('a'));
	await plakar('on', at('a'), 'push', ...data);
	const times = {folder: [], http: [], ssh: []};
	let peak = 0;
	const ssh = process.env['PLAKAR_BENCH_SSH'];
	const contenders = {
		async folder() {
			remove('folder');
			times.folder.push(await plakar('on', at('a'), 'clone', at('folder')));
		},
		async http() {
			remove('http');
			const server = await startServer(at('http'));
			times.http.push(await plakar('on', at('a'), 'clone', server.location));
			peak = Math.max(peak, server.peakMegabytes());
			await server.stop();
		},
		...(ssh === undefined ? {} : {async ssh() {
			remove('ssh');
			times.ssh.push(await plakar('on', at('a'), 'clone', `ssh://${ssh}${at('ssh')}`));
		}}),
	};
	for (let run = 0; run < runs; run++) {
		const turn = Object.values(contenders);
		for (const contender of run % 2 === 0 ? turn : turn.reverse()) {
			await contender();
		}
	}

	const ratio = name => `${median(times[name]).toFixed(2)} s = ${(median(times.folder) / median(times[name])).toFixed(2)}x`;
	say(`clone of ${spawnSync('du', ['-sm', at('a')], {encoding: 'utf8'}).stdout.split('\t')[0]} MB (medians of ${runs}): folder ${median(times.folder).toFixed(2)} s, http ${ratio('http')} (floor 0.6x)${ssh === undefined ? '' : `, ssh ${ratio('ssh')}`}; peak memory of the server ${peak.toFixed(0)} MB`);
	remove('folder', 'http', 'ssh', 'a');
}

async function latency() {
	mkdirSync(at('tree'));
	for (let index = 0; index < chunks; index++) {
		writeFileSync(at('tree', `f${index}`), randomBytes(200));
	}

	await plakar('create', '--no-encryption', at('many'));
	await plakar('on', at('many'), 'push', at('tree'));
	const clone = async delayMs => {
		remove('there');
		const server = await startServer(at('there'));
		const proxy = await startProxy(server.port, delayMs / 2);
		const seconds = await plakar('on', at('many'), 'clone', server.location.replace(String(server.port), String(proxy.port)));
		proxy.stop();
		await server.stop();
		return seconds;
	};

	const near = await clone(0);
	const far = await clone(50);
	say(`clone of ${chunks} chunks: ${near.toFixed(2)} s without latency, ${far.toFixed(2)} s with 50 ms there and back (floor ${((near * 2) + 5).toFixed(2)} s)`);
}

async function flood() {
	await plakar('create', '--no-encryption', at('empty'));
	const server = await startServer(at('empty'));
	const before = server.megabytes();
	const sockets = [];
	for (let index = 0; index < connections; index++) {
		const socket = connect(server.port, '127.0.0.1').on('error', () => undefined);
		sockets.push(socket);
		if (index % 100 === 99) {
			await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
		}
	}

	const after = server.megabytes();
	const seconds = await plakar('on', server.location, 'ls').catch(() => undefined);
	for (const socket of sockets) {
		socket.destroy();
	}

	const later = await plakar('on', server.location, 'ls');
	say(`${connections} idle connections: the server took ${(after - before).toFixed(0)} MB more; a client meanwhile ${seconds === undefined ? 'was told to come again' : `was served in ${seconds.toFixed(2)} s`}, afterwards in ${later.toFixed(2)} s`);
	await server.stop();
}

try {
	await flood();
	await latency();
	await throughput();
} finally {
	rmSync(folder, {recursive: true, force: true});
}
