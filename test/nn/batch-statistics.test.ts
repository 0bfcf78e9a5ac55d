import { describe, expect, test, vi } from "vitest";
import * as nn from "../../src/nn/index.js";
import { permute } from "../../src/ops/index.js";
import { Adam, AveragedModel, SGD } from "../../src/optim/index.js";
import { manualSeed, randn } from "../../src/random.js";
import { type Tensor, tensor } from "../../src/tensor.js";
import { useRuntime } from "../helpers.js";

const runtime = await useRuntime();
const options = { runtime };

/** Mean and variance of each channel of [N, C, H, W] tensors together, in float64. */
function pooled(batches: readonly Tensor[], correction: number) {
  const channels = batches[0].shape[1];
  return Array.from({ length: channels }, (_, c) => {
    const values = batches.flatMap((x) => {
      const plane = x.shape[2] * x.shape[3];
      return [...x.toArray()].filter((_, i) => Math.floor(i / plane) % channels === c);
    });
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const m2 = values.reduce((a, b) => a + (b - mean) ** 2, 0);
    return { mean, variance: m2 / (values.length - correction) };
  });
}

const drawn = (...sizes: number[]) =>
  sizes.map((n, i) => {
    const x = randn([n, 2, 3, 3], options);
    x.data.forEach((v, k) => {
      x.data[k] = 1e4 + (i + 1) * v;
    });
    return x;
  });

test("recurrent batch norm, with its statistics of each step, is refused by name", () => {
  const cell = new nn.LSTM(2, 3, { norm: "bn", normSteps: 2, ...options });
  for (const [op, act] of Object.entries({
    withBatchStatistics: () => nn.withBatchStatistics(cell, () => 1),
    updateBatchNorm: () => nn.updateBatchNorm(cell, [randn([2, 2, 2], options)]),
    adaBN: () => nn.adaBN(cell, [randn([2, 2, 2], options)]),
    tentParameters: () => nn.tentParameters(cell),
    freezeNorms: () => nn.freezeNorms(cell),
  }))
    expect(act).toThrow(`${op}: a recurrent layer with norm "bn" has statistics of each step`);
});

test("freezeNorms freezes the layer norms within recurrent cells", () => {
  const cell = new nn.GRU(2, 3, { norm: "ln", ...options });
  nn.freezeNorms(cell);
  for (const [key, parameter] of cell.stateDict())
    expect(parameter.requiresGrad, key).toBe(!key.includes("norm"));
});

describe("updateBatchNorm", () => {
  test.each([0, 1] as const)("pooled statistics of uneven batches, correction %i", (correction) => {
    manualSeed(0);
    const norm = new nn.BatchNorm2d(2, { ...options, correction });
    const batches = drawn(4, 1, 7);
    nn.updateBatchNorm(norm.eval(), batches);
    pooled(batches, correction).forEach(({ mean, variance }, c) => {
      expect(norm.runningMean?.toArray()[c]).toBe(Math.fround(mean));
      expect(norm.runningVar?.toArray()[c]).toBeCloseTo(variance, 4);
    });
    expect(norm.numBatchesTracked?.item()).toBe(3);
    expect(norm.training).toBe(false);
  });

  test("a later norm sees what the earlier one makes of each batch; a loader's batches; channels last", () => {
    manualSeed(1);
    const first = new nn.BatchNorm2d(2, options);
    const second = new nn.BatchNorm2d(2, options);
    const net = new nn.Sequential(first, new nn.ReLU(), second);
    const batches = drawn(5, 3);
    nn.updateBatchNorm(
      net,
      batches.map((images) => ({ images })),
    );
    const seen = nn.withBatchStatistics(first, () =>
      batches.map((x) => new nn.ReLU().forward(first.forward(x))),
    );
    pooled(seen, 1).forEach(({ mean, variance }, c) => {
      expect(second.runningMean?.toArray()[c]).toBeCloseTo(mean, 6);
      expect(second.runningVar?.toArray()[c]).toBeCloseTo(variance, 6);
    });

    const last = new nn.BatchNorm2d(2, { ...options, layout: "nhwc" });
    nn.adaBN(
      last,
      batches.map((x) => permute(x, [0, 2, 3, 1])),
    );
    expect(last.runningMean?.toArray()).toEqual(first.runningMean?.toArray());
  });

  test("padding counts in no statistic", () => {
    const norm = new nn.BatchNorm1d(1, options);
    const x = tensor([1, 3, 99, 5, 99, 99], [2, 1, 3], options);
    const mask = tensor([1, 1, 0, 1, 0, 0], [2, 3], options);
    nn.updateBatchNorm(norm, [x], { forward: (batch) => norm.forward(batch, mask) });
    expect(norm.runningMean?.toArray()).toEqual(Float32Array.of(3));
    expect(norm.runningVar?.toArray()).toEqual(Float32Array.of(4));
  });

  test("a call that throws changes nothing, and leaves nothing", () => {
    const norm = new nn.BatchNorm2d(2, options);
    const good = drawn(2)[0];
    const before = [...norm.stateDict()].map(([key, x]) => [key, x.toArray()]);
    const { tensors } = runtime.stats();
    const broken = [good, tensor([1, 2, 3], [1, 3, 1, 1], options)];
    const made = runtime.stats().tensors - tensors;
    expect(() => nn.updateBatchNorm(norm, broken)).toThrow("BatchNorm2d: expected 2 channels");
    expect(() => nn.updateBatchNorm(norm, [])).toThrow(
      "updateBatchNorm: expected at least one batch",
    );
    expect(() => nn.updateBatchNorm(norm, [{ x: good }] as never)).toThrow(
      "expected batches of tensors",
    );
    expect(() => nn.updateBatchNorm(norm, null as never)).toThrow(TypeError);
    expect(() => nn.updateBatchNorm(norm, [good], { forward: async () => good })).toThrow(
      TypeError,
    );
    expect(() => nn.updateBatchNorm({} as never, [good])).toThrow("expected a layer");
    const one = [tensor([1, 2], [1, 2, 1, 1], options)];
    expect(() => nn.updateBatchNorm(norm, one)).toThrow("Expected more than 1 value per channel");
    expect([...norm.stateDict()].map(([key, x]) => [key, x.toArray()])).toEqual(before);
    expect(norm.training).toBe(true);
    expect(runtime.stats().tensors - tensors - made).toBe(1); // the last batch
    expect(Object.hasOwn(norm, "forward")).toBe(false);
  });
});

describe("withBatchStatistics", () => {
  test("moves nothing and puts back what was there, even if the body throws", () => {
    const norm = new nn.BatchNorm2d(2, options).eval();
    const [x] = drawn(3);
    const y = nn.withBatchStatistics(norm, () => norm.forward(x).toArray());
    expect(Math.abs(y.reduce((a, b) => a + b) / y.length)).toBeLessThan(1e-2);
    expect(() =>
      nn.withBatchStatistics(norm, () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(norm.runningMean?.toArray()).toEqual(new Float32Array(2));
    expect([norm.training, norm.numBatchesTracked?.item()]).toEqual([false, 0]);
  });
});

describe("tent", () => {
  const net = () => {
    manualSeed(3);
    return new nn.Sequential(
      new nn.Linear(4, 8, options),
      new nn.BatchNorm1d(8, options),
      new nn.ReLU(),
      new nn.Linear(8, 3, options),
    );
  };
  const entropy = (logits: Float32Array) => {
    let total = 0;
    for (let i = 0; i < logits.length; i += 3) {
      const e = [...logits.subarray(i, i + 3)].map(Math.exp);
      const z = e.reduce((a, b) => a + b);
      total -= e.reduce((sum, v) => sum + (v / z) * Math.log(v / z), 0);
    }
    return total / (logits.length / 3);
  };

  test("lowers the entropy by scale and shift of the batch norms alone", () => {
    const model = net().eval();
    const adam = new Adam(nn.tentParameters(model), { lr: 0.05 });
    const x = randn([16, 4], options);
    const before = [...model.stateDict()].map(([key, t]) => [key, t.toArray()] as const);
    const { tensors } = runtime.stats();
    const first = entropy(nn.tent(model, x, adam).toArray());
    for (let i = 0; i < 20; i++) nn.tent(model, x, adam).dispose();
    const last = nn.tent(model, x, adam);
    expect(entropy(last.toArray())).toBeLessThan(0.8 * first);
    for (const [key, value] of before)
      if (!/^1\.(weight|bias)$/.test(key))
        expect(model.stateDict().get(key)?.toArray(), key).toEqual(value);
    last.dispose();
    expect(runtime.stats().tensors).toBeLessThanOrEqual(tensors + 5); // Adam's moments, the first logits
    expect(() => nn.tentParameters(new nn.Linear(2, 2, options))).toThrow("expected a batch norm");
    expect(() => nn.tent(model, x, {} as never)).toThrow("tent: expected an optimiser");
  });
});

describe("AveragedModel", () => {
  const trained = (average: (model: nn.Module) => AveragedModel) => {
    const model = new nn.Sequential(new nn.Linear(1, 1, options), new nn.BatchNorm1d(1, options));
    const averaged = average(model);
    const weights: number[] = [];
    for (const value of [1, 4, 10]) {
      for (const parameter of model.parameters()) parameter.data.fill(value);
      (model.layers[1] as nn.BatchNorm1d).runningMean?.data.fill(value);
      averaged.update();
      weights.push(averaged.averages().get("0.weight")?.item() as number);
    }
    return { model, averaged, weights };
  };

  test("the plain average, the exponential one, and buffers", () => {
    const swa = trained((model) => new AveragedModel(model));
    expect(swa.weights).toEqual([1, 2.5, 5]);
    expect(swa.averaged.averages().get("1.running_mean")?.item()).toBe(10);
    const ema = trained((model) => new AveragedModel(model, { decay: 0.75, useBuffers: true }));
    expect(ema.weights).toEqual([1, 1.75, 3.8125]);
    expect(ema.averaged.averages().get("1.running_mean")?.item()).toBe(3.8125);
    expect(ema.averaged.nAveraged).toBe(3);
  });

  test("runs the model with the average, and puts its weights back", () => {
    const { model, averaged } = trained((model) => new AveragedModel(model));
    const weight = () => model.stateDict().get("0.weight")?.item();
    expect(averaged.applied(weight)).toBe(5);
    expect(weight()).toBe(10);
    expect(() =>
      averaged.applied(() => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(() => averaged.applied(async () => 1)).toThrow(
      "applied: expected a synchronous function",
    );
    expect(() => averaged.applied(() => averaged.update())).toThrow("called within applied");
    expect(weight()).toBe(10);
    averaged.applied(() => nn.updateBatchNorm(model, [randn([8, 1], options)]));
    expect(averaged.averages().get("1.running_mean")?.item()).not.toBe(10);
    expect(model.stateDict().get("1.running_mean")?.item()).toBe(10);
  });

  test("a model that has got other shapes or keys is refused, and nothing changes", () => {
    const { model, averaged } = trained((model) => new AveragedModel(model));
    const [linear] = model.layers as [nn.Linear];
    const states = () =>
      [model.stateDict(), averaged.averages()].map((state) =>
        [...state.values()].map((t) => Array.from(t.toArray(), String)),
      );
    const refused = (message: string) => {
      const before = states();
      const ran = vi.fn();
      expect(() => averaged.update()).toThrow(`AveragedModel.update: ${message}`);
      expect(() => averaged.applied(ran)).toThrow(`AveragedModel.applied: ${message}`);
      expect(ran).not.toHaveBeenCalled();
      expect(states()).toEqual(before);
      expect(averaged.nAveraged).toBe(3);
    };
    model.replaceChild("0", new nn.Linear(3, 1, options));
    refused("expected 0.weight as float32 of shape [1, 1], got float32 of shape [1, 3]");
    model.replaceChild("0", new nn.Linear(1, 2, options));
    refused("expected 0.weight as float32 of shape [1, 1], got float32 of shape [2, 1]");
    model.replaceChild("0", new nn.Linear(1, 1, { ...options, bias: false }));
    refused("expected 0.bias as float32 of shape [1], got none");
    model.replaceChild("0", new nn.LayerNorm(1, options));
    refused("expected 0.weight as float32 of shape [1, 1], got float32 of shape [1]");
    model.replaceChild("0", linear);
    averaged.update();
    const more = new nn.Sequential(...model.layers, new nn.Linear(1, 1, options));
    Object.assign(averaged, { model: more });
    expect(() => averaged.update()).toThrow("AveragedModel.update: 2.weight has no average");
  });

  test("a tensor under two keys is averaged once; state goes to another one", () => {
    const shared = new nn.Linear(1, 1, options);
    const model = new nn.Sequential(shared, shared);
    const averaged = new AveragedModel(model);
    for (const value of [0, 8]) {
      shared.weight.data.fill(value);
      averaged.update();
    }
    expect(averaged.averages().get("1.weight")?.item()).toBe(4);
    expect(averaged.applied(() => shared.weight.item())).toBe(4);
    const other = new AveragedModel(model);
    other.loadStateDict(averaged.stateDict());
    expect([other.nAveraged, other.averages().get("0.weight")?.item()]).toEqual([2, 4]);
    const wrong = { nAveraged: 1, tensors: new Map() };
    expect(() => other.loadStateDict(wrong)).toThrow(
      "AveragedModel.loadStateDict: expected 0.weight",
    );
    const { tensors } = runtime.stats();
    other.dispose();
    expect(runtime.stats().tensors).toBe(tensors - 2);
    expect(() => new AveragedModel(model, { decay: 2 })).toThrow(RangeError);
    expect(() => new AveragedModel({} as never)).toThrow("expected a model");
    new SGD(model.parameters(), { lr: 1 });
  });
});
