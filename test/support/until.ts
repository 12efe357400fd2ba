// Waits for what nobody tells of: looked for again and again, with an end.

/** What has not come by then will not come, however busy the machine is. */
const deadlineMs = 60_000;
/** Between two looks: the program under test needs the processor more than the one who watches. */
const lookEveryMs = 25;

/** Resolves once `holds` answers true; throws with `what` after the deadline. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
	const deadline = performance.now() + deadlineMs;
	while (!await holds()) {
		if (performance.now() > deadline) {
			throw new Error(`It never came that ${what}.`);
		}

		await new Promise(resolve => {
			setTimeout(resolve, lookEveryMs);
		});
	}
}
