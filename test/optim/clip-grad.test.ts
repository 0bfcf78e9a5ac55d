import { describe, expect, test } from "vitest";
import { clipGradNorm, clipGradValue } from "../../src/optim/index.js";
import { type Shape, sizeOf, type Tensor, tensor, zeros } from "../../src/tensor.js";
import { expectClose, expectSameBits, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const shapes: Shape[] = [[], [1], [7], [3, 5], [2, 3, 4, 5], [0, 4]];

function parameters(scale = 1): { params: Tensor[]; values: Float32Array[] } {
  const values = shapes.map((shape, i) => normal(sizeOf(shape), i, scale));
  const params = shapes.map((shape, i) => {
    const param = zeros(shape, { runtime, requiresGrad: true });
    param.grad = tensor(values[i], shape, { runtime });
    return param;
  });
  return { params: [...params, zeros([3], { runtime, requiresGrad: true })], values };
}

const normOf = (values: Float32Array[]) =>
  Math.sqrt(values.flatMap((v) => [...v]).reduce((sum, g) => sum + g * g, 0));

describe("clipGradNorm", () => {
  test.each([1, 1e-3, 1e25])(
    "gradients of scale %f come down to the norm, in proportion",
    (scale) => {
      const { params, values } = parameters(scale);
      const norm = normOf(values);
      expect(clipGradNorm(params, norm / 3) / norm).toBeCloseTo(1, 12);
      values.forEach((want, i) => {
        const factor = norm / 3 / (norm + 1e-6);
        expectClose(
          params[i].grad?.data ?? [],
          want.map((g) => g * factor),
          1e-6,
        );
      });
      expect(params.at(-1)?.grad).toBeNull();
    },
  );

  test("a norm that is small enough changes no bit", () => {
    const { params, values } = parameters();
    clipGradNorm(params, 1e3);
    expect(params.slice(0, -1).map(({ grad }) => grad?.toArray())).toEqual(values);
  });

  test("no gradients: a norm of 0", () => {
    expect(clipGradNorm([zeros([3], { runtime, requiresGrad: true })], 1)).toBe(0);
  });

  test("a gradient that is no number makes all so, or with errorIfNonfinite an error and no change", () => {
    const { params, values } = parameters();
    const grad = params[3].grad as Tensor;
    grad.data[2] = Number.NaN;
    expect(() => clipGradNorm(params, 1, { errorIfNonfinite: true })).toThrow(
      "is NaN, so they cannot be clipped",
    );
    expect(params[2].grad?.toArray()).toEqual(values[2]);
    expect(clipGradNorm(params, 1)).toBeNaN();
    expect(params[2].grad?.data.every(Number.isNaN)).toBe(true);
    grad.data[2] = Number.POSITIVE_INFINITY;
    params[2].grad?.data.fill(1);
    grad.data.fill(1, 3);
    const only = [params[2], params[3]];
    grad.data.fill(1, 0, 2);
    expect(clipGradNorm(only, 1)).toBe(Number.POSITIVE_INFINITY);
    expect([...(params[2].grad?.data ?? [])]).toEqual(new Array(7).fill(0)); // times 1/∞, as in PyTorch
  });

  test("the same bits for any number of threads", async () => {
    await expectSameBits((runtime) => {
      const params = [[300, 500], [4000], [3, 5, 7]].map((shape, i) => {
        const param = zeros(shape, { runtime, requiresGrad: true });
        param.grad = randomTensor(runtime, shape, i);
        return param;
      });
      const norm = clipGradNorm(params, 1);
      return [Float32Array.of(norm), ...params.map(({ grad }) => grad?.toArray() ?? [])];
    });
  });

  test("refuses a bad maximum", () => {
    expect(() => clipGradNorm([], -1)).toThrow("clipGradNorm: expected maxNorm ≥ 0, got -1");
  });
});

test("clipGradValue bounds each element and keeps NaN", () => {
  const { params, values } = parameters();
  (params[2].grad as Tensor).data[0] = Number.NaN;
  values[2][0] = Number.NaN;
  clipGradValue(params, 0.5);
  values.forEach((want, i) => {
    expect([...(params[i].grad?.data ?? [])]).toEqual(
      [...want].map((g) => Math.min(Math.max(g, -0.5), 0.5)),
    );
  });
  expect(() => clipGradValue(params, Number.NaN)).toThrow("clipGradValue: expected clipValue ≥ 0");
});
