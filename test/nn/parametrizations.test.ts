import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { SGD } from "../../src/optim/sgd.js";
import { type AnyTensor, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { goldenJson } from "../golden.js";
import { expectClose, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const conv = () => new nn.Conv2d(3, 4, 3, { padding: 1, runtime });
const keysOf = (layer: nn.Module) => [...layer.stateDict().keys()];
const parametersOf = (layer: nn.Module) => [...layer.namedParameters()].map(([key]) => key);
type Parametrise = (layer: nn.Conv2d) => nn.Conv2d;

const modern = (name: string) => `parametrizations.weight.${name}`;
const cases: [name: string, make: Parametrise, keys: string[], buffers: number][] = [
  ["weightNorm", (l) => nn.weightNorm(l), [modern("original0"), modern("original1")], 0],
  ["weightNorm, hook", (l) => nn.weightNorm(l, { hook: true }), ["weight_g", "weight_v"], 0],
  [
    "spectralNorm",
    (l) => nn.spectralNorm(l),
    [modern("original"), modern("0._u"), modern("0._v")],
    2,
  ],
  [
    "spectralNorm, hook",
    (l) => nn.spectralNorm(l, { hook: true }),
    ["weight_orig", "weight_u", "weight_v"],
    2,
  ],
  ["weightStandardization", (l) => nn.weightStandardization(l), [modern("original")], 0],
  [
    "scaledWeightStandardization",
    (l) => nn.scaledWeightStandardization(l, { gamma: 1.7 }),
    [modern("original"), modern("gain")],
    0,
  ],
];

describe.each(cases)("%s", (_, make, keys, buffers) => {
  test("has PyTorch's keys, and parameters that learn", () => {
    const layer = make(conv());
    expect(keysOf(layer)).toEqual(["bias", ...keys]);
    expect(parametersOf(layer)).toEqual(["bias", ...keys.slice(0, keys.length - buffers)]);
    const x = randomTensor(runtime, [2, 3, 5, 5], 1);
    const before = layer.forward(x).toArray();
    const y = layer.forward(x);
    y.backward(randomTensor(runtime, y.shape, 2));
    for (const parameter of layer.parameters()) expect(parameter.grad).not.toBeNull();
    new SGD(layer.parameters(), { lr: 0.1 }).step();
    expect(layer.forward(x).toArray()).not.toEqual(before);
  });

  test("its state can be loaded elsewhere", () => {
    const [from, to] = [make(conv()), make(conv())].map((layer) => layer.eval());
    const x = randomTensor(runtime, [1, 3, 4, 4], 3);
    expect(to.forward(x).toArray()).not.toEqual(from.forward(x).toArray());
    to.loadStateDict(from.stateDict());
    expect(to.forward(x).toArray()).toEqual(from.forward(x).toArray());
  });

  test("folds into an ordinary weight and leaves no memory behind", () => {
    const plain = runtime.stats().tensors;
    const layer = make(conv());
    const x = randomTensor(runtime, [1, 3, 4, 4], 3);
    const run = () => tidy(() => layer.forward(x).toArray());
    layer.eval();
    const before = run();
    layer.train();
    expect(nn.removeParametrization(layer)).toBe(layer);
    expect(layer.training).toBe(true);
    expect(keysOf(layer)).toEqual(["weight", "bias"]);
    expect(layer.weight.requiresGrad).toBe(true);
    expect(run()).toEqual(before);
    x.dispose();
    layer.dispose();
    expect(runtime.stats().tensors).toBe(plain);
    expect(() => nn.removeParametrization(layer)).toThrow('"weight" has no parametrisation');
  });
});

describe("checkpoints of PyTorch: what it computed before, in two steps of training, and in evaluation", () => {
  const parametrise = { spectralNorm: nn.spectralNorm, weightNorm: nn.weightNorm };
  const { Linear, Conv2d, ConvTranspose2d, LayerNorm } = nn;
  const layers: Record<string, unknown> = { Linear, Conv2d, ConvTranspose2d, LayerNorm };
  interface Values {
    shape: number[];
    data: number[];
  }
  interface Checkpoint {
    how: keyof typeof parametrise;
    hook: boolean;
    layer: keyof typeof layers;
    args: unknown[];
    options: object;
    input: Values;
    before: Record<string, Values>;
    outputs: Values[];
    /** The entries of the state dict that changed. */
    after: Record<string, Values>;
    eval: Values;
  }
  const { cases } = goldenJson("parametrizations") as { cases: Checkpoint[] };
  const named = cases.map((c) => {
    const keys = c.hook ? "hook" : "parametrization";
    return [`${c.how} ${JSON.stringify(c.options)} of ${c.layer}, ${keys}`, c] as const;
  });

  test.each(named)("%s", (_, golden) => {
    const { how, hook, layer: name, args, options } = golden;
    const make = layers[name] as new (...args: unknown[]) => nn.Module;
    const layer = parametrise[how](new make(...args, { runtime }), { ...options, hook });
    const load = ({ data, shape }: Values) => tensor(data, shape, { runtime });
    const state = new Map<string, AnyTensor>();
    for (const [key, values] of Object.entries(golden.before)) state.set(key, load(values));
    layer.loadStateDict(state);
    const x = load(golden.input);
    for (const { data } of golden.outputs) expectClose(layer.forward(x).toArray(), data, 2e-6);
    for (const [key, value] of layer.stateDict()) {
      const { data } = golden.after[key] ?? golden.before[key];
      expectClose(value.toArray() as Float32Array, data, 1e-6, key);
    }
    expectClose(layer.eval().forward(x).toArray(), golden.eval.data, 2e-6);
  });
});

describe("parametrisations", () => {
  test("weightNorm leaves the weight as it was", () => {
    const layer = conv();
    const before = layer.weight.toArray();
    for (const dim of [0, 1, -1, null]) {
      const after = nn.weightNorm(layer, { dim }).weight;
      expectClose(after.data, before, 1e-7);
      nn.removeParametrization(layer);
    }
  });

  test("spectralNorm moves u in training only, by one step a use", () => {
    const layer = nn.spectralNorm(conv(), { hook: true });
    const u = layer.stateDict().get("weight_u") as Tensor;
    const [first, x] = [u.toArray(), randomTensor(runtime, [1, 3, 4, 4], 3)];
    layer.eval().forward(x);
    expect(u.data).toEqual(first);
    layer.train().forward(x);
    expect(u.data).not.toEqual(first);
  });

  test("the warm-up comes near the largest singular value", () => {
    const layer = nn.spectralNorm(new nn.Linear(6, 5, { runtime })).eval();
    let [largest, vector] = [0, randomTensor(runtime, [6], 5).toArray()];
    const w = layer.weight.toArray();
    for (let i = 0; i < 200; i++) {
      const left = Array.from({ length: 5 }, (_, o) =>
        vector.reduce((sum, v, j) => sum + w[6 * o + j] * v, 0),
      );
      const back = vector.map((_, j) => left.reduce((sum, v, o) => sum + w[6 * o + j] * v, 0));
      largest = Math.hypot(...left);
      vector = back.map((v) => v / Math.hypot(...back));
    }
    expect(Math.abs(largest - 1)).toBeLessThan(0.05);
  });

  test("refusals", () => {
    const layer = nn.weightNorm(conv());
    expect(() => nn.spectralNorm(layer)).toThrow('"weight" is parametrised already');
    expect(() => nn.weightNorm(new nn.ReLU())).toThrow('expected a layer with a tensor "weight"');
    expect(() => nn.weightNorm(conv(), { name: "stride" })).toThrow(TypeError);
    const plain = conv();
    for (const hook of [false, true]) {
      for (const options of [{ nPowerIterations: 0 }, { dim: 4 }, { dim: -5 }])
        expect(() => nn.spectralNorm(plain, { ...options, hook })).toThrow(RangeError);
    }
    expect(keysOf(plain)).toEqual(["weight", "bias"]);
  });
});
