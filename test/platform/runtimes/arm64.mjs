// Node for arm64: by itself on such a machine, elsewhere through Debian's qemu-user and the C library for arm64.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "./start.mjs";

const folder = fileURLToPath(new URL("../arm64/", import.meta.url));
const node = `${folder}node_modules/node24/bin/node`;

/** The command that starts it, installed here if need be, or undefined where nothing can run it. */
export async function arm64Node() {
  if (process.platform !== "linux") return undefined;
  const emulator = process.arch === "arm64" ? [] : ["qemu-aarch64"];
  if (emulator.length > 0) {
    if (!existsSync("/lib/ld-linux-aarch64.so.1")) return undefined;
    const asked = await run(emulator[0], ["--version"]).catch(() => null);
    if (asked?.code !== 0) return undefined;
  }
  if (!existsSync(node)) {
    const { code, stderr } = await run("npm", ["ci", "--no-audit", "--no-fund"], {
      cwd: folder,
      limit: 300_000,
    });
    if (code !== 0) throw new Error(`npm ci in test/platform/arm64: exit ${code}: ${stderr}`);
  }
  return [...emulator, node];
}
