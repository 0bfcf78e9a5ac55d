import { describe, expect, test } from "vitest";
import { noGrad } from "../../../src/autograd.js";
import { MultiHeadAttention } from "../../../src/nn/multi-head-attention.js";
import { add } from "../../../src/ops/elementwise/add.js";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { matmul } from "../../../src/ops/product/matmul.js";
import {
  type AttentionOptions,
  scaledDotProductAttention,
} from "../../../src/ops/product/scaled-dot-product-attention.js";
import { softmax } from "../../../src/ops/reduce/softmax.js";
import { transpose } from "../../../src/ops/shape/transpose.js";
import { manualSeed } from "../../../src/random.js";
import { full, type Shape, sizeOf, type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  gradcheck,
  normal,
  randomTensor,
  uniform,
  useRuntime,
} from "../../helpers.js";
import { type AttentionRule, attention } from "../../reference/attention.js";
import { describeMethod } from "../method-cases.js";

const runtime = await useRuntime();

const op = (options?: AttentionOptions) => (q: Tensor, k: Tensor, v: Tensor) =>
  scaledDotProductAttention(q, k, v, options);
const oracle =
  (rule: AttentionRule = {}) =>
  (shape: Shape, q: Float64Array, k: Float64Array, v: Float64Array) => {
    const [l, width] = shape.slice(-2);
    const batch = sizeOf(shape.slice(0, -2));
    return attention(batch, l, width / (rule.heads ?? 1), q, k, v, rule);
  };

describeMethod("scaledDotProductAttention", {
  runtime: () => runtime,
  op: op(),
  oracle: oracle(),
  cases: [
    [
      [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      "one query, one key: the value",
    ],
    [
      [
        [3, 4],
        [5, 4],
        [5, 2],
      ],
      "no batch; other lengths of keys and of values",
    ],
    [
      [
        [2, 3, 5, 3],
        [2, 3, 4, 3],
        [2, 3, 4, 7],
      ],
      "two batch axes, tails",
    ],
    [
      [
        [2, 1, 16],
        [2, 17, 16],
        [2, 17, 16],
      ],
      "one query: decoding",
    ],
  ],
  large: [
    [6, 70, 32],
    [6, 90, 32],
    [6, 90, 32],
  ],
});

describeMethod("scaledDotProductAttention with heads, causal", {
  runtime: () => runtime,
  op: op({ heads: 3, causal: true, scale: 0.7 }),
  oracle: oracle({ heads: 3, sees: (_b, _h, i, j) => j <= i, scale: 0.7 }),
  cases: [
    [
      [
        [2, 5, 6],
        [2, 5, 6],
        [2, 5, 3],
      ],
      "square",
    ],
    [
      [
        [2, 3, 6],
        [2, 7, 6],
        [2, 7, 6],
      ],
      "more keys than queries: the last are never seen",
    ],
    [
      [
        [2, 7, 6],
        [2, 3, 6],
        [2, 3, 6],
      ],
      "more queries than keys: the last see all",
    ],
  ],
  large: [
    [6, 70, 48],
    [6, 70, 48],
    [6, 70, 48],
  ],
});

const [B, H, L, S, E] = [2, 3, 5, 6, 4];
const masks: [shape: Shape, why: string][] = [
  [[L, S], "one for all"],
  [[1, L, S], "one for all, as the article makes it"],
  [[B, L, S], "one a sample: every head's, not every sample's"],
  [[B, 1, L, S], "the same with an axis for heads"],
  [[B, H, L, S], "one a head"],
  [[1, H, L, S], "one a head for all samples"],
  [[B, 1, 1, S], "padding: one row for all queries"],
  [[1, S], "padding alike everywhere"],
];

describe("masks", () => {
  test.each(masks)("%j: %s", (shape) => {
    const next = uniform(3);
    const values = Float32Array.from({ length: sizeOf(shape) }, () => (next() < 0.4 ? 0 : 1));
    values.fill(0, 0, S); // one query that sees no key
    const four = [...new Array(4 - shape.length).fill(1), ...shape];
    if (shape.length === 3) four.splice(0, 2, shape[0], 1);
    const sees = (...at: number[]) =>
      values[at.reduce((sum, i, k) => sum * four[k] + (four[k] === 1 ? 0 : i), 0)] !== 0;
    const mask = tensor(values, shape, { runtime });
    const inputs = [L, S, S].map((rows, i) => randomTensor(runtime, [B, rows, H * E], 5 + i));
    const [q, k, v] = inputs;
    const want = (a: Float64Array, b: Float64Array, c: Float64Array) =>
      attention(B, L, E, a, b, c, { heads: H, sees });
    const [a, b, c] = inputs.map(({ data }) => Float64Array.from(data));
    const got = scaledDotProductAttention(q, k, v, { mask, heads: H });
    expectClose(got.data, want(a, b, c), 2e-6);
    gradcheck(op({ mask, heads: H }), want, inputs);
    const bytes = tensor(Uint8Array.from(values), shape, { runtime });
    expect(scaledDotProductAttention(q, k, v, { mask: bytes, heads: H }).toArray()).toEqual(
      got.toArray(),
    );
  });

  test("a causal mask is what `causal` does", () => {
    const inputs = [1, 2, 3].map((seed) => randomTensor(runtime, [2, 9, 8], seed, true));
    const [q, k, v] = inputs;
    const mask = tensor(
      Float32Array.from({ length: 81 }, (_, i) => Number(i % 9 <= Math.floor(i / 9))),
      [9, 9],
      { runtime },
    );
    const dy = randomTensor(runtime, [2, 9, 8], 4);
    const results = [{ mask }, { causal: true }].map((options) => {
      const y = scaledDotProductAttention(q, k, v, { heads: 2, ...options });
      y.backward(dy);
      return [y, ...inputs.map((x) => x.grad as Tensor)].map((x) => x.toArray());
    });
    // The second call added its gradients to those of the first.
    results[1].forEach((values, i) => {
      expectClose(i === 0 ? values : values.map((g) => g / 2), results[0][i], 1e-6);
    });
  });

  test.each(masks)("additive, %j: %s", (shape) => {
    const next = uniform(4);
    const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) =>
      i < S || next() < 0.3 ? Number.NEGATIVE_INFINITY : 4 * next() - 2,
    );
    const four = [...new Array(4 - shape.length).fill(1), ...shape];
    if (shape.length === 3) four.splice(0, 2, shape[0], 1);
    const plus = (...at: number[]) =>
      values[at.reduce((sum, i, k) => sum * four[k] + (four[k] === 1 ? 0 : i), 0)];
    const additiveMask = tensor(values, shape, { runtime });
    const inputs = [L, S, S].map((rows, i) => randomTensor(runtime, [B, rows, H * E], 5 + i));
    const want = (a: Float64Array, b: Float64Array, c: Float64Array) =>
      attention(B, L, E, a, b, c, { heads: H, plus });
    const [a, b, c] = inputs.map(({ data }) => Float64Array.from(data));
    const [q, k, v] = inputs;
    expectClose(
      scaledDotProductAttention(q, k, v, { additiveMask, heads: H }).toArray(),
      want(a, b, c),
      2e-6,
    );
    gradcheck(op({ additiveMask, heads: H }), want, inputs);
  });

  const seeing = (mask: Float32Array) => [
    { mask: tensor(mask, [1, mask.length], { runtime }) },
    { mask: tensor(Uint8Array.from(mask), [1, mask.length], { runtime }) },
    {
      additiveMask: tensor(
        mask.map((seen) => (seen ? 0 : Number.NEGATIVE_INFINITY)),
        [1, mask.length],
        { runtime },
      ),
    },
  ];

  test.each([0, 1, 2])("what is hidden has weight 0 below all scores, way %i", (way) => {
    const k = tensor([1e10, 2e10, Number.NaN, 3e30, 0], [5, 1], { runtime });
    const q = tensor([-1], [1, 1], { runtime });
    const v = tensor([1, 2, 3, 4, 5], [5, 1], { runtime });
    const options = seeing(Float32Array.of(1, 1, 0, 1, 0))[way];
    expect(scaledDotProductAttention(q, k, v, options).item()).toBe(1);
  });

  test.each([0, 1, 2])("a query that sees nothing: zeros, no gradient, way %i", (way) => {
    const leaves = [1, 2, 3].map((seed) => randomTensor(runtime, [3, 7], seed, true));
    const [q, k, v] = leaves;
    const y = scaledDotProductAttention(q, k, v, seeing(new Float32Array(3))[way]);
    expect(y.toArray()).toEqual(new Float32Array(21));
    y.backward(randomTensor(runtime, [3, 7], 4));
    for (const { grad } of leaves) expect(grad?.data.every((g) => g === 0)).toBe(true);
  });

  test("a NaN in what is seen stays one", () => {
    const k = tensor([Number.NaN, 1], [2, 1], { runtime });
    const q = tensor([1, 1], [2, 1], { runtime });
    for (const options of [...seeing(Float32Array.of(1, 0)), {}])
      expect(scaledDotProductAttention(q, k, q, options).toArray().every(Number.isNaN)).toBe(true);
  });

  test("a mask of other values than 0 and 1 is refused, and names additiveMask", () => {
    const q = randomTensor(runtime, [2, 3], 1);
    for (const values of [
      Float32Array.of(0, Number.NEGATIVE_INFINITY),
      Float32Array.of(0.5, 1),
      Int32Array.of(1, -1),
      Uint8Array.of(0, 255),
    ]) {
      const mask = tensor(values, [1, 2], { runtime });
      expect(() => scaledDotProductAttention(q, q, q, { mask })).toThrow(
        /expected mask of zeros and ones, got .*additiveMask/,
      );
    }
    const zero = zeros([1, 2], { runtime, requiresGrad: true });
    expect(() => scaledDotProductAttention(q, q, q, { additiveMask: zero })).toThrow("no gradient");
    expect(() =>
      scaledDotProductAttention(q, q, q, { mask: zero, additiveMask: zero.detach() }),
    ).toThrow("not both");
    const bytes = tensor(Uint8Array.of(0, 1), [1, 2], { runtime }) as unknown as Tensor;
    expect(() => scaledDotProductAttention(q, q, q, { additiveMask: bytes })).toThrow(
      "additiveMask of dtype float32, got uint8",
    );
  });

  test("without heads a mask has the axes of the scores", () => {
    const q = randomTensor(runtime, [2, 3, 4, 5], 1);
    const mask = tensor(Int32Array.of(1, 0, 0, 0), [1, 1, 1, 4], { runtime });
    const y = scaledDotProductAttention(q, q, q, { mask });
    for (let i = 0; i < 24; i++)
      expect([...y.data.subarray(5 * i, 5 * i + 5)]).toEqual([
        ...q.data.subarray(20 * Math.floor(i / 4), 20 * Math.floor(i / 4) + 5),
      ]);
  });
});

/** A way to hide keys from queries: the options of the operation, and whether query i sees key j. */
type Way = [name: string, l: number, s: number, e: number, make: (l: number, s: number) => Hiding];
interface Hiding {
  options: AttentionOptions;
  sees: (i: number, j: number) => boolean;
}
/** No query sees key 2, query 1 sees no key, and the other queries see about half of the keys. */
const sparse = (i: number, j: number) => j !== 2 && i !== 1 && (i * 7 + j * 5) % 11 < 6;
const masked = (l: number, s: number): Hiding => {
  const values = Uint8Array.from({ length: l * s }, (_, at) =>
    Number(sparse(Math.floor(at / s), at % s)),
  );
  return { options: { mask: tensor(values, [l, s], { runtime }) }, sees: sparse };
};
const added = (l: number, s: number): Hiding => {
  const values = Float32Array.from({ length: l * s }, (_, at) =>
    sparse(Math.floor(at / s), at % s) ? at % 3 : Number.NEGATIVE_INFINITY,
  );
  return { options: { additiveMask: tensor(values, [l, s], { runtime }) }, sees: sparse };
};
const causally = (): Hiding => ({ options: { causal: true }, sees: (i, j) => j <= i });
const padding = (_: number, s: number): Hiding => {
  const values = Uint8Array.from({ length: s }, (_, j) => Number(j < s - 2));
  return { options: { mask: tensor(values, [1, s], { runtime }) }, sees: (_, j) => j < s - 2 };
};
const both = (l: number, s: number): Hiding => ({
  options: { ...masked(l, s).options, causal: true },
  sees: (i, j) => j <= i && sparse(i, j),
});

describe("a key that is hidden does not exist", () => {
  const [batch, heads] = [2, 2];
  const run = (inputs: Float32Array[], shapes: Shape[], options: AttentionOptions) => {
    const leaves = inputs
      .slice(0, 3)
      .map((values, i) => tensor(values, shapes[i], { runtime, requiresGrad: true }));
    const y = scaledDotProductAttention(leaves[0], leaves[1], leaves[2], { heads, ...options });
    y.backward(tensor(inputs[3], shapes[3], { runtime }));
    return [y, ...leaves.map((x) => x.grad as Tensor)].map((t) => t.toArray());
  };

  describe.each<Way>([
    ["mask, weights kept", 5, 6, 8, masked],
    ["mask", 7, 9, 5, masked],
    ["additive mask", 7, 9, 5, added],
    ["causal, weights kept", 6, 6, 8, causally],
    ["causal", 9, 7, 3, causally],
    ["padding", 4, 9, 4, padding],
    ["mask and causal", 8, 8, 3, both],
    ["causal, in blocks", 200, 2100, 2, causally],
  ])("%s", (_, l, s, e, make) => {
    const shapes = [l, s, s, l].map((rows) => [batch, rows, heads * e]);
    const plain = shapes.map((shape, i) => normal(sizeOf(shape), 3 + i));

    test.each([
      ["k", 1],
      ["v", 2],
      ["q", 0],
      ["dy", 3],
    ] as const)("%s", (_, which) => {
      const { options, sees } = make(l, s);
      const before = run(plain, shapes, options);
      for (const value of [Number.NaN, Infinity, -3e38]) {
        for (const at of [0, 1, 2, shapes[which][1] - 1]) {
          const inputs = plain.map((list) => list.slice());
          // The value is planted in sample 1, head 1.
          inputs[which][((shapes[which][1] + at) * heads + 1) * e] = value;
          const after = run(inputs, shapes, options);
          const ofKey = which === 1 || which === 2;
          const touched = (i: number) => (ofKey ? sees(i, at) : i === at);
          const queries = Array.from({ length: l }, (_, i) => touched(i));
          const keys = Array.from({ length: s }, (_, j) =>
            queries.some((is, i) => is && sees(i, j)),
          );
          after.forEach((list, k) => {
            const marks = k < 2 ? queries : keys;
            const bad = list.findIndex((v, i) => {
              const row = Math.floor(i / (heads * e));
              const apart = row < marks.length || Math.floor(i / e) % heads === 0;
              return (apart || !marks[row % marks.length]) && !Object.is(v, before[k][i]);
            });
            expect(bad, `${value} at ${at}: ${["y", "dq", "dk", "dv"][k]}`).toBe(-1);
          });
          // A query that sees the planted value must show it in its output.
          const seen = queries.findIndex((is, i) => is && (ofKey || sees(i, 0)));
          if (seen >= 0 && which === 2 && !(Math.abs(value) < Infinity))
            expect(after[0][((l + seen) * heads + 1) * e]).not.toSatisfy(Number.isFinite);
        }
      }
    });

    test("no key is heard of by whom it is hidden from, where all are NaN but what is seen by query 0", () => {
      const { options, sees } = make(l, s);
      const inputs = plain.map((list, k) =>
        list.map((v, i) => {
          const row = Math.floor(i / (heads * e)) % shapes[k][1];
          return k === 1 || k === 2 ? (sees(0, row) ? v : Number.NaN) : v;
        }),
      );
      const [y, , , dv] = run(inputs, shapes, options);
      const clean = run(plain, shapes, options);
      for (let c = 0; c < heads * e; c++) expect(y[c]).toBe(clean[0][c]);
      // A key that no query sees must have a zero gradient.
      for (let j = 0; j < s; j++)
        if (!Array.from({ length: l }, (_, i) => sees(i, j)).some(Boolean))
          for (let c = 0; c < heads * e; c++) expect(dv[j * heads * e + c]).toBe(0);
    });
  });
});

describe("scaledDotProductAttention", () => {
  test.each<[Shape, Shape, Shape, Shape]>([
    [
      [0, 3, 4],
      [0, 3, 4],
      [0, 3, 4],
      [0, 3, 4],
    ],
    [
      [2, 0, 4],
      [2, 3, 4],
      [2, 3, 5],
      [2, 0, 5],
    ],
  ])("nothing to attend from: %j", (...shapes) => {
    const out = shapes.pop();
    const inputs = shapes.map((shape) => zeros(shape, { runtime, requiresGrad: true }));
    const y = scaledDotProductAttention(inputs[0], inputs[1], inputs[2], { heads: 1 });
    expect(y.shape).toEqual(out);
    y.backward(zeros(y.shape, { runtime }));
    for (const { grad } of inputs) expect(grad?.data.every((g) => g === 0)).toBe(true);
  });

  test.each<[string, Shape, Shape, AttentionOptions]>([
    ["rows of a head", [1, 900, 5], [1, 800, 5], {}],
    ["rows of a head, causal", [2, 800, 6], [2, 900, 6], { causal: true, heads: 2 }],
    ["some heads of all, the last fewer", [6, 90, 28], [6, 100, 28], { heads: 14 }],
  ])("scores in blocks: %s", (_, shape, keyShape, options) => {
    const leaves = () =>
      [shape, keyShape, keyShape].map((each, i) => randomTensor(runtime, each, 1 + i, true));
    const [ours, apart] = [leaves(), leaves()];
    const { bytes } = runtime.stats();
    runtime.resetPeak();
    const y = noGrad(() => scaledDotProductAttention(ours[0], ours[1], ours[2], options));
    expect(runtime.stats().peakBytes - bytes).toBeLessThan(4 * (y.size + 1.5 * 2 ** 18));

    const [l, s] = [shape[1], keyShape[1]];
    const h = options.heads ?? 1;
    const e = shape[2] / h;
    const heads = (t: Tensor) => transpose(t.reshape([t.shape[0], t.shape[1], h, e]), 1, 2);
    const [q, k, v] = apart.map(heads);
    const scores = mul(matmul(q, transpose(k, 2, 3)), 1 / Math.sqrt(e));
    const hidden = Float32Array.from({ length: l * s }, (_, i) =>
      options.causal && i % s > Math.floor(i / s) ? -1e9 : 0,
    );
    const p = softmax(add(scores, tensor(hidden, [l, s], { runtime })), -1);
    const want = transpose(matmul(p, v), 1, 2).reshape(shape);
    expectClose(y.data, want.data, 2e-6);
    const dy = randomTensor(runtime, shape, 9);
    scaledDotProductAttention(ours[0], ours[1], ours[2], options).backward(dy);
    want.backward(dy);
    ours.forEach((leaf, i) => {
      expectClose(leaf.grad?.data ?? [], apart[i].grad?.data ?? [], 5e-6, `gradient ${i}`);
    });
  });

  test("refuses what does not fit", () => {
    const t = (...shape: number[]) => zeros(shape, { runtime });
    const call = (...shapes: number[][]) => {
      const [q, k, v, mask] = shapes.map((shape) => t(...shape));
      return () => scaledDotProductAttention(q, k, v, { mask, heads: 2 });
    };
    const expected = "expected q [..., L, E], k [..., S, E] and v [..., S, D], got";
    expect(call([2, 4], [3, 6], [3, 4])).toThrow(`${expected} [2, 4], [3, 6], [3, 4]`);
    expect(call([2, 4], [3, 4], [2, 4])).toThrow(expected);
    expect(call([5, 2, 4], [1, 3, 4], [1, 3, 4])).toThrow(expected);
    expect(call([4], [4], [4])).toThrow("expected q of shape [..., L, E]");
    expect(call([2, 5], [2, 5], [2, 4])).toThrow("expected features that 2 heads share evenly");
    const masked = (...mask: number[]) => call([7, 2, 4], [7, 3, 4], [7, 3, 4], mask);
    for (const mask of [
      [2, 2],
      [3, 3],
      [2, 1],
      [6, 2, 3],
      [7, 3, 2, 3],
      [1, 7, 2, 2, 3],
    ])
      expect(masked(...mask), `${mask}`).toThrow("that broadcasts to [7, 2, 2, 3]");
    const long = tensor(new BigInt64Array(6), [2, 3], { runtime });
    const q = t(7, 2, 4);
    const k = t(7, 3, 4);
    expect(() => scaledDotProductAttention(q, k, k, { mask: long })).toThrow(TypeError);
    expect(() => scaledDotProductAttention(q, k, k, { heads: 0 })).toThrow(
      "heads to be an integer",
    );
    expect(() => scaledDotProductAttention(q, k, k, { scale: Number.NaN })).toThrow("scale to be");
  });
});

describe.each([1, 3])("what is hidden does not reach what does not see it, %d heads", (heads) => {
  const [L, S, E] = [3, 4, 8 * heads];
  // The mask hides key 3 from all queries. `causal` also hides key 2 from queries 0 and 1, and key 1 from query 0.
  const mask = () => tensor(Uint8Array.of(1, 1, 1, 0), [1, S], { runtime });
  const make = () => {
    const [q, k, v] = [
      [1, L, E],
      [1, S, E],
      [1, S, E],
    ].map((shape, i) => randomTensor(runtime, shape, i + 1));
    for (const t of [q, k, v]) t.requiresGrad = true;
    return { q, k, v, dy: randomTensor(runtime, [1, L, E], 9) };
  };
  const run = (causal: boolean, change?: (all: ReturnType<typeof make>) => void) => {
    const all = make();
    change?.(all);
    const { q, k, v, dy } = all;
    const y = scaledDotProductAttention(q, k, v, { heads, causal, mask: mask() });
    y.backward(dy);
    return [y, q.grad, k.grad, v.grad].map((t) => t?.toArray() as Float32Array);
  };
  const row = (list: Float32Array, i: number) => [...list.subarray(i * E, (i + 1) * E)];

  test.each([Number.NaN, Infinity, -Infinity])("key and value of nobody, %d", (value) => {
    const want = run(false);
    for (const name of ["k", "v"] as const) {
      const got = run(false, (all) => all[name].elements.fill(value, 3 * E));
      expect(got).toEqual(want);
    }
  });

  test.each([Number.NaN, Infinity])("a key, a value, a query, a gradient of some, %d", (value) => {
    const [y, dq, dk, dv] = run(true);
    for (const name of ["k", "v"] as const) {
      const got = run(true, (all) => all[name].elements.fill(value, 2 * E, 3 * E));
      for (const i of [0, 1]) {
        expect(row(got[0], i)).toEqual(row(y, i));
        expect(row(got[1], i)).toEqual(row(dq, i));
      }
      if (Number.isNaN(value)) expect(row(got[0], 2).every(Number.isNaN)).toBe(true);
      expect(row(got[3], 3)).toEqual(row(dv, 3));
    }
    for (const name of ["q", "dy"] as const) {
      const got = run(true, (all) => all[name].elements.fill(value, E, 2 * E));
      for (const i of [0, 2]) expect(row(got[0], i)).toEqual(row(y, i));
      for (const j of [2, 3]) {
        expect(row(got[2], j)).toEqual(row(dk, j));
        expect(row(got[3], j)).toEqual(row(dv, j));
      }
      if (Number.isNaN(value)) expect(row(got[2], 0).every(Number.isNaN)).toBe(true);
    }
  });
});

describe("dropout of the weights", () => {
  const make = () =>
    [
      [2, 6, 8],
      [2, 5, 8],
      [2, 5, 6],
    ].map((shape, i) => randomTensor(runtime, shape, i + 1, true)) as [Tensor, Tensor, Tensor];

  test.each([
    ["a mask", {}],
    ["causal", { causal: true }],
  ])("next to none is attention without it: %s", (_, more) => {
    const [q, k, v] = make();
    using mask = tensor(
      Uint8Array.from({ length: 60 }, (_, i) => +(i % 3 > 0 && i >= 5)), // the first query sees nothing
      [2, 6, 5],
      { runtime },
    );
    const options = { heads: 2, mask, ...more };
    const run = (dropout: number) => {
      const y = scaledDotProductAttention(q, k, v, { ...options, dropout });
      y.backward(randomTensor(runtime, y.shape, 9));
      const gradients = [q, k, v].map((t) => t.grad?.toArray() ?? []);
      for (const t of [q, k, v]) t.grad = null;
      return [y.toArray(), ...gradients];
    };
    const want = run(0);
    for (const [i, got] of run(1e-12).entries()) expectClose(got, want[i], 1e-5);
  });

  test("drops the share, and scales the rest", () => {
    const ones = (...shape: number[]) => full(shape, 1, { runtime });
    manualSeed(3);
    const y = scaledDotProductAttention(ones(1, 40, 4), ones(1, 500, 4), ones(1, 500, 1), {
      dropout: 0.25,
    });
    const mean = y.toArray().reduce((sum, v) => sum + v, 0) / 40;
    expect(Math.abs(mean - 1)).toBeLessThan(0.02);
    expect(new Set(y.toArray()).size).toBeGreaterThan(5);
    expect(() =>
      scaledDotProductAttention(ones(1, 2, 4), ones(1, 2, 4), ones(1, 2, 4), { dropout: 1 }),
    ).toThrow("scaledDotProductAttention: expected dropout from 0 to below 1, got 1");
  });

  test("the layer drops in training alone, and can do without biases", () => {
    const layer = new MultiHeadAttention(6, 2, { attentionDropout: 0.5, bias: false, runtime });
    expect([...layer.stateDict().keys()]).toEqual([..."qkvo"].map((w) => `w_${w}.weight`));
    const x = randomTensor(runtime, [2, 3, 6], 1);
    expect(layer.forward(x).toArray()).not.toEqual(layer.forward(x).toArray());
    layer.eval();
    expect(layer.forward(x).toArray()).toEqual(layer.forward(x).toArray());
  });
});
