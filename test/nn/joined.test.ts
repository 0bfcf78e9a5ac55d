import { expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { add } from "../../src/ops/elementwise/add.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, randomTensor, recordKernels, useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const kernels = recordKernels(runtime);

class Doubled extends nn.LayerNorm {
  override forward(x: Tensor): Tensor {
    const y = super.forward(x);
    return add(y, y);
  }
}

test.each<[string, boolean, () => nn.Module]>([
  ["LayerNorm", true, () => new nn.LayerNorm(6, { runtime })],
  ["RMSNorm", true, () => new nn.RMSNorm(6, { runtime })],
  ["RMSNorm as in Gemma", true, () => new nn.RMSNorm(6, { unitOffset: true, runtime })],
  ["pRMSNorm", false, () => new nn.RMSNorm(6, { partial: 0.5, runtime })],
  ["eps beside the root", false, () => new nn.RMSNorm(6, { epsOutside: true, runtime })],
  ["a norm without it", false, () => new nn.DyT(6, { runtime })],
  ["a forward of one's own", false, () => new Doubled(6, { runtime })],
])("addAndNormalize, %s: in one pass %s", (_, fused, make) => {
  const norm = make();
  const leaves = () => [1, 2].map((seed) => randomTensor(runtime, [4, 5, 6], seed, true));
  const [[x, r], [z, s]] = [leaves(), leaves()];
  const additions = <T>(fn: () => T): [number, T] => {
    kernels.length = 0;
    const result = fn();
    return [kernels.filter((name) => name === "add").length, result];
  };
  const [own] = additions(() => norm.forward(x)); // the norm itself may add 1 to its weight, as in Gemma
  const [all, { output, sum }] = additions(() => nn.addAndNormalize(norm, x, r));
  expect(all - own).toBe(fused ? 0 : 1);
  const apart = add(z, s);
  const want = norm.forward(apart) as Tensor;
  expectClose(output.data, want.data, 1e-6);
  expect(sum.data).toEqual(apart.data);
  const dy = randomTensor(runtime, [4, 5, 6], 3);
  add(output, sum).backward(dy);
  add(want, apart).backward(dy);
  expectClose(x.grad?.data ?? [], z.grad?.data ?? [], 1e-5);
  expectClose(r.grad?.data ?? [], s.grad?.data ?? [], 1e-5);
});
