import { describe, expect, test } from "vitest";
import { noGrad } from "../../src/autograd.js";
import { grad } from "../../src/grad/grad.js";
import * as nn from "../../src/nn/index.js";
import {
  add,
  batchNorm,
  dropout,
  embedding,
  exp,
  mul,
  powerNorm,
  sum,
  tanh,
} from "../../src/ops/index.js";
import { groupBatchNorm } from "../../src/ops/norm/group-batch-norm.js";
import type { ProcessGroup } from "../../src/process-group.js";
import { Generator } from "../../src/random.js";
import { ones, type Tensor, tensor, tidy, zeros } from "../../src/tensor.js";
import { randomTensor, useRuntime } from "../helpers.js";

const runtime = await useRuntime();

const vector = (...values: number[]) =>
  tensor(values, [values.length], { runtime, requiresGrad: true });
const list = (t: Tensor | null) => t && [...t.toArray()];

describe("grad", () => {
  test("gives the gradients of leaves and of results, in the order of the inputs, and leaves .grad alone", () => {
    const [a, b] = [vector(2, 3), vector(5, 7)];
    const c = mul(a, b);
    const y = sum(mul(c, c));
    const grads = grad(y, [c, b, a, c]);
    expect(grads.map(list)).toEqual([
      [20, 42],
      [40, 126],
      [100, 294],
      [20, 42],
    ]);
    expect([a.grad, b.grad, c.grad]).toEqual([null, null, null]);
    expect(grads.map((g) => g?.requiresGrad)).toEqual([false, false, false, false]);
    grads[0]?.data.fill(0);
    expect(list(grads[3])).toEqual([20, 42]);
  });

  test("takes several outputs, with a gradient for each", () => {
    const x = vector(1, 2);
    const [y, z] = [mul(x, x), sum(x)];
    const v = tensor([10, 100], [2], { runtime });
    expect(grad([y, z], x, { gradOutputs: [v, null] }).map(list)).toEqual([[21, 401]]);
    expect(list(v)).toEqual([10, 100]);
    expect(grad(mul(x, 3), [x], { gradOutputs: v }).map(list)).toEqual([[30, 300]]);
    expect(grad(x, x, { gradOutputs: v }).map(list)).toEqual([[10, 100]]);
  });

  test("goes no further than the inputs", () => {
    const x = vector(1, 2);
    const h = exp(x);
    sum(h).backward(); // the graph behind h is freed
    expect(grad(sum(mul(h, h)), h).map(list)).toEqual([[...h.toArray()].map((v) => 2 * v)]);
    const [z, k] = [vector(1, 2), vector(3, 4)];
    const p = mul(z, k);
    grad(sum(mul(p, p)), p);
    expect(grad(sum(p), z).map(list)).toEqual([[3, 4]]); // what is behind an input stays
    const ran: string[] = [];
    const [w, y] = [vector(1, 1), vector(2, 2)];
    w.registerPostAccumulateGradHook(() => ran.push("hook"));
    grad(sum(mul(w, y)), [w, y]);
    expect(ran).toEqual([]);
  });

  test("an input that is not used is an error, or null with allowUnused", () => {
    const [x, y] = [vector(1), vector(2)];
    const z = sum(mul(x, x));
    const message =
      "grad: the outputs do not depend on inputs[1] of shape [1]; { allowUnused: true }";
    expect(() => grad(z, [x, y])).toThrow(message);
    expect(grad(z, [x, y], { allowUnused: true }).map(list)).toEqual([[2], null]);
  });

  test("refuses what has no gradient, and gradients that do not fit", () => {
    const x = vector(1, 2);
    const y = mul(x, x);
    const constant = ones([2], { runtime });
    expect(() => grad(y, [x, constant], { gradOutputs: ones([2], { runtime }) })).toThrow(
      "grad: inputs[1] of shape [2] does not require gradients",
    );
    expect(() => grad(constant, x)).toThrow(
      "grad: outputs of shape [2] does not require gradients",
    );
    expect(() => grad(y, x)).toThrow("grad: a gradient can be left out only for a single element");
    expect(() => grad([y, y], x, { gradOutputs: [constant] })).toThrow(RangeError);
    expect(() => grad([], x)).toThrow("grad: expected at least one tensor in outputs");
    expect(() => grad(y, 3 as never)).toThrow("grad: expected inputs to be a tensor, got 3");
    expect(() => grad(y, x, { create_graph: true } as never)).toThrow('did you mean "createGraph"');
    expect(grad(y, x, { gradOutputs: constant }).map(list)).toEqual([[2, 4]]);
  });

  test("frees the graph, or retains it", () => {
    const x = vector(3);
    const y = sum(mul(x, x));
    for (const _ of [1, 2]) expect(grad(y, x, { retainGraph: true }).map(list)).toEqual([[6]]);
    y.backward(undefined, { retainGraph: true });
    y.backward();
    expect(list(x.grad)).toEqual([12]);
    expect(() => grad(y, x)).toThrow(
      "backward: the graph behind sum was used by an earlier backward",
    );
    const z = sum(mul(x, x));
    grad(z, x, { createGraph: true });
    grad(z, x, { createGraph: true, retainGraph: false });
    expect(() => grad(z, x)).toThrow("is freed");
  });

  test("gives back all memory but that of its results, which belong to the tidy around it", () => {
    const layer = new nn.LayerNorm(4, { runtime });
    const x = randomTensor(runtime, [3, 4], 1, true);
    const { tensors, bytes } = runtime.stats();
    for (const createGraph of [false, true]) {
      tidy(() => {
        const y = sum(mul(tanh(layer.forward(x)), x));
        const [g] = grad(y, x, { createGraph });
        if (createGraph) grad(sum(mul(g as Tensor, g as Tensor)), [x, layer.weight as Tensor]);
      });
      expect(runtime.stats()).toMatchObject({ tensors, bytes });
    }
    const [kept] = tidy(() => grad(sum(exp(x)), x, { createGraph: true }));
    expect(runtime.stats().tensors).toBeGreaterThan(tensors);
    kept?.dispose();
    expect(runtime.stats()).toMatchObject({ tensors, bytes });
  });
});

describe("createGraph", () => {
  const derivative = (y: Tensor, x: Tensor) => grad(sum(y), x, { createGraph: true })[0] as Tensor;

  test("third and fourth derivatives: exp, tanh, x⁴", () => {
    const x = vector(-0.5, 0.3);
    let y: Tensor = exp(x);
    for (const _ of [1, 2, 3]) y = derivative(y, x);
    const rounded = (values: ArrayLike<number>) => Array.from(values, (v) => v.toFixed(5));
    expect(rounded(y.data)).toEqual(rounded([-0.5, 0.3].map(Math.exp)));
    let z: Tensor = tanh(x);
    for (const _ of [1, 2, 3]) z = derivative(z, x);
    const third = [-0.5, 0.3].map((v) => {
      const t = Math.tanh(v);
      return -2 * (1 - t * t) * (1 - 3 * t * t);
    });
    expect(rounded(z.data)).toEqual(rounded(third));
    const square = mul(x, x);
    let w: Tensor = mul(square, square);
    for (const _ of [1, 2, 3, 4]) w = derivative(w, x);
    expect(rounded(w.data)).toEqual(rounded([24, 24]));
  });

  test("backward gives each leaf a .grad of the graph, and a new one each time", () => {
    const x = vector(2);
    sum(mul(mul(x, x), x)).backward(undefined, { createGraph: true });
    const first = x.grad as Tensor;
    expect([list(first), first.requiresGrad]).toEqual([[12], true]);
    expect(grad(first, x, { retainGraph: true }).map(list)).toEqual([[12]]);
    sum(mul(x, x)).backward(undefined, { createGraph: true });
    expect(list(x.grad)).toEqual([16]);
    expect(first.disposed).toBe(true); // a .grad belongs to its leaf
    expect(grad(x.grad as Tensor, x).map(list)).toEqual([[14]]);
  });

  test("hooks get the gradient that is part of the graph; a refused pass takes it back", () => {
    const [x, w] = [vector(3), vector(2)];
    const seen: boolean[] = [];
    w.registerPostAccumulateGradHook(({ grad }) => seen.push((grad as Tensor).requiresGrad));
    sum(mul(mul(x, x), w)).backward(undefined, { createGraph: true });
    expect([seen, list(w.grad)]).toEqual([[true], [9]]);
    const norm = zeros([2], { runtime });
    const refused = add(
      sum(
        powerNorm(ones([2, 2], { runtime, requiresGrad: true }), {
          training: true,
          runningPhi: norm,
          emaGz: zeros([2], { runtime }),
        }),
      ),
      sum(mul(w, w)),
    );
    expect(() => refused.backward(undefined, { createGraph: true })).toThrow(
      "no second derivative",
    );
    expect(list(w.grad)).toEqual([9]);
  });

  test("syncBatchNorm over several processes says by name that it is differentiable once", () => {
    const double = (values: Float64Array) => values.set(values.map((v) => 2 * v));
    const gather = (all: Float64Array, own: Float64Array) => all.set([...own, ...own]);
    const group = {
      size: 2,
      rank: 0,
      allReduce: double,
      allGather: gather,
    } as unknown as ProcessGroup;
    const x = randomTensor(runtime, [4, 3], 1, true);
    const y = groupBatchNorm(x, group, { training: true });
    const v = randomTensor(runtime, [4, 3], 2);
    const message = "grad: syncBatchNorm has no second derivative (createGraph)";
    expect(() => grad(y, x, { gradOutputs: v, createGraph: true })).toThrow(message);
    expect(grad(y, x, { gradOutputs: v })[0]?.shape).toEqual([4, 3]);
  });

  test("records within noGrad too, as in PyTorch, and not without createGraph", () => {
    const x = vector(2);
    const y = mul(mul(x, x), x);
    const [g] = noGrad(() => grad(y, x, { createGraph: true }));
    expect(grad(g as Tensor, x).map(list)).toEqual([[12]]);
    const [plain] = grad(mul(x, x), x);
    expect(plain?.requiresGrad).toBe(false);
  });

  test("a gradient of the outputs that requires a gradient gets one", () => {
    const [x, v] = [vector(2, 3), vector(5, 7)];
    const [g] = grad(mul(x, x), x, { gradOutputs: v, createGraph: true });
    expect(grad(sum(g as Tensor), [x, v]).map(list)).toEqual([
      [10, 14],
      [4, 6],
    ]);
    const [same] = grad(mul(x, 1), x, { gradOutputs: v, createGraph: true });
    same?.data.fill(0);
    expect(list(v)).toEqual([5, 7]);
  });

  test("does the statistics of a batch norm again without moving the running ones", () => {
    const x = randomTensor(runtime, [4, 3], 1, true);
    const [runningMean, runningVar] = [zeros([3], { runtime }), ones([3], { runtime })];
    const y = batchNorm(x, { runningMean, runningVar, training: true });
    const before = [runningMean, runningVar].map(list);
    const [g] = grad(sum(mul(y, mul(y, y))), x, { createGraph: true });
    grad(sum(mul(g as Tensor, g as Tensor)), x);
    expect([runningMean, runningVar].map(list)).toEqual(before);
  });

  test("knows that the row of an embedding's padding gets no gradient", () => {
    const table = randomTensor(runtime, [3, 2], 1, true);
    const v = randomTensor(runtime, [2, 2], 2, true);
    const rows = embedding(table, [1, 2], { paddingIdx: 1 });
    const [g] = grad(rows, table, { gradOutputs: v, createGraph: true });
    expect(grad(sum(g as Tensor), v).map(list)).toEqual([[0, 0, 1, 1]]);
  });

  test("keeps the mask of a dropout", () => {
    const x = randomTensor(runtime, [64], 1, true);
    const y = dropout(mul(x, x), { generator: new Generator(1) });
    const mask = [...y.data].map((v) => (v === 0 ? 0 : 2));
    const [g] = grad(sum(y), x, { createGraph: true });
    const [h] = grad(sum(g as Tensor), x);
    expect(list(h)).toEqual(mask.map((m) => 2 * m));
  });

  test("a value that was written since is refused, also in the graph of a gradient", () => {
    const [x, w] = [vector(2), vector(3)];
    const [g] = grad(sum(mul(mul(x, x), w)), x, { createGraph: true });
    x.written();
    expect(() => grad(g as Tensor, w)).toThrow("was written since");
  });
});
