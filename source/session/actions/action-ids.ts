// The name of every action: what settings give keys to, and by which sentences ask for a key. A name that is not here does not compile.

export const actionIds = [
	'move.down', 'move.up', 'move.pagedown', 'move.pageup', 'move.top', 'move.bottom',
	'compare.mark', 'compare.all', 'compare.invert', 'sync.plan', 'sync.planAll', 'clone', 'check', 'compare.swap', 'compare.next', 'compare.filter', 'compare.sort', 'compare.reverse',
	'compare.zoom', 'compare.wide', 'passphrase', 'compare.inspect', 'reread', 'browse', 'browse.compare', 'matrix',
	'pane.list', 'pane.source', 'pane.target', 'pane.right', 'pane.left', 'pane.next', 'pane.previous',
	'repositories.target', 'repositories.source', 'repositories.add', 'repositories.create', 'first.open', 'first.create', 'first.demo',
	'matrix.equal', 'matrix.differences', 'matrix.explain', 'matrix.reread',
	'browse.open', 'browse.mark', 'browse.restore', 'browse.diff', 'browse.changes', 'browse.history', 'browse.find', 'browse.nextHit', 'browse.previousHit', 'browse.in', 'browse.out',
	'browse.preview', 'browse.sort', 'browse.reverse', 'browse.inspect', 'browse.passphrase', 'restore.overwrite', 'restore.start',
	'plan.tick', 'plan.all', 'plan.invert', 'plan.twoWay', 'plan.explain', 'plan.limit', 'plan.export', 'plan.find', 'plan.again', 'plan.focus', 'plan.start',
	'run.pause', 'run.limit', 'run.lanes', 'run.again', 'run.verify', 'jobs.open', 'jobs.pause', 'jobs.stop', 'log.filter', 'log.open', 'log.export',
	'check.pause', 'check.open', 'check.map', 'check.findings', 'check.affected', 'check.next', 'check.previous', 'check.left', 'check.right', 'check.zoom', 'check.order', 'check.find',
	'check.sample', 'check.fast', 'check.again', 'check.export', 'check.heal', 'affected.heal', 'heal.start', 'heal.unreadable', 'heal.source', 'heal.again',
	'help.run', 'help.search', 'match.next', 'match.before',
	'job.stop', 'jobs', 'log', 'palette', 'help', 'back', 'quit', 'redraw', 'suspend',
] as const;

export type ActionId = typeof actionIds[number];
