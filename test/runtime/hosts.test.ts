import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { ABI } from "../../src/runtime/binary.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";

const entry = new URL("../../dist/index.js", import.meta.url).href;

/** Runs a program on the built package, after `before` has made the process a poorer host. */
function run(before: string, program: string, flags: string[] = []) {
  const text = `${before};\nconst e = await import(${JSON.stringify(entry)});\n${program}`;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--no-warnings", ...flags, "--input-type=module", "-e", text],
    { encoding: "utf8", timeout: 30_000 },
  );
  return { status, stdout, stderr };
}

const layerNorm = `
  console.log(r.threads, r.shared, e.layerNorm(e.ones([1000, 512]), [512]).data.every((v) => v === 0));`;
const refused = `
  try { await e.init(); } catch (error) { console.log(error.message); }`;

describe("an engine without SIMD is told so", () => {
  test.each([
    ["with an old WebAssembly", "WebAssembly.validate = () => false"],
    ["without WebAssembly", "delete globalThis.WebAssembly"],
  ])("%s", (_, before) => {
    expect(run(before, refused)).toEqual({
      status: 0,
      stdout:
        "init: this engine has no WebAssembly SIMD; " +
        "Chrome 110, Firefox 115, Safari 16.4, Node 20.19 and newer have it\n",
      stderr: "",
    });
  });
});

describe("without what threads need there is one, and the same answers", () => {
  const permission = Number(process.versions.node.split(".")[0]) < 23;
  const flag = permission ? "--experimental-permission" : "--permission";
  const noShared = "delete globalThis.SharedArrayBuffer";
  test.each([
    ["SharedArrayBuffer", noShared, [], /no shared memory here/],
    ["worker_threads", "process.getBuiltinModule = undefined", [], /no shared memory here/],
    ["leave to start workers", "", [flag, "--allow-fs-read=*"], /no workers \(Access to this API/],
  ] as const)("%s", (_, before, flags, why) => {
    const asked = run(before, `const r = await e.init({ threads: 3 });${layerNorm}`, [...flags]);
    const lines = asked.stdout.trim().split("\n");
    expect(asked.stderr).toBe("");
    expect(lines).toHaveLength(2); // one hint, whoever reads it
    expect(lines[0]).toMatch(why);
    expect(lines[1]).toMatch(/^1 (true|false) true$/);
  });

  test("quietly, where nobody asked for threads", () => {
    const { stdout, stderr } = run(noShared, `const r = await e.init();${layerNorm}`);
    expect([stdout, stderr]).toEqual(["1 false true\n", ""]);
  });
});

test("where a large memory is refused, a smaller one is taken", () => {
  const before = `
    const { Memory } = WebAssembly;
    WebAssembly.Memory = class extends Memory {
      constructor(wish) {
        if (wish.maximum > 9000) throw new RangeError("could not allocate memory");
        super(wish);
        globalThis.maximum = wish.maximum;
      }
    }`;
  const program = `const r = await e.init({ threads: 2 });${layerNorm}
    console.log(maximum);`;
  expect(run(before, program)).toEqual({ status: 0, stdout: "2 true true\n8192\n", stderr: "" });
});

test("a closed runtime computes nothing more, says so, and its tensors can be read", () => {
  const { stdout, stderr } = run(
    "",
    `const r = await e.init({ threads: 2 });
    const x = e.ones([4]);
    r.close();
    r.close();
    for (const use of [() => e.relu(x), () => e.ones([1]), () => e.ones([1], { runtime: r })])
      try { use(); } catch (error) { console.log(error.message); }
    console.log(...x.data);
    x.dispose();
    console.log((await e.init({ threads: 1 })).threads);`,
  );
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n")).toEqual([
    expect.stringContaining("this runtime was closed"),
    expect.stringContaining("call `await init()` again"),
    expect.stringContaining("this runtime was closed"),
    "1 1 1 1",
    "1",
  ]);
});

describe("a given module", () => {
  /** (module (func (export "abi") (result i32) (i32.const number))), one byte of a number. */
  const withAbi = (number: number) =>
    new Uint8Array([
      ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0],
      ...[7, 7, 1, 3, 0x61, 0x62, 0x69, 0, 0, 10, 6, 1, 4, 0, 0x41, number, 0x0b],
    ]);

  test("of another version is refused, with both numbers", async () => {
    const given = createRuntime({ module: withAbi(9 << 1), threads: 1 });
    await expect(given).rejects.toThrow(
      `init: the given module is not of this version of evenkeel (interface 9, expected ${ABI})`,
    );
  });

  test("of the relaxed variant is refused where bits must be the same everywhere", async () => {
    const options = { module: withAbi((ABI << 1) | 1), threads: 1 };
    for (const wish of [{ deterministic: true }, { variant: "simd" as const }]) {
      await expect(createRuntime({ ...options, ...wish })).rejects.toThrow(
        "init: expected a module of the simd variant, got the relaxed one",
      );
    }
  });
});
