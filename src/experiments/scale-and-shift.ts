import { noGrad } from "../autograd.js";
import { BatchNorm1d } from "../nn/norm.js";
import { rand, randn } from "../random.js";
import type { Runtime } from "../runtime/runtime.js";
import { type Tensor, tidy } from "../tensor.js";
import { momentsOf } from "./moments.js";

const COUNT = 4096;

/** What a sigmoid behind a batch norm can do, depending on the scale of the norm. */
export interface Linearity {
  /** R² of the straight line through (x, sigmoid(γx)) with standardised x. A linear layer has R² = 1. */
  byScale: { scale: number; rSquared: number }[];
  /**
   * The mean and deviation of the input. With them as shift and scale the norm should give its input back: the largest
   * error of this.
   */
  restored: { mean: number; deviation: number; largestError: number };
}

/** The shape of a distribution before and after batch norm. */
export interface Shape {
  name: string;
  before: ShapeMoments;
  after: ShapeMoments;
}

export interface ShapeMoments {
  mean: number;
  variance: number;
  /** 0 for a normal distribution. So is the excess kurtosis. */
  skewness: number;
  kurtosis: number;
}

/** Sends a normal input of mean 3 and deviation 2 through batch norm. */
export function linearity(runtime: Runtime): Linearity {
  using x = randn([COUNT, 1], { runtime });
  x.data.forEach((value, i) => {
    x.data[i] = 3 + 2 * value;
  });
  using norm = new BatchNorm1d(1, { runtime });
  const standard = outputOf(norm, x);
  const byScale = [0.25, 0.5, 1, 1.5, 2, 3, 4, 6, 8].map((scale) => ({
    scale,
    rSquared: rSquared(
      standard,
      standard.map((value) => 1 / (1 + Math.exp(-scale * value))),
    ),
  }));
  const { mean, biased } = momentsOf(x.data);
  const deviation = Math.sqrt(biased + norm.eps);
  norm.weight?.data.set([deviation]);
  norm.bias?.data.set([mean]);
  const errors = outputOf(norm, x).map((value, i) => Math.abs(value - x.data[i]));
  return { byScale, restored: { mean, deviation, largestError: Math.max(...errors) } };
}

/** Sends exponential, two-humped and uniform numbers through batch norm. */
export function shapes(runtime: Runtime): Shape[] {
  const draws: Record<string, (u: number) => number> = {
    uniform: (u) => u,
    exponential: (u) => -Math.log(1 - u),
    "two humps": (u) => (u < 0.3 ? 5 * u : 5 * u + 10),
  };
  return Object.entries(draws).map(([name, draw]) => {
    using x = rand([COUNT, 1], { runtime });
    x.data.forEach((u, i) => {
      x.data[i] = draw(u);
    });
    using norm = new BatchNorm1d(1, { runtime });
    return { name, before: shapeOf(x.data), after: shapeOf(outputOf(norm, x)) };
  });
}

const outputOf = (norm: BatchNorm1d, x: Tensor): Float32Array =>
  tidy(() => noGrad(() => norm.forward(x).data.slice()));

/** R² of the least-squares line of y over x. */
function rSquared(x: Float32Array, y: Float32Array): number {
  const [mx, my] = [momentsOf(x), momentsOf(y)];
  const covariance = x.reduce((sum, value, i) => sum + (value - mx.mean) * (y[i] - my.mean), 0);
  return (covariance / x.length) ** 2 / (mx.biased * my.biased);
}

function shapeOf(values: Float32Array): ShapeMoments {
  const { mean, biased } = momentsOf(values);
  const power = (k: number) =>
    values.reduce((sum, value) => sum + ((value - mean) / Math.sqrt(biased)) ** k, 0) /
    values.length;
  return { mean, variance: biased, skewness: power(3), kurtosis: power(4) - 3 };
}
