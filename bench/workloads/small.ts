// Calls that compute so little that most of their time is the host's. The plain loops allocate their results, as a
// tensor library must.
import { noGrad } from "../../src/autograd.js";
import { add } from "../../src/ops/elementwise/add.js";
import { relu } from "../../src/ops/elementwise/relu.js";
import { linear } from "../../src/ops/product/linear.js";
import { type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import { type Leaf, program } from "../program.js";
import { leaf, ROUNDING, values, type Workload } from "../workload.js";

interface SmallCase {
  name: string;
  shape: Shape;
  tiny: Shape;
  /** The shapes of what the operation takes. */
  inputs(shape: Shape): Shape[];
  cost: Workload["cost"];
  ours(...inputs: Tensor[]): Tensor;
  plain(shape: Shape, ...inputs: Float32Array[]): Float32Array;
}

function row({ name, shape, tiny, inputs, cost, ours, plain }: SmallCase): Workload {
  const given = (shape: Shape): Leaf[] =>
    inputs(shape).map((of, i) => ({ shape: of, data: values(of, i + 1) }));
  return {
    name,
    shape,
    tiny,
    cost,
    tolerance: ROUNDING,
    ours(runtime, shape) {
      const leaves = given(shape).map(({ shape, data }) =>
        leaf(runtime, shape, data as Float32Array),
      );
      return { run: () => noGrad(() => [ours(...leaves)]) };
    },
    plain(shape) {
      const lists = given(shape).map(({ data }) => data as Float32Array);
      return { run: () => [plain(shape, ...lists)] };
    },
    program(shape) {
      const leaves = Object.fromEntries(given(shape).map((leaf, i) => [`x${i}`, leaf]));
      return program(leaves, (apply) => apply(name, Object.keys(leaves)));
    },
  };
}

export const smallRows: Workload[] = [
  row({
    name: "add",
    shape: [1000],
    tiny: [7],
    inputs: (shape) => [shape, shape],
    cost: (shape) => ({ bytes: 12 * sizeOf(shape), flops: sizeOf(shape) }),
    ours: add,
    plain(_, a, b) {
      const y = new Float32Array(a.length);
      for (let i = 0; i < y.length; i++) y[i] = a[i] + b[i];
      return y;
    },
  }),
  row({
    name: "relu",
    shape: [1000],
    tiny: [7],
    inputs: (shape) => [shape],
    cost: (shape) => ({ bytes: 8 * sizeOf(shape), flops: sizeOf(shape) }),
    ours: relu,
    plain(_, x) {
      const y = new Float32Array(x.length);
      for (let i = 0; i < y.length; i++) y[i] = Math.max(x[i], 0);
      return y;
    },
  }),
  row({
    name: "linear",
    shape: [1, 128, 128],
    tiny: [2, 5, 3],
    inputs: ([m, n, k]) => [[m, k], [n, k], [n]],
    cost: ([m, n, k]) => ({ bytes: 4 * (m * k + n * k + n + m * n), flops: 2 * m * n * k }),
    ours: (x, weight, bias) => linear(x, weight, bias),
    plain([m, n, k], x, weight, bias) {
      const y = new Float32Array(m * n);
      for (let i = 0; i < m; i++)
        for (let j = 0; j < n; j++) {
          let sum = bias[j];
          for (let c = 0; c < k; c++) sum += x[i * k + c] * weight[j * k + c];
          y[i * n + j] = sum;
        }
      return y;
    },
  }),
];
