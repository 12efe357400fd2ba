// The network beside the filesystem: npm run bench:network [-- --runs 3] [--data DIR...] [--in FOLDER] [--chunks 10000]
//
// A clone to a server on loopback, and from it, against the same clone to a folder, in turns, as a ratio (floor 0.6); the
// same over an sshd of its own, beside scp and rsync; a clone of many chunks with 50 ms added to the way there and back
// (floor: twice the time without, plus 5 s); the memory of the server; a flood of idle connections. --only NAME runs one
// of them: flood, latency, throughput.

import {spawn, spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {connect, createServer} from 'node:net';
import {tmpdir, userInfo} from 'node:os';
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

/** Runs without blocking this process, which may be a proxy meanwhile. Throws when it fails. Answers with seconds. */
async function run(file, parameters) {
	const start = performance.now();
	const child = spawn(file, parameters, {env: environment, stdio: ['ignore', 'ignore', 'pipe']});
	let errors = '';
	child.stderr.on('data', piece => {
		errors += piece;
	});
	const [status] = await once(child, 'exit');
	if (status !== 0 && status !== 3) {
		throw new Error(`${file} ${parameters.join(' ')} ended with ${status}: ${errors}`);
	}

	return (performance.now() - start) / 1000;
}

const plakar = async (...parameters) => run(process.execPath, [program, ...parameters]);

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

/** An sshd of this run alone, on loopback; undefined where there is none. */
async function startSshd() {
	const daemon = ['/usr/sbin/sshd', '/usr/local/sbin/sshd'].find(path => existsSync(path));
	if (daemon === undefined) {
		say('sshd is not installed: nothing is measured over ssh.');
		return undefined;
	}

	for (const name of ['host', 'client']) {
		spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
	}

	const listener = createServer().listen(0, '127.0.0.1');
	await once(listener, 'listening');
	const {port} = listener.address();
	listener.close();
	await once(listener, 'close');
	writeFileSync(at('known_hosts'), `[127.0.0.1]:${port} ${readFileSync(at('host.pub'), 'utf8')}`);
	writeFileSync(at('sshd_config'), [
		`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `AuthorizedKeysFile ${at('client.pub')}`, `PidFile ${at('sshd.pid')}`,
		'StrictModes no', 'UsePAM no', 'PasswordAuthentication no', 'PermitRootLogin prohibit-password', 'Subsystem sftp internal-sftp', '',
	].join('\n'));
	if (process.getuid() === 0) {
		mkdirSync('/run/sshd', {recursive: true});
	}

	const child = spawn(daemon, ['-D', '-e', '-f', at('sshd_config')], {stdio: ['ignore', 'ignore', 'pipe']});
	process.on('exit', () => child.kill());
	// Its first words: that it listens.
	await once(child.stderr, 'data');
	const options = ['-F', 'none', '-o', `IdentityFile=${at('client')}`, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${at('known_hosts')}`];
	environment['PLAKAR_SSH'] = ['ssh', ...options].join(' ');
	environment['PLAKAR_SSH_REMOTE'] = `${process.execPath} ${program}`;
	return {options, port, host: `${userInfo().username}@127.0.0.1`, stop: () => child.kill()};
}

/**
 * Every copy goes to a place of its own and all are removed at the end: ext4 is slow to make files where many were removed
 * within the last seconds.
 */
async function throughput() {
	await plakar('create', '--no-encryption', at('a'));
	await plakar('on', at('a'), 'push', ...data);
	const sshd = await startSshd();
	let turns = 0;
	let peak = 0;
	const fresh = () => at('copies', String(turns++));
	mkdirSync(at('copies'));
	const served = async (place, clone) => {
		const server = await startServer(place);
		const seconds = await clone(server.location);
		peak = Math.max(peak, server.peakMegabytes());
		await server.stop();
		return seconds;
	};

	const contenders = {
		'to a folder': async () => plakar('on', at('a'), 'clone', fresh()),
		'to http (floor 0.6x)': async () => served(fresh(), async location => plakar('on', at('a'), 'clone', location)),
		'from http': async () => served(at('a'), async location => plakar('on', location, 'clone', fresh())),
		...(sshd === undefined ? {} : {
			'to ssh': async () => plakar('on', at('a'), 'clone', `ssh://${sshd.host}:${sshd.port}${fresh()}`),
			'scp -r': async () => run('scp', ['-q', '-r', ...sshd.options, '-P', String(sshd.port), at('a'), `${sshd.host}:${fresh()}`]),
			'rsync -aH -e ssh': async () => run('rsync', ['-aH', '-e', ['ssh', ...sshd.options, '-p', String(sshd.port)].join(' '), `${at('a')}/`, `${sshd.host}:${fresh()}`]),
		}),
	};
	const times = Object.fromEntries(Object.keys(contenders).map(name => [name, []]));
	for (let turn = 0; turn < runs; turn++) {
		const order = Object.keys(contenders);
		for (const name of turn % 2 === 0 ? order : order.reverse()) {
			times[name].push(await contenders[name]());
		}
	}

	const [base] = Object.values(times);
	say(`clone of ${spawnSync('du', ['-sm', at('a')], {encoding: 'utf8'}).stdout.split('\t')[0]} MB, ${runs} runs in turns; the ratio is that of each run to the folder of its turn:`);
	for (const [name, own] of Object.entries(times)) {
		const ratios = own.map((seconds, turn) => base[turn] / seconds);
		say(`  ${name}: median ${median(own).toFixed(2)} s, fastest ${Math.min(...own).toFixed(2)} s; ${median(ratios).toFixed(2)}x (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}), fastest to fastest ${(Math.min(...base) / Math.min(...own)).toFixed(2)}x`);
	}

	say(`  peak memory of the server ${peak.toFixed(0)} MB`);
	sshd?.stop();
	remove('copies', 'a');
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
	for (const [name, measure] of Object.entries({flood, latency, throughput})) {
		if (option('--only', name) === name) {
			await measure();
		}
	}
} finally {
	rmSync(folder, {recursive: true, force: true});
}
