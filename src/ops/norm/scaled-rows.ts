// What the relatives of RMS norm share: see assembly/norm/scaled-rows.ts.

import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { checkNumber } from "../../numbers.js";
import { rowScale } from "../../runtime/kernels.js";
import { addressOf, empty, full, show, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import { blockRowsOf } from "./row-blocks.js";

export interface ScaledRows {
  kind: keyof typeof rowScale;
  eps: number;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** How many of the first columns make the statistic. Default: all. */
  counted?: number;
}

/** Checks the arguments and normalises x over its last axis, which has d columns. weight and bias are [d]. */
export function scaledRows(op: string, x: Tensor, d: number, o: ScaledRows): Tensor {
  return call(op, () => {
    const { weight, bias, eps } = o;
    checkTensor(op, "input", x);
    if (x.shape.at(-1) !== d) {
      throw new RangeError(
        `${op}: Given normalizedShape [${d}], expected input with shape [*, ${d}], ` +
          `but got input of size ${show(x.shape)}`,
      );
    }
    checkShape(op, "weight", weight, [d]);
    checkShape(op, "bias", bias, [d]);
    checkSameRuntime(op, x, weight, bias);
    checkNumber(op, "eps", eps);
    const { runtime, shape } = x;
    const counted = o.counted ?? d;
    const rows = x.size === 0 ? 0 : x.size / d;
    const y = empty(runtime, shape);
    using stats = temporary(runtime, [rows, 3], "float64");
    using back = temporary(runtime, [rows, 2], "float64");
    const pointers = [
      y.ptr,
      stats.ptr,
      back.ptr,
      x.ptr,
      addressOf(weight),
      addressOf(bias),
    ] as const;
    runtime.run("scaledRowsForward", rows, 2 * d, [...pointers, d, counted, rowScale[o.kind], eps]);
    const saved = [x, stats, back, weight];
    const how = { op, rule: "scaledRows", kind: o.kind, counted, eps };
    return record(how, y, [x, weight, bias], saved, (dy, [x, stats, back, weight], needs) => {
      const [dx, dweight, dbias] = [shape, [d], [d]].map((of, i) => {
        if (!needs[i]) return null;
        return rows > 0 ? empty(runtime, of) : full(of, 0, { runtime });
      });
      const blockRows = blockRowsOf(rows);
      const blocks = Math.ceil(rows / blockRows);
      using partials = dweight || dbias ? temporary(runtime, [blocks, 2, d]) : null;
      const inputs = [dy.ptr, x.ptr, stats.ptr, back.ptr, addressOf(weight)] as const;
      const args = [
        addressOf(dx),
        addressOf(partials),
        ...inputs,
        rows,
        d,
        counted,
        blockRows,
      ] as const;
      runtime.run("scaledRowsBackward", blocks, 3 * blockRows * d, args);
      if (partials && rows > 0) {
        const sums = [addressOf(dweight), addressOf(dbias), partials.ptr, blocks, d] as const;
        runtime.run("layerNormParameterGradients", d, 4 * blocks, sums);
      }
      return [dx, dweight, dbias];
    });
  });
}
