export function buildBinaries(names?: string[], options?: { quick?: boolean }): Promise<void>;
