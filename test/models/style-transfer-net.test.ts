import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { StyleTransferNet } from "../../src/models/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, type Tensor, tidy } from "../../src/tensor.js";
import { expectWithin } from "../golden.js";
import { configurations, randomTensor } from "../helpers.js";
import { checkFullWidth, countParameters, fullWidth, netJson, netState } from "../nets.js";

describe.each(configurations)("with $variant and $threads threads", (options) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime(options);
  });
  afterAll(() => runtime.close());

  test("StyleTransferNet: the activations on the way and the picture from PyTorch's weights", () => {
    const name = "StyleTransferNet-64x64";
    const expected = netJson(name);
    const io = netState(`${name}.io`, runtime);
    const { widths, n_res: residualBlocks } = expected.attributes;
    const net = new StyleTransferNet({ widths, residualBlocks, runtime });
    net.loadStateDict(netState(`${name}.init`, runtime));
    expect(countParameters(net)).toBe(expected.parameter_count);
    const input = io.get("input") as Tensor;
    const downsample = net.downsample.forward(input);
    const got = {
      downsample,
      residual: net.residual.forward(downsample),
      output: net.forward(input),
    };
    for (const [key, value] of Object.entries(got)) {
      const want = io.get(key) as AnyTensor;
      expect(value.shape).toEqual(want.shape);
      expectWithin(value, want.data as Float32Array, expected[key].tolerance, key);
    }
  });
});

describe("StyleTransferNet", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2 });
  });
  afterAll(() => runtime.close());

  test("at the article's widths has PyTorch's keys, parameters and output", () => {
    const [want] = fullWidth("StyleTransferNet");
    using net = new StyleTransferNet({ runtime });
    tidy(() => checkFullWidth(net, want, runtime, (x) => net.forward(x)));
  });

  test.each(["in", "bn", "none", "gn:2", "frn"])(
    "%s: shape, range and gradients to every parameter",
    (norm) => {
      using net = new StyleTransferNet({ widths: [4, 6, 8], residualBlocks: 2, norm, runtime });
      const before = runtime.stats().tensors;
      tidy(() => {
        const x = randomTensor(runtime, [2, 3, 12, 16], 1);
        const y = net.forward(x);
        expect(y.shape).toEqual([2, 3, 12, 16]);
        expect(Math.max(...y.data.map(Math.abs))).toBeLessThanOrEqual(1);
        y.backward(randomTensor(runtime, y.shape, 2));
      });
      for (const [key, { grad }] of net.namedParameters())
        expect(grad?.data.every(Number.isFinite), key).toBe(true);
      expect(net.parameters()[0].grad?.data.some((g) => g !== 0)).toBe(true);
      net.zeroGrad();
      expect(runtime.stats().tensors).toBe(before);
    },
  );

  test("a bias before instance norm is dead: moving it moves nothing", () => {
    using net = new StyleTransferNet({ widths: [4, 6, 8], residualBlocks: 1, runtime });
    const x = randomTensor(runtime, [1, 3, 16, 16], 1);
    const before = tidy(() => net.forward(x)).toArray();
    const bias = net.stateDict().get("downsample.0.bias") as Tensor;
    bias.data.forEach((value, i, data) => {
      data[i] = value + 1;
    });
    const after = tidy(() => net.forward(x)).toArray();
    after.forEach((value, i) => {
      expect(value).toBeCloseTo(before[i], 4);
    });
  });

  test("lengths that are no multiples of 4 come back rounded up", () => {
    using net = new StyleTransferNet({ widths: [2, 2, 2], residualBlocks: 1, runtime });
    expect(tidy(() => net.forward(randomTensor(runtime, [1, 3, 9, 14], 1))).shape).toEqual([
      1, 3, 12, 16,
    ]);
  });

  test("refusals: an unknown norm, with what is known; half a block", () => {
    expect(() => new StyleTransferNet({ residualBlocks: 1.5, runtime })).toThrow(
      "StyleTransferNet: expected residualBlocks to be an integer ≥ 0, got 1.5",
    );
    expect(() => new StyleTransferNet({ norm: "toString", runtime })).toThrow(
      'StyleTransferNet: unknown norm "toString"; known: ',
    );
    expect(() => new StyleTransferNet({ norm: "gn:5", runtime })).toThrow(
      "divisible by num_groups",
    );
    expect(() => new StyleTransferNet({ norm: "gn+ws", runtime })).toThrow('a norm without "ws"');
  });
});
