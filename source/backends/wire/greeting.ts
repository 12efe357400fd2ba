// The first bytes on a pipe: they tell a server of this protocol from anything else that a remote shell may print.

export const pipeGreeting = 'plakar-tui stdio\n';
