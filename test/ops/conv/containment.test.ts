// A NaN or an infinity in one sample or channel must only change the results that share statistics with it.
import { describe, expect, test } from "vitest";
import * as ops from "../../../src/ops/index.js";
import { full, ones, sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { normal, useRuntime } from "../../helpers.js";
import { direct, type Layout, turned } from "../layout-cases.js";

const runtime = await useRuntime();

/** Norms that take `training`. It is among the options after the layout, so it can be turned off there. */
const trains = /batchNorm|BatchNorm|Renorm|switchable|iterNorm|powerNorm|evonormB0|batchInstance/;
const methods = Object.entries({ ...direct, ...turned });
const perSample = methods
  .filter(([name]) => !/, training|tracking/.test(name))
  .map(([name, m]): [string, typeof m] => [name, m]);
/** Norms whose statistics never include more than one channel. */
const perChannel = perSample.filter(
  ([name, m]) =>
    !m.overChannels &&
    !/all channels|switchable|iterNorm|localResponse|evonormS0|LIN|layerInstance|globalResponse/.test(
      name,
    ),
);

function run(
  name: string,
  m: (typeof methods)[number][1],
  layout: "nchw" | "nhwc",
  bad: number | null,
  by: "sample" | "channel",
) {
  const shape = layout === "nchw" ? [3, 4, 2, 5] : [3, 2, 5, 4];
  const channelOf = (i: number) => (layout === "nchw" ? Math.floor(i / 10) % 4 : i % 4);
  const other = (i: number) => (by === "sample" ? i < 40 : channelOf(i) === 1);
  const values = normal(120, 1);
  values.forEach((_, i) => {
    if (bad !== null && other(i) && i % 3 === 0) values[i] = bad;
  });
  const x = tensor(values, shape, { runtime, requiresGrad: true });
  const learned = m.learned(3, 4).map((of, i) => {
    const data = normal(sizeOf(of), 2 + i).map((v) => Math.abs(v) + 0.1);
    return tensor(data, of, { runtime, requiresGrad: true });
  });
  const moved = (m.moved?.(4) ?? []).map((of) => ones(of, { runtime }));
  const options = trains.test(name) ? { layout, training: false } : { layout };
  const y = m.op(x, learned, moved, options as Layout);
  y.backward(tensor(normal(120, 9), shape, { runtime }));
  return [y.toArray(), x.grad?.toArray() ?? []].map((list) => list.filter((_, i) => !other(i)));
}

describe.each(["nchw", "nhwc"] as const)("%s", (layout) => {
  describe.each([NaN, Infinity])("%d", (bad) => {
    test.each(perSample)("of a sample: %s", (name, m) => {
      expect(run(name, m, layout, bad, "sample")).toEqual(run(name, m, layout, null, "sample"));
    });
    test.each(perChannel)("of a channel: %s", (name, m) => {
      expect(run(name, m, layout, bad, "channel")).toEqual(run(name, m, layout, null, "channel"));
    });
  });
});

describe("a plane without a deviation, without eps", () => {
  const shape = [2, 3, 8];
  const isFlat = (i: number) => Math.floor(i / 8) === 1;
  const values = normal(48, 1).map((v, i) => (isFlat(i) ? 2 : v));
  const parameter = (of: number[], value: number) =>
    full(of, value, { runtime, requiresGrad: true });
  const outcome = (op: (x: Tensor) => Tensor) => {
    const x = tensor(values, shape, { runtime, requiresGrad: true });
    const y = op(x);
    y.backward(tensor(normal(48, 2), shape, { runtime }));
    return [y.toArray(), x.grad?.toArray() ?? []];
  };

  test.each([
    ["adaLIN", ops.adaLIN],
    ["layerInstanceNorm", ops.layerInstanceNorm],
  ] as const)("%s: the others are as with a tiny eps", (name, op) => {
    for (const rho of [0, 0.4]) {
      const of = name === "adaLIN" ? [2, 3] : [3];
      const [share, weight, bias] = [parameter([3], rho), parameter(of, 1.5), parameter(of, 0.2)];
      const norm = (eps: number) => outcome((x) => op(x, share, weight, bias, { eps }));
      const want = norm(1e-12);
      norm(0).forEach((list, k) => {
        list.forEach((v, i) => {
          if (rho === 0 || !isFlat(i)) expect(v).toBeCloseTo(want[k][i], 4);
        });
      });
    }
  });

  test("evonormB0: 0 where its deviation is not the larger", () => {
    const v = parameter([3], -1);
    const [y, dx] = outcome((x) => {
      const runningVar = ones([3], { runtime });
      return ops.evonormB0(x, { v, runningVar, eps: 0 });
    });
    for (const list of [y, dx]) expect(list.every(Number.isFinite)).toBe(true);
  });
});

test.each([1e15, -1e15, 3e20, 1234.5678, 1e-30])("mixed norms of a constant %d", (value) => {
  const x = full([3, 4, 5, 7], value, { runtime });
  const [weight, bias, third] = [
    ones([4], { runtime }),
    zeros([4], { runtime }),
    tensor([0.3, -1, 0.7], [3], { runtime }),
  ];
  const share = full([4], 0.3, { runtime });
  const training = true;
  const perSample = [ones([3, 4], { runtime }), zeros([3, 4], { runtime })];
  const all = {
    switchableNorm: ops.switchableNorm(x, third, third, { training }),
    batchInstanceNorm: ops.batchInstanceNorm(x, share, { training }),
    adaLIN: ops.adaLIN(x, share, perSample[0], perSample[1]),
    layerInstanceNorm: ops.layerInstanceNorm(x, share, weight, bias),
    layerNorm2d: ops.layerNorm2d(x),
    groupNorm: ops.groupNorm(x, 2),
    iterNorm: ops.iterNorm(x, { training }),
  };
  for (const [name, y] of Object.entries(all))
    expect(
      y.data.every((v) => v === 0),
      `${name}: ${y.data[0]}`,
    ).toBe(true);
});
