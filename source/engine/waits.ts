// Waits at a medium, told to whoever asked.

/** Told when a medium is waited for because others are at work there. */
export {onWait} from '../backends/waits.js';
