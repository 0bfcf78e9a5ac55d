import { describe, expect, test } from "vitest";
import * as nn from "../../src/nn/index.js";
import { type Tensor, tensor, zeros } from "../../src/tensor.js";
import { goldenCases } from "../golden.js";
import { expectClose, expectSameBits, normal, randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

type Layer = nn.LSTM | nn.GRU | nn.RNN;
const kinds = { lstm: nn.LSTM, gru: nn.GRU, rnn_tanh: nn.RNN };
type Kind = keyof typeof kinds;
const names = Object.keys(kinds) as Kind[];

describe("golden", () => {
  const cases = names.flatMap((kind) => goldenCases("recurrent", kind));
  test.each(cases)("$id $op", (golden) => {
    const a = golden.attributes as Record<string, number & boolean & number[]>;
    const layer: Layer = new kinds[golden.op as Kind](a.input_size, a.hidden_size, {
      numLayers: a.num_layers,
      bidirectional: a.bidirectional,
      bias: a.bias,
      runtime,
    });
    const { input, h0, c0, grad_output, ...parameters } = golden.tensors(runtime);
    expect([...layer.stateDict().keys()]).toEqual(Object.keys(parameters));
    layer.loadStateDict(new Map(Object.entries(parameters)));
    const run = layer.run(input, { h0, c0, lengths: a.lengths });
    run.output.backward(grad_output);
    const own = [...layer.namedParameters()].map(([key, t]) => [`grad_${key}`, t.grad] as const);
    golden.compare({
      output: run.output,
      h_n: run.hN,
      c_n: "cN" in run ? (run.cN as Tensor) : null,
      grad_input: input.grad,
      grad_h0: h0.grad,
      grad_c0: c0?.grad,
      ...Object.fromEntries(own),
    });
  });
});

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const layerNorm = (x: number[], g: ArrayLike<number>, b: ArrayLike<number>) => {
  const mean = x.reduce((s, v) => s + v, 0) / x.length;
  const variance = x.reduce((s, v) => s + (v - mean) ** 2, 0) / x.length;
  return x.map((v, i) => ((v - mean) / Math.sqrt(variance + 1e-5)) * g[i] + b[i]);
};

/** One sequence through a layer-normalised cell in float64, by the formulas of the paper's supplement. */
function normalised(kind: Kind, layer: Layer, x: number[][]): number[][] {
  const state = layer.stateDict();
  const of = (key: string) => Array.from(state.get(key)?.toArray() ?? [], Number);
  const [h4, size] = [of("bias_ih_l0").length, layer.hiddenSize];
  const times = (key: string, v: number[]) =>
    Array.from({ length: h4 }, (_, r) =>
      v.reduce((s, u, c) => s + u * of(key)[r * v.length + c], 0),
    );
  const norm = (place: string, v: number[]) =>
    layerNorm(v, of(`norm_${place}_l0.weight`), of(`norm_${place}_l0.bias`));
  const plus = (...lists: number[][]) =>
    lists[0].map((_, i) => lists.reduce((s, l) => s + l[i], 0));
  const [bi, bh] = [of("bias_ih_l0"), of("bias_hh_l0")];
  let [h, c] = [new Array(size).fill(0), new Array(size).fill(0)];
  return x.map((row) => {
    const [wx, uh] = [times("weight_ih_l0", row), times("weight_hh_l0", h)];
    if (kind === "rnn_tanh") h = plus(norm("sum", plus(wx, uh)), bi, bh).map(Math.tanh);
    else if (kind === "lstm") {
      const a = plus(norm("ih", wx), norm("hh", uh), bi, bh);
      const gate = (k: number) => a.slice(k * size, (k + 1) * size);
      const [i, f, g, o] = [
        gate(0).map(sigmoid),
        gate(1).map(sigmoid),
        gate(2),
        gate(3).map(sigmoid),
      ];
      c = c.map((v, k) => f[k] * v + i[k] * Math.tanh(g[k]));
      h = norm("c", c).map((v, k) => o[k] * Math.tanh(v));
    } else {
      const zr = plus(
        norm("ih", wx.slice(0, 2 * size)),
        norm("hh", uh.slice(0, 2 * size)),
        bi.slice(0, 2 * size),
        bh.slice(0, 2 * size),
      ).map(sigmoid);
      const [nx, nh] = [norm("ih_n", wx.slice(2 * size)), norm("hh_n", uh.slice(2 * size))];
      h = h.map((v, k) => {
        const n = Math.tanh(nx[k] + bi[2 * size + k] + zr[k] * (nh[k] + bh[2 * size + k]));
        return (1 - zr[size + k]) * n + zr[size + k] * v;
      });
    }
    return h;
  });
}

describe.each(names)("%s", (kind) => {
  const make = (options: object = {}) => new kinds[kind](3, 4, { runtime, ...options }) as Layer;

  test("layer-normalised cells are the paper's", () => {
    const layer = make({ norm: "ln" });
    for (const [key, value] of layer.namedParameters())
      if (key.includes("norm")) value.data.set(normal(value.size, value.size, 0.3, 1));
    const x = randomTensor(runtime, [1, 5, 3], 1);
    const rows = Array.from({ length: 5 }, (_, t) => [...x.toArray().subarray(3 * t, 3 * t + 3)]);
    expectClose(layer.forward(x).toArray(), normalised(kind, layer, rows).flat(), 2e-6);
  });

  test.each(["ln", "bn"] as const)("learns with norm %s, and evaluates by itself", (norm) => {
    const layer = make({ norm, normSteps: 3, bidirectional: true, numLayers: 2 });
    const x = randomTensor(runtime, [5, 4, 3], 1, true);
    const { tensors } = runtime.stats();
    const y = layer.forward(x);
    expect(y.shape).toEqual([5, 4, 8]);
    y.backward(randomTensor(runtime, y.shape, 2));
    for (const [key, parameter] of layer.namedParameters()) {
      expect(parameter.grad?.toArray().every(Number.isFinite), key).toBe(true);
      parameter.grad?.dispose();
    }
    y.dispose();
    x.grad?.dispose();
    expect(runtime.stats().tensors - tensors).toBeLessThanOrEqual(1);
    layer.eval();
    const one = layer.forward(tensor(x.toArray().subarray(0, 12), [1, 4, 3], { runtime }));
    expectClose(one.toArray(), layer.forward(x).toArray().subarray(0, 32), 1e-6);
  });

  test("batch norm normalises each step by its batch and keeps statistics of it", () => {
    const layer = make({ norm: "bn", normSteps: 2 });
    const state = layer.stateDict();
    layer.forward(randomTensor(runtime, [6, 3, 3], 1));
    const place = "ih";
    const means = [0, 1].map((t) => [
      ...(state.get(`norm_${place}_l0.running_mean_${t}`)?.toArray() ?? []),
    ]);
    expect(means[0].every((v) => v !== 0)).toBe(true);
    expect(means[0]).not.toEqual(means[1]);
    expect(() => layer.run(zeros([2, 3, 3], { runtime }), { lengths: [1, 2] })).toThrow(
      'norm "bn" takes no lengths',
    );
  });

  test("lengths: as each sequence alone; what is behind is never read", () => {
    const layer = make({ bidirectional: true, numLayers: 2 });
    const values = normal(2 * 5 * 3, 1);
    values.fill(Number.NaN, 2 * 3, 5 * 3); // sequence 0 has two steps
    const x = tensor(values, [2, 5, 3], { runtime, requiresGrad: true });
    const lengths = tensor(Int32Array.of(2, 5), [2], { runtime });
    const { output, hN } = layer.run(x, { lengths });
    output.backward(randomTensor(runtime, output.shape, 3));
    for (const [n, length] of [2, 5].entries()) {
      const alone = layer.run(
        tensor(values.subarray(15 * n, 15 * n + 3 * length), [length, 3], { runtime }),
      );
      expect(alone.output.shape).toEqual([length, 8]);
      const got = output.toArray().subarray(40 * n, 40 * n + 8 * length);
      expectClose(got, alone.output.toArray(), 1e-6);
      const states = [0, 1, 2, 3].flatMap((k) => [
        ...hN.toArray().subarray((2 * k + n) * 4, (2 * k + n + 1) * 4),
      ]);
      expectClose(states, alone.hN.toArray(), 1e-6);
    }
    expect([...output.toArray().subarray(16, 40)].every((v) => v === 0)).toBe(true);
    expect(x.grad?.toArray().every(Number.isFinite)).toBe(true);
    for (const parameter of layer.parameters())
      expect(parameter.grad?.toArray().every(Number.isFinite)).toBe(true);
  });

  test("an empty batch; states are those of zeros", () => {
    const layer = make();
    expect(layer.forward(zeros([0, 2, 3], { runtime })).shape).toEqual([0, 2, 4]);
    const x = randomTensor(runtime, [2, 3, 3], 1);
    const h0 = zeros([1, 2, 4], { runtime });
    expect(layer.run(x, { h0 }).output.toArray()).toEqual(layer.forward(x).toArray());
  });

  test("dropout between layers, in training alone", () => {
    const layer = make({ numLayers: 2, dropout: 0.5 });
    const x = randomTensor(runtime, [2, 3, 3], 1);
    expect(layer.forward(x).toArray()).not.toEqual(layer.forward(x).toArray());
    layer.eval();
    expect(layer.forward(x).toArray()).toEqual(layer.forward(x).toArray());
  });

  test("refusals", () => {
    const name = kinds[kind].name;
    const layer = make();
    const x = zeros([2, 3, 3], { runtime });
    const { tensors } = runtime.stats();
    const refused: [() => unknown, string][] = [
      [
        () => layer.forward(zeros([2, 3, 4], { runtime })),
        "expected input of shape [N, L, 3] or [L, 3]",
      ],
      [() => layer.forward(zeros([2, 0, 3], { runtime })), "with L > 0, got [2, 0, 3]"],
      [() => layer.run(x, { h0: zeros([1, 3, 4], { runtime }) }), "expected h0 of shape [1, 2, 4]"],
      [() => layer.run(x, { lengths: [1] }), "expected 2 lengths, got 1"],
      [() => layer.run(x, { lengths: [0, 3] }), "expected lengths from 1 to 3, got 0"],
      [() => layer.run(x, { length: [3] } as object), 'no option "length"'],
      [() => make({ numLayers: 0 }), "expected numLayers to be an integer ≥ 1"],
      [() => make({ numLayers: 2 ** 31 }), "expected numLayers < 65536, got 2147483648"],
      [() => make({ norm: "bn", normSteps: 1e9 }), "expected normSteps < 65536"],
      [() => make({ norm: "gn" }), 'expected norm "ln", "bn" or null, got "gn"'],
      [() => make({ dropout: 2 }), "dropout probability has to be between 0 and 1"],
      [() => make({ batchFirst: false }), 'no option "batchFirst"'],
    ];
    const c0 = zeros([1, 2, 4], { runtime });
    if (kind !== "lstm") expect(() => layer.run(x, { c0 })).toThrow(`${name}: takes no c0`);
    for (const [act, message] of refused) {
      expect(act).toThrow(message);
      expect(act).toThrow(name);
    }
    expect(runtime.stats().tensors - tensors).toBeLessThanOrEqual(7); // the inputs of this test
  });

  test("prints as PyTorch does", () => {
    expect(String(make({ numLayers: 2, bidirectional: true }))).toBe(
      `${kinds[kind].name}(3, 4, num_layers=2, batch_first=True, bidirectional=True)`,
    );
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const layer = new kinds[kind](8, 32, { runtime });
      for (const [i, parameter] of layer.parameters().entries())
        parameter.data.set(normal(parameter.size, i, 0.1));
      const x = randomTensor(runtime, [16, 7, 8], 1, true);
      const y = layer.forward(x);
      y.backward(randomTensor(runtime, y.shape, 2));
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });
});
