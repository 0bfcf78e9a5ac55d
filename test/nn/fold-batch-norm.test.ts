import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import * as nn from "../../src/nn/index.js";
import { add } from "../../src/ops/elementwise/add.js";
import { defaultGenerator } from "../../src/random.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { AnyTensor, Shape, Tensor } from "../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

interface Statistics {
  readonly weight: AnyTensor | null;
  readonly bias: AnyTensor | null;
  readonly runningMean: AnyTensor | null;
  readonly runningVar: AnyTensor | null;
}

/** Fills the norm with values that are not the initial ones. */
function seen<N extends nn.Module & Statistics>(norm: N): N {
  const { weight, bias, runningMean, runningVar } = norm;
  for (const [i, values] of [weight, bias, runningMean, runningVar].entries())
    values?.elements.set(normal(values.size, i, 0.2, 1) as never);
  return norm;
}

/** The result of a call, or the message of its error. */
function outcome(run: () => Tensor): { shape: Shape; data: Float32Array } | string {
  try {
    const y = run();
    return { shape: y.shape, data: y.toArray() };
  } catch (error) {
    return (error as Error).message;
  }
}

const oneByOne = (net: nn.Sequential, x: Tensor) =>
  net.layers.reduce((y, layer) => layer.forward(y) as Tensor, x);

function expectOutcome(got: ReturnType<typeof outcome>, want: ReturnType<typeof outcome>): void {
  if (typeof want === "string" || typeof got === "string") expect(got).toEqual(want);
  else {
    expect(got.shape).toEqual(want.shape);
    expectClose(got.data, want.data, 3e-6);
  }
}

/** Expects the same results and refusals for every input, with gradients, under noGrad, and folded. */
function expectSame(net: nn.Sequential, inputs: Tensor[]): nn.Sequential {
  const folded = nn.foldBatchNorm(net);
  for (const x of inputs) {
    const apart = outcome(() => oneByOne(net, x));
    for (const run of [net, folded]) {
      expectOutcome(
        outcome(() => run.forward(x)),
        apart,
      );
      expectOutcome(
        outcome(() => noGrad(() => run.forward(x))),
        apart,
      );
    }
  }
  return folded;
}

const C = 6;
const inputs = (...shapes: Shape[]) => shapes.map((shape, i) => randomTensor(runtime, shape, i));
const ranks = () => inputs([5, 4], [C, C, 4], [5, C, 4], [2, C, C, 4], [4], [2, 2, C, C, 4]);
const images = () => inputs([2, 4, 8, 8], [4, 8, 8], [2, 5, 8, 8]);
const conv = (options = {}) => new nn.Conv2d(4, C, 3, { runtime, ...options });
const linear = () => new nn.Linear(4, C, { runtime });
const names = (net: nn.Sequential) => net.layers.map((layer) => layer.constructor.name);

const nchw = { layout: "nchw" } as const;
const nhwc = { layout: "nhwc" } as const;
type Make = (options: { layout: "nchw" | "nhwc" }) => nn.Module & Statistics;
const norms: [string, Make][] = [
  ["BatchNorm1d", (o) => new nn.BatchNorm1d(C, { ...o, runtime })],
  ["BatchNorm2d", (o) => new nn.BatchNorm2d(C, { ...o, runtime })],
  ["BatchNorm2d, plain average", (o) => new nn.BatchNorm2d(C, { ...o, momentum: null, runtime })],
  ["BatchNorm2d, not affine", (o) => new nn.BatchNorm2d(C, { ...o, affine: false, runtime })],
  ["BatchNorm3d", (o) => new nn.BatchNorm3d(C, { ...o, runtime })],
  ["SyncBatchNorm", (o) => new nn.SyncBatchNorm(C, { ...o, runtime })],
  ["FrozenBatchNorm2d", (o) => new nn.FrozenBatchNorm2d(C, { ...o, runtime })],
  ["BatchRenorm", (o) => new nn.BatchRenorm(C, { ...o, runtime })],
  ["GhostBatchNorm", (o) => new nn.GhostBatchNorm(C, { ...o, runtime })],
];
const twice = norms.flatMap(([name, make]) =>
  [nchw, nhwc].map((layout) => [`${name} ${layout.layout}`, () => seen(make(layout))] as const),
);

describe("a folded network gives what it gave, and refuses what it refused", () => {
  test.each(twice)("Linear and %s, on every rank", (name, make) => {
    const net = new nn.Sequential(linear(), make(), new nn.ReLU()).eval();
    const never = /[23]d.* nchw/.test(name) && !name.startsWith("Frozen"); // channels on axis 1, not on the last one
    const folded = expectSame(net, ranks());
    expect(folded.layers.length).toBe(never ? 3 : 2);
    if (!never) expect(folded.layers[0].constructor).toBe(nn.Linear);
  });

  test.each(twice)("Conv2d and %s", (name, make) => {
    const net = new nn.Sequential(conv(), make(), new nn.ReLU()).eval();
    const folds = name.endsWith("nchw") && !/[13]d/.test(name);
    expect(expectSame(net, images()).layers.length).toBe(folds ? 2 : 3);
  });

  test("a channels-last norm over what happen to be as many columns", () => {
    const net = new nn.Sequential(conv(), seen(new nn.BatchNorm2d(C, { ...nhwc, runtime }))).eval();
    expect(names(expectSame(net, inputs([2, 4, 8, 8])))).toEqual(["Conv2d", "BatchNorm2d"]);
  });

  test("transposed and grouped convolutions, nested, one layer twice", () => {
    const norm = () => seen(new nn.BatchNorm2d(C, { runtime }));
    const shared = new nn.Conv2d(C, C, 3, { padding: 1, groups: 3, runtime });
    const up = new nn.ConvTranspose2d(C, C, 3, { stride: 2, groups: 2, bias: false, runtime });
    const inner = new nn.Sequential(shared, norm(), up, norm());
    const net = new nn.Sequential(conv(), norm(), inner, shared, norm(), inner).eval();
    const folded = expectSame(net, images());
    expect(names(folded)).toEqual(["Conv2d", "Sequential", "Conv2d", "Sequential"]);
    expect(names(folded.layers[1] as nn.Sequential)).toEqual(["Conv2d", "ConvTranspose2d"]);
    for (const [, module] of folded.modules()) expect(module.training).toBe(false);
  });

  class Doubled extends nn.Conv2d {
    override forward(x: Tensor): Tensor {
      const y = super.forward(x);
      return add(y, y);
    }
  }
  class Louder extends nn.Conv2d {
    override activated(...args: Parameters<nn.Conv2d["activated"]>): Tensor {
      const y = super.activated(...args);
      return add(y, y);
    }
  }
  class Shifted extends nn.BatchNorm2d {
    override activated(...args: Parameters<nn.BatchNorm2d["activated"]>): Tensor {
      const y = super.activated(...args);
      return add(y, y);
    }
  }
  class Stepped extends nn.BatchNorm2d {
    protected override tracked<T>(norm: (options: object) => T): T {
      return super.tracked((options) => norm({ ...options, eps: 1 }));
    }
  }
  class Residual extends nn.Sequential {
    override forward(x: Tensor): Tensor {
      return add(x, super.forward(x));
    }
  }
  const batchNorm = () => seen(new nn.BatchNorm2d(C, { runtime }));
  const same = () => new nn.Conv2d(4, 4, 3, { padding: 1, runtime });
  test.each<[string, () => nn.Module[]]>([
    ["a forward of one's own", () => [new Doubled(4, C, 3, { runtime }), batchNorm()]],
    ["an activated of one's own", () => [new Louder(4, C, 3, { runtime }), batchNorm()]],
    ["a norm's activated", () => [conv(), seen(new Shifted(C, { runtime }))]],
    ["a norm's way of using statistics", () => [conv(), seen(new Stepped(C, { runtime }))]],
    [
      "an object's own forward",
      () => {
        const norm = batchNorm();
        const forward = norm.forward.bind(norm);
        norm.forward = (x: Tensor) => add(forward(x), forward(x));
        return [conv(), norm];
      },
    ],
    [
      "a Sequential's own forward",
      () => [new Residual(same(), seen(new nn.BatchNorm2d(4, { runtime })))],
    ],
    ["other channels", () => [conv(), seen(new nn.BatchNorm2d(5, { runtime }))]],
    [
      "no running statistics",
      () => [conv(), new nn.BatchNorm2d(C, { trackRunningStats: false, runtime })],
    ],
    ["something between", () => [conv(), new nn.Identity(), batchNorm()]],
  ])("apart: %s", (_, make) => {
    const net = new nn.Sequential(...make()).eval();
    const folded = nn.foldBatchNorm(net);
    expect(folded.layers).toEqual(net.layers);
    const [x] = images();
    const apart = outcome(() => oneByOne(net, x));
    for (const run of [net, folded])
      expectOutcome(
        outcome(() => noGrad(() => run.forward(x))),
        apart,
      );
  });

  test("apart: in training, but for a frozen norm", () => {
    const frozen = seen(new nn.FrozenBatchNorm2d(C, { runtime }));
    const net = new nn.Sequential(conv(), batchNorm(), conv({ groups: 2 }), frozen);
    const folded = nn.foldBatchNorm(net);
    expect(names(folded)).toEqual(["Conv2d", "BatchNorm2d", "Conv2d"]);
    expect(folded.training).toBe(true);
  });

  test("apart: what float32 does not hold", () => {
    for (const change of [
      (n: nn.BatchNorm2d) => n.runningVar?.data.fill(1e-30),
      (n: nn.BatchNorm2d) => n.weight?.data.fill(NaN),
    ]) {
      const norm = new nn.BatchNorm2d(C, { eps: 0, runtime });
      change(norm);
      const layer = conv();
      layer.weight.data.fill(1e30);
      const net = new nn.Sequential(layer, norm).eval();
      expect(nn.foldBatchNorm(net).layers).toEqual(net.layers);
      expect(() => nn.foldBatchNorm(layer, norm)).toThrow("within float32");
    }
  });

  test("a parametrised weight: as it is, unless it moves at each use", () => {
    const x = randomTensor(runtime, [2, 4, 8, 8], 1);
    for (const make of [nn.weightNorm, nn.spectralNorm, nn.weightStandardization]) {
      const layer = make(conv());
      const net = new nn.Sequential(layer, batchNorm()).eval();
      const state = [...layer.stateDict().values()].map((value) => value.toArray());
      const { tensors } = runtime.stats();
      const folded = nn.foldBatchNorm(net);
      expect(runtime.stats().tensors).toBe(tensors + 2);
      expect([...folded.stateDict().keys()]).toEqual(["0.weight", "0.bias"]);
      expectClose(folded.forward(x).toArray(), net.forward(x).toArray(), 3e-6);
      expect([...layer.stateDict().values()].map((value) => value.toArray())).toEqual(state);
    }
    const moving = nn.spectralNorm(conv());
    const net = new nn.Sequential(moving, batchNorm().eval());
    expect(nn.foldBatchNorm(net).layers).toEqual(net.layers);
    expect(() => nn.foldBatchNorm(moving, batchNorm().eval())).toThrow("a weight moves");
  });
});

test("draws no random numbers", () => {
  const layers = [conv(), linear(), new nn.ConvTranspose2d(C, C, 3, { runtime })];
  const before = defaultGenerator.getState();
  for (const layer of layers) {
    const norm = layer instanceof nn.Linear ? nn.BatchNorm1d : nn.BatchNorm2d;
    nn.foldBatchNorm(layer as nn.Conv2d, new norm(C, { runtime }).eval());
  }
  expect(defaultGenerator.getState()).toEqual(before);
});

test("of two layers: what stays apart in a Sequential is refused, with the reason", async () => {
  const norm = seen(new nn.BatchNorm2d(C, { runtime })).eval();
  const other = await createRuntime({ threads: 1 });
  const elsewhere = new nn.BatchNorm2d(C, { runtime: other }).eval();
  const last = new nn.BatchNorm2d(C, { ...nhwc, runtime }).eval();
  const training = new nn.BatchNorm2d(C, { runtime });
  expect(() => nn.foldBatchNorm(conv(), training)).toThrow("got BatchNorm2d in training");
  expect(() => nn.foldBatchNorm(conv(), last)).toThrow("of the channels of a Conv2d");
  expect(() => nn.foldBatchNorm(linear(), norm)).toThrow("of the channels of a Linear");
  expect(() => nn.foldBatchNorm(conv(), elsewhere)).toThrow("of one runtime");
  const plain = new nn.GroupNorm(2, C, { runtime }) as unknown as nn.BatchNorm2d;
  expect(() => nn.foldBatchNorm(conv(), plain)).toThrow(TypeError);
  const net = new nn.Sequential(conv(), elsewhere).eval();
  expect(nn.foldBatchNorm(net).layers).toEqual(net.layers);
  other.close();
});

test("a linear layer of two ranks keeps its keys, its ReLU in the same pass, and gradients", () => {
  const net = new nn.Sequential(linear(), seen(new nn.BatchNorm1d(C, { runtime })), new nn.ReLU());
  const folded = nn.foldBatchNorm(net.eval());
  expect([...folded.stateDict().keys()]).toEqual(["0.weight", "0.bias"]);
  for (const shape of [
    [5, 4],
    [2, C, 4],
  ]) {
    const y = folded.forward(randomTensor(runtime, shape, 1, true));
    y.backward(randomTensor(runtime, y.shape, 2));
    expect(y.data.every((value) => value >= 0)).toBe(true);
  }
  expect(folded.layers[0].parameters()[0].grad).not.toBeNull();
});
