import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import { NormResNet, TransformerLM } from "../../src/models/index.js";
import * as nn from "../../src/nn/index.js";
import { mul } from "../../src/ops/elementwise/mul.js";
import { neg } from "../../src/ops/elementwise/neg.js";
import { type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectClose, randomTensor, recordKernels, useRuntime } from "../helpers.js";

const runtime = await useRuntime({ threads: 1, deterministic: true });

const rows = () => randomTensor(runtime, [3, 4], 1);

describe("registerForwardHook", () => {
  test("calls hooks with module, inputs and output, in their order, until they are removed", () => {
    const layer = new nn.Linear(4, 2, { runtime });
    const calls: string[] = [];
    const x = rows();
    let seen: Tensor | null = null;
    const first = layer.registerForwardHook((module, inputs, output) => {
      expect(module).toBe(layer);
      expect(inputs).toEqual([x]);
      seen = output;
      calls.push("first");
    });
    const second = layer.registerForwardHook(() => void calls.push("second"));
    const y = layer.forward(x);
    expect(y).toBe(seen);
    first.remove();
    first.remove();
    layer.forward(x);
    second.remove();
    layer.forward(x);
    expect(calls).toEqual(["first", "second", "second"]);
    expect(Object.hasOwn(layer, "forward")).toBe(false);
  });

  test("one function may be registered twice, and each handle takes one away", () => {
    const layer = new nn.Linear(4, 2, { runtime });
    let calls = 0;
    const hook = () => void calls++;
    const [handle] = [layer.registerForwardHook(hook), layer.registerForwardHook(hook)];
    layer.forward(rows());
    handle.remove();
    layer.forward(rows());
    expect(calls).toBe(3);
  });

  test("what a hook returns takes the output's place, for the next hook too, and gradients flow", () => {
    const layer = new nn.Linear(4, 2, { runtime });
    const plain = layer.forward(rows()).toArray();
    const doubled = layer.registerForwardHook((_, __, y) => mul(y, 2));
    const again = layer.registerForwardHook((_, __, y) => mul(y, 3));
    const y = layer.forward(rows());
    expectClose(
      y.data,
      plain.map((value) => 6 * value),
      1e-6,
    );
    y.backward(randomTensor(runtime, y.shape, 2));
    expect(layer.weight.grad).not.toBeNull();
    doubled.remove();
    again.remove();
    expect(layer.forward(rows()).toArray()).toEqual(plain);
  });

  test("`using` removes it, and a hook that removes itself does not disturb the others", () => {
    const layer = new nn.ReLU();
    const calls: string[] = [];
    {
      using _ = layer.registerForwardHook(() => void calls.push("using"));
      const once = layer.registerForwardHook(() => {
        calls.push("once");
        once.remove();
      });
      layer.registerForwardHook(() => void calls.push("last"));
      layer.forward(rows());
    }
    layer.forward(rows());
    expect(calls).toEqual(["using", "once", "last", "last"]);
  });

  test("a forward of the object's own is called, and is there again afterwards", () => {
    const layer = new nn.ReLU();
    const own = (x: Tensor) => mul(x, 2);
    layer.forward = own;
    let calls = 0;
    const handle = layer.registerForwardHook(() => void calls++);
    layer.forward(rows());
    handle.remove();
    expect(layer.forward).toBe(own);
    expect(calls).toBe(1);
  });

  test("a hook behind a forward that was replaced after a first hook is called", () => {
    const relu = new nn.ReLU();
    const called: string[] = [];
    const first = relu.registerForwardHook(() => void called.push("first"));
    relu.forward = (x) => neg(x);
    const second = relu.registerForwardHook(() => void called.push("second"));
    const x = rows();
    expect([...relu.forward(x).toArray()]).toEqual([...neg(x).toArray()]);
    expect(called).toEqual(["second"]);
    first.remove();
    relu.forward(x);
    expect(called).toEqual(["second", "second"]);
    second.remove();
    relu.forward(x);
    expect(called).toEqual(["second", "second"]);
  });

  test.each<[string, (conv: nn.Conv2d, norm: nn.BatchNorm2d, relu: nn.ReLU) => nn.Module]>([
    ["the convolution", (conv) => conv],
    ["the norm", (_, norm) => norm],
    ["the ReLU", (_, __, relu) => relu],
  ])("is called on %s of layers that else are one pass", (_, pick) => {
    const conv = new nn.Conv2d(4, 8, 3, { runtime });
    const [norm, relu] = [new nn.BatchNorm2d(8, { runtime }), new nn.ReLU()];
    const net = new nn.Sequential(conv, norm, relu);
    const x = randomTensor(runtime, [2, 4, 6, 6], 3);
    net.forward(x);
    const state = [...net.stateDict().keys()];
    net.eval();
    const want = noGrad(() => net.forward(x)).toArray();
    for (const training of [false, true]) {
      net.train(training);
      const shapes: string[] = [];
      using _ = pick(conv, norm, relu).registerForwardHook((_, __, y) => {
        shapes.push(y.shape.join());
      });
      if (training) tidy(() => net.forward(x));
      else expectClose(noGrad(() => net.forward(x)).toArray(), want, 1e-5);
      expect(shapes).toEqual(["2,8,4,4"]);
      expect([...net.stateDict().keys()]).toEqual(state);
    }
  });

  test("foldBatchNorm leaves a hooked layer as it is", () => {
    const conv = new nn.Conv2d(4, 8, 3, { runtime });
    const net = new nn.Sequential(conv, new nn.BatchNorm2d(8, { runtime })).eval();
    using _ = conv.registerForwardHook(() => {});
    expect(nn.foldBatchNorm(net).layers[0]).toBe(conv);
  });

  test("addAndNormalize goes by the norm's forward", () => {
    const norm = new nn.LayerNorm(4, { runtime });
    let calls = 0;
    using _ = norm.registerForwardHook(() => void calls++);
    nn.addAndNormalize(norm, rows(), rows());
    expect(calls).toBe(1);
  });

  test("looking at a net's blocks changes no bit", () => {
    const net = new NormResNet({ norm: "bn", width: 4, runtime });
    const x = randomTensor(runtime, [2, 3, 16, 16], 4);
    const plain = net.forward(x).toArray();
    const shapes: (readonly number[])[] = [];
    for (const block of net.model.layers.slice(0, 4))
      block.registerForwardHook((_, __, y) => void shapes.push(y.shape));
    expect(net.forward(x).toArray()).toEqual(plain);
    expect(shapes.map(([, channels]) => channels)).toEqual([4, 8, 16, 32]);
  });

  test("a language model calls every layer that it has, positions included", () => {
    const sizes = { dModel: 8, nHead: 2, dFF: 8, layers: 1 };
    const net = new TransformerLM({ vocabSize: 5, contextLength: 4, ...sizes, runtime });
    const shapes: Record<string, readonly number[]> = {};
    const layers = [...net.modules()].filter(([, layer]) => !(layer instanceof nn.Sequential));
    for (const [name, layer] of layers)
      layer.registerForwardHook((_, __, y) => {
        shapes[name] = y.shape;
      });
    net.forward(tensor(Int32Array.of(0, 1, 2), [1, 3], { runtime }));
    expect(Object.keys(shapes).sort()).toEqual(layers.map(([name]) => name).sort());
    expect(shapes["positions."]).toEqual([3, 8]);
  });

  test("an error of a hook is the call's: nothing stays behind", () => {
    const net = new nn.Sequential(
      new nn.Linear(4, 4, { runtime }),
      new nn.Linear(4, 2, { runtime }),
    );
    const x = rows();
    net.layers[1].registerForwardHook(() => {
      throw new Error("stop");
    });
    const { tensors } = runtime.stats();
    expect(() => net.forward(x)).toThrow("stop");
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("a single layer whose hook throws has moved no statistics and made nothing", () => {
    const norm = new nn.BatchNorm2d(4, { runtime });
    const x = randomTensor(runtime, [2, 4, 3, 3], 5);
    const state = () => [...norm.stateDict().values()].map((value) => [...value.toArray()]);
    const [before, { tensors }] = [state(), runtime.stats()];
    norm.registerForwardHook(() => {
      throw new Error("stop");
    });
    expect(() => norm.forward(x)).toThrow("stop");
    expect(state()).toEqual(before);
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test.each<[string, () => unknown, string]>([
    ["the length that push returns", () => [].push(1 as never), "got 1"],
    ["a promise", async () => {}, "got a Promise: await it"],
    ["null", () => null, "got null"],
  ])("refuses %s in the output's place", (_, hook, got) => {
    const layer = new nn.Linear(4, 2, { runtime });
    const x = rows();
    const { tensors } = runtime.stats();
    layer.registerForwardHook(hook as never);
    expect(() => layer.forward(x)).toThrow(
      `Linear: expected a forward hook to return a tensor in the output's place, or nothing, ${got}`,
    );
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("a frozen layer takes no hook, and goes on being joined with its neighbours", () => {
    const relu = new nn.ReLU();
    Object.freeze(relu);
    expect(() => relu.registerForwardHook(() => {})).toThrow(TypeError);
    const kernels = recordKernels(runtime);
    new nn.Sequential(new nn.Linear(4, 2, { runtime }), relu).forward(rows());
    expect(kernels).not.toContain("reluForward");
  });

  test("refuses what is no function", () => {
    const layer = new nn.ReLU();
    expect(() => layer.registerForwardHook({} as never)).toThrow(
      "registerForwardHook: expected a function (module, inputs, output), got ",
    );
    expect(Object.hasOwn(layer, "forward")).toBe(false);
  });
});
