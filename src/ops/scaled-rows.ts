// What the relatives of RMS norm share, see assembly/norm/scaled-rows.ts.

import { record } from "../autograd.js";
import { call } from "../call.js";
import { empty, full, show, type Tensor } from "../tensor.js";
import { checkNumber, checkSameRuntime, checkShape, checkTensor } from "./check.js";

export interface ScaledRows {
  kind: keyof typeof kinds;
  eps: number;
  weight?: Tensor | null;
  bias?: Tensor | null;
  /** The first so many columns make the statistic; default all. */
  counted?: number;
}

const kinds = { rms: 0, rmsEpsOutside: 1, centredRms: 2, norm: 3 };
const ptr = (tensor: Tensor | null | undefined): number => tensor?.ptr ?? 0;

/** Checks the arguments and normalises x over its last axis, d long; weight and bias [d]. */
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
    using stats = empty(runtime, [rows, 3], "float64");
    using offsets = empty(runtime, [rows], "float64");
    const pointers = [y.ptr, stats.ptr, offsets.ptr, x.ptr, ptr(weight), ptr(bias)];
    runtime.run("scaledRowsForward", rows, 2 * d, [...pointers, d, counted, kinds[o.kind], eps]);
    const saved = [x, stats, offsets, weight];
    return record(op, y, [x, weight, bias], saved, (dy, [x, stats, offsets, weight], needs) => {
      const [dx, dweight, dbias] = [shape, [d], [d]].map((of, i) => {
        if (!needs[i]) return null;
        return rows > 0 ? empty(runtime, of) : full(of, 0, { runtime });
      });
      const blockRows = Math.min(256, Math.max(4, Math.ceil(rows / 32)));
      const blocks = Math.ceil(rows / blockRows);
      using partials = dweight || dbias ? empty(runtime, [blocks, 2, d]) : null;
      const inputs = [dy.ptr, x.ptr, stats.ptr, offsets.ptr, ptr(weight)];
      const args = [ptr(dx), ptr(partials), ...inputs, rows, d, counted, blockRows];
      runtime.run("scaledRowsBackward", blocks, 3 * blockRows * d, args);
      if (partials && rows > 0) {
        const sums = [ptr(dweight), ptr(dbias), partials.ptr, blocks, d];
        runtime.run("layerNormParameterGradients", d, 4 * blocks, sums);
      }
      return [dx, dweight, dbias];
    });
  });
}
