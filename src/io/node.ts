interface Modules {
  "node:crypto": typeof import("node:crypto");
  "node:fs/promises": typeof import("node:fs/promises");
  "node:zlib": typeof import("node:zlib");
}

/**
 * A built-in module of Node (Deno and Bun have it too). There is no import of it, because browsers would fail on that.
 * Throws Error, naming `caller`, if the module does not exist.
 */
export function builtin<Name extends keyof Modules>(caller: string, name: Name): Modules[Name] {
  const module = globalThis.process?.getBuiltinModule?.(name);
  if (!module) {
    throw new Error(`${caller}: needs Node 20.16 or newer, Deno or Bun (there is no ${name} here)`);
  }
  return module as Modules[Name];
}
