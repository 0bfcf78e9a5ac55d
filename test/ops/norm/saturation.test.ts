import { describe, expect, test } from "vitest";
import { derf } from "../../../src/ops/norm/derf.js";
import { dyt } from "../../../src/ops/norm/dyt.js";
import { zeros } from "../../../src/tensor.js";
import { useRuntime } from "../../helpers.js";
import { erf } from "../../reference/erf.js";
import { saturation } from "../../reference/saturation.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("dyt", {
  runtime: () => runtime,
  op: (x, alpha, weight, bias) => dyt(x, alpha, { weight, bias }),
  oracle: (shape, x, [alpha], weight, bias) =>
    saturation(shape, false, Math.tanh, x, alpha, 0, weight, bias),
  cases: [
    [[[3, 4, 6], [], [6], [6]], "a tail"],
    [[[70, 8], [1], [8], [8]], "several blocks of rows"],
  ],
  large: [[600, 300], [1], [300], [300]],
  hard: [[5, 23], [1], [23], [23]],
});

describeMethod("dyt, channels first", {
  runtime: () => runtime,
  op: (x, alpha, weight, bias) => dyt(x, alpha, { weight, bias, layout: "nchw" }),
  oracle: (shape, x, [alpha], weight, bias) =>
    saturation(shape, true, Math.tanh, x, alpha, 0, weight, bias),
  cases: [
    [[[2, 3, 3, 3], [], [3], [3]], "a tail"],
    [[[4, 3], [], [3], [3]], "planes of one element"],
  ],
  large: [[16, 8, 40, 40], [1], [8], [8]],
});

describeMethod("derf", {
  runtime: () => runtime,
  op: (x, alpha, shift, weight, bias) => derf(x, alpha, { shift, weight, bias }),
  oracle: (shape, x, [alpha], [shift], weight, bias) =>
    saturation(shape, false, erf, x, alpha, shift, weight, bias),
  cases: [
    [[[3, 4, 6], [], [], [6], [6]], "a tail"],
    [[[70, 8], [1], [1], [8], [8]], "several blocks of rows"],
  ],
  large: [[600, 300], [1], [1], [300], [300]],
  hard: [[5, 23], [1], [1], [23], [23]],
});

describe("dyt and derf", () => {
  test("without weight and bias", () => {
    const x = zeros([2, 3], { runtime, requiresGrad: true });
    const alpha = zeros([], { runtime, requiresGrad: true });
    dyt(x, alpha).backward(zeros([2, 3], { runtime }));
    expect(alpha.grad?.shape).toEqual([]);
    expect(derf(zeros([0, 3], { runtime }), alpha).shape).toEqual([0, 3]);
  });

  test("refusals", () => {
    const x = zeros([2, 3], { runtime });
    const alpha = zeros([1], { runtime });
    expect(() => dyt(x, zeros([2], { runtime }))).toThrow(
      "dyt: expected alpha of one element, got [2]",
    );
    expect(() => derf(x, alpha, { shift: x })).toThrow("derf: expected shift of one element");
    expect(() => dyt(x, alpha, { weight: zeros([2], { runtime }) })).toThrow(
      "dyt: expected weight of shape [3], got [2]",
    );
    expect(() => dyt(zeros([3], { runtime }), alpha, { layout: "nchw" })).toThrow(
      "dyt: expected input of shape [N, C, ...], got [3]",
    );
  });
});
