import { describe, expect, test } from "vitest";
import { sigmoid } from "../../../src/ops/elementwise/sigmoid.js";
import { logSoftmax, softmax } from "../../../src/ops/index.js";
import { binaryCrossEntropyWithLogits } from "../../../src/ops/reduce/binary-cross-entropy.js";
import { crossEntropy } from "../../../src/ops/reduce/cross-entropy.js";
import { klDiv } from "../../../src/ops/reduce/kl-div.js";
import { huberLoss, l1Loss, smoothL1Loss } from "../../../src/ops/reduce/l1-loss.js";
import type { Reduction } from "../../../src/ops/reduce/loss.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import { goldenCases } from "../../golden.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/losses.js";

const runtime = await useRuntime();
const reductions = ["mean", "sum", "none"] as const;

type Loss = (x: Tensor, t: Tensor, options: { reduction: Reduction }) => Tensor;
type Rows = [name: string, loss: Loss, term: (x: number, t: number) => number];
/** Inputs are normal, targets from 0.05 to 0.95. */
const pairs: Rows[] = [
  ["l1Loss", l1Loss, (x, t) => Math.abs(x - t)],
  ["smoothL1Loss", smoothL1Loss, (x, t) => reference.smoothL1(x, t, 1)],
  [
    "smoothL1Loss",
    (x, t, o) => smoothL1Loss(x, t, { ...o, beta: 0.3 }),
    (x, t) => reference.smoothL1(x, t, 0.3),
  ],
  ["smoothL1Loss", (x, t, o) => smoothL1Loss(x, t, { ...o, beta: 0 }), (x, t) => Math.abs(x - t)],
  ["huberLoss", huberLoss, (x, t) => reference.huber(x, t, 1)],
  [
    "huberLoss",
    (x, t, o) => huberLoss(x, t, { ...o, delta: 0.7 }),
    (x, t) => reference.huber(x, t, 0.7),
  ],
  ["binaryCrossEntropyWithLogits", binaryCrossEntropyWithLogits, reference.binaryCrossEntropy],
  ["klDiv", klDiv, reference.klDiv],
  ["klDiv", (x, t, o) => klDiv(x, t, { ...o, logTarget: true }), (x, t) => Math.exp(t) * (t - x)],
];

describe.each(pairs)("%s", (name, loss, term) => {
  test.each([[[]], [[3]], [[2, 17]]])("%j", (shape) => {
    for (const reduction of reductions) {
      const x = randomTensor(runtime, shape, 1);
      const t = tensor(
        normal(x.size, 2).map((v) => 0.5 + 0.45 * Math.sin(v)),
        shape,
        { runtime },
      );
      const oracle = (x: Float64Array, t: Float64Array) =>
        reference.reduced(
          x.map((v, i) => term(v, t[i])),
          reduction,
        );
      const got = loss(x, t, { reduction });
      expect(got.shape).toEqual(reduction === "none" ? shape : []);
      expectClose(got.data, oracle(Float64Array.from(x.data), Float64Array.from(t.data)), 5e-7);
      gradcheck((x, t) => loss(x, t, { reduction }), oracle, [x, t]);
    }
  });

  test("nothing: NaN, 0 as a sum; refusals; nothing stays behind", () => {
    const nothing = zeros([0, 3], { runtime });
    expect(loss(nothing, nothing, { reduction: "mean" }).item()).toBeNaN();
    expect(loss(nothing, nothing, { reduction: "sum" }).item()).toBe(0);
    const [x, other] = [zeros([2, 3], { runtime }), zeros([3, 2], { runtime })];
    const { tensors } = runtime.stats();
    expect(() => loss(x, other, { reduction: "mean" })).toThrow(
      `${name}: expected target of shape [2, 3], got [3, 2]`,
    );
    expect(() => loss(x, x, { reduction: "all" as "sum" })).toThrow(RangeError);
    loss(x, x, { reduction: "mean" }).dispose();
    expect(runtime.stats().tensors).toBe(tensors);
  });

  test("a NaN or a huge value stays where it is", () => {
    const values = normal(9, 4);
    const t = tensor(new Float32Array(9).fill(0.5), [9], { runtime });
    const run = (at: number, value: number) => {
      const x = tensor(values.with(at, value), [9], { runtime, requiresGrad: true });
      const y = loss(x, t, { reduction: "none" });
      y.backward(tensor(normal(9, 5), [9], { runtime }));
      return [...y.toArray(), ...(x.grad?.toArray() ?? [])];
    };
    const want = run(0, values[0]);
    for (const value of [Number.NaN, Infinity, -Infinity, 1e30])
      run(4, value).forEach((v, i) => {
        if (i % 9 !== 4) expect(v).toBe(want[i]);
      });
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const x = randomTensor(runtime, [40003], 1, true);
      const y = loss(x, sigmoid(randomTensor(runtime, [40003], 2)), { reduction: "mean" });
      y.backward();
      return [y.toArray(), x.grad?.toArray() ?? []];
    });
  });
});

test("the gradient at the kinks is PyTorch's", () => {
  const of = (loss: (x: Tensor, t: Tensor) => Tensor, values: number[]) => {
    const x = tensor(values, [values.length], { runtime, requiresGrad: true });
    loss(x, zeros([values.length], { runtime })).backward();
    return [...(x.grad?.toArray() ?? [])].map((v) => v + 0);
  };
  expect(of((x, t) => l1Loss(x, t, { reduction: "sum" }), [0, 2, -2])).toEqual([0, 1, -1]);
  for (const loss of [smoothL1Loss, huberLoss])
    expect(of((x, t) => loss(x, t, { reduction: "sum" }), [0, 1, -1, 0.5])).toEqual([
      0, 1, -1, 0.5,
    ]);
  const logits = (x: Tensor, t: Tensor) => binaryCrossEntropyWithLogits(x, t, { reduction: "sum" });
  expect(of(logits, [0])).toEqual([0.5]);
});

describe("binaryCrossEntropyWithLogits", () => {
  test("weight and posWeight broadcast", () => {
    const [weight, posWeight] = [randomTensor(runtime, [2, 1], 3), randomTensor(runtime, [3], 4)];
    const t = tensor([0.1, 0.9, 0.5, 1, 0, 0.3], [2, 3], { runtime });
    const [w, p] = [weight.toArray(), posWeight.toArray()];
    gradcheck(
      (x) => binaryCrossEntropyWithLogits(x, t, { weight, posWeight, reduction: "none" }),
      (x) =>
        x.map((v, i) => reference.binaryCrossEntropy(v, t.data[i], w[Math.floor(i / 3)], p[i % 3])),
      [randomTensor(runtime, [2, 3], 5)],
    );
    expect(() =>
      binaryCrossEntropyWithLogits(t, t, { posWeight: zeros([2], { runtime }) }),
    ).toThrow("expected posWeight that broadcasts to [2, 3], got [2]");
    expect(() =>
      binaryCrossEntropyWithLogits(t, t, { weight: zeros([4, 2, 3], { runtime }) }),
    ).toThrow("expected weight that broadcasts to [2, 3], got [4, 2, 3]");
  });

  test("large logits keep the digits of a small loss", () => {
    const x = tensor([-30, 30, -200, 200], [4], { runtime, requiresGrad: true });
    const y = binaryCrossEntropyWithLogits(x, tensor([0, 1, 0, 1], [4], { runtime }), {
      reduction: "none",
    });
    expectClose(y.toArray(), [Math.exp(-30), Math.exp(-30), 0, 0], 1e-6);
  });
});

describe("klDiv", () => {
  test("a target of 0 counts as 0, forth and back", () => {
    const x = tensor([-1, -2], [2], { runtime, requiresGrad: true });
    const y = klDiv(x, tensor([0, 0.5], [2], { runtime }), { reduction: "sum" });
    y.backward();
    expectClose([y.item()], [0.5 * (Math.log(0.5) + 2)], 1e-6);
    expect([...(x.grad?.toArray() ?? [])]).toEqual([-0, -0.5]);
  });

  test("batchmean divides by the first length", () => {
    const x = randomTensor(runtime, [4, 3], 1);
    const t = softmax(randomTensor(runtime, [4, 3], 2));
    const sum = klDiv(x, t, { reduction: "sum" }).item();
    expect(klDiv(x, t, { reduction: "batchmean" }).item()).toBeCloseTo(sum / 4, 6);
  });
});

describe("crossEntropy with weights of classes", () => {
  const [n, classes] = [5, 4];
  const targets = [3, 0, -100, 1, 3];
  const w = [0.5, 2, 0, 1.5];
  const weight = () => tensor(w, [classes], { runtime });
  test.each([0, 0.2])("label smoothing %f", (labelSmoothing) => {
    for (const reduction of reductions) {
      const counted = targets.reduce((sum, t) => sum + (t < 0 ? 0 : w[t]), 0);
      const oracle = (x: Float64Array) => {
        const terms = Float64Array.from(targets, (t, i) =>
          t < 0
            ? 0
            : reference.shareLoss(
                x.subarray(i * classes, (i + 1) * classes),
                w.map(
                  (v, c) => v * ((c === t ? 1 - labelSmoothing : 0) + labelSmoothing / classes),
                ),
              ),
        );
        return reference.reduced(terms, reduction, counted);
      };
      const x = randomTensor(runtime, [n, classes], 1);
      const options = { reduction, labelSmoothing, weight: weight() };
      expectClose(crossEntropy(x, targets, options).data, oracle(Float64Array.from(x.data)), 1e-6);
      gradcheck((x) => crossEntropy(x, targets, options), oracle, [x]);
    }
  });

  test("ones are no weights", () => {
    const x = randomTensor(runtime, [2, 4, 3], 1);
    const list = [0, 1, 2, 3, 2, 1];
    const ones = tensor([1, 1, 1, 1], [4], { runtime });
    for (const reduction of reductions)
      expectClose(
        crossEntropy(x, list, { weight: ones, reduction }).toArray(),
        crossEntropy(x, list, { reduction }).toArray(),
        1e-6,
      );
  });

  test("a logit of −∞ without a share is no NaN", () => {
    const x = tensor([-Infinity, 1, 2], [1, 3], { runtime, requiresGrad: true });
    const loss = crossEntropy(x, [1], { weight: tensor([1, 1, 1], [3], { runtime }) });
    loss.backward();
    expectClose([loss.item()], [Math.log1p(Math.E)], 1e-6);
    expect(x.grad?.toArray()[0]).toBe(0);
  });

  test("refusals", () => {
    const x = zeros([2, 4], { runtime });
    expect(() => crossEntropy(x, [0, 1], { weight: zeros([3], { runtime }) })).toThrow(
      "crossEntropy: expected weight of shape [4], got [3]",
    );
    const learned = tensor(w, [4], { runtime, requiresGrad: true });
    expect(() => crossEntropy(x, [0, 1], { weight: learned })).toThrow(TypeError);
  });
});

describe("crossEntropy of probabilities", () => {
  test.each([0, 0.1])("label smoothing %f, with and without weights", (labelSmoothing) => {
    const [n, classes] = [3, 4];
    const p = softmax(randomTensor(runtime, [n, classes], 2));
    const w = [0.5, 2, 1, 1.5];
    for (const weight of [null, tensor(w, [4], { runtime })])
      for (const reduction of reductions) {
        const oracle = (x: Float64Array, p: Float64Array) =>
          reference.reduced(
            Float64Array.from({ length: n }, (_, i) =>
              reference.shareLoss(
                x.subarray(i * classes, (i + 1) * classes),
                Array.from(
                  { length: classes },
                  (_, c) =>
                    (weight ? w[c] : 1) *
                    (p[i * classes + c] * (1 - labelSmoothing) + labelSmoothing / classes),
                ),
              ),
            ),
            reduction,
          );
        const options = { reduction, labelSmoothing, weight };
        gradcheck((x, p) => crossEntropy(x, p, options), oracle, [
          randomTensor(runtime, [n, classes], 1),
          tensor(p.toArray(), [n, classes], { runtime }),
        ]);
      }
  });

  test("refusals", () => {
    const x = zeros([2, 4], { runtime });
    expect(() => crossEntropy(x, zeros([2, 3], { runtime }))).toThrow(
      "crossEntropy: expected probabilities of the logits' shape [2, 4]",
    );
    expect(() => crossEntropy(x, x, { ignoreIndex: 1 })).toThrow("not supported for probabilities");
  });
});

test("crossEntropy of unbatched logits [C]", () => {
  const x = randomTensor(runtime, [4], 1);
  const rows = x.reshape([1, 4]);
  const want = crossEntropy(rows, [2]).item();
  const scalar = tensor(Int32Array.of(2), [], { runtime });
  for (const target of [2, [2], scalar]) {
    for (const reduction of reductions) {
      const loss = crossEntropy(x, target, { reduction });
      expect(loss.shape).toEqual([]);
      expect(loss.item()).toBe(want);
    }
  }
  const p = softmax(randomTensor(runtime, [4], 2));
  expectClose(crossEntropy(x, p).toArray(), crossEntropy(rows, p.reshape([1, 4])).toArray(), 1e-6);
  expect(() => crossEntropy(rows, 2)).toThrow(TypeError);
});

describe("golden", () => {
  const tensorsOf = (names: Record<string, Tensor>) => {
    const { grad_output, target, weight, ...rest } = names;
    for (const constant of [target, weight]) if (constant) constant.requiresGrad = false;
    return { grad_output, target, weight, ...rest } as Record<string, Tensor>;
  };
  test.each(goldenCases("losses", "cross_entropy"))("$id", (golden) => {
    const { input, target, weight, grad_output } = tensorsOf(golden.tensors(runtime));
    const { ignore_index, label_smoothing, reduction } = golden.attributes as Record<string, never>;
    const output = crossEntropy(input, target, {
      weight,
      reduction,
      ignoreIndex: ignore_index,
      labelSmoothing: label_smoothing,
    });
    output.backward(grad_output);
    golden.compare({ output, grad_input: input.grad });
  });

  const others: [string, (x: Tensor, t: Tensor) => Tensor][] = [
    ["l1_loss", l1Loss],
    ["smooth_l1_loss", smoothL1Loss],
    ["huber_loss", (x, t) => huberLoss(x, t, { delta: 0.7 })],
    ["binary_cross_entropy_with_logits", (x, t) => binaryCrossEntropyWithLogits(x, sigmoid(t))],
    ["kl_div", (x, t) => klDiv(logSoftmax(x, -1), softmax(t, -1), { reduction: "batchmean" })],
  ];
  test.each(others)("%s", (name, loss) => {
    for (const golden of goldenCases("losses", name)) {
      const { input, target } = tensorsOf(golden.tensors(runtime));
      const output = loss(input, target);
      output.backward();
      golden.compare({ output, grad_input: input.grad });
    }
  });
});
