import { describe, expect, test } from "vitest";
import { noGrad } from "../../../src/autograd.js";
import { add } from "../../../src/ops/elementwise/add.js";
import { div } from "../../../src/ops/elementwise/div.js";
import { mul } from "../../../src/ops/elementwise/mul.js";
import { sub } from "../../../src/ops/elementwise/sub.js";
import { type Tensor, tensor, zeros } from "../../../src/tensor.js";
import {
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  uniform,
  useRuntime,
} from "../../helpers.js";
import { broadcast } from "../../reference/broadcast.js";

const runtime = await useRuntime();

type Op = (a: Tensor | number, b: Tensor | number) => Tensor;
const ops: [name: string, op: Op, f: (a: number, b: number) => number][] = [
  ["add", add, (a, b) => a + b],
  ["sub", sub, (a, b) => a - b],
  ["mul", mul, (a, b) => a * b],
  ["div", div, (a, b) => a / b],
];

/** Values away from 0, which keep quotients and their difference quotients small. */
const tame = (shape: number[], seed: number) => {
  const next = uniform(seed);
  const values = Float32Array.from({ length: shape.reduce((p, n) => p * n, 1) }, () => {
    const u = next();
    return (u < 0.5 ? -1 : 1) * (0.5 + next());
  });
  return tensor(values, shape, { runtime });
};

const cases: [a: number[], b: number[], out: number[], why: string][] = [
  [[], [], [], "scalars"],
  [[17], [17], [17], "one shape: no plan, a tail of 1"],
  [[2, 3, 5], [2, 3, 5], [2, 3, 5], "one shape of three axes"],
  [[7, 6], [6], [7, 6], "[N, D] with [D]"],
  [[6], [7, 6], [7, 6], "the same, the smaller one first"],
  [[2, 3, 4, 5], [3, 1, 1], [2, 3, 4, 5], "channels of NCHW"],
  [[5, 1], [1, 7], [5, 7], "both broadcast"],
  [[3, 9], [3, 1], [3, 9], "a column: step 0 inside the run"],
  [[2, 1, 3, 1, 5], [4, 1, 2, 1], [2, 4, 3, 2, 5], "four axes that alternate: nothing runs on"],
  [[3, 4], [], [3, 4], "a scalar tensor"],
  [[1, 1], [4], [1, 4], "rank from one, length from the other"],
  [[0, 3], [3], [0, 3], "no rows"],
  [[2, 0], [2, 1], [2, 0], "no columns"],
  [[2, 1023], [1023], [2, 1023], "long runs with a tail of 3"],
];

describe.each(ops)("%s", (name, op, f) => {
  test.each(cases)("%j with %j gives %j: %s", (shapeA, shapeB, shape) => {
    const [a, b] = [tame(shapeA, 1), tame(shapeB, 2)];
    const y = op(a, b);
    expect(y.shape).toEqual(shape);
    const want = broadcast(f, a.data, shapeA, b.data, shapeB, shape);
    expect([...y.data]).toEqual([...Float32Array.from(want)]); // a single operation is rounded once: no tolerance
    if (a.size * b.size > 300) return;
    gradcheck(op, (a, b) => broadcast(f, a, shapeA, b, shapeB, shape), [a, b]);
  });

  test("numbers on either side, and their gradient", () => {
    const x = tame([9], 3);
    expect([...op(x, 2).toArray()]).toEqual(Array.from(x.data, (v) => Math.fround(f(v, 2))));
    expect([...op(2, x).toArray()]).toEqual(Array.from(x.data, (v) => Math.fround(f(2, v))));
    gradcheck(
      (x) => op(x, 2),
      (x) => x.map((v) => f(v, 2)),
      [x],
    );
    const z = tame([9], 4);
    gradcheck(
      (z) => op(2, z),
      (z) => z.map((v) => f(2, v)),
      [z],
    );
  });

  test("a number leaves nothing behind", () => {
    using x = tame([3], 1);
    const before = runtime.stats().tensors;
    op(x, 2).dispose();
    expect(runtime.stats().tensors).toBe(before);
  });

  test("one tensor on both sides", () => {
    gradcheck(
      (x) => op(x, x),
      (x) => x.map((v) => f(v, v)),
      [tame([5], 5)],
      1e-4,
    );
  });

  test("refusals change nothing", () => {
    const a = tame([2, 3], 1);
    const before = runtime.stats();
    expect(() => op(a, zeros([2], { runtime }).detach())).toThrow(
      `${name}: shapes [2, 3] and [2] cannot be broadcast together`,
    );
    expect(() => op(1, 2)).toThrow(TypeError);
    expect(() => op(a, "x" as unknown as number)).toThrow(TypeError);
    expect(() => op(a, tensor(Int32Array.of(1), [1], { runtime }) as unknown as Tensor)).toThrow(
      `${name}: expected b of dtype float32, got int32`,
    );
    expect(runtime.stats().peakBytes).toBeGreaterThanOrEqual(before.bytes);
  });

  test("the same bits on every number of threads", async () => {
    await expectSameBits((runtime) => {
      const a = randomTensor(runtime, [5, 300, 101], 1, true);
      const b = randomTensor(runtime, [300, 1], 2, true);
      const y = op(a, b);
      y.backward(tensor(normal(y.size, 3), y.shape, { runtime }));
      return noGrad(() => [y.toArray(), a.grad?.toArray() ?? [], b.grad?.toArray() ?? []]);
    });
  });
});

test("IEEE values: division by zero, infinities, NaN", () => {
  const a = tensor([1, -1, 0, Infinity, NaN], [5], { runtime });
  expect([...div(a, 0).toArray()]).toEqual([Infinity, -Infinity, NaN, Infinity, NaN]);
  expect([...sub(a, Infinity).toArray()]).toEqual([-Infinity, -Infinity, -Infinity, NaN, NaN]);
});

test("div: gradients at the ends of float32, where a part would overflow or be 0", () => {
  const a = tensor([0, 1e30, 1e-30, 3e38, 1e-38, 0], [6], { runtime, requiresGrad: true });
  const b = tensor([1e-3, 1e10, 1e16, 1e25, 1e-20, 1e-40], [6], { runtime, requiresGrad: true });
  const dy = [3e37, 1e-5, 1e38, 3e38, 1e-30, 1];
  div(a, b).backward(tensor(dy, [6], { runtime }));
  const [p, q] = [[...a.data], [...b.data]];
  const expected = Float32Array.from(dy, (d, i) => -(Math.fround(d) * p[i]) / (q[i] * q[i]));
  expect([...(b.grad?.data ?? [])].map(Math.abs)).toEqual([...expected].map(Math.abs));
});

describe("div with a roundingMode", () => {
  const of = (a: number[], b: number[], roundingMode: "trunc" | "floor") =>
    [
      ...div(tensor(a, [a.length], { runtime }), tensor(b, [b.length], { runtime }), {
        roundingMode,
      }).toArray(),
    ].map((v) => v + 0);

  test("the values of torch.div", () => {
    const [a, b] = [
      [7, -7, 7, -7, 1, 0, 5, -5],
      [2, 2, -2, -2, 0.1, 3, Infinity, Infinity],
    ];
    expect(of(a, b, "trunc")).toEqual([3, -3, -3, 3, 10, 0, 0, 0]);
    expect(of(a, b, "floor")).toEqual([3, -4, -4, 3, 9, 0, 0, -1]);
    expect(of([1, -1, 0, Number.NaN], [0, 0, 0, 1], "floor")).toEqual([
      Infinity,
      -Infinity,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test("broadcasts, gives gradients of 0, and refuses other words", () => {
    const a = tensor([7, 8, 9, 10], [2, 2], { runtime, requiresGrad: true });
    const y = div(a, 2, { roundingMode: "floor" });
    y.backward(tensor([1, 1, 1, 1], [2, 2], { runtime }));
    expect([...y.toArray()]).toEqual([3, 4, 4, 5]);
    expect([...(a.grad?.toArray() ?? [])]).toEqual([0, 0, 0, 0]);
    expect(() => div(a, 2, { roundingMode: "up" as never })).toThrow(
      'div: expected roundingMode "trunc", "floor" or null, got "up"',
    );
  });
});
