// Norms with a padding mask: the results must be those of the norm over the gathered valid positions alone.
import { describe, expect, test } from "vitest";
import * as nn from "../../../src/nn/index.js";
import { batchInstanceNorm } from "../../../src/ops/norm/batch-instance-norm.js";
import { batchNorm } from "../../../src/ops/norm/batch-norm.js";
import { batchRenorm } from "../../../src/ops/norm/batch-renorm.js";
import { conditionalBatchNorm } from "../../../src/ops/norm/conditional-norm.js";
import { ghostBatchNorm } from "../../../src/ops/norm/ghost-batch-norm.js";
import { instanceNorm } from "../../../src/ops/norm/instance-norm.js";
import { iterNorm } from "../../../src/ops/norm/iter-norm.js";
import type { Layout } from "../../../src/ops/norm/layout.js";
import { switchableNorm } from "../../../src/ops/norm/switchable-norm.js";
import { syncBatchNorm } from "../../../src/ops/norm/sync-batch-norm.js";
import { permute } from "../../../src/ops/shape/permute.js";
import {
  type AnyTensor,
  ones,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from "../../../src/tensor.js";
import { expectClose, gradcheck, normal, randomTensor, useRuntime } from "../../helpers.js";
import * as batch from "../../reference/batch-norm.js";
import * as variants from "../../reference/batch-variants.js";
import * as mixed from "../../reference/mixed-norms.js";

const runtime = await useRuntime();

type List = ArrayLike<number>;
type Options = { training?: boolean; layout?: Layout; mask?: AnyTensor | null } & Record<
  "runningMean" | "runningVar",
  Tensor | null | undefined
>;

/** Four samples with 3, 4, 0 and 5 valid positions out of 6, and three channels. */
const shape: Shape = [4, 3, 2, 3];
const [N, C, L] = [4, 3, 6];
const valid = [1, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 1, 1];
const maskTensor = () => tensor(Uint8Array.from(valid), [N, 2, 3], { runtime });

/** Gathers the valid positions of some samples as [1, C, count], applies `f`, and puts the results back among zeros. */
function gathered(
  x: List,
  samples: number[],
  f: (shape: Shape, x: Float64Array) => Float64Array,
  into: Float64Array = new Float64Array(x.length),
): Float64Array {
  const at = samples.flatMap((n) =>
    Array.from({ length: L }, (_, i) => i)
      .filter((i) => valid[n * L + i])
      .map((i) => n * C * L + i),
  );
  const index = Array.from({ length: C }, (_, c) => at.map((i) => i + c * L)).flat();
  const y = f(
    [1, C, at.length],
    Float64Array.from(index, (i) => x[i]),
  );
  index.forEach((i, k) => {
    into[i] = y[k];
  });
  return into;
}

const all = [0, 1, 2, 3];
const perSample = (x: List, f: (shape: Shape, x: Float64Array) => Float64Array) =>
  all.reduce<Float64Array>((into, n) => gathered(x, [n], f, into), new Float64Array(x.length));

const batchOf = (x: List) =>
  gathered(x, all, (s, x) => variants.normalized(x, (i) => Math.floor(i / s[2])));
const instanceOf = (x: List) =>
  perSample(x, (s, x) => variants.normalized(x, (i) => Math.floor(i / s[2])));
const affine = (y: Float64Array, w: List, b: List) =>
  perSample(y, (s, y) => y.map((v, i) => v * w[Math.floor(i / s[2])] + b[Math.floor(i / s[2])]));

const start = { mean: normal(C, 8, 0.3), variance: normal(C, 9, 0.1, 0.8) };
const movedBy = (x: List, samples: number[], from = start as { mean: List; variance: List }) => {
  let result = from;
  gathered(x, samples, (s, x) => {
    result = batch.moved(x, s, from, 0.25);
    return x;
  });
  return result;
};

interface Method {
  /** Shapes of the inputs after x. */
  shapes: Shape[];
  op: (x: Tensor, rest: Tensor[], options: Options) => Tensor;
  oracle: (x: Float64Array, rest: Float64Array[]) => Float64Array;
  /** Expected running statistics after the step. */
  moved: (x: List) => { mean: List; variance: List };
}

const methods: Record<string, Method> = {
  instanceNorm: {
    shapes: [[C], [C]],
    op: (x, [weight, bias], { training: _, ...o }) =>
      instanceNorm(x, { weight, bias, momentum: 0.25, ...o }),
    oracle: (x, [w, b]) => affine(instanceOf(x), w, b),
    moved: (x) => {
      const each = [0, 1, 3].map((n) => movedBy(x, [n]));
      const over = (key: "mean" | "variance") =>
        Float64Array.from({ length: C }, (_, c) => each.reduce((sum, m) => sum + m[key][c] / 3, 0));
      return { mean: over("mean"), variance: over("variance") };
    },
  },
  batchInstanceNorm: {
    shapes: [[C], [C], [C]],
    op: (x, [gate, weight, bias], o) =>
      batchInstanceNorm(x, gate, { weight, bias, momentum: 0.25, ...o }),
    oracle: (x, [gate, w, b]) => {
      const [ofBatch, ofInstance] = [batchOf(x), instanceOf(x)];
      const mixedBoth = ofBatch.map((v, i) => {
        const g = gate[Math.floor(i / L) % C];
        return g * v + (1 - g) * ofInstance[i];
      });
      return affine(mixedBoth, w, b);
    },
    moved: (x) => movedBy(x, all),
  },
  ghostBatchNorm: {
    shapes: [[C], [C]],
    op: (x, [weight, bias], o) =>
      ghostBatchNorm(x, { weight, bias, momentum: 0.25, virtualBatchSize: 2, ...o }),
    oracle: (x, [w, b]) => {
      const chunk = (s: Shape, x: Float64Array) =>
        variants.normalized(x, (i) => Math.floor(i / s[2]));
      return affine(gathered(x, [2, 3], chunk, gathered(x, [0, 1], chunk)), w, b);
    },
    moved: (x) => movedBy(x, [2, 3], movedBy(x, [0, 1])),
  },
  conditionalBatchNorm: {
    shapes: [
      [N, C],
      [N, C],
    ],
    op: (x, [scale, shift], o) => conditionalBatchNorm(x, scale, shift, { momentum: 0.25, ...o }),
    oracle: (x, [scale, shift]) => {
      const y = batchOf(x).map((v, i) => v * scale[Math.floor(i / L)] + shift[Math.floor(i / L)]);
      return gathered(y, all, (_, y) => y);
    },
    moved: (x) => movedBy(x, all),
  },
};

const rows = Object.entries(methods);
const running = () => ({
  runningMean: tensor(start.mean, [C], { runtime }),
  runningVar: tensor(start.variance, [C], { runtime }),
});
const toLast = (x: Tensor) => permute(x, [0, 2, 3, 1]);
const toSecond = (x: Tensor) => permute(x, [0, 3, 1, 2]);

describe.each(rows)("%s with a mask", (_, { shapes, op, oracle, moved }) => {
  const inputs = () => [shape, ...shapes].map((s, i) => randomTensor(runtime, s, 21 + i));

  test.each(["nchw", "nhwc"] as const)("%s: forward and every gradient", (layout) => {
    const o = { training: true, layout, mask: maskTensor(), runningMean: null, runningVar: null };
    const run = (x: Tensor, ...rest: Tensor[]) =>
      layout === "nchw" ? op(x, rest, o) : toSecond(op(toLast(x), rest, o));
    const want = (x: Float64Array, ...rest: Float64Array[]) => oracle(x, rest);
    const list = inputs();
    const [x, ...rest] = list.map(({ data }) => Float64Array.from(data));
    expectClose(run(list[0], ...list.slice(1)).toArray(), want(x, ...rest), 2e-6);
    gradcheck(run, want, list);
  });

  test.each(["nchw", "nhwc"] as const)("%s: running statistics", (layout) => {
    const o = { training: true, layout, mask: maskTensor(), ...running() };
    const [x, ...rest] = inputs();
    op(layout === "nchw" ? x : toLast(x), rest, o);
    const want = moved(x.data);
    expectClose(o.runningMean.data, want.mean, 1e-6);
    expectClose(o.runningVar.data, want.variance, 1e-6);
  });

  test("what stands in the padding changes nothing", () => {
    const o = () => ({ training: true, mask: maskTensor(), ...running() });
    const [x, ...rest] = inputs();
    const [clean, dirty] = [o(), o()];
    const want = op(x, rest, clean).toArray();
    x.data.forEach((_, i, data) => {
      if (!valid[Math.floor(i / (C * L)) * L + (i % L)]) data[i] = Number.NaN;
    });
    expect(op(x, rest, dirty).toArray()).toEqual(want);
    expect(dirty.runningVar.toArray()).toEqual(clean.runningVar.toArray());
  });

  test("a refused mask changes nothing", () => {
    const [x, ...rest] = inputs();
    const o = { training: true, ...running() };
    const single = new Uint8Array(N * L);
    single[0] = 1;
    for (const mask of [
      ones([N, 6], { runtime }),
      tensor(single, [N, 2, 3], { runtime }),
      tensor(new Float32Array(N * L).fill(0.5), [N, 2, 3], { runtime }),
    ])
      expect(() => op(x, rest, { ...o, mask })).toThrow(RangeError);
    expect(o.runningMean.toArray()).toEqual(start.mean);
  });
});

describe("batchRenorm with a mask", () => {
  const limits = { rMax: 1.05, dMax: 0.1 };

  test.each(["nchw", "nhwc"] as const)("%s: forward, every gradient, statistics", (layout) => {
    const inputs = [shape, [C], [C]].map((s, i) => randomTensor(runtime, s, 31 + i));
    const held = Float64Array.from(inputs[0].data);
    const o = () => ({ training: true, layout, mask: maskTensor(), momentum: 0.25, ...running() });
    const run = (o: object) => (x: Tensor, weight: Tensor, bias: Tensor) =>
      layout === "nchw"
        ? batchRenorm(x, { weight, bias, ...limits, ...o })
        : toSecond(batchRenorm(toLast(x), { weight, bias, ...limits, ...o }));
    const want = (x: Float64Array, w: Float64Array, b: Float64Array) => {
      const kept: Float64Array[] = [];
      gathered(held, all, (_, x) => {
        kept.push(x);
        return x;
      });
      const y = gathered(x, all, (s, x) =>
        variants.renorm(s, x, kept[0], start, { r: limits.rMax, d: limits.dMax }),
      );
      return affine(y, w, b);
    };
    const [x, weight, bias] = inputs;
    const options = o();
    const y = run(options)(x, weight, bias);
    const [a, b, c] = inputs.map(({ data }) => Float64Array.from(data));
    expectClose(y.data, want(a, b, c), 2e-6);
    const moved = movedBy(x.data, all);
    expectClose(options.runningMean.data, moved.mean, 1e-6);
    expectClose(options.runningVar.data, moved.variance, 1e-6);
    gradcheck(run(o()), want, inputs);
  });
});

describe("iterNorm with a mask", () => {
  test.each(["nchw", "nhwc"] as const)("%s: forward, every gradient, statistics", (layout) => {
    const inputs = [shape, [C], [C]].map((s, i) => randomTensor(runtime, s, 41 + i));
    const identity = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    const state = () => ({
      runningMean: tensor(start.mean, [C], { runtime }),
      runningWhitening: tensor(identity, [1, C, C], { runtime }),
    });
    const o = { training: true, eps: 0.1, iterations: 3 };
    const run = (own: object) => (x: Tensor, weight: Tensor, bias: Tensor) => {
      const options = { weight, bias, layout, mask: maskTensor(), ...o, ...own };
      return layout === "nchw" ? iterNorm(x, options) : toSecond(iterNorm(toLast(x), options));
    };
    const want = (x: Float64Array, w: Float64Array, b: Float64Array) =>
      affine(
        gathered(x, all, (s, x) => mixed.iterNorm(s, 1, x, 3, 0.1)),
        w,
        b,
      );
    const [x, weight, bias] = inputs;
    const mine = state();
    const y = run(mine)(x, weight, bias);
    const [a, b, c] = inputs.map(({ data }) => Float64Array.from(data));
    expectClose(y.data, want(a, b, c), 5e-6);
    gradcheck(run({}), want, inputs);
    const plain = state();
    gathered(x.data, all, (s, x) => {
      iterNorm(tensor(Float32Array.from(x), s, { runtime }), { ...o, ...plain });
      return x;
    });
    expectClose(mine.runningMean.data, plain.runningMean.data, 1e-6);
    expectClose(mine.runningWhitening.data, plain.runningWhitening.data, 1e-6);
  });
});

test("instance norm by running statistics under a mask", () => {
  const x = randomTensor(runtime, shape, 1);
  const o = { ...running(), useInputStats: false };
  const y = instanceNorm(x, { ...o, mask: maskTensor() });
  const want = gathered(instanceNorm(x, o).toArray(), all, (_, x) => x);
  expect(y.toArray()).toEqual(Float32Array.from(want));
});

describe("a mask is honoured or refused", () => {
  test("by the ops", () => {
    const x = randomTensor(runtime, shape, 1);
    const three = ones([3], { runtime });
    const options = { training: true, mask: maskTensor() };
    expect(() => switchableNorm(x, three, three, options as object)).toThrow(
      /^switchableNorm: takes no mask; /,
    );
    expect(() => syncBatchNorm([x], options as object)).toThrow(/^syncBatchNorm: takes no mask; /);
  });

  const layers = nn.normNames().filter((name) => name !== "none");

  test.each(layers)("by the layer of %s", (name) => {
    const layer = nn.createNorm(name, 4, { runtime }) as nn.Module & {
      forward: (x: Tensor, mask?: AnyTensor | null) => Tensor;
    };
    const x = randomTensor(runtime, [4, 4, 2, 3], 2);
    const mask = maskTensor();
    let y: Tensor;
    try {
      y = layer.forward(x, mask);
    } catch (error) {
      expect(String(error)).toMatch(/^TypeError: \w+: takes no mask; /);
      expect(layer.forward(x, null).shape).toEqual(x.shape);
      return;
    }
    for (let i = 0; i < y.size; i++)
      if (!valid[Math.floor(i / (4 * L)) * L + (i % L)]) expect(y.data[i]).toBe(0);
  });

  test("by the layers of what is conditioned, and by Sequential", () => {
    const x = randomTensor(runtime, shape, 3);
    const mask = maskTensor();
    const y = new nn.ConditionalBatchNorm(3, 2, { runtime }).forward(x, [0, 1, 0, 1], mask);
    expect(y.data[1]).toBe(0);
    const none = mask as unknown as null;
    const instance = new nn.ConditionalInstanceNorm(3, 2, { runtime });
    expect(() => instance.forward(x, [0, 1, 0, 1], none)).toThrow("takes no mask");
    const all = new nn.Sequential(new nn.BatchNorm2d(3, { runtime }));
    expect(() => all.forward(x, none)).toThrow("Sequential: takes no mask");
    const one = new nn.InstanceNorm2d(3, { runtime });
    const single = x.reshape([12, 2, 3]).toArray().subarray(0, 18);
    const alone = one.forward(tensor(single, [3, 2, 3], { runtime }), maskTensorOf(0));
    expect(alone.shape).toEqual([3, 2, 3]);
    expect(alone.data[1]).toBe(0);
  });
});

const maskTensorOf = (n: number) =>
  tensor(Uint8Array.from(valid.slice(n * L, (n + 1) * L)), [2, 3], { runtime });

test.each(["nchw", "nhwc"] as const)("a batch of nothing is nothing, %s", (layout) => {
  const make = () => ({
    x: tensor([], layout === "nchw" ? [0, C, L] : [0, L, C], { runtime, requiresGrad: true }),
    mask: tensor(new Uint8Array(0), [0, L], { runtime }),
    runningMean: zeros([C], { runtime }),
    runningVar: ones([C], { runtime }),
  });
  const norms: ((own: Omit<ReturnType<typeof make>, "x">, x: Tensor) => Tensor)[] = [
    (own, x) => instanceNorm(x, { ...own, layout }),
    (own, x) => instanceNorm(x, { ...own, layout, useInputStats: false }),
    (own, x) => batchNorm(x, { ...own, layout }),
    (own, x) => batchRenorm(x, { ...own, layout }),
    (own, x) => ghostBatchNorm(x, { ...own, layout }),
    (own, x) => batchInstanceNorm(x, ones([C], { runtime }), { ...own, layout }),
    (own, x) => batchInstanceNorm(x, ones([C], { runtime }), { ...own, layout, training: true }),
  ];
  for (const norm of norms) {
    const { x, ...own } = make();
    const y = norm(own, x);
    expect(y.shape).toEqual(x.shape);
    y.backward(tensor([], y.shape, { runtime }));
    expect(x.grad?.shape).toEqual(x.shape);
    expect([...own.runningMean.elements, ...own.runningVar.elements]).toEqual([0, 0, 0, 1, 1, 1]);
  }
});
