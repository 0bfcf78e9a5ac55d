export function buildBinaries(names?: string[]): Promise<void>;
