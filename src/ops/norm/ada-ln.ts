import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { checkOptions, type Rules } from "../../options.js";
import { behind, NOWHERE } from "../../runtime/address.js";
import { activation } from "../../runtime/kernels.js";
import { empty, full, show, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { add } from "../elementwise/add.js";
import { mul } from "../elementwise/mul.js";
import { blockRowsOf } from "./row-blocks.js";

const rules: Rules<{ eps?: number }> = { eps: "number" };

/**
 * Adaptive layer norm, as in diffusion transformers, of x [N, ..., D]: layerNorm(x)·(1 + scale) + shift over the last
 * axis, with a scale and shift [N, D] of each sample; eps = 1e-6. U-GAT-IT gives this name to another norm: see adaLIN.
 * @shape x [N, ..., D], scale [N, D], shift [N, D] → [N, ..., D]
 * @throws RangeError on wrong shapes
 * @source Peebles, Xie 2022, DiT, arXiv 2212.09748
 */
export function adaLN(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  options: { eps?: number } = {},
): Tensor {
  const op = "adaLN";
  return call(op, () => {
    const { eps = 1e-6 } = checkOptions("adaLN", options, rules);
    checkTensor(op, "input", x);
    if (x.shape.length < 2)
      throw new RangeError(`${op}: expected input of shape [N, ..., D], got ${show(x.shape)}`);
    for (const [name, tensor] of Object.entries({ scale, shift })) {
      checkTensor(op, name, tensor);
      checkShape(op, name, tensor, [x.shape[0], x.shape.at(-1) ?? 0]);
    }
    checkSameRuntime(op, x, scale, shift);
    checkNumber(op, "eps", eps);
    using weight = add(scale, 1);
    return sampleNorm(op, x, weight, shift, eps);
  });
}

/** Layer norm with weight and bias [N, D] of each sample. The kernels of layer norm do one sample at a time. */
function sampleNorm(op: string, x: Tensor, weight: Tensor, bias: Tensor, eps: number): Tensor {
  const { runtime, shape } = x;
  const [batch, cols] = weight.shape;
  const rows = x.size === 0 ? 0 : x.size / (batch * cols);
  const [sample, columns, own] = [4 * rows * cols, 4 * cols, 24 * rows];
  const y = empty(runtime, shape);
  using stats = temporary(runtime, [rows * batch, 3], "float64");
  for (let n = 0; n < batch; n++) {
    const tensors = [
      behind(y.ptr, n * sample),
      NOWHERE,
      behind(stats.ptr, n * own),
      behind(x.ptr, n * sample),
      NOWHERE,
    ] as const;
    const parameters = [behind(weight.ptr, n * columns), behind(bias.ptr, n * columns)] as const;
    runtime.run("layerNormForward", rows, 2 * cols, [
      ...tensors,
      ...parameters,
      cols,
      1,
      activation.none,
      eps,
    ]);
  }
  const shapes = [shape, weight.shape, bias.shape];
  const how = { op, rule: "adaLN", eps };
  return record(how, y, [x, weight, bias], [x, stats, weight], (dy, [x, stats, weight], needs) => {
    const grads = shapes.map((of, i) => {
      if (!needs[i]) return null;
      return rows > 0 ? empty(runtime, of) : full(of, 0, { runtime });
    });
    if (rows === 0) return grads;
    const at = (tensor: Tensor | null, offset: number) =>
      tensor ? behind(tensor.ptr, offset) : NOWHERE;
    const [dx, dweight, dbias] = grads;
    const blockRows = blockRowsOf(rows);
    const blocks = Math.ceil(rows / blockRows);
    using partials = dweight || dbias ? temporary(runtime, [blocks, 2, cols]) : null;
    for (let n = 0; n < batch; n++) {
      const o = n * sample;
      const inputs = [
        behind(dy.ptr, o),
        behind(x.ptr, o),
        behind(stats.ptr, n * own),
        behind(weight.ptr, n * columns),
        NOWHERE,
      ] as const;
      const args = [
        at(dx, o),
        at(partials, 0),
        ...inputs,
        rows,
        cols,
        blockRows,
        1,
        activation.none,
      ] as const;
      runtime.run("layerNormBackward", blocks, 3 * blockRows * cols, args);
      if (!partials) continue;
      const sums = [
        at(dweight, n * columns),
        at(dbias, n * columns),
        partials.ptr,
        blocks,
        cols,
      ] as const;
      runtime.run("layerNormParameterGradients", cols, 4 * blocks, sums);
    }
    return grads;
  });
}

/**
 * x + gate·branch, the residual of adaLN-Zero. x and branch are [N, ..., D], gate is [N, D].
 * @shape x [N, ..., D], gate [N, D], branch [N, ..., D] → [N, ..., D]
 * @throws RangeError on wrong shapes
 * @source Peebles, Xie 2022, DiT, arXiv 2212.09748
 */
export function gatedAdd(x: Tensor, gate: Tensor, branch: Tensor): Tensor {
  const op = "gatedAdd";
  return call(op, () => {
    checkTensor(op, "input", x);
    checkTensor(op, "gate", gate);
    checkTensor(op, "branch", branch);
    checkShape(op, "branch", branch, x.shape);
    const [batch, cols] = [x.shape[0], x.shape.at(-1) ?? 0];
    checkShape(op, "gate", gate, [batch, cols]);
    using spread = gate.reshape([batch, ...x.shape.slice(1, -1).map(() => 1), cols]);
    using gated = mul(branch, spread);
    return add(x, gated);
  });
}
