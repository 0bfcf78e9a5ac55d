import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  TransformerBlock,
  type TransformerBlockOptions,
  transformerNormNames,
} from "../../src/models/index.js";
import { MultiHeadAttention, RMSNorm } from "../../src/nn/index.js";
import { createRuntime } from "../../src/runtime/create-runtime.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type AnyTensor, ones, type Tensor, tensor, tidy } from "../../src/tensor.js";
import { expectWithin, goldenCases, type Tolerance } from "../golden.js";
import { configurations, expectClose, expectSameBits, randomTensor } from "../helpers.js";
import { checkFullWidth, countParameters, fullWidth, netJson, netState } from "../nets.js";

/** Row i holds 1 up to column i: [1, T, T], as the article's torch.tril. */
const causalMask = (t: number, runtime: Runtime) =>
  tensor(
    Float32Array.from({ length: t * t }, (_, i) => Number(i % t <= Math.floor(i / t))),
    [1, t, t],
    { runtime },
  );

describe.each(configurations)("with $variant and $threads threads", (options) => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime(options);
  });
  afterAll(() => runtime.close());

  test.each(["causal", "nomask"])(
    "TransformerBlock-%s: output and gradients from PyTorch's weights",
    (name) => {
      const expected = netJson(`TransformerBlock-${name}`);
      const io = netState(`TransformerBlock-${name}.io`, runtime);
      const { d_model: dModel, n_head: nHead, d_ff: dFF } = expected.attributes;
      const net = new TransformerBlock({ dModel, nHead, dFF, runtime });
      net.loadStateDict(netState(`TransformerBlock-${name}.init`, runtime));
      expect(countParameters(net)).toBe(expected.parameter_count);
      const want = (key: string) => (io.get(key) as AnyTensor).toArray() as Float32Array;
      const x = io.get("input") as Tensor;
      x.requiresGrad = true;
      const y = net.forward(x, (io.get("mask") as Tensor | undefined) ?? null);
      expectWithin(y, want("output"), expected.output.tolerance, "output");
      y.backward(io.get("grad_output") as Tensor);
      expectWithin(x.grad, want("grad_input"), expected.grad_input.tolerance, "input gradient");
      const tolerances = new Map(Object.entries<{ tolerance: Tolerance }>(expected.grads));
      expect([...net.namedParameters()].map(([key]) => key)).toEqual([...tolerances.keys()]);
      for (const [key, { grad }] of net.namedParameters())
        expectWithin(grad, want(`grad.${key}`), tolerances.get(key)?.tolerance as Tolerance, key);
    },
  );
});

describe("attention layers", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await createRuntime({ threads: 2 });
  });
  afterAll(() => runtime.close());

  test.each(goldenCases("support", "multi_head_attention"))(
    "golden $id",
    ({ attributes, tensors, compare }) => {
      const { input, grad_output, mask, ...state } = tensors(runtime);
      const layer = new MultiHeadAttention(Number(attributes.d_model), Number(attributes.n_head), {
        runtime,
      });
      layer.loadStateDict(new Map(Object.entries(state)));
      const output = layer.forward(input, input, input, mask?.detach());
      output.backward(grad_output);
      const got: Record<string, Tensor | null> = { output, grad_input: input.grad };
      for (const [key, { grad }] of layer.namedParameters()) got[`grad_${key}`] = grad;
      compare(got);
    },
  );

  test("TransformerBlock at the article's widths has PyTorch's keys, parameters and output", () => {
    const [want] = fullWidth("TransformerBlock");
    using net = new TransformerBlock({ dModel: 512, nHead: 8, dFF: 2048, runtime });
    tidy(() => checkFullWidth(net, want, runtime, (x) => net.forward(x, causalMask(50, runtime))));
    using x = randomTensor(runtime, [32, 50, 512], 1);
    expect(tidy(() => net.forward(x)).shape).toEqual([32, 50, 512]);
  });

  test("a mask [T, T], [1, T, T], [B, T, T] and the word give the same", () => {
    const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, runtime });
    const x = randomTensor(runtime, [3, 6, 8], 1);
    const mask = causalMask(6, runtime);
    const batch = tensor(Float32Array.from([0, 1, 2].flatMap(() => [...mask.data])), [3, 6, 6], {
      runtime,
    });
    const want = net.forward(x, mask).toArray();
    expect(want).not.toEqual(net.forward(x).toArray());
    for (const other of [mask.reshape([6, 6]), batch])
      expect(net.forward(x, other).toArray()).toEqual(want);
    expectClose(net.forward(x, "causal").toArray(), want, 1e-6); // sums of another length
  });

  test("a mask that is added goes in under its name, and as a mask is refused", () => {
    const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, runtime });
    const x = randomTensor(runtime, [3, 6, 8], 1);
    const mask = causalMask(6, runtime);
    const values = mask.data.map((seen) => (seen ? 0 : Number.NEGATIVE_INFINITY));
    const additiveMask = tensor(values, mask.shape, { runtime });
    const want = net.forward(x, mask).toArray();
    expect(net.forward(x, { additiveMask }).toArray()).toEqual(want);
    expect(net.forward(x, { mask }).toArray()).toEqual(want);
    expect(net.forward(x, { causal: true }).toArray()).toEqual(net.forward(x, "causal").toArray());
    expect(() => net.forward(x, additiveMask)).toThrow("goes in as additiveMask");
    expect(() => net.forward(x, { additive: additiveMask } as object)).toThrow(
      'MultiHeadAttention: no option "additive"; did you mean "additiveMask"?',
    );
  });

  test("causal: what comes later changes nothing; without a mask it does", () => {
    for (const norm of ["post", "pre"] as const) {
      const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, norm, runtime });
      const x = randomTensor(runtime, [1, 6, 8], 1);
      const before = [net.forward(x, "causal"), net.forward(x)].map((y) => y.toArray());
      x.data.fill(9, 4 * 8);
      const after = [net.forward(x, "causal"), net.forward(x)].map((y) => y.toArray());
      expect(after[0].subarray(0, 32)).toEqual(before[0].subarray(0, 32));
      expect(after[1].subarray(0, 32)).not.toEqual(before[1].subarray(0, 32));
    }
  });

  const variants = (["post", "pre"] as const).flatMap((norm) =>
    transformerNormNames.map((normLayer) => ({ norm, normLayer })),
  );
  test.each(variants)(
    "$norm-norm with $normLayer: shape, gradients everywhere, no leak",
    (variant) => {
      const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, ...variant, runtime });
      const x = randomTensor(runtime, [2, 5, 8], 1);
      const before = runtime.stats().tensors;
      tidy(() => {
        const y = net.forward(x, "causal");
        expect(y.shape).toEqual([2, 5, 8]);
        y.backward(randomTensor(runtime, y.shape, 2));
      });
      for (const [key, { grad }] of net.namedParameters())
        expect(
          grad?.data.some((g) => g !== 0 && Number.isFinite(g)),
          key,
        ).toBe(true);
      net.zeroGrad();
      expect(runtime.stats().tensors).toBe(before);
      net.eval();
      expect(
        tidy(() => net.forward(x))
          .toArray()
          .every(Number.isFinite),
      ).toBe(true);
    },
  );

  test("pre-norm leaves the input in the sum: with parts that give 0 the block does nothing", () => {
    const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, norm: "pre", runtime });
    for (const { weight, bias } of [net.attn.wO, net.ffn.linear2]) {
      weight.data.fill(0);
      bias?.data.fill(0);
    }
    const x = randomTensor(runtime, [2, 5, 8], 1);
    expect(net.forward(x).toArray()).toEqual(x.toArray());
  });

  test("a norm of one's own", () => {
    const normLayer: TransformerBlockOptions["normLayer"] = (features, options) =>
      new RMSNorm(features, { ...options, unitOffset: true });
    const net = new TransformerBlock({ dModel: 8, nHead: 2, dFF: 16, normLayer, runtime });
    expect(net.norm2).toBeInstanceOf(RMSNorm);
  });

  test("queries of one length, keys and values of another", () => {
    const layer = new MultiHeadAttention(8, 4, { runtime });
    const [q, kv] = [randomTensor(runtime, [2, 3, 8], 1), randomTensor(runtime, [2, 5, 8], 2)];
    expect(layer.forward(q, kv).shape).toEqual([2, 3, 8]);
  });

  test("refusals", () => {
    expect(() => new MultiHeadAttention(10, 4, { runtime })).toThrow(
      "divisible by nHead, got 10 and 4",
    );
    expect(() => new MultiHeadAttention(8, 0, { runtime })).toThrow("nHead to be an integer");
    const block = (options: object) =>
      new TransformerBlock({ dModel: 8, nHead: 2, dFF: 8, runtime, ...options });
    expect(() => block({ norm: "both" })).toThrow('expected norm "post" or "pre", got both');
    expect(() => block({ normLayer: "toString" })).toThrow(
      'unknown normLayer "toString"; known: layer, rms',
    );
    expect(() => block({}).forward(ones([2, 3, 7], { runtime }))).toThrow(
      "linear: expected input of shape",
    );
  });

  test("the same bits for any number of threads", async () => {
    await expectSameBits((runtime) => {
      const net = new TransformerBlock({ dModel: 64, nHead: 4, dFF: 128, runtime });
      for (const [i, parameter] of net.parameters().entries())
        parameter.data.set(
          randomTensor(runtime, parameter.shape, i)
            .toArray()
            .map((value) => value / 8),
        );
      const x = randomTensor(runtime, [4, 40, 64], 1, true);
      const y = net.forward(x, "causal");
      y.backward(randomTensor(runtime, y.shape, 2));
      return [y, x.grad as Tensor, ...net.parameters().map(({ grad }) => grad as Tensor)].map((t) =>
        t.toArray(),
      );
    });
  });
});
