import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const modules = fileURLToPath(new URL("../node_modules/", import.meta.url));

/**
 * A runtime's program: where its package's install script puts it, or, where scripts may not run, in the platform's
 * package.
 */
const places = {
  node20: ["node20/bin/node"],
  node22: ["node22/bin/node"],
  node24: ["node24/bin/node"],
  node26: ["node26/bin/node"],
  deno: ["deno/deno", "@deno/linux-x64-glibc/deno"],
  bun: ["@oven/bun-linux-x64/bin/bun", "bun/bin/bun.exe"],
  workerd: ["@cloudflare/workerd-linux-64/bin/workerd", "workerd/bin/workerd"],
};

/** The path of a runtime's program, or undefined. */
export const find = (name) =>
  places[name].map((place) => modules + place).find((path) => existsSync(path));
