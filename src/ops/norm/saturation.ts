// What DyT and Derf share: f(alpha·x + shift)·weight + bias with one alpha and one shift. See
// assembly/norm/saturation.ts.

import { record } from "../../autograd.js";
import { call } from "../../call.js";
import { addressOf, empty, show, sizeOf, type Tensor, temporary } from "../../tensor.js";
import { checkSameRuntime, checkShape, checkTensor } from "../check.js";
import type { Layout } from "./layout.js";
import { blockRowsOf } from "./row-blocks.js";
import { channelSums, gradientOf } from "./slice-maps.js";

/** Scale and shift of the features [C]. The features are the last axis ("nhwc", default) or axis 1 of [N, C, ...]. */
interface Features {
  weight?: Tensor | null;
  bias?: Tensor | null;
  layout?: Layout;
}

/** Refuses what is not one learned number. */
function checkScalar(op: string, name: string, value: Tensor): void {
  checkTensor(op, name, value);
  if (value.size !== 1)
    throw new RangeError(`${op}: expected ${name} of one element, got ${show(value.shape)}`);
}

export interface SaturationKernels {
  forward: "dytForward" | "derfForward";
  backward: "dytBackward" | "derfBackward";
}

/** Runs DyT or Derf. alpha and shift have one element each. */
export function saturation(
  op: string,
  kernels: SaturationKernels,
  x: Tensor,
  alpha: Tensor,
  shift: Tensor | null,
  { weight, bias, layout = "nhwc" }: Features,
): Tensor {
  return call(op, () => {
    checkTensor(op, "input", x);
    checkScalar(op, "alpha", alpha);
    if (shift) checkScalar(op, "shift", shift);
    const last = layout === "nhwc";
    if (x.shape.length < (last ? 1 : 2)) {
      const wanted = last ? "[..., C]" : "[N, C, ...]";
      throw new RangeError(`${op}: expected input of shape ${wanted}, got ${show(x.shape)}`);
    }
    const features = last ? x.shape[x.shape.length - 1] : x.shape[1];
    checkShape(op, "weight", weight, [features]);
    checkShape(op, "bias", bias, [features]);
    checkSameRuntime(op, x, alpha, shift, weight, bias);

    const { runtime } = x;
    const cols = last ? features : sizeOf(x.shape.slice(2));
    const rows = cols > 0 ? x.size / cols : 0;
    const perPlane = last ? 0 : features;
    const [a, s] = [alpha.item(), shift?.item() ?? 0];
    const y = empty(runtime, x.shape);
    const args = [y.ptr, x.ptr, addressOf(weight), addressOf(bias), a, s, cols, perPlane] as const;
    runtime.run(kernels.forward, rows, 4 * cols, args);
    const inputs = [x, weight, bias, alpha, shift] as const;
    const scalars = [alpha.shape, shift?.shape ?? []];
    const how = { op, rule: kernels.forward, alpha: a, shift: s, last };
    return record(how, y, inputs, [x, weight], (dy, [x, weight], needs) => {
      const blockRows = last ? blockRowsOf(rows) : 1;
      const blocks = Math.ceil(rows / blockRows);
      const dx = empty(runtime, x.shape);
      using sums = temporary(runtime, [blocks, 4], "float64");
      using partials = temporary(runtime, last ? [blocks, 2, cols] : [0]);
      const pointers = [dx.ptr, sums.ptr, partials.ptr, dy.ptr, x.ptr, addressOf(weight)] as const;
      const sizes = [rows, cols, blockRows, perPlane] as const;
      runtime.run(kernels.backward, blocks, 6 * blockRows * cols, [...pointers, a, s, ...sizes]);
      const [[toAlpha], [toShift]] = channelSums(sums, 1, 4);
      const grads = last
        ? columnGradients(partials, blocks, cols, needs)
        : planeGradients(sums, features, needs);
      if (!needs[0]) dx.dispose();
      return [
        needs[0] ? dx : null,
        ...grads,
        gradientOf(x, needs[3], scalars[0], () => toAlpha),
        gradientOf(x, needs[4], scalars[1], () => toShift),
      ];
    });
  });
}

/** dweight and dbias [cols] from partials [blocks, 2, cols]. */
function columnGradients(partials: Tensor, blocks: number, cols: number, needs: boolean[]) {
  const { runtime } = partials;
  const grads = [1, 2].map((i) => (needs[i] ? empty(runtime, [cols]) : null));
  const args = [addressOf(grads[0]), addressOf(grads[1]), partials.ptr, blocks, cols] as const;
  runtime.run("layerNormParameterGradients", cols, 4 * blocks, args);
  return grads;
}

/** dweight and dbias [features] from sums [planes, 4]. */
function planeGradients(sums: Tensor<"float64">, features: number, needs: boolean[]) {
  const [, , dweight, dbias] = channelSums(sums, features, 4);
  return [dweight, dbias].map((list, i) =>
    gradientOf(sums as unknown as Tensor, needs[i + 1], [features], (c) => list[c]),
  );
}
