import { describe, expect, test } from "vitest";
import { revIN, revINInverse } from "../../../src/ops/norm/rev-in.js";
import { tensor } from "../../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/rev-in.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describe.each([false, true])("subtractLast %s", (subtractLast) => {
  describeMethod("revIN, gradients through the statistics", {
    runtime: () => runtime,
    op: (x, weight, bias) => revIN(x, { weight, bias, subtractLast, detach: false }).output,
    oracle: (shape, x, weight, bias) => reference.revIN(shape, x, { weight, bias, subtractLast }),
    cases: [
      [[[2, 7, 3], [3], [3]], "tails"],
      [[[1, 9, 1], [1], [1]], "one channel"],
    ],
    large: [[6, 200, 40], [40], [40]],
    hard: subtractLast ? undefined : [[2, 16, 3], [3], [3]],
  });

  // The statistics come from a fixed series, so that they are constants for the difference quotient.
  test("mean and deviation are constants to the gradient unless told otherwise", () => {
    const shape = [2, 5, 3];
    const x = randomTensor(runtime, shape, 1, true);
    const dy = randomTensor(runtime, shape, 2);
    revIN(x, { subtractLast }).output.backward(dy);
    const from = Float64Array.from(x.toArray());
    const loss = (values: Float64Array) =>
      reference
        .revIN(shape, values, { subtractLast, from })
        .reduce((sum, v, i) => sum + v * dy.toArray()[i], 0);
    const slopes = (values: Float64Array) =>
      values.map((_, i) => {
        const [up, down] = [1e-3, -1e-3].map((h) => loss(values.with(i, values[i] + h)));
        return (up - down) / 2e-3;
      });
    expectClose(x.grad?.toArray() ?? [], slopes(from), 1e-5, "dx");
  });

  test("the inverse gives the series back", () => {
    const [x, weight, bias] = [[2, 7, 3], [3], [3]].map((shape, i) =>
      randomTensor(runtime, shape, i + 1),
    );
    const { output, ...statistics } = revIN(x, { weight, bias, subtractLast });
    expect(statistics.mean.shape).toEqual([2, 1, 3]);
    const back = revINInverse(output, statistics, { weight, bias });
    expectClose(back.toArray(), Float64Array.from(x.toArray()), 1e-5, "x");
  });
});

describeMethod("revINInverse", {
  runtime: () => runtime,
  op: (y, mean, std, weight, bias) => revINInverse(y, { mean, std }, { weight, bias, eps: 0.1 }),
  oracle: (shape, y, mean, std, weight, bias) =>
    reference.inverse(shape, y, { mean, std }, { weight, bias, eps: 0.1 }),
  cases: [[[[2, 4, 3], [2, 1, 3], [2, 1, 3], [3], [3]], "a forecast of another length"]],
  large: [[6, 200, 40], [6, 1, 40], [6, 1, 40], [40], [40]],
});

test.each<[string, () => unknown, string]>([
  [
    "no series",
    () => revIN(tensor([1, 2], [1, 2], { runtime: runtime })),
    "revIN: expected input of shape [N, L ≥ 1, C], got [1, 2]",
  ],
  [
    "no position",
    () => revIN(tensor([], [1, 0, 2], { runtime: runtime })),
    "revIN: expected input of shape [N, L ≥ 1, C], got [1, 0, 2]",
  ],
  [
    "no statistics",
    () => revINInverse(randomTensor(runtime, [2, 4, 3], 1), undefined as never),
    "revINInverse: expected mean",
  ],
])("refuses %s", (_, run, message) => {
  expect(run).toThrow(message);
});
