// Settings of the environment that must stand before Ink and React are loaded.

/** Without colour, chalk (which Ink draws with) writes none; NO_COLOR and a dumb terminal mean the same. */
export function prepareTerminal({color}: {readonly color: boolean}): void {
	const {NO_COLOR: noColor, TERM: term} = process.env;
	if (!color || (noColor !== undefined && noColor !== '') || term === 'dumb') {
		process.env['FORCE_COLOR'] = '0';
	}
}
