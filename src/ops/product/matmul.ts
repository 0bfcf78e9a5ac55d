import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { behind } from "../../runtime/address.js";
import { empty, type Shape, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkTensor } from "../check.js";
import { type Factor, gemm } from "./gemm.js";

/** A batched product: sizes of the matrices, and the element offset of each product's factors in a and b. */
interface Product {
  m: number;
  n: number;
  k: number;
  shape: Shape;
  offsets: () => { a: number[]; b: number[] };
}

/**
 * The matrix product. Leading dimensions are batches and broadcast. A vector on the left is a row, on the right it is a
 * column, and its dimension of 1 is not in the result.
 * @shape a [..., m, k], b [..., k, n] → [..., m, n]
 * @throws RangeError for scalars, inner sizes that differ and batches that do not broadcast
 * @source torch.matmul
 */
export function matmul(a: Tensor, b: Tensor): Tensor {
  return call("matmul", () => {
    const product = plan(a, b);
    const { m, n, k, shape } = product;
    const y = empty(a.runtime, shape);
    // Not before there is memory for y, for there may be billions of offsets. None where there is nothing to multiply.
    const offsets = y.size === 0 ? { a: [], b: [] } : product.offsets();
    multiply(y, { ptr: a.ptr }, { ptr: b.ptr }, m, n, k, offsets);
    const [shapeA, shapeB] = [a.shape, b.shape];
    const saved = [b.requiresGrad ? a : null, a.requiresGrad ? b : null];
    return record("matmul", y, [a, b], saved, (dy, [a, b], needs) => {
      const out = dy.size === 0 ? [] : offsets.a.map((_, i) => i * m * n);
      const da = (to: Tensor) =>
        multiply(to, { ptr: dy.ptr }, { ptr: b.ptr, transposed: true }, m, k, n, {
          a: out,
          b: offsets.b,
        });
      const db = (to: Tensor) =>
        multiply(to, { ptr: a.ptr, transposed: true }, { ptr: dy.ptr }, k, n, m, {
          a: offsets.a,
          b: out,
        });
      return [
        needs[0] ? gradient(dy, shapeA, m * k, offsets.a, da) : null,
        needs[1] ? gradient(dy, shapeB, k * n, offsets.b, db) : null,
      ];
    });
  });
}

function multiply(
  to: Tensor,
  a: Factor,
  b: Factor,
  m: number,
  n: number,
  k: number,
  batch: { a: number[]; b: number[] },
): void {
  gemm(to.runtime, to.ptr, a, b, m, n, k, batch.a.length === 1 ? {} : { batch });
}

/**
 * The gradient of a factor of `shape`: `compute` gives one for every product, and they are summed in order where it was
 * broadcast.
 */
function gradient(
  { runtime }: Tensor,
  shape: Shape,
  matrix: number,
  offsets: number[],
  compute: (to: Tensor) => void,
): Tensor {
  const sum = empty(runtime, shape);
  if (offsets.length * matrix === sum.size && sum.size > 0) {
    compute(sum);
    return sum;
  }
  sum.elements.fill(0);
  using each = temporary(runtime, [offsets.length, matrix]);
  compute(each);
  offsets.forEach((offset, i) => {
    runtime.run("accumulate", matrix, 1, [
      behind(sum.ptr, 4 * offset),
      behind(each.ptr, 4 * i * matrix),
    ]);
  });
  return sum;
}

function plan(a: Tensor, b: Tensor): Product {
  checkTensor("matmul", "a", a);
  checkTensor("matmul", "b", b);
  checkSameRuntime("matmul", a, b);
  if (a.shape.length === 0 || b.shape.length === 0) {
    throw new RangeError(
      `matmul: expected vectors, matrices or batches of them, got ${show(a.shape)} and ${show(b.shape)}`,
    );
  }
  const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
  const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
  const [m, k] = left.slice(-2);
  const [inner, n] = right.slice(-2);
  if (inner !== k) {
    throw new RangeError(
      `matmul: expected inner sizes to agree, got ${show(a.shape)} and ${show(b.shape)}`,
    );
  }
  const aBatch = left.slice(0, -2);
  const bBatch = right.slice(0, -2);
  const batch = broadcast(aBatch, bBatch);
  if (!batch) {
    throw new RangeError(
      `matmul: expected batches that broadcast, got ${show(a.shape)} and ${show(b.shape)}`,
    );
  }
  const shape = [
    ...batch,
    ...(a.shape.length === 1 ? [] : [m]),
    ...(b.shape.length === 1 ? [] : [n]),
  ] as const;
  // With one matrix on the right, the rows of all batches on the left are one long matrix.
  if (sizeOf(bBatch) === 1) {
    return { m: sizeOf(aBatch) * m, n, k, shape, offsets: () => ({ a: [0], b: [0] }) };
  }
  const offsets = () => ({
    a: matrixOffsets(batch, aBatch, m * k),
    b: matrixOffsets(batch, bBatch, k * n),
  });
  return { m, n, k, shape, offsets };
}

/** The common shape, or null where there is none. */
function broadcast(a: Shape, b: Shape): number[] | null {
  const length = Math.max(a.length, b.length);
  const shape: number[] = [];
  for (let i = 1; i <= length; i++) {
    const [x, y] = [a[a.length - i] ?? 1, b[b.length - i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) return null;
    shape.unshift(x === 1 ? y : x);
  }
  return shape;
}

/**
 * @internal For each index of the batch, row-major: the element offset of its matrix in a tensor of batch shape `own`.
 */
export function matrixOffsets(batch: Shape, own: Shape, matrix: number): number[] {
  let offsets = [0];
  let pitch = matrix * sizeOf(own);
  batch.forEach((length, i) => {
    const mine = own[own.length - batch.length + i] ?? 1;
    pitch /= mine;
    const step = mine === 1 ? 0 : pitch;
    offsets = offsets.flatMap((from) => Array.from({ length }, (_, j) => from + j * step));
  });
  return offsets;
}
