import { describe, expect, test } from "vitest";
import { matmul } from "../../../src/ops/product/matmul.js";
import { sizeOf, tensor, zeros } from "../../../src/tensor.js";
import {
  expectClose,
  expectSameBits,
  gradcheck,
  normal,
  randomTensor,
  useRuntime,
} from "../../helpers.js";
import * as reference from "../../reference/matmul.js";

/** Blocks of 256 products of N(0, 1) values summed in float32 stay far below 1e-6 in norm. A lost term does not. */
const TOLERANCE = 1e-6;

const runtime = await useRuntime();

const sizes: [m: number, n: number, k: number, why: string][] = [
  [1, 1, 1, "one product"],
  [1, 8, 4, "one row"],
  [4, 1, 3, "one column: filler in 7 of 8"],
  [3, 5, 7, "less than a 4×8 tile"],
  [4, 8, 16, "exactly one tile"],
  [5, 9, 15, "one more than a tile"],
  [8, 4, 17, "half a column panel"],
  [7, 12, 1, "k = 1"],
  [16, 17, 257, "one more than a block of k"],
  [31, 37, 41, "primes"],
  [2, 3, 0, "nothing to add up: zeros"],
  [257, 129, 33, "one more than the largest tile"],
  [70, 150, 130, "above the size that is cut for threads"],
  [5, 10, 4099, "long k: parts, and a rest"],
];

describe("matmul", () => {
  test.each(sizes)("[%i, k]·[k, %i], k = %i: %s", (m, n, k) => {
    const a = randomTensor(runtime, [m, k], 1, true);
    const b = randomTensor(runtime, [k, n], 2, true);
    const c = matmul(a, b);
    const dc = normal(m * n, 3);
    c.backward(tensor(dc, [m, n], { runtime }));
    const want = reference.matmulBackward(dc, a.data, b.data, m, n, k);
    expect(c.shape).toEqual([m, n]);
    expectClose(c.data, reference.matmul(a.data, b.data, m, n, k), TOLERANCE, "c");
    expectClose(a.grad?.data ?? [], want.da, TOLERANCE, "da");
    expectClose(b.grad?.data ?? [], want.db, TOLERANCE, "db");
  });

  test("stays accurate over 65536 products", () => {
    const [m, n, k] = [3, 5, 65536];
    // With a mean of 1 the sum grows with k, so that plain float32 accumulation would lose digits.
    const a = tensor(normal(m * k, 1, 1, 1), [m, k], { runtime });
    const b = tensor(normal(k * n, 2, 1, 1), [k, n], { runtime });
    const want = reference.matmul(a.data, b.data, m, n, k);
    expectClose(matmul(a, b).toArray(), want, 1e-5);
  });

  const shapes: [a: number[], b: number[], out: number[], why: string][] = [
    [[3], [3], [], "two vectors: a scalar"],
    [[3], [3, 2], [2], "a vector on the left is a row"],
    [[2, 3], [3], [2], "a vector on the right is a column"],
    [[5, 2, 3], [3], [5, 2], "batch times vector"],
    [[3], [5, 3, 2], [5, 2], "vector times batch"],
    [[5, 2, 3], [3, 4], [5, 2, 4], "one matrix on the right"],
    [[2, 3], [5, 3, 4], [5, 2, 4], "one matrix on the left"],
    [[5, 2, 3], [5, 3, 4], [5, 2, 4], "batch by batch"],
    [[2, 1, 2, 3], [3, 3, 4], [2, 3, 2, 4], "both sides broadcast"],
    [[1, 2, 3], [4, 1, 1, 3, 2], [4, 1, 1, 2, 2], "ones broadcast to the longer batch"],
    [[2, 1, 4100], [2, 4100, 2], [2, 1, 2], "a batch of long products, which are not cut"],
    [[0, 2, 3], [3, 4], [0, 2, 4], "empty batch"],
    [[0, 2, 3], [0, 3, 4], [0, 2, 4], "both batches empty"],
  ];
  test.each(shapes)("%j · %j → %j: %s", (aShape, bShape, out) => {
    const a = randomTensor(runtime, aShape, 1);
    const b = randomTensor(runtime, bShape, 2);
    expect(matmul(a, b).shape).toEqual(out);
    const batched = (x: Float64Array, y: Float64Array) => broadcastMatmul(x, aShape, y, bShape);
    if (a.size < 1000) gradcheck(matmul, batched, [a, b]);
    const want = batched(Float64Array.from(a.data), Float64Array.from(b.data));
    expectClose(matmul(a, b).toArray(), want, TOLERANCE);
  });

  test("the same bits on any number of threads", async () => {
    await expectSameBits((runtime) => {
      const a = randomTensor(runtime, [33, 70, 65], 1, true);
      const b = randomTensor(runtime, [33, 65, 40], 2, true);
      const c = matmul(a, b);
      c.backward(randomTensor(runtime, c.shape, 3));
      const long = matmul(
        randomTensor(runtime, [20, 9000], 4),
        randomTensor(runtime, [9000, 24], 5),
      );
      return [c.toArray(), a.grad?.toArray() ?? [], b.grad?.toArray() ?? [], long.toArray()];
    });
  });

  test("NaN and Inf reach their row and column only", () => {
    const a = zeros([5, 6], { runtime });
    const b = zeros([6, 9], { runtime });
    a.data[0 * 6 + 2] = Number.NaN;
    b.data.fill(1);
    const c = matmul(a, b).toArray();
    expect([...c.subarray(0, 9)].every(Number.isNaN)).toBe(true);
    expect([...c.subarray(9)]).toEqual(new Array(36).fill(0));
  });

  test.each([
    [
      [2, 3],
      [3, 0],
    ],
    [
      [0, 3],
      [3, 2],
    ],
    [
      [2, 2, 3],
      [2, 3, 0],
    ],
    [
      [2, 0, 3],
      [2, 3, 2],
    ],
    [
      [0, 2, 3],
      [3, 2],
    ],
    [
      [0, 2, 3],
      [1, 3, 2],
    ],
    [
      [2, 3],
      [0, 3, 2],
    ],
  ])("a product %j · %j of no elements sends back zeros", (...shapes) => {
    const [a, b] = shapes.map((shape, i) => randomTensor(runtime, shape, i, true));
    const y = matmul(a, b);
    y.backward(zeros(y.shape, { runtime }));
    for (const t of [a, b]) expect(t.grad?.data).toEqual(new Float32Array(t.size));
  });

  test("refuses what does not fit", () => {
    const t = (...shape: number[]) => zeros(shape, { runtime });
    expect(() => matmul(t(2, 3), t(4, 5))).toThrow("inner sizes to agree, got [2, 3] and [4, 5]");
    expect(() => matmul(t(3), t(4))).toThrow(RangeError);
    expect(() => matmul(t(), t(4))).toThrow("got [] and [4]");
    expect(() => matmul(t(2, 2, 3), t(3, 3, 2))).toThrow("batches that broadcast");
    expect(() => matmul(t(0, 2, 3), t(3, 3, 2))).toThrow("batches that broadcast");
    const ints = tensor(Int32Array.of(1, 2), [2, 1], { runtime });
    expect(() => matmul(ints as never, t(1, 2))).toThrow(TypeError);
  });
});

/** Broadcasting as in torch.matmul by index arithmetic alone, with the two-dimensional oracle. */
function broadcastMatmul(a: Float64Array, aShape: number[], b: Float64Array, bShape: number[]) {
  const left = aShape.length === 1 ? [1, ...aShape] : aShape;
  const right = bShape.length === 1 ? [...bShape, 1] : bShape;
  const [m, k] = left.slice(-2);
  const n = right[right.length - 1];
  const rank = Math.max(left.length, right.length) - 2;
  const padded = (s: number[]) => [...new Array(rank - s.length + 2).fill(1), ...s.slice(0, -2)];
  const [aBatch, bBatch] = [padded(left), padded(right)];
  const batch = aBatch.map((length, i) => (length === 1 ? bBatch[i] : length));
  const matrixOf = (own: number[], index: number) => {
    let [rest, at, pitch] = [index, 0, 1];
    for (let d = rank - 1; d >= 0; d--) {
      if (own[d] !== 1) at += (rest % batch[d]) * pitch;
      rest = Math.floor(rest / batch[d]);
      pitch *= own[d];
    }
    return at;
  };
  const out = new Float64Array(sizeOf(batch) * m * n);
  for (let i = 0; i < sizeOf(batch); i++) {
    const x = a.subarray(matrixOf(aBatch, i) * m * k);
    const y = b.subarray(matrixOf(bBatch, i) * k * n);
    out.set(reference.matmul(x, y, m, n, k), i * m * n);
  }
  return out;
}
