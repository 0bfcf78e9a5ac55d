import { noGrad } from "../../src/autograd.js";
import { softmax } from "../../src/ops/reduce/softmax.js";
import { sizeOf } from "../../src/tensor.js";
import { plainSoftmax } from "../plain/softmax.js";
import { program } from "../program.js";
import { leaf, ROUNDING, values, type Workload } from "../workload.js";

/** The attention weights of a Transformer block: 32 sentences of 50 words, 8 heads. */
export const softmaxRows: Workload[] = [
  {
    name: "softmax",
    shape: [12800, 50],
    tiny: [5, 7],
    // Operations an element: maximum 1, difference 1, exponential about 12, sum 1, quotient 1.
    cost: (shape) => ({ bytes: 8 * sizeOf(shape), flops: 16 * sizeOf(shape) }),
    tolerance: ROUNDING,
    ours(runtime, shape) {
      const x = leaf(runtime, shape, values(shape, 1, 2));
      return { run: () => noGrad(() => [softmax(x, -1)]) };
    },
    plain(shape) {
      const x = values(shape, 1, 2);
      return { run: () => [plainSoftmax(x, shape[1])] };
    },
    program: (shape) =>
      program({ x: { shape, data: values(shape, 1, 2) } }, (apply) => apply("softmax", ["x"])),
  },
];
