import { afterAll, beforeAll, expect, test } from "vitest";
import { adaptiveAvgPool2d } from "../../src/ops/adaptive-avg-pool2d.js";
import { add } from "../../src/ops/add.js";
import { concat } from "../../src/ops/concat.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import { div } from "../../src/ops/div.js";
import { flatten } from "../../src/ops/flatten.js";
import { mean } from "../../src/ops/mean.js";
import { mseLoss } from "../../src/ops/mse-loss.js";
import { mul } from "../../src/ops/mul.js";
import { neg } from "../../src/ops/neg.js";
import { permute } from "../../src/ops/permute.js";
import { relu } from "../../src/ops/relu.js";
import { slice } from "../../src/ops/slice.js";
import { softmax } from "../../src/ops/softmax.js";
import { sub } from "../../src/ops/sub.js";
import { sum } from "../../src/ops/sum.js";
import { createRuntime, type Runtime } from "../../src/runtime/runtime.js";
import { ones, type Tensor } from "../../src/tensor.js";
import { randomTensor } from "../helpers.js";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await createRuntime({ threads: 1 });
});
afterAll(() => runtime.close());

const ops: Record<string, (x: Tensor, row: Tensor) => Tensor> = {
  add,
  sub,
  mul,
  div,
  "sub, broadcast first": (x, row) => sub(row, x),
  "div by a number": (x) => div(x, 3),
  "number over x": (x) => div(3, x),
  neg,
  relu,
  sum: (x) => sum(x, 1),
  mean: (x) => mean(x, [0, 2, 3], true),
  softmax: (x) => softmax(x, 1),
  crossEntropy: (x) => crossEntropy(x.reshape([6, 16]), [0, 1, 2, 3, 4, 5]),
  mseLoss: (x) => mseLoss(x, x),
  "pool to 1": (x) => adaptiveAvgPool2d(x, 1),
  "pool to 2": (x) => adaptiveAvgPool2d(x, 2),
  permute: (x) => permute(x, [3, 1, 0, 2]),
  flatten: (x) => flatten(x),
  concat: (x) => concat([x, x], 1),
  slice: (x) => slice(x, 2, 1, 3),
};

test.each(Object.entries(ops))("%s gives back all it took, forward and backward", (name, op) => {
  const x = randomTensor(runtime, [2, 3, 4, 4], 1, true);
  const row = randomTensor(runtime, [4, 1], 2, true);
  const before = runtime.stats().tensors;
  const y = op(x, row);
  using upstream = ones(y.shape, { runtime });
  y.backward(upstream);
  for (const leaf of [x, row]) {
    leaf.grad?.dispose();
    leaf.grad = null;
  }
  y.dispose();
  const reshapes = name === "crossEntropy" ? 1 : 0; // the one its row makes
  expect(runtime.stats().tensors).toBe(before + 1 + reshapes); // and upstream
});
