// What operations with running statistics share: which variance the statistics take, and that they are no parameters.
import { describe, expect, test } from "vitest";
import { noGrad } from "../../../src/autograd.js";
import * as nn from "../../../src/nn/index.js";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { batchRenorm } from "../../../src/ops/norm/batch-renorm.js";
import { evonormB0 } from "../../../src/ops/norm/evonorm-b0.js";
import { ghostBatchNorm } from "../../../src/ops/norm/ghost-batch-norm.js";
import { instanceNorm } from "../../../src/ops/norm/instance-norm.js";
import { iterNorm } from "../../../src/ops/norm/iter-norm.js";
import { powerNorm } from "../../../src/ops/norm/power-norm.js";
import { syncBatchNorm } from "../../../src/ops/norm/sync-batch-norm.js";
import { ones, type Tensor, zeros } from "../../../src/tensor.js";
import { expectClose, randomTensor, useRuntime } from "../../helpers.js";

const runtime = await useRuntime();

const [N, C, L] = [4, 3, 5];
const layouts = [
  ["nchw", [N, C, L]],
  ["nhwc", [N, L, C]],
] as const;
const statistics = () => ({
  runningMean: zeros([C], { runtime }),
  runningVar: ones([C], { runtime }),
});

describe.each(layouts)("correction, %s", (layout, shape) => {
  /** The biased variance of channel c, of sample n alone if n is given. */
  const variance = (x: Tensor, c: number, n?: number) => {
    const channel = (i: number) => (layout === "nhwc" ? i % C : Math.floor(i / L) % C);
    const values = [...x.data].filter(
      (_, i) => channel(i) === c && (n === undefined || Math.floor(i / (C * L)) === n),
    );
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
  };
  const channels = [0, 1, 2];
  const wanted = (x: Tensor, instances: boolean, correction: number) => {
    const count = instances ? L : N * L;
    const biased = channels.map((c) =>
      instances ? [0, 1, 2, 3].reduce((sum, n) => sum + variance(x, c, n) / N, 0) : variance(x, c),
    );
    return biased.map((v) => 0.75 + (0.25 * v * count) / (count - correction));
  };
  const momentum = 0.25;

  test.each([0, 1] as const)("%i", (correction) => {
    const x = randomTensor(runtime, shape, 1);
    const o = { ...statistics(), momentum, correction, layout };
    batchNorm(x, { ...o, training: true });
    expectClose(o.runningVar.data, wanted(x, false, correction), 1e-6);
    const p = { ...statistics(), momentum, correction, layout };
    instanceNorm(x, p);
    expectClose(p.runningVar.data, wanted(x, true, correction), 1e-6);
    const q = { ...statistics(), momentum, correction, layout };
    syncBatchNorm([x], { ...q, training: true });
    expectClose(q.runningVar.data, wanted(x, false, correction), 1e-6);

    const options = { momentum, correction, layout, runtime };
    const batch = new nn.BatchNorm1d(C, options);
    batch.forward(x);
    expectClose(batch.runningVar?.data ?? [], wanted(x, false, correction), 1e-6);
    const instance = new nn.InstanceNorm1d(C, { ...options, trackRunningStats: true });
    instance.forward(x);
    expectClose(instance.runningVar?.data ?? [], wanted(x, true, correction), 1e-6);
  });
});

test("another correction is refused, and changes nothing", () => {
  const x = randomTensor(runtime, [N, C, L], 1);
  const o = { ...statistics(), correction: 2 as 1 };
  expect(() => batchNorm(x, { ...o, training: true })).toThrow(
    "batchNorm: expected correction 0 or 1, got 2",
  );
  expect(() => instanceNorm(x, o)).toThrow(RangeError);
  expect([...o.runningVar.data]).toEqual([1, 1, 1]);
});

describe("running statistics that require a gradient are refused, but under noGrad", () => {
  const made = (shape: number[], requiresGrad: boolean) => ones(shape, { runtime, requiresGrad });
  type Op = (x: Tensor, wanting: boolean, training: boolean) => unknown;
  const both = (wanting: boolean, other: boolean) => [
    { runningMean: made([C], wanting), runningVar: made([C], other) },
    { runningMean: made([C], other), runningVar: made([C], wanting) },
  ];
  const pair =
    (op: (x: Tensor, options: object) => unknown, switched = "training"): Op =>
    (x, wanting, training) => {
      for (const o of both(wanting, false)) op(x, { ...o, [switched]: training });
    };
  test.each<[string, Op]>([
    ["batchNorm", pair(batchNorm)],
    ["instanceNorm", pair(instanceNorm, "useInputStats")],
    ["ghostBatchNorm", pair(ghostBatchNorm)],
    ["batchRenorm", pair(batchRenorm)],
    ["syncBatchNorm", pair((x, options) => syncBatchNorm([x], options))],
    [
      "evonormB0",
      (x, wanting, training) => evonormB0(x, { runningVar: made([C], wanting), training }),
    ],
    [
      "iterNorm",
      (x, wanting, training) => {
        const runningWhitening = made([1, C, C], wanting);
        iterNorm(x, { runningMean: made([C], false), runningWhitening, training });
      },
    ],
    [
      "powerNorm",
      (x, wanting, training) =>
        powerNorm(x, { runningPhi: made([C], wanting), emaGz: made([C], false), training }),
    ],
  ])("%s", (_, op) => {
    const x = randomTensor(runtime, [N, C, L], 1);
    for (const training of [true, false]) {
      op(x, false, training);
      expect(() => op(x, true, training)).toThrow("not to require a gradient");
      noGrad(() => op(x, true, training));
    }
  });
});

test("InstanceNorm of one spatial element is refused in either mode, each in its words", () => {
  for (const layer of [
    new nn.InstanceNorm2d(C, { runtime }),
    new nn.InstanceNorm2d(C, { layout: "nhwc", runtime }),
  ]) {
    const shape = layer.layout === "nhwc" ? [2, 1, 1, C] : [2, C, 1, 1];
    const x = zeros(shape, { runtime });
    expect(() => layer.forward(x)).toThrow("Expected more than 1 spatial element when training");
    expect(() => layer.eval().forward(x)).toThrow(
      `InstanceNorm2d: expected more than 1 spatial element, got input size [${shape.join(", ")}]`,
    );
  }
  const tracked = new nn.InstanceNorm2d(C, { trackRunningStats: true, runtime }).eval();
  expect(tracked.forward(zeros([2, C, 1, 1], { runtime })).shape).toEqual([2, C, 1, 1]);
});
