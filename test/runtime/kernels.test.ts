import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { kernelsSource } from "../../.build/kernels.mjs";
import { createRuntime } from "../../src/runtime/create-runtime.js";

test("the host's types of the kernels are those of their sources: else npm run build:kernels", () => {
  const path = new URL("../../src/runtime/kernels.ts", import.meta.url);
  expect(readFileSync(path, "utf8")).toBe(kernelsSource);
});

describe("Runtime.plan", () => {
  test("writes the words where the next launch finds them, also once the memory has grown", async () => {
    const runtime = await createRuntime({ threads: 1 });
    const words = [1, 2, 3, 4, 5, 6, 7, 8] as const;
    for (let i = 0; i < 3; i++) {
      const at = runtime.plan("channel", words);
      expect([...new Int32Array(runtime.memory.buffer, at, 8)]).toEqual([...words]);
      runtime.allocate(2 ** 24);
    }
    runtime.close();
  });

  test("keeps clear of the page that threads are told their work by, and of the heap", async () => {
    const runtime = await createRuntime({ threads: 2 });
    const first = runtime.allocate(64).start;
    const at = runtime.plan("winograd", [0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 8, 32]);
    expect(at).toBeGreaterThanOrEqual(1024 + 1024);
    expect(at + 4 * 64).toBeLessThanOrEqual(first);
    runtime.close();
  });
});
