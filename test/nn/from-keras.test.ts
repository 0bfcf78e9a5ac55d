import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { type Tensor, tensor } from "../../src/tensor.js";
import { expectClose, normal, randomTensor, useRuntime } from "../helpers.js";
import { keras } from "../reference/keras.js";

const runtime = await useRuntime();

type Config = Record<string, unknown>;
const convert = (class_name: string, config: Config, shape: nn.KerasShape) =>
  nn.fromKeras({ class_name, config }, shape, { runtime });
const keysOf = (layer: nn.Module) => [...layer.stateDict().keys()];

/** Fills scale and shift with random values. Returns those values. */
function fill(layer: nn.Module): { gamma?: Float32Array; beta?: Float32Array } {
  const state = layer.stateDict() as Map<string, Tensor>;
  const [gamma, beta] = ["weight", "bias"].map((key, i) => {
    const tensor = state.get(key);
    tensor?.data.set(normal(tensor.size, 70 + i, 0.5, 1));
    return tensor?.toArray();
  });
  return { gamma, beta };
}

const last = (index: number[]) => index[index.length - 1];
const first = (index: number[]) => index[1];

interface Row {
  name: string;
  config: Config;
  shape: number[];
  want: new (...args: never[]) => nn.Module;
  set: (index: number[]) => string;
  eps: number;
  at?: (index: number[]) => number;
  centred?: boolean;
  keys?: string[];
}
const running = ["running_mean", "running_var", "num_batches_tracked"];
const both = ["weight", "bias"];
const rows: Row[] = [
  {
    name: "BatchNormalization",
    config: {},
    shape: [3, 4, 5, 6],
    want: nn.BatchNorm2d,
    set: (i) => `${last(i)}`,
    eps: 1e-3,
    keys: [...both, ...running],
  },
  {
    name: "BatchNormalization",
    config: { axis: [1], epsilon: 0.1 },
    shape: [3, 4, 5, 6],
    want: nn.BatchNorm2d,
    set: (i) => `${first(i)}`,
    at: first,
    eps: 0.1,
    keys: [...both, ...running],
  },
  {
    name: "BatchNormalization",
    config: { scale: false },
    shape: [6, 4],
    want: nn.BatchNorm1d,
    set: (i) => `${last(i)}`,
    eps: 1e-3,
    keys: ["bias", ...running],
  },
  {
    name: "BatchNormalizationV1",
    config: { center: false, fused: true },
    shape: [2, 3, 2, 2, 4],
    want: nn.BatchNorm3d,
    set: (i) => `${last(i)}`,
    eps: 1e-3,
    keys: ["weight", ...running],
  },
  {
    name: "LayerNormalization",
    config: {},
    shape: [2, 5, 6],
    want: nn.LayerNorm,
    set: (i) => `${i[0]},${i[1]}`,
    eps: 1e-3,
    keys: both,
  },
  {
    name: "LayerNormalization",
    config: { axis: [3, 1, 2], epsilon: 1e-6, scale: false },
    shape: [2, 3, 4, 5],
    want: nn.LayerNorm,
    set: (i) => `${i[0]}`,
    at: (i) => (i[1] * 4 + i[2]) * 5 + i[3],
    eps: 1e-6,
    keys: ["bias"],
  },
  {
    name: "LayerNormalization",
    config: { axis: 1, center: false, scale: false },
    shape: [2, 3, 4, 5],
    want: nn.LayerNorm2d,
    set: (i) => `${i[0]},${i[2]},${i[3]}`,
    eps: 1e-3,
    keys: [],
  },
  {
    name: "GroupNormalization",
    config: { groups: 2 },
    shape: [2, 3, 3, 6],
    want: nn.GroupNorm,
    set: (i) => `${i[0]},${Math.floor(i[3] / 3)}`,
    eps: 1e-3,
    keys: both,
  },
  {
    name: "GroupNormalization",
    config: { axis: -3 },
    shape: [2, 32, 3, 2],
    want: nn.GroupNorm,
    set: (i) => `${i[0]},${i[1]}`,
    at: first,
    eps: 1e-3,
    keys: both,
  },
  {
    name: "Addons>InstanceNormalization",
    config: { center: false, epsilon: 1e-5 },
    shape: [2, 3, 3, 6],
    want: nn.GroupNorm,
    set: (i) => `${i[0]},${i[3]}`,
    eps: 1e-5,
    keys: ["weight"],
  },
  {
    name: "RMSNormalization",
    config: { axis: [-1] },
    shape: [2, 5, 6],
    want: nn.RMSNorm,
    set: (i) => `${i[0]},${i[1]}`,
    centred: false,
    eps: 1e-6,
    keys: ["weight"],
  },
  {
    name: "RMSNormalization",
    config: { axis: 1, epsilon: 0.01 },
    shape: [2, 5, 3, 3],
    want: nn.RMSNorm2d,
    set: (i) => `${i[0]},${i[2]},${i[3]}`,
    at: first,
    centred: false,
    eps: 0.01,
    keys: ["weight"],
  },
];

describe("fromKeras computes what Keras does", () => {
  test.each(rows)("$name $config on $shape", (row) => {
    const { name, config, shape, set, at = last, eps, centred } = row;
    const layer = convert(name, config, [null, ...shape.slice(1)]);
    expect(layer).toBeInstanceOf(row.want);
    expect(keysOf(layer)).toEqual(row.keys);
    const x = randomTensor(runtime, shape, 9, true);
    const { gamma, beta } = fill(layer);
    const y = layer.forward(x);
    expectClose(y.data, keras(x, { set, at, eps, centred, gamma, beta }), 2e-6);
    y.backward(randomTensor(runtime, shape, 4));
    for (const parameter of layer.parameters()) expect(parameter.grad).not.toBeNull();
  });

  test("UnitNormalization", () => {
    const x = randomTensor(runtime, [2, 3, 4], 1);
    const y = convert("UnitNormalization", { axis: -1 }, [null, 3, 4]).forward(x);
    for (let row = 0; row < 6; row++)
      expect(Math.hypot(...y.data.slice(4 * row, 4 * row + 4))).toBeCloseTo(1, 6);
  });
});

describe("fromKeras", () => {
  const shape = [null, 8, 8, 4];

  test("turns Keras's momentum, that of the old value, into that of the new one", () => {
    const move = (config: Config) => {
      const layer = convert("BatchNormalization", config, [null, 4]);
      const x = randomTensor(runtime, [1000, 4], 3);
      layer.forward(x);
      const mean = x.data.filter((_, i) => i % 4 === 0).reduce((a, b) => a + b, 0) / 1000;
      return (layer.stateDict().get("running_mean") as Tensor).toArray()[0] / mean;
    };
    expect(move({})).toBeCloseTo(0.01, 5);
    expect(move({ momentum: 0.75 })).toBeCloseTo(0.25, 5);
    expect(convert("BatchNormalization", {}, [null, 4])).toMatchObject({ eps: 1e-3 });
  });

  test("moves the variance of a batch norm by the biased one of the batch", () => {
    const layer = convert("BatchNormalization", { momentum: 0 }, [null, 1]);
    layer.forward(tensor([1, 2, 6], [3, 1], { runtime }));
    expect((layer.stateDict().get("running_var") as Tensor).toArray()[0]).toBeCloseTo(14 / 3, 5);
  });

  test("a group of one value is 0, in training and in evaluation", () => {
    for (const [name, config] of [
      ["GroupNormalization", { groups: 2, beta_initializer: { class_name: "Ones", config: {} } }],
      ["GroupNormalization", { groups: -1, beta_initializer: "ones" }],
      ["InstanceNormalization", { beta_initializer: "ones" }],
    ] as const) {
      const layer = convert(name, config, [null, 2]);
      const x = tensor([3, -7], [1, 2], { runtime, requiresGrad: true });
      for (const mode of [true, false]) {
        const y = layer.train(mode).forward(x);
        expect([...y.data]).toEqual([1, 1]);
        y.backward(randomTensor(runtime, [1, 2], 1));
        expect([...(x.grad?.data ?? [])]).toEqual([0, 0]);
      }
    }
  });

  test("reads what Keras 3 and tfjs write", () => {
    const written = {
      module: "keras.layers",
      class_name: "BatchNormalization",
      registered_name: null,
      config: {
        name: "batch_normalization",
        trainable: true,
        dtype: { module: "keras", class_name: "DTypePolicy", config: { name: "float32" } },
        axis: -1,
        momentum: 0.9,
        epsilon: 0.001,
        center: true,
        scale: true,
        beta_initializer: { module: "keras.initializers", class_name: "Zeros", config: {} },
        gamma_initializer: { class_name: "Constant", config: { value: 0.5 } },
        moving_mean_initializer: { class_name: "Zeros", config: {} },
        moving_variance_initializer: { class_name: "Ones", config: {} },
        beta_regularizer: null,
        gamma_constraint: null,
        synchronized: false,
      },
      build_config: { input_shape: [null, 32, 32, 3] },
    };
    const layer = nn.fromKeras(written, undefined, { runtime });
    expect([...(layer.stateDict().get("weight") as Tensor).toArray()]).toEqual([0.5, 0.5, 0.5]);
    const camel = { betaInitializer: "zeros", gammaInitializer: "ones", epsilon: 0.5, axis: 1 };
    expect(convert("BatchNormalization", camel, [null, 3, 4, 4])).toMatchObject({ eps: 0.5 });
  });

  test("trainable: false is inference mode for a batch norm, and no gradients elsewhere", () => {
    const batch = convert("BatchNormalization", { trainable: false, axis: 1 }, [null, 4]);
    expect(batch).toBeInstanceOf(nn.FrozenBatchNorm2d);
    const x = randomTensor(runtime, [5, 4], 3);
    expectClose(
      batch.forward(x).toArray(),
      x.data.map((v) => v / Math.sqrt(1.001)),
      1e-6,
    );
    expect(batch.parameters()).toEqual([]);
    const layer = convert("LayerNormalization", { trainable: false }, [null, 4]);
    expect(layer.parameters().map((p) => p.requiresGrad)).toEqual([false, false]);
  });

  test.each<[string, Config, nn.KerasShape, string]>([
    ["Dense", {}, shape, "no counterpart for Dense; known: BatchNormalization, "],
    ["Normalization", {}, shape, "no counterpart for Normalization; StandardScaler"],
    ["BatchNormalization", { renorm: true }, shape, "no counterpart for renorm true"],
    ["BatchNormalization", { gamma_regularizer: { l2: 1 } }, shape, "for gamma_regularizer"],
    ["BatchNormalization", { gamma_initializer: "he_normal" }, shape, "for gamma_initializer"],
    [
      "BatchNormalization",
      { gamma_initializer: { class_name: "Constant", config: { value: null } } },
      shape,
      "expected gamma_initializer to be a number, got null",
    ],
    ["BatchNormalization", { axis: 2 }, shape, "expected axis 1 or the last one, got 2"],
    ["BatchNormalization", { axis: 0 }, shape, "expected axes of 4, not the batch, got 0"],
    ["BatchNormalization", { axis: [1, 3] }, shape, "expected one axis"],
    ["BatchNormalization", { momentum: "high" }, shape, "expected momentum to be a number"],
    ["BatchNormalization", { scale: 1 }, shape, "expected scale to be true or false"],
    ["BatchNormalization", {}, [null, null], "the input's axis 1 needs a length"],
    ["BatchNormalization", {}, [4], "needs the shape of its input"],
    ["BatchNormalization", {}, [1, 1, 1, 1, 1, 2], "expected input of 2 to 5 dimensions"],
    ["LayerNormalization", { rms_scaling: true }, shape, "without subtracting the mean"],
    ["LayerNormalization", { axis: [1, 2] }, shape, "expected the last axes, or axis 1"],
    ["GroupNormalization", {}, shape, "num_channels must be divisible by num_groups"],
  ])("refuses %s %o, and makes nothing", (name, config, inputShape, message) => {
    const { tensors } = runtime.stats();
    expect(() => convert(name, config, inputShape)).toThrow(RangeError);
    expect(() => convert(name, config, inputShape)).toThrow(message);
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("refuses what is no layer", () => {
    expect(() => nn.fromKeras({} as nn.KerasLayer)).toThrow(TypeError);
    expect(() => nn.fromKeras(null as unknown as nn.KerasLayer)).toThrow(TypeError);
  });
});
