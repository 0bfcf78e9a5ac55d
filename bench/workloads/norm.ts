import { noGrad } from "../../src/autograd.js";
import type { Runtime } from "../../src/runtime/runtime.js";
import { type Shape, sizeOf, type Tensor } from "../../src/tensor.js";
import type { PlainNorm } from "../plain/norm.js";
import { type Leaf, type Program, program } from "../program.js";
import { leaf, ROUNDING, takeGradients, values, type Workload } from "../workload.js";

/** y from x, weight and bias: an op with its other options filled in, and with running statistics if it has any. */
type Norm = (x: Tensor, weight: Tensor, bias: Tensor) => Tensor;

/** A normalisation in the bench. */
export interface ForwardCase {
  name: string;
  /** The operation for other libraries, its options, and its inputs besides x, weight and bias. */
  op: string;
  options: Record<string, number | boolean>;
  running?(features: number): Record<string, Leaf>;
  tiny: Shape;
  /** The length of weight and bias. */
  features(shape: Shape): number;
  /** Operations an element, forward and backward. */
  flops: readonly [number, number];
  ours(runtime: Runtime, shape: Shape): Norm;
  plain(shape: Shape): Pick<PlainNorm, "forward">;
  /** False for RMS norm, whose bias is not used and gets no gradient. */
  hasBias?: boolean;
}

export interface NormCase extends ForwardCase {
  plain(shape: Shape): PlainNorm;
}

const inputs = (shape: Shape, features: number) => ({
  x: values(shape, 1, 2, 0.5),
  dy: values(shape, 2),
  weight: values([features], 3, 0.2, 1),
  bias: values([features], 4),
});

function toProgram(norm: ForwardCase, shape: Shape, backward: boolean): Program {
  const { op, options, running, hasBias = true } = norm;
  const features = norm.features(shape);
  const { x, dy, weight, bias } = inputs(shape, features);
  const affine = hasBias ? ["weight", "bias"] : ["weight"];
  const given: Record<string, Leaf> = {
    x: { shape, data: x },
    weight: { shape: [features], data: weight },
    ...(hasBias ? { bias: { shape: [features], data: bias } } : {}),
    ...running?.(features),
  };
  return program(
    backward ? { ...given, dy: { shape, data: dy } } : given,
    (apply) => apply(op, Object.keys(given), options),
    { gradients: backward ? ["x", ...affine] : [] },
  );
}

/** The row of the forward pass: x is read and y is written. */
export function forwardRow(norm: ForwardCase, shape: Shape): Workload {
  return {
    name: `${norm.name} forward`,
    shape,
    tiny: norm.tiny,
    cost: (shape) => ({ bytes: 8 * sizeOf(shape), flops: norm.flops[0] * sizeOf(shape) }),
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
    program: (shape) => toProgram(norm, shape, false),
  };
}

/**
 * The forward row with gradients wanted: it shows what recording adds to a call. The graph is freed with the result.
 */
export function recordedRow(norm: ForwardCase, shape: Shape): Workload {
  const { program: _, ...rest } = forwardRow(norm, shape);
  return {
    ...rest,
    name: `${norm.name} forward, recorded`,
    ours(runtime, shape) {
      const features = norm.features(shape);
      const { x, weight, bias } = inputs(shape, features);
      const leaves = [
        leaf(runtime, shape, x, true),
        leaf(runtime, [features], weight, true),
        leaf(runtime, [features], bias, true),
      ] as const;
      const forward = norm.ours(runtime, shape);
      return { run: () => [forward(...leaves)] };
    },
  };
}

/** The row of training: the forward pass, and then x and dy are read and dx is written. */
export function trainingRow(norm: NormCase, shape: Shape): Workload {
  const { hasBias = true } = norm;
  return {
    name: `${norm.name} forward + backward`,
    shape,
    tiny: norm.tiny,
    cost: (shape) => ({
      bytes: 20 * sizeOf(shape),
      flops: (norm.flops[0] + norm.flops[1]) * sizeOf(shape),
    }),
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
    program: (shape) => toProgram(norm, shape, true),
  };
}

export const normRows = (norm: NormCase, shapes: readonly Shape[]): Workload[] =>
  shapes.flatMap((shape) => [forwardRow(norm, shape), trainingRow(norm, shape)]);
