import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const entry = new URL("../../dist/index.js", import.meta.url).href;

const run = (program: string) =>
  spawnSync(
    process.execPath,
    ["--input-type=module", "-e", `import * as e from ${JSON.stringify(entry)};\n${program}`],
    {
      encoding: "utf8",
      timeout: 20_000,
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
    },
  );

describe("a process that has finished its work exits by itself", () => {
  test.each([1, 2, 3])("with %i threads, without close()", (threads) => {
    const { status, stdout, stderr } = run(`
      const runtime = await e.init({ threads: ${threads} });
      const x = e.ones([1000, 512]);
      console.log(runtime.threads, e.layerNorm(x, [512]).data[0]);`);
    expect(stderr).toBe("");
    expect(stdout).toBe(`${threads} 0\n`);
    expect(status).toBe(0);
  });

  test("after an error", () => {
    const { status, stderr } = run(`await e.init({ threads: 2 }); throw new Error("mine");`);
    expect(stderr).toContain("mine");
    expect(status).toBe(1);
  });
});
