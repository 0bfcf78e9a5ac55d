import { noGrad } from "../../src/autograd.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import type { PlainNorm } from "../plain/norm.js";
import { leaf, ROUNDING, takeGradients, values, type Workload } from "../workload.js";

/** y from x, weight and bias: an op with its other options, and running statistics if it has any, filled in. */
type Norm = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;

/** A normalisation as the bench sees it. */
export interface ForwardCase {
  name: string;
  tiny: Shape;
  /** Length of weight and bias. */
  features(shape: Shape): number;
  ours(runtime: Runtime, shape: Shape): Norm;
  plain(shape: Shape): Pick<PlainNorm, "forward">;
}

export interface NormCase extends ForwardCase {
  /** False for RMS norm, whose bias is not used and gets no gradient. */
  hasBias?: boolean;
  plain(shape: Shape): PlainNorm;
}

const inputs = (shape: Shape, features: number) => ({
  x: values(shape, 1, 2, 0.5),
  dy: values(shape, 2),
  weight: values([features], 3, 0.2, 1),
  bias: values([features], 4),
});

/** x is read and y written. */
export function forwardRow(norm: ForwardCase, shape: Shape): Workload {
  return {
    name: `${norm.name} forward`,
    shape,
    tiny: norm.tiny,
    bytes: (shape) => 8 * sizeOf(shape),
    tolerance: ROUNDING,
    ours(runtime, shape) {
      const features = norm.features(shape);
      const given = inputs(shape, features);
      const x = leaf(runtime, shape, given.x);
      const weight = leaf(runtime, [features], given.weight);
      const bias = leaf(runtime, [features], given.bias);
      const forward = norm.ours(runtime, shape);
      return { run: () => noGrad(() => [forward(x, weight, bias)]) };
    },
    plain(shape) {
      const { x, weight, bias } = inputs(shape, norm.features(shape));
      const plain = norm.plain(shape);
      return { run: () => [plain.forward(x, weight, bias)] };
    },
  };
}

/** Forward as above, then x and dy are read and dx written. */
export function trainingRow(norm: NormCase, shape: Shape): Workload {
  const { hasBias = true } = norm;
  return {
    name: `${norm.name} forward + backward`,
    shape,
    tiny: norm.tiny,
    bytes: (shape) => 20 * sizeOf(shape),
    tolerance: ROUNDING,
    ours(runtime, shape) {
      const features = norm.features(shape);
      const given = inputs(shape, features);
      const x = leaf(runtime, shape, given.x, true);
      const weight = leaf(runtime, [features], given.weight, true);
      const bias = leaf(runtime, [features], given.bias, hasBias);
      const dy = leaf(runtime, shape, given.dy);
      const forward = norm.ours(runtime, shape);
      const leaves = hasBias ? [x, weight, bias] : [x, weight];
      return {
        run: () => {
          const y = forward(x, weight, bias);
          y.backward(dy);
          return [y, ...takeGradients(leaves)];
        },
      };
    },
    plain(shape) {
      const { x, weight, bias, dy } = inputs(shape, norm.features(shape));
      const plain = norm.plain(shape);
      return {
        run: () => {
          const y = plain.forward(x, weight, bias);
          const { dx, dWeight, dBias } = plain.backward(dy);
          return hasBias ? [y, dx, dWeight, dBias] : [y, dx, dWeight];
        },
      };
    },
  };
}

export const normRows = (norm: NormCase, shapes: readonly Shape[]): Workload[] =>
  shapes.flatMap((shape) => [forwardRow(norm, shape), trainingRow(norm, shape)]);
