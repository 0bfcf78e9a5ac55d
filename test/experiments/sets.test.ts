import { describe, expect, test } from "vitest";
import { methods } from "../../src/experiments/methods/index.js";
import { dependsOn, type MapShape, setIndex } from "../../src/experiments/sets.js";
import { createNorm, normNames } from "../../src/nn/index.js";
import { tensor, tidy } from "../../src/tensor.js";
import { normal, useRuntime } from "../helpers.js";

const runtime = await useRuntime({ threads: 1, deterministic: true });

const shape: MapShape = [4, 8, 2, 3];
const size = 4 * 8 * 2 * 3;
/** Of unit deviation but for batch renorm, whose r up to 3 would take the batch out again. */
const inputOf = (name: string) => normal(size, 1, name === "renorm" ? 10 : 1);

/** Numbers behind a spec that make sets of their own here; else the usual one. */
const numbers: Record<string, number> = { ghost: 2, iternorm: 2, gn: 4, "evonorm-s0": 2, lrn: 3 };

/** Thresholds and slopes by which an output may keep out of a statistic. */
const aside: Record<string, number> = { tau: -1e3, v: 0 };

/** How much is added: EvoNorm-B0 goes by the batch only where that varies more than the plane. */
const push = (name: string) => (name === "evonorm-b0" ? 100 : 3);

/** The layer's output in training, fresh, with parameters at which each of its statistics counts. */
function outputOf(spec: string, x: Float32Array): Float32Array {
  const layer = createNorm(spec, shape[1], { runtime });
  for (const [name, parameter] of layer.namedParameters()) parameter.data.fill(aside[name] ?? 0.5);
  const y = tidy(() => layer.forward(tensor(x, shape, { runtime })).toArray());
  layer.dispose();
  return y;
}

describe("one element that is changed moves exactly those outputs which `sets` says", () => {
  const rows = methods().filter(({ make }) => make);

  test("all methods with a spec for feature maps are there", () => {
    expect(rows.map(({ name }) => name)).toEqual(normNames());
  });

  test.each(rows.map((row) => [row.name, row] as const))("%s", (name, { sets = [], argument }) => {
    const number = numbers[name] ?? argument?.usual(shape[1]) ?? 1;
    const spec = argument ? `${name}:${number}` : name;
    const input = inputOf(name);
    const before = outputOf(spec, input);
    const reads = dependsOn(sets, shape, number);
    for (const at of [0, 61, 100, size - 1]) {
      const x = input.slice();
      x[at] += push(name);
      const after = outputOf(spec, x);
      const moved = [...after.keys()].filter((i) => after[i] !== before[i]);
      expect(moved, `element ${at}`).toEqual([...after.keys()].filter((i) => reads(i, at)));
    }
  });
});

test("every method of feature maps or vectors has sets, those of weights and data have none", () => {
  const without = methods().filter(({ sets }) => !sets);
  expect(without.map(({ name }) => name)).toEqual(
    ["ws", "sws", "wn", "spectral"].concat([
      "standard-scaler",
      "min-max-scaler",
      "robust-scaler",
      "normalize",
    ]),
  );
});

test("parts of a batch are of equal size where that goes, as torch.chunk makes them", () => {
  const of = setIndex({ samples: "part", channels: "all", positions: "all" }, [7, 1, 1, 1], 3);
  expect([0, 1, 2, 3, 4, 5, 6].map(of)).toEqual([0, 0, 0, 1, 1, 1, 2]);
});

test("an even window reaches further down than up, and has no sets", () => {
  const pattern = { samples: "each", channels: "window", positions: "each" } as const;
  const reads = dependsOn([pattern], [1, 7, 1, 1], 4);
  expect([0, 1, 2, 3, 4, 5, 6].filter((input) => reads(3, input))).toEqual([1, 2, 3, 4]);
  expect(() => setIndex(pattern, [1, 7, 1, 1], 4)).toThrow("setIndex: a window's sets overlap");
});
