import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as data from "../../src/data/index.js";
import { methods as allMethods, type Method } from "../../src/experiments/methods/index.js";
import * as nn from "../../src/nn/index.js";
import * as ops from "../../src/ops/index.js";
import { tensor } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const { createNorm } = nn;
const methods = allMethods();
const named = (list: readonly Method[]) => list.map((method) => [method.name, method] as const);
const makers = methods.filter((method) => method.make);
const forWeights = methods.filter((method) => method.parametrize);

describe("the table", () => {
  test("names each method once, in a way that specs can say", () => {
    const names = methods.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
    for (const { title } of methods)
      expect(methods.filter((other) => other.title === title).length, title).toBe(1);
  });

  test.each(named(methods))("%s: says everything, and its paper", (_, method) => {
    for (const key of ["title", "statistics", "learned", "formula"] as const)
      expect(method[key], key).toMatch(/^[^|\n]+$/);
    expect(method.defaults).toMatch(/^[^|\n]*$/);
    if (method.name !== "none") expect(method.paper?.by).toBeTruthy();
    if (method.paper?.arXiv) expect(method.paper.arXiv).toMatch(/^\d{4}\.\d{5}$/);
    expect(method.make && method.parametrize).toBeUndefined();
  });

  const surface: Record<string, Record<string, unknown>> = { "": ops, nn, data };
  test.each(named(methods))("%s: its names exist", (_, { api }) => {
    expect(api.length).toBeGreaterThan(0);
    for (const path of api) {
      const [name, module = ""] = path.split(".").reverse();
      expect(surface[module][name], path).toBeTypeOf("function");
    }
  });

  /** Exports that are no methods. A new export needs a row in the table or a place here. */
  const others = {
    nn: `
      AdaptiveAvgPool1d AdaptiveAvgPool2d AvgPool1d AvgPool2d AvgPool3d ChannelsFirst ChannelsLast Conv1d Conv2d Conv3d
      ConvTranspose1d ConvTranspose2d ConvTranspose3d Dropout Dropout2d ELU Embedding Flatten GELU GRU LSTM LeakyReLU
      Linear MaxPool1d MaxPool2d MaxPool3d Module ModuleDict ModuleList MultiHeadAttention PReLU PositionwiseFFN RNN
      ReLU Sequential SiLU Sigmoid Softmax Softplus Tanh
      adaBN addAndNormalize checkNorm convertNorm createNorm freezeNorms fromKeras normNames normTable parseNorm
      removeParametrization tent tentParameters updateBatchNorm withBatchStatistics`,
    data:
      "CIFAR10_CLASSES DataLoader downloadCifar10 imageDataset parseCifar10 proceduralCifar10 " +
      "proceduralDataset PROCEDURAL_CLASSES readCifar10",
  };
  const listed = new Set(methods.flatMap(({ api }) => api));

  test("every op of the room of norms is in it", async () => {
    const room = readdirSync("src/ops/norm").map((file) => `../../src/ops/norm/${file}`);
    const made = await Promise.all(room.map((file) => import(file)));
    const exported = made.flatMap((module) => Object.keys(module)).filter((name) => name in ops);
    expect(exported.length).toBeGreaterThan(40);
    expect(exported.filter((name) => !listed.has(name))).toEqual([]);
  });

  test.each(["nn", "data"] as const)("every export of %s is in it, or is no method", (space) => {
    const no = others[space].trim().split(/\s+/);
    const yes = [...listed].map((path) => path.split(".")).filter(([from]) => from === space);
    expect([...no, ...yes.map(([, name]) => name)].sort()).toEqual(
      Object.keys(surface[space]).sort(),
    );
  });
});

describe("createNorm", () => {
  test.each(nn.normNames())(
    "%s: a layer of 8 channels, forward and backward, alone and in a batch",
    (name) => {
      const layer = createNorm(name, 8, { runtime });
      for (const batch of [4, 1]) {
        const x = randomTensor(runtime, [batch, 8, 6, 6], 3, true);
        const y = layer.forward(x);
        expect(y.shape).toEqual(x.shape);
        expect(y.data.every(Number.isFinite)).toBe(true);
        y.backward(randomTensor(runtime, x.shape, 4));
        expect(x.grad?.data.every(Number.isFinite)).toBe(true);
        for (const [key, parameter] of layer.namedParameters()) {
          expect(parameter.grad, key).not.toBeNull();
          expect(parameter.grad?.data.every(Number.isFinite), key).toBe(true);
        }
      }
      const x = randomTensor(runtime, [1, 8, 6, 6], 5);
      expect(layer.eval().forward(x).toArray().every(Number.isFinite)).toBe(true);
      layer.dispose();
    },
  );

  test.each(named(makers))(
    "%s depends on the rest of the batch as the table says",
    (name, { batch }) => {
      const [first, second] = [5, 6].map((seed) =>
        randomTensor(runtime, [1, 8, 4, 4], seed).toArray(),
      );
      const x = (other: Float32Array) => tensor([...first, ...other], [2, 8, 4, 4], { runtime });
      const depends = (layer: nn.Module) => {
        const [a, b] = [second, second.map((v) => 3 * v + 1)].map((other) =>
          layer.forward(x(other)).toArray().slice(0, first.length),
        );
        return a.some((v, i) => v !== b[i]);
      };
      const layer = () => createNorm(name, 8, { runtime });
      expect(depends(layer())).toBe(batch !== "no");
      expect(depends(layer().eval())).toBe(batch === "always");
    },
  );

  test.each(named(makers.filter((method) => method.activates)))(
    "%s is an activation: not linear where it normalises by constants",
    (name) => {
      const layer = createNorm(name, 8, { runtime }).eval();
      const x = randomTensor(runtime, [1, 8, 6, 6], 3);
      const negative = tensor(
        x.data.map((v) => -v),
        x.shape,
        { runtime },
      );
      const [y, z] = [layer.forward(x), layer.forward(negative)].map((t) => t.toArray());
      // At first a norm is an odd function, and an activation is not.
      expect(y.some((v, i) => Math.abs(v + z[i]) > 0.1)).toBe(true);
    },
  );

  test.each(named(makers.filter((method) => !method.activates)))("%s is no activation", (name) => {
    const layer = createNorm(name, 8, { runtime });
    const x = randomTensor(runtime, [2, 8, 6, 6], 3);
    const negative = tensor(
      x.data.map((v) => -v),
      x.shape,
      { runtime },
    );
    const [y, z] = [layer, createNorm(name, 8, { runtime })].map((l, i) =>
      l.forward(i ? negative : x).toArray(),
    );
    expect(y.every((v, i) => Math.abs(v + z[i]) < 1e-4)).toBe(true);
  });

  test.each(named(makers))(
    "%s: as many parameters, and the eps and momentum, as the table says",
    (name, method) => {
      const layer = createNorm(name, 8, { runtime });
      const learned = method.learned.replace(/\[.*?\]/g, "").split(",");
      expect(layer.parameters().length).toBe(method.learned === "nothing" ? 0 : learned.length);
      const { eps, momentum } = ("layer" in layer ? layer.layer : layer) as Partial<nn.BatchNorm2d>;
      if (typeof eps === "number") expect(method.defaults).toContain(`ε ${eps.toExponential()}`);
      if (typeof momentum === "number" && layer.stateDict().has("running_var"))
        expect(method.defaults).toContain(`momentum ${momentum}`);
    },
  );

  test("numbers reach the layer", () => {
    expect(createNorm("gn", 8, { runtime })).toMatchObject({ numGroups: 4, numChannels: 8 });
    expect(createNorm("gn:2", 8, { runtime })).toMatchObject({ numGroups: 2 });
    expect(createNorm("ln", 8, { runtime })).toMatchObject({ numGroups: 1 });
    expect(createNorm("ghost:3", 8, { runtime })).toMatchObject({ virtualBatchSize: 3 });
    expect(createNorm("lrn:7", 8)).toMatchObject({ size: 7 });
    expect(createNorm("evonorm-s0", 64, { runtime })).toMatchObject({ groups: 32 });
    expect(createNorm("evonorm-s0", 24, { runtime })).toMatchObject({ groups: 8 });
    expect(createNorm("evonorm-s0", 7, { runtime })).toMatchObject({ groups: 1 });
    expect(createNorm("iternorm", 128, { runtime })).toMatchObject({ groups: 2 });
    expect(createNorm("iternorm", 48, { runtime })).toMatchObject({ groups: 1 });
    expect(createNorm("in", 8, { runtime }).parameters()).toEqual([]);
    expect(createNorm("in-affine", 8, { runtime }).parameters().length).toBe(2);
  });

  test("options reach the layer, and leave its own defaults alone", () => {
    const options = { eps: 0.5, momentum: 0.25, runtime };
    for (const name of ["bn", "renorm", "ghost:2", "sn", "iternorm", "evonorm-b0"])
      expect(createNorm(name, 8, options)).toMatchObject({ eps: 0.5, momentum: 0.25 });
    for (const name of ["ln2d", "rms", "frn"])
      expect(createNorm(name, 8, { eps: 0.5, runtime })).toMatchObject({ eps: 0.5 });
    expect(createNorm("ghost", 8, { runtime })).toMatchObject({ eps: 1e-5, momentum: 0.01 });
    expect(createNorm("evonorm-b0", 8, { runtime })).toMatchObject({ eps: 1e-3 });
  });

  test.each(named(forWeights))("%s alone and behind a norm changes the convolution", (name) => {
    for (const [spec, Layer] of [
      [name, nn.Identity],
      [`gn:2+${name}`, nn.GroupNorm],
    ] as const) {
      const conv = new nn.Conv2d(3, 4, 3, { runtime });
      expect(createNorm(spec, 4, { conv, runtime })).toBeInstanceOf(Layer);
      expect([...conv.stateDict().keys()].join()).toContain("parametrizations.weight.");
      nn.removeParametrization(conv);
    }
  });

  test("a convolution is left alone by norms", () => {
    const conv = new nn.Conv2d(3, 4, 3, { runtime });
    createNorm("gn", 4, { conv, runtime });
    expect([...conv.stateDict().keys()]).toEqual(["weight", "bias"]);
  });

  const known = "known: bn, frozen-bn, ";
  test.each<[string, number, string]>([
    ["xn", 8, `unknown norm "xn"; ${known}`],
    ["", 8, 'unknown norm ""'],
    ["BN", 8, 'unknown norm "BN"'],
    ["toString", 8, 'unknown norm "toString"'],
    ["film", 8, '"film" cannot stand behind a convolution; known: bn, '],
    ["standard-scaler", 8, "cannot stand behind a convolution"],
    ["gn+", 8, 'no method for weights ""'],
    ["gn+xx", 8, 'unknown norm "gn+xx": no method for weights "xx"'],
    ["gn+bn", 8, 'no method for weights "bn"'],
    ["gn+ws+wn", 8, 'no method for weights "ws+wn"'],
    ["ws+gn", 8, '"ws" cannot stand behind a convolution'],
    ["+ws", 8, 'unknown norm "+ws"'],
    ["bn:4", 8, '"bn" takes no number, got "bn:4"'],
    ["ws:4", 8, '"ws" takes no number, got "ws:4"'],
    ["gn:", 8, 'expected the groups behind "gn:", an integer ≥ 1, got "gn:"'],
    ["gn:0", 8, 'got "gn:0"'],
    ["gn:1.5", 8, 'got "gn:1.5"'],
    ["gn:2:2", 8, 'got "gn:2:2"'],
    ["gn:7", 8, '"gn:7": num_channels must be divisible by num_groups, got 8 and 7'],
    ["evonorm-s0:3", 8, "must be divisible by num_groups, got 8 and 3"],
    ["bn", 0, "expected channels to be an integer ≥ 1, got 0"],
    ["gn+ws", 8, '"gn+ws" needs the convolution before: { conv }'],
  ])("refuses %j for %d channels and makes nothing", (spec, channels, message) => {
    const { tensors } = runtime.stats();
    expect(() => createNorm(spec, channels, { runtime })).toThrow(RangeError);
    expect(() => createNorm(spec, channels, { runtime })).toThrow(`createNorm: `);
    expect(() => createNorm(spec, channels, { runtime })).toThrow(message);
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("refuses what is no string", () => {
    expect(() => createNorm(undefined as unknown as string, 8)).toThrow(TypeError);
    expect(() => nn.parseNorm(4 as unknown as string)).toThrow("parseNorm: expected a norm such");
  });
});
