import { describe, expect, test } from "vitest";
import { frn } from "../../../src/ops/norm/frn.js";
import { tensor, zeros } from "../../../src/tensor.js";
import { randomTensor, useRuntime } from "../../helpers.js";
import * as reference from "../../reference/frn.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const parameters = (c: number) => [[c], [c], [c]];
describeMethod("frn with tlu", {
  runtime: () => runtime,
  op: (x, weight, bias, tau) => frn(x, { weight, bias, tau }),
  oracle: (shape, x, weight, bias, tau) => reference.frn(shape, x, weight, bias, tau, [1e-6]),
  cases: [
    [[[2, 3, 4, 4], ...parameters(3)], "whole vectors"],
    [[[3, 2, 7], ...parameters(2)], "a tail, one axis of space"],
    [
      [[2, 3, 1], ...parameters(3)],
      "planes of one element: all of the gradient but a share of eps cancels",
    ],
  ],
  large: [[16, 8, 40, 40], ...parameters(8)],
  hard: [[2, 3, 23], ...parameters(3)],
});

describeMethod("frn with a learned eps, without tlu", {
  runtime: () => runtime,
  op: (x, weight, bias, eps) => frn(x, { weight, bias, eps }),
  oracle: (shape, x, weight, bias, eps) => reference.frn(shape, x, weight, bias, null, eps),
  cases: [
    [[[2, 3, 1, 1], ...parameters(3)], "planes of one element, where the authors learn it"],
    [[[2, 3, 5], [3], [3], []], "one for all channels"],
  ],
  large: [[16, 8, 40, 40], ...parameters(8)],
});

describe("frn", () => {
  test("an eps below 0 counts as its magnitude, with the sign in its gradient", () => {
    const x = randomTensor(runtime, [2, 3, 4], 1);
    const grads = [1e-2, -1e-2].map((value) => {
      const eps = tensor([value], [1], { runtime, requiresGrad: true });
      frn(x, { eps }).backward(randomTensor(runtime, [2, 3, 4], 2));
      return eps.grad?.item() ?? 0;
    });
    expect(grads[0]).toBe(-grads[1]);
    expect(grads[0]).not.toBe(0);
  });

  test("refusals", () => {
    const x = zeros([2, 3, 4], { runtime });
    expect(() => frn(zeros([3], { runtime }))).toThrow("expected input of shape [N, C, ...]");
    expect(() => frn(x, { tau: zeros([4], { runtime }) })).toThrow(
      "frn: expected tau of shape [3], got [4]",
    );
    expect(() => frn(x, { eps: -1 })).toThrow("expected eps to be a finite number ≥ 0");
    expect(() => frn(x, { eps: zeros([2], { runtime }) })).toThrow("expected eps of shape [3]");
    expect(frn(zeros([0, 3, 4], { runtime })).shape).toEqual([0, 3, 4]);
  });
});

test("at NaN the threshold and what it cuts both get the gradient, as from torch.max", () => {
  const leaf = (values: number[], shape: number[]) =>
    tensor(values, shape, { runtime, requiresGrad: true });
  const x = leaf([NaN, 1, 2, -1, 1, 2, 3, 4, 5, -6], [1, 2, 5]);
  const [bias, tau] = [leaf([0, 0], [2]), leaf([0, 0], [2])];
  frn(x, { bias, tau }).backward(tensor(Array(10).fill(1), [1, 2, 5], { runtime }));
  expect([...(bias.grad?.data ?? [])]).toEqual([5, 4]);
  expect([...(tau.grad?.data ?? [])]).toEqual([5, 1]);
});

test("where the threshold cuts off a whole channel its weight tells eps nothing, infinite or not", () => {
  const eps = tensor([1e-3], [1], { runtime, requiresGrad: true });
  const weight = tensor([-Infinity, 1], [2], { runtime });
  const [x, tau] = [tensor([1, 2, 3, 4], [1, 2, 2], { runtime }), zeros([2], { runtime })];
  frn(x, { weight, tau, eps }).backward(tensor([1, 1, 1, 1], [1, 2, 2], { runtime }));
  expect(eps.grad?.item()).toBeCloseTo(-3.5 / 12.501 ** 1.5, 6);
});

test("of nothing the gradients are zeros, that of eps too", () => {
  const eps = tensor([1, 2], [2], { runtime, requiresGrad: true });
  frn(zeros([3, 2, 0], { runtime }), { eps }).backward(zeros([3, 2, 0], { runtime }));
  expect([...(eps.grad?.data ?? [])]).toEqual([0, 0]);
});
