export function hexModule(path: string): Promise<string>;
export const inlined: import("esbuild").Plugin;
