// Settings of the environment that must stand before Ink and React are loaded.

/**
 * Whether colours are wanted: not after --no-color, and not with NO_COLOR or a dumb terminal. Where they are not, bold and
 * inverse are drawn all the same, so chalk (which Ink draws with) is told to write what it is given.
 */
export function prepareTerminal({color}: {readonly color: boolean}): boolean {
	const {NO_COLOR: noColor, TERM: term, FORCE_COLOR: forced} = process.env;
	process.env['FORCE_COLOR'] = '1';
	return color && (noColor === undefined || noColor === '') && term !== 'dumb' && forced !== '0';
}
