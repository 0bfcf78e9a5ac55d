import { describe, expect, test } from "vitest";
import { powerNorm } from "../../../src/ops/norm/power-norm.js";
import { full, ones, type Shape, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/power-norm.js";

const runtime = await useRuntime();

const double = (t: Tensor) => Float64Array.from(t.data);

describe("powerNorm", () => {
  const cases: [shape: Shape, warmUp: boolean, why: string][] = [
    [[3, 4, 3, 3], true, "warm-up, tails"],
    [[3, 4, 3, 3], false, "by the running square"],
    [[6, 4], false, "planes of one element"],
  ];
  test.each(cases)("%j, %s: %s", (shape, warmUp) => {
    const x = randomTensor(runtime, shape, 1, true);
    const [weight, bias] = [
      randomTensor(runtime, [4], 2, true),
      randomTensor(runtime, [4], 3, true),
    ];
    const runningPhi = tensor(normal(4, 4, 0.1, 1), [4], { runtime });
    const emaGz = tensor(normal(4, 5, 0.1), [4], { runtime });
    const dy = randomTensor(runtime, shape, 6);
    // Two steps, so that the second step uses the running values that the first step changed.
    for (const _ of [1, 2]) {
      const [phi, ema] = [double(runningPhi), double(emaGz)];
      const [values, upstream] = [double(x), double(dy)];
      const step = [weight.data, bias.data, phi, ema, warmUp] as const;
      const want = reference.powerNorm(shape, values, upstream, ...step);
      for (const t of [x, weight, bias]) t.grad = null;
      const y = powerNorm(x, { weight, bias, runningPhi, emaGz, training: true, warmUp });
      y.backward(dy);
      expectClose(y.data, want.y, 2e-6, "output");
      expectClose(x.grad?.data ?? [], want.dx, 1e-5, "dx");
      expectClose(weight.grad?.data ?? [], want.dweight, 1e-5, "dweight");
      expectClose(bias.grad?.data ?? [], want.dbias, 1e-5, "dbias");
      expectClose(runningPhi.data, want.phi, 1e-6, "phi");
      expectClose(emaGz.data, want.ema, 1e-5, "ema");
    }
  });

  test("evaluation is an affine map, with its true gradient", () => {
    const inputs = [[2, 4, 3], [4], [4]].map((shape, i) => randomTensor(runtime, shape, 10 + i));
    const runningPhi = tensor(normal(4, 4, 0.1, 1), [4], { runtime });
    const emaGz = ones([4], { runtime });
    gradcheck(
      (x, weight, bias) => powerNorm(x, { weight, bias, runningPhi, emaGz }),
      (x, weight, bias) =>
        x.map((v, i) => {
          const c = Math.floor(i / 3) % 4;
          return (v / Math.sqrt(runningPhi.data[c] + 1e-5)) * weight[c] + bias[c];
        }),
      inputs,
    );
    expect([...emaGz.data]).toEqual([1, 1, 1, 1]);
  });

  test.each([1234, 1e20, 1e-41, 0])("constant %d stays finite", (value) => {
    const x = full([2, 3, 23], value, { runtime, requiresGrad: true });
    const [runningPhi, emaGz] = [ones([3], { runtime }), zeros([3], { runtime })];
    const y = powerNorm(x, { runningPhi, emaGz, training: true, warmUp: true });
    const want = x.data[0] / Math.sqrt(x.data[0] ** 2 + 1e-5);
    expectClose(y.data, new Float64Array(x.size).fill(want), 1e-5);
    y.backward(randomTensor(runtime, x.shape, 1));
    expect(x.grad?.data.every(Number.isFinite)).toBe(true);
  });

  test("the same bits for any number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [16, 8, 40, 40], 1, true);
      const weight = randomTensor(runtime, [8], 2, true);
      const [runningPhi, emaGz] = [ones([8], { runtime }), ones([8], { runtime })];
      const y = powerNorm(x, { weight, runningPhi, emaGz, training: true });
      y.backward(randomTensor(runtime, x.shape, 3));
      const made = [y, x.grad as Tensor, weight.grad as Tensor, runningPhi, emaGz];
      return made.map((t) => t.toArray());
    });
  });

  test.each([1, 2, 4])(
    "%d groups: positions are divided by the root mean square of theirs first",
    (groups) => {
      const shape = [3, 4, 5];
      const inputs = [shape, [4], [4]].map((s, i) => randomTensor(runtime, s, 10 + i));
      const runningPhi = tensor(normal(4, 4, 0.1, 1), [4], { runtime });
      const emaGz = zeros([4], { runtime });
      const scaled = (x: Float64Array) =>
        x.map((v, i) => {
          const [n, c, l] = [Math.floor(i / 20), Math.floor(i / 5) % 4, i % 5];
          const size = 4 / groups;
          const first = Math.floor(c / size) * size;
          let square = 0;
          for (let k = first; k < first + size; k++) square += x[n * 20 + k * 5 + l] ** 2 / size;
          return v / Math.sqrt(square + 1e-5);
        });
      // In evaluation the gradient is exact, so gradcheck applies.
      gradcheck(
        (x, weight, bias) => powerNorm(x, { weight, bias, runningPhi, emaGz, groups }),
        (x, weight, bias) =>
          scaled(x).map((v, i) => {
            const c = Math.floor(i / 5) % 4;
            return (v / Math.sqrt(runningPhi.data[c] + 1e-5)) * weight[c] + bias[c];
          }),
        inputs,
      );
      const [x] = inputs;
      const before = runtime.stats().tensors;
      using y = powerNorm(x.detach(), { runningPhi, emaGz, groups, training: true, warmUp: true });
      expect(runtime.stats().tensors).toBe(before + 2); // y and the detached x
      const want = scaled(double(x));
      const squares = [0, 1, 2, 3].map((c) =>
        want.reduce((sum, v, i) => sum + (Math.floor(i / 5) % 4 === c ? v ** 2 / 15 : 0), 0),
      );
      expectClose(
        y.data,
        want.map((v, i) => v / Math.sqrt(squares[Math.floor(i / 5) % 4] + 1e-5)),
        2e-6,
      );
    },
  );

  test("groups that do not divide", () => {
    const [x, four] = [zeros([2, 4, 3], { runtime }), ones([4], { runtime })];
    for (const groups of [0, 3, 1.5])
      expect(() => powerNorm(x, { runningPhi: four, emaGz: four, groups })).toThrow(
        `powerNorm: expected groups to divide the 4 channels, got ${groups}`,
      );
  });

  test("refusals", () => {
    const [x, three] = [zeros([2, 3, 4], { runtime }), zeros([3], { runtime })];
    expect(() => powerNorm(three, { runningPhi: three, emaGz: three })).toThrow("[N, C, ...]");
    expect(() => powerNorm(x, { runningPhi: zeros([4], { runtime }), emaGz: three })).toThrow(
      "powerNorm: expected runningPhi of shape [3], got [4]",
    );
    const alphaForward = Number.NaN;
    expect(() => powerNorm(x, { runningPhi: three, emaGz: three, alphaForward })).toThrow(
      "expected alphaForward to be a finite number",
    );
  });
});
