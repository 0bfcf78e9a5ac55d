// Built-in modules of Node, Deno and Bun. There is no import of them: it would stand in every bundle.
interface Modules {
  "node:fs": typeof import("node:fs");
  "node:worker_threads": typeof import("node:worker_threads");
}

/** Throws Error, naming `caller`, where the host has no such module. */
export function builtin<Name extends keyof Modules>(caller: string, name: Name): Modules[Name] {
  const module = globalThis.process?.getBuiltinModule?.(name);
  if (!module)
    throw new Error(`${caller}: needs Node 20.16 or newer, Deno or Bun (there is no ${name} here)`);
  return module as Modules[Name];
}
