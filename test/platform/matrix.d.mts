export function writeBetween(path: string, name: string, table: string): Promise<void>;
