import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import type { Tensor } from "../../src/tensor.js";
import { expectClose, gradcheck, normal, randomTensor, useRuntime } from "../helpers.js";
import { conv2d } from "../reference/conv2d.js";

const runtime = await useRuntime();

/**
 * timm's filters in float64: batch_norm of w [1, out, fanIn] in training, times gain·gamma/√fanIn if there is a gain.
 */
function filters(w: ArrayLike<number>, out: number, gain?: ArrayLike<number>, gamma = 1) {
  const fanIn = w.length / out;
  return Float64Array.from(w, (v, i) => {
    const o = Math.floor(i / fanIn);
    const filter = Array.from(w).slice(o * fanIn, (o + 1) * fanIn);
    const mean = filter.reduce((a, b) => a + b, 0) / fanIn;
    const variance = filter.reduce((a, b) => a + (b - mean) ** 2, 0) / fanIn;
    const scale = gain ? (gain[o] * gamma) / Math.sqrt(fanIn) : 1;
    return ((v - mean) / Math.sqrt(variance + 1e-6)) * scale;
  });
}

const keysOf = (layer: nn.Module) => [...layer.stateDict()].map(([key, { shape }]) => [key, shape]);

describe("StdConv2d", () => {
  test("has timm's keys and defaults", () => {
    const layer = new nn.StdConv2d(3, 4, 3, { runtime });
    expect(keysOf(layer)).toEqual([["weight", [4, 3, 3, 3]]]);
    expect(layer).toBeInstanceOf(nn.Conv2d);
    expect(layer).toMatchObject({ eps: 1e-6, bias: null, padding: [1, 1] });
  });

  test.each([
    [3, {}, [8, 8]],
    [3, { stride: 2 }, [4, 4]],
    [[5, 1] as const, { dilation: 2 }, [8, 8]],
    [7, { stride: [2, 1] as const }, [4, 8]],
    [3, { padding: 0 }, [6, 6]],
  ])("kernel %j with %o pads as timm does", (kernel, options, size) => {
    const layer = new nn.StdConv2d(2, 2, kernel, { ...options, runtime });
    const y = layer.forward(randomTensor(runtime, [1, 2, 8, 8], 1));
    expect(y.shape.slice(2)).toEqual(size);
  });
});

test("ScaledStdConv2d has timm's keys and defaults", () => {
  const layer = new nn.ScaledStdConv2d(3, 4, 3, { gainInit: 0.5, runtime });
  expect(keysOf(layer)).toEqual([
    ["weight", [4, 3, 3, 3]],
    ["bias", [4]],
    ["gain", [4, 1, 1, 1]],
  ]);
  expect([...layer.gain.data]).toEqual([0.5, 0.5, 0.5, 0.5]);
  expect(layer).toMatchObject({ eps: 1e-6, gamma: 1, padding: [1, 1] });
});

const options = () => ({ bias: false, runtime });

test.each<[string, () => nn.Conv2d, number[][]]>([
  ["StdConv2d", () => new nn.StdConv2d(2, 3, 3, options()), []],
  [
    "ScaledStdConv2d",
    () => new nn.ScaledStdConv2d(2, 3, 3, { ...options(), gamma: 1.7 }),
    [[3, 1, 1, 1]],
  ],
])("%s: forward and every gradient are those of timm's formula", (_, make, gain) => {
  const layer = make();
  const held = ["weight", "gain"].slice(0, 1 + gain.length);
  const op = (x: Tensor, ...values: Tensor[]) => {
    Object.assign(layer, Object.fromEntries(held.map((key, i) => [key, values[i]])));
    return layer.forward(x);
  };
  const geometry = { input: [2, 2, 5, 5], weight: [3, 2, 3, 3], padding: [1, 1] as const };
  const oracle = (x: Float64Array, w: Float64Array, g?: Float64Array) =>
    conv2d(geometry, x, filters(w, 3, g, 1.7));
  const inputs = [geometry.input, geometry.weight, ...gain].map((shape, i) =>
    randomTensor(runtime, shape, 1 + i),
  );
  const [x, w, g] = inputs.map((input) => Float64Array.from(input.data));
  expectClose(op(inputs[0], ...inputs.slice(1)).toArray(), oracle(x, w, g), 2e-6);
  gradcheck(
    (x, ...rest) => op(x, ...rest),
    (x, w, g) => oracle(x, w, g),
    inputs,
  );
});

test.each([
  ["StdConv2d", () => new nn.StdConv2d(3, 4, 3, { runtime })],
  ["ScaledStdConv2d", () => new nn.ScaledStdConv2d(3, 4, 3, { runtime })],
])("a batch norm folds into a plain convolution of %s's filters", (_, make) => {
  const [layer, norm] = [make(), new nn.BatchNorm2d(4, { runtime }).eval()];
  norm.runningMean?.data.set(normal(4, 1));
  const x = randomTensor(runtime, [1, 3, 6, 6], 4);
  const folded = nn.foldBatchNorm<nn.Conv2d>(layer, norm);
  expect(folded.constructor).toBe(nn.Conv2d);
  expectClose(folded.forward(x).toArray(), norm.forward(layer.forward(x)).toArray(), 1e-5);
});
