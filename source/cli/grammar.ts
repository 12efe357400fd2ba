// The commands and their flags as data: parsing, help and suggestions are made from it.

/** `negatable`: on unless `--no-NAME` is given. */
export type FlagKind = 'boolean' | 'negatable' | 'string' | 'number';
type Flags = Readonly<Record<string, FlagKind>>;

export type Grammar = {readonly flags: Flags; readonly usage: string; readonly summary: string; readonly details?: readonly string[]};

export const globalFlags = {
	'passphrase-file': 'string',
	'peer-passphrase-file': 'string',
	'token-file': 'string',
	'ca-file': 'string',
	json: 'boolean',
	quiet: 'boolean',
	info: 'boolean',
	help: 'boolean',
} as const satisfies Flags;

export const interfaceFlags = {
	'read-only': 'boolean', ascii: 'boolean', slow: 'boolean', plain: 'boolean', mouse: 'boolean', color: 'negatable', version: 'boolean',
} as const satisfies Flags;

const limitDetails = ['--limit-rate BYTES writes at most so many bytes a second to all targets together: 500K, 1.5MiB; 0 is no limit.'] as const;

export const commands = {
	create: {
		usage: 'create [--no-encryption] [--no-compression] [--hash blake3|sha256] [--chunk-size BYTES] [REPOSITORY...]',
		summary: 'makes empty repositories; encrypted unless told otherwise',
		flags: {encryption: 'negatable', compression: 'negatable', hash: 'string', 'chunk-size': 'number'},
	},
	push: {
		usage: 'push [--tag T] [--no-cache] PATH...',
		summary: 'makes a snapshot of paths and prints its UUID',
		flags: {tag: 'string', cache: 'negatable'},
		details: ['--no-cache reads every file again, also those that look unchanged since the last push of the same paths.'],
	},
	ls: {
		usage: 'ls [--recursive] [ID[:PATH]...]',
		summary: 'lists snapshots, or what is in them',
		flags: {recursive: 'boolean'},
	},
	clone: {
		usage: 'clone [to] REPOSITORY... [--limit-rate BYTES]',
		summary: 'makes new repositories with the same configuration, keys, snapshots and UUIDs',
		flags: {'limit-rate': 'string'},
		details: [
			'An interrupted clone is continued by the same command. No passphrase is needed.',
			'Several are made in one pass over the source; one that fails does not stop the others.',
			...limitDetails,
		],
	},
	sync: {
		usage: 'sync [ID...] [to|from|with] REPOSITORY... [--dry-run [--estimate]] [--plan-out F] [--limit-rate BYTES]  |  sync --plan F',
		summary: 'sends the snapshots that the other side lacks',
		flags: {'dry-run': 'boolean', estimate: 'boolean', plan: 'string', 'plan-out': 'string', 'limit-rate': 'string'},
		details: [
			'"to" is the default; "from" fetches; "with" does both. --dry-run prints the plan and writes nothing.',
			'The plan says how long it may take by earlier runs of the screen. Where none tells, both sides are read for up to 2 s:',
			'on a terminal, elsewhere with --estimate.',
			'"to A B C" reads each record once and writes it wherever it is missing; one that fails does not stop the others.',
			'What has other keys or settings than the source is stored anew, and the source is read again for each of these.',
			'"with A B C" goes all ways among all of them: each ends with every snapshot that any of them holds.',
			...limitDetails,
			'--plan-out F writes the plan to F instead of applying it; --plan F applies that very plan, or exits with 4 when the world moved.',
			'Repositories with other keys, hash, chunk size or compression: content is opened and stored anew, which needs the passphrases of both',
			'(--passphrase-file, --peer-passphrase-file; with --plan whichever opens source and target), and the bytes of the plan are an estimate.',
		],
	},
	compare: {
		usage: 'compare A B...',
		summary: 'shows which repository lacks which snapshots, and the bytes that would move',
		flags: {},
		details: ['A repository that cannot be reached is named and the rest is compared. "sync with" makes all of them equal.'],
	},
	check: {
		usage: 'check [--fast] [--sample PERCENT] [--resume [--days N]] [ID[:PATH]...]',
		summary: 'reads a repository and names every defect; exits with 3 when there are any',
		flags: {fast: 'boolean', sample: 'number', resume: 'boolean', days: 'number'},
		details: [
			'It reads everything, unless told otherwise, and remembers when each chunk was proven, in $XDG_STATE_HOME/plakar-tui.',
			'--resume goes on with a check that was stopped; without one it reads what was not proven within 30 days (--days N).',
			'--sample reads so many percent of the chunks, chosen by chance, each with the same chance.',
			'--fast looks at presence, sizes and reference counts only. Without the passphrase, an encrypted repository is checked for bit rot.',
		],
	},
	heal: {
		usage: 'heal --from REPOSITORY [--apply] [--unreadable] [ID...]',
		summary: 'checks, and shows which damaged records another repository can mend; --apply mends them',
		flags: {from: 'string', apply: 'boolean', unreadable: 'boolean'},
		details: [
			'REPOSITORY is a clone, or another one with the same keys, hash and chunking. Its copies are read and proven before the plan',
			'is shown, again before anything is written, and once more where they lie then. Without --apply nothing is written.',
			'--unreadable also rewrites records that the medium fails to read; otherwise a failed read is not taken for corruption.',
			'It exits with 3 while damage is left, with 4 when the damage or the copies have changed since the plan.',
		],
	},
	restore: {
		usage: 'restore ID[:PATH]... [--to DIR] [--force] [--dry-run]',
		summary: 'makes the paths of a snapshot again below DIR (default: here); never over what is there without --force',
		flags: {to: 'string', force: 'boolean', 'dry-run': 'boolean'},
		details: [
			'What is there already and differs is left as it is, and named. With --force it is first moved to DIR.before-ID, beside DIR: nothing is removed.',
			'--dry-run tells what is new, the same, different or newer there, and whether there is room; nothing is written.',
		],
	},
	pull: {
		usage: 'pull ID[:PATH]... [--to DIR] [--force] [--dry-run]',
		summary: 'the same as restore',
		flags: {to: 'string', force: 'boolean', 'dry-run': 'boolean'},
	},
	cat: {usage: 'cat ID:PATH...', summary: 'prints the content of files', flags: {}},
	diff: {
		usage: 'diff ID[:PATH] ID[:PATH]',
		summary: 'shows what was added, removed or changed from one snapshot to another',
		flags: {},
		details: [
			'+ added, - removed, ~ changed, then what changed: y type, c content, m mode, o owner, t time.',
			'A directory in which only the time changed is not listed: what was made or removed in it is.',
		],
	},
	find: {
		usage: 'find NAME [ID...]',
		summary: 'finds files by name in all snapshots, or in some; NAME may hold *, ? and [...]',
		flags: {},
	},
	tarball: {
		usage: 'tarball ID[:PATH]... [--output F]',
		summary: 'writes paths of snapshots as a tar archive to stdout, or to a new file',
		flags: {output: 'string'},
	},
	info: {usage: 'info [ID...]', summary: 'describes the repository, or snapshots', flags: {}},
	server: {
		usage: 'server [--listen 127.0.0.1:9876] [--token-file F] [--cert F --key F] [--read-only] [--allow-delete] [--insecure] REPOSITORY...',
		summary: 'serves repositories to other machines as plakar://HOST:PORT/NAME, NAME being the last part of their place',
		flags: {listen: 'string', cert: 'string', key: 'string', 'read-only': 'boolean', 'allow-delete': 'boolean', insecure: 'boolean'},
		details: [
			'Clients may add snapshots unless --read-only is given, and remove or replace only with --allow-delete. A place where',
			'nothing is yet may be served: a client can create or clone a repository there.',
			'An address that other machines reach needs a token and a certificate, or --insecure on a network that is private.',
			'Requests are logged on stderr; --quiet silences that. SIGTERM ends it in order.',
		],
	},
	stdio: {
		usage: 'stdio [--read-only] [--allow-delete] [REPOSITORY]',
		summary: 'serves one repository on standard input and output; ssh:// runs it at the far end',
		flags: {'read-only': 'boolean', 'allow-delete': 'boolean'},
		details: ['Without REPOSITORY, the client names any path. Name one where a key may do nothing else (command= in authorized_keys).'],
	},
	version: {usage: 'version', summary: 'prints the version', flags: {}},
	help: {usage: 'help [COMMAND]', summary: 'prints this, or the flags of a command', flags: {}},
} as const satisfies Record<string, Grammar>;

export type CommandName = keyof typeof commands;

/** The text of `help`. */
export function helpText(command?: CommandName): string {
	if (command !== undefined) {
		const {usage, summary, details = []} = commands[command] as Grammar;
		return [`plakar-tui [on REPOSITORY] ${usage}`, '', `  ${summary}.`, ...details.map(line => `  ${line}`)].join('\n');
	}

	const width = Math.max(...Object.keys(commands).map(name => name.length));
	return [
		'plakar-tui [REPOSITORY...]                        the terminal UI',
		'plakar-tui [on REPOSITORY] COMMAND [flags] [args]',
		'',
		...Object.entries(commands).map(([name, {summary}]) => `  ${name.padEnd(width)}  ${summary}`),
		'',
		'A REPOSITORY is a folder, a SQLite file (sqlite:store.db), plakar://host:9876/name (plakars:// over TLS),',
		'ssh://user@host/path, or a name from your list (@vault). Without "on", $PLAKAR_REPOSITORY is used, else',
		'~/.local/share/plakar-tui/store. An ID is the start of a snapshot\'s UUID.',
		'',
		'Everywhere: --json, --quiet, --info (say what was done), --passphrase-file F, --peer-passphrase-file F (the other repository\'s).',
		'Network: --token-file F (or PLAKAR_TOKEN_FILE), --ca-file F (PLAKAR_CA_FILE), PLAKAR_TIMEOUT=SECONDS, PLAKAR_SSH, PLAKAR_SSH_REMOTE.',
		'Screen: --read-only, --ascii, --slow (for a bad line), --mouse, --no-color; --plain: sentences instead of a screen.',
		'',
		'Exit codes: 0 done, 1 failed, 2 usage, 3 findings or unreadable files, 4 the plan is stale, 130 interrupted.',
	].join('\n');
}
