import { expect, test } from "vitest";
import { RevIN } from "../../src/nn/index.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";
import * as reference from "../reference/rev-in.js";

const runtime = await useRuntime();
const shape = [2, 7, 3];

test("its parameters have the names of the authors' code, and are as many as it says", () => {
  expect([...new RevIN(3, { runtime }).stateDict().keys()]).toEqual([
    "affine_weight",
    "affine_bias",
  ]);
  expect(new RevIN(3, { affine: false, runtime }).parameters()).toEqual([]);
});

test.each([false, true])("a series there and a forecast back, subtractLast %s", (subtractLast) => {
  const layer = new RevIN(3, { subtractLast, runtime });
  layer.affineWeight?.elements.set([0.5, 2, -1]);
  layer.affineBias?.elements.set([1, 0, -3]);
  const own = { weight: [0.5, 2, -1], bias: [1, 0, -3], subtractLast };
  const x = randomTensor(runtime, shape, 1, true);
  const exact = Float64Array.from(x.toArray());
  const { output, ...statistics } = layer.normalize(x);
  expectClose(output.toArray(), reference.revIN(shape, exact, own), 2e-6, "output");
  expect(layer.forward(x).toArray()).toEqual(output.toArray());
  const forecast = randomTensor(runtime, [2, 4, 3], 2);
  const y = layer.denormalize(forecast, statistics);
  const ofForecast = Float64Array.from(forecast.toArray());
  const of = reference.statistics(shape, exact, own);
  expectClose(y.toArray(), reference.inverse([2, 4, 3], ofForecast, of, own), 2e-6, "forecast");
  y.backward(randomTensor(runtime, [2, 4, 3], 3));
  for (const [key, parameter] of layer.namedParameters())
    expect(parameter.grad, key).not.toBeNull();
});

test("two series can be under way at once", () => {
  const layer = new RevIN(3, { runtime });
  const [a, b] = [1, 2].map((seed) => randomTensor(runtime, shape, seed));
  const [first, second] = [layer.normalize(a), layer.normalize(b)];
  expectClose(layer.denormalize(first.output, first).toArray(), a.toArray(), 1e-5, "a");
  expectClose(layer.denormalize(second.output, second).toArray(), b.toArray(), 1e-5, "b");
});
