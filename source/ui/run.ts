// Opens the terminal UI.
export const runInterface = async (_: object): Promise<number> => 1;
