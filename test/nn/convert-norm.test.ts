import { describe, expect, test } from "vitest";
import { NormResNet } from "../../src/models/norm-resnet.js";
import * as nn from "../../src/nn/index.js";
import { Adam, AveragedModel } from "../../src/optim/index.js";
import { randn } from "../../src/random.js";
import { useRuntime } from "../helpers.js";
import { refuseEach, refuseMemory, stateOf } from "../refusals.js";

const runtime = await useRuntime();
const options = { runtime };

const small = () =>
  new nn.Sequential(
    new nn.Conv2d(3, 8, 3, options),
    new nn.BatchNorm2d(8, { ...options, layout: "nchw" }),
    new nn.Sequential(new nn.InstanceNorm2d(8, options), new nn.GroupNorm(2, 8, options)),
  );

describe("convertNorm", () => {
  test("exchanges every norm with channels and keeps scale, shift and mode", () => {
    const net = small().eval();
    const { weight, bias } = net.layers[1] as nn.BatchNorm2d;
    expect(nn.convertNorm(net, "gn:4")).toBe(net);
    const made = net.layers[1] as nn.GroupNorm;
    expect(made).toBeInstanceOf(nn.GroupNorm);
    expect(made).toMatchObject({ numGroups: 4, training: false });
    expect([made.weight, made.bias]).toEqual([weight, bias]);
    const inner = net.layers[2] as nn.Sequential;
    expect(inner.layers.map((layer) => (layer as nn.GroupNorm).numGroups)).toEqual([4, 4]);
    expect(net.forward(randn([1, 3, 5, 5], options)).shape).toEqual([1, 8, 3, 3]);
  });

  test("a function chooses by layer and key; running statistics go on where both have them", () => {
    const net = small();
    const { runningMean } = net.layers[1] as nn.BatchNorm2d;
    const keys: string[] = [];
    nn.convertNorm(net, (layer, key) => {
      keys.push(key);
      return layer instanceof nn.BatchNorm2d ? "renorm" : null;
    });
    expect(keys).toEqual(["1", "2.0", "2.1"]);
    expect(net.layers[1]).toBeInstanceOf(nn.BatchRenorm);
    expect((net.layers[1] as nn.BatchRenorm).runningMean).toBe(runningMean);
  });

  test("a norm itself, layouts, a whole network", () => {
    const last = new nn.BatchNorm2d(4, { ...options, layout: "nhwc" });
    const made = nn.convertNorm(last, "gn:2") as nn.GroupNorm;
    expect(made.forward(randn([1, 2, 2, 4], options)).shape).toEqual([1, 2, 2, 4]);
    const net = new NormResNet({ norm: "bn", width: 8, runtime });
    nn.convertNorm(net, "frn", { eps: 1e-4 });
    const norms = [...net.modules()].filter(([, layer]) => layer instanceof nn.FRN);
    expect(norms.length).toBeGreaterThan(3);
    expect(norms.every(([, layer]) => (layer as nn.FRN).eps === 1e-4)).toBe(true);
  });

  test("what cannot be changes nothing and leaves nothing", () => {
    const net = small();
    const before = String(net);
    const { tensors } = runtime.stats();
    for (const spec of ["gn:3", "nonsense", "gn+ws"])
      expect(() => nn.convertNorm(net, spec), spec).toThrow(RangeError);
    expect(() => nn.convertNorm(net, "bn", { what: 1 } as never)).toThrow("what");
    expect(() => nn.convertNorm({} as never, "bn")).toThrow("convertNorm: expected a layer");
    expect([String(net), runtime.stats().tensors]).toEqual([before, tensors]);
  });
});

test("a call that memory refuses changes nothing", () => {
  const control = refuseMemory(runtime);
  const net = small();
  const before = () => [String(net), stateOf(runtime, [...net.stateDict().values()])];
  const other = small();
  const x = randn([2, 3, 4, 4], options);
  const adam = new Adam(nn.tentParameters(net), { lr: 0.1 });
  for (const call of [
    () => nn.updateBatchNorm(net, [x]),
    () => nn.tent(net, x, adam),
    () => new AveragedModel(net),
    () => nn.convertNorm(net, "frn"),
    () => nn.freezeNorms(other),
  ])
    refuseEach<unknown>(control, { before, call, undo: () => {} });
});

describe("freezeNorms", () => {
  test("stays frozen after train(), with the same tensors and results", () => {
    const net = small().eval();
    const x = randn([2, 3, 5, 5], options);
    const y = net.forward(x).toArray();
    const { runningMean, weight } = net.layers[1] as nn.BatchNorm2d;
    expect(nn.freezeNorms(net)).toBe(net);
    net.train();
    expect(net.forward(x).toArray()).toEqual(y);
    const frozen = net.layers[1] as nn.FrozenBatchNorm2d;
    expect([frozen.runningMean, frozen.weight]).toEqual([runningMean, weight]);
    expect(net.parameters().filter(({ requiresGrad }) => requiresGrad).length).toBe(2);
  });
});
