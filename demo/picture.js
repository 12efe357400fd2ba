// Draws the grid of a terminal as SVG: colours of a terminal's own palette, exact columns, text that can be selected.

const palette = [
	'#1d1f21', '#cc6666', '#b5bd68', '#f0c674', '#81a2be', '#b294bb', '#8abeb7', '#c5c8c6',
	'#707880', '#d54e53', '#b9ca4a', '#e7c547', '#7aa6da', '#c397d8', '#70c0b1', '#eaeaea',
];
const background = palette[0];
const foreground = palette[7];
const faint = '#8a8f94';
export const cell = {width: 8.4, height: 17, baseline: 13, fontSize: 14};
const padding = 12;

const escaped = text => text.replaceAll(/[&<>]/g, character => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[character]);

function colourOf(isPalette, colour, fallback) {
	return isPalette ? palette[colour] ?? fallback : fallback;
}

/** As terminals draw a faint colour: half way to the background. */
const dimmed = colour => `#${[1, 3, 5].map(at => Math.round((Number.parseInt(colour.slice(at, at + 2), 16) + Number.parseInt(background.slice(at, at + 2), 16)) / 2).toString(16).padStart(2, '0')).join('')}`;

/** Cells of one row that look the same, as runs of text. */
function* runsOf(line, columns) {
	let run;
	for (let column = 0; column < columns; column++) {
		const cellAt = line?.getCell(column);
		if (cellAt === undefined || cellAt.getWidth() === 0) {
			continue;
		}

		const full = colourOf(cellAt.isFgPalette(), cellAt.getFgColor(), cellAt.isDim() ? faint : foreground);
		let ink = cellAt.isDim() && cellAt.isFgPalette() ? dimmed(full) : full;
		let paper = colourOf(cellAt.isBgPalette(), cellAt.getBgColor(), background);
		if (cellAt.isInverse()) {
			[ink, paper] = [paper, ink];
		}

		// A wide character is a run of its own: its two columns are exact whatever font draws it.
		const key = [ink, paper, cellAt.isBold(), cellAt.getWidth() > 1 ? column : ''].join();
		if (run?.key !== key) {
			if (run !== undefined) {
				yield run;
			}

			run = {key, ink, paper, isBold: Boolean(cellAt.isBold()), column, width: 0, text: ''};
		}

		run.text += cellAt.getChars() || ' ';
		run.width += cellAt.getWidth();
	}

	if (run !== undefined) {
		yield run;
	}
}

/** The grid of an @xterm/headless terminal as the inside of an SVG: rectangles, then text. */
export function drawGrid(terminal) {
	const {active} = terminal.buffer;
	const rectangles = [];
	const texts = [];
	for (let row = 0; row < terminal.rows; row++) {
		for (const {ink, paper, isBold, column, width, text} of runsOf(active.getLine(active.viewportY + row), terminal.cols)) {
			const [x, y] = [(padding + (column * cell.width)).toFixed(1), padding + (row * cell.height)];
			if (paper !== background) {
				rectangles.push(`<rect x="${x}" y="${y}" width="${(width * cell.width).toFixed(1)}" height="${cell.height}" fill="${paper}"/>`);
			}

			if (text.trim() !== '') {
				const bold = isBold ? ' font-weight="bold"' : '';
				const shown = text.trimEnd();
				const columns = width - (text.length - shown.length);
				texts.push(`<text x="${x}" y="${y + cell.baseline}" textLength="${(columns * cell.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs" fill="${ink}"${bold}>${escaped(shown)}</text>`);
			}
		}
	}

	return [...rectangles, ...texts].join('\n');
}

export const sizeOfPicture = (columns, rows) => ({width: Math.ceil((columns * cell.width) + (padding * 2)), height: (rows * cell.height) + (padding * 2)});

/** A whole SVG around `content`. */
export function frameOf(columns, rows, title, content) {
	const {width, height} = sizeOfPicture(columns, rows);
	return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="${cell.fontSize}" xml:space="preserve" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${background}"/>
${content}
</svg>
`;
}

/** The terminal's grid as an SVG of its own. */
export const pictureOf = (terminal, title) => frameOf(terminal.cols, terminal.rows, title, drawGrid(terminal));
