interface Modules {
  "node:crypto": typeof import("node:crypto");
  "node:fs/promises": typeof import("node:fs/promises");
  "node:zlib": typeof import("node:zlib");
}

/**
 * A built-in module of Node (Deno and Bun have it too), without an import that browsers would stumble over. Throws Error,
 * naming `caller`, where there is none.
 */
export function builtin<Name extends keyof Modules>(caller: string, name: Name): Modules[Name] {
  const module = globalThis.process?.getBuiltinModule?.(name);
  if (!module) {
    throw new Error(`${caller}: needs Node 20.16 or newer, Deno or Bun (there is no ${name} here)`);
  }
  return module as Modules[Name];
}
