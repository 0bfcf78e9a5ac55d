export function hexModule(path: string): Promise<string>;
