import { noGrad } from "../../src/autograd.js";
import { matmul } from "../../src/ops/product/matmul.js";
import type { Shape } from "../../src/tensor.js";
import { plainMatmul } from "../plain/matmul.js";
import { program } from "../program.js";
import { leaf, ROUNDING, values, type Workload } from "../workload.js";

/** shape [m, n, k] */
const row = (shape: Shape): Workload => ({
  name: "matmul",
  shape,
  tiny: [9, 11, 7],
  cost: ([m, n, k]) => ({ bytes: 4 * (m * k + k * n + m * n), flops: 2 * m * n * k }),
  tolerance: ROUNDING,
  ours(runtime, [m, n, k]) {
    const a = leaf(runtime, [m, k], values([m, k], 1));
    const b = leaf(runtime, [k, n], values([k, n], 2));
    return { run: () => noGrad(() => [matmul(a, b)]) };
  },
  plain([m, n, k]) {
    const a = values([m, k], 1);
    const b = values([k, n], 2);
    const c = new Float32Array(m * n);
    return {
      run: () => {
        plainMatmul(c, a, b, m, n, k);
        return [c];
      },
    };
  },
  program: ([m, n, k]) =>
    program(
      {
        a: { shape: [m, k], data: values([m, k], 1) },
        b: { shape: [k, n], data: values([k, n], 2) },
      },
      (apply) => apply("matmul", ["a", "b"]),
    ),
});

export const matmulRows = [row([128, 128, 128]), row([512, 512, 512])];
