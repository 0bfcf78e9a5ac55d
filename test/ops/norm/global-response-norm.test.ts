import { describe, expect, test } from "vitest";
import { globalResponseNorm } from "../../../src/ops/norm/global-response-norm.js";
import { permute } from "../../../src/ops/shape/permute.js";
import { ones, zeros } from "../../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/global-response-norm.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

describeMethod("globalResponseNorm", {
  runtime: () => runtime,
  op: (x, weight, bias) => globalResponseNorm(x, weight, bias),
  oracle: (shape, x, weight, bias) => reference.globalResponseNorm(shape, x, weight, bias, 1e-6),
  cases: [
    [[[2, 3, 4, 4], [3], [3]], "whole vectors"],
    [[[3, 5, 7], [5], [5]], "a tail, one axis of space"],
    [[[1, 1, 9], [1], [1]], "one channel"],
    [[[2, 4, 1, 1], [4], [4]], "one position"],
  ],
  large: [[6, 8, 70, 70], [8], [8]],
  hard: [[2, 3, 23], [3], [3]],
});

describe("globalResponseNorm", () => {
  test("few large planes, in parts", () => {
    const [x, weight, bias] = [[1, 2, 9001], [2], [2]].map((s, i) => randomTensor(runtime, s, i));
    const want = reference.globalResponseNorm(
      x.shape,
      Float64Array.from(x.data),
      weight.data,
      bias.data,
      1e-6,
    );
    expectClose(globalResponseNorm(x, weight, bias).toArray(), want, 2e-6);
  });

  test("channels last is the same, turned", () => {
    const [x, weight, bias] = [[2, 3, 4, 5], [3], [3]].map((s, i) => randomTensor(runtime, s, i));
    const turned = permute(x, [0, 2, 3, 1]);
    const y = globalResponseNorm(turned, weight, bias, { layout: "nhwc" });
    expect(permute(y, [0, 3, 1, 2]).toArray()).toEqual(
      globalResponseNorm(x, weight, bias).toArray(),
    );
  });

  test("zeros keep the gradient of the residual", () => {
    const x = zeros([1, 2, 3], { runtime, requiresGrad: true });
    const y = globalResponseNorm(x, ones([2], { runtime }), zeros([2], { runtime }));
    y.backward(ones([1, 2, 3], { runtime }));
    expect([...(x.grad?.data ?? [])]).toEqual(Array(6).fill(1));
  });

  test("refusals", () => {
    const x = zeros([2, 3, 4], { runtime });
    const three = zeros([3], { runtime });
    expect(() => globalResponseNorm(x, zeros([4], { runtime }), three)).toThrow(
      "globalResponseNorm: expected weight of shape [3], got [4]",
    );
    expect(() => globalResponseNorm(zeros([2, 3], { runtime }), three, three)).toThrow(
      "expected input of 3 or more dimensions",
    );
    expect(globalResponseNorm(zeros([0, 3, 4], { runtime }), three, three).shape).toEqual([
      0, 3, 4,
    ]);
  });
});
