// What the page measures of a machine is what it says.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { batchNorm } from "../../src/ops/norm/batch-norm.js";
import { matmul } from "../../src/ops/product/matmul.js";
import { trainedHash } from "../../src/page/machine/bits.js";
import { WEIGHTS_HASH } from "../../src/page/machine/hash.js";
import { plainBatchNorm, plainMatmul } from "../../src/page/machine/speed.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import { tensor, tidy } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

test("the weights have the bits of every platform, and nothing stays in memory", async () => {
  expect(readFileSync("test/platform/program.js", "utf8")).toContain(
    `WEIGHTS_HASH = "${WEIGHTS_HASH}"`,
  );
  const own = await createRuntime({ threads: 1, deterministic: true });
  expect(trainedHash(own)).toBe(WEIGHTS_HASH);
  expect(own.stats()).toMatchObject({ tensors: 0, bytes: 0 });
  own.close();
});

test("plain JavaScript computes the same as the library", () => {
  tidy(() => {
    const values = normal(2 * 3 * 16, 1);
    const x = tensor(values, [2, 3, 4, 4], { runtime });
    const y = batchNorm(x, { training: true, eps: 1e-5 }).toArray();
    plainBatchNorm(values, 2, 3, 16).forEach((value, i) => {
      expect(value).toBeCloseTo(y[i], 5);
    });
    const [a, b] = [normal(64, 2), normal(64, 3)];
    const [left, right] = [a, b].map((each) => tensor(each, [8, 8], { runtime }));
    const c = matmul(left, right).toArray();
    plainMatmul(a, b, 8).forEach((value, i) => {
      expect(value).toBeCloseTo(c[i], 4);
    });
  });
});
