// The activation behind a norm, on a run that is still in L1.
import { clampBack, clampRun } from "./clamp";
import { Activation } from "./codes";
import { curve, curveBack, Gelu, GeluSlope, Swish, SwishSlope } from "./curves";
import { normalizeRun, tame } from "./runs";

/** Elements of a piece of a run. A piece stays in L1 between the norm and the activation. */
const PIECE: i32 = 2048;

/** y = f(y) on n floats. */
export function activate(activation: Activation, y: usize, n: i32): void {
  if (activation === Activation.relu) clampRun(y, y, n, 0, 1, 0, 0);
  else if (activation === Activation.gelu) curve<Gelu>(y, y, n);
  else if (activation === Activation.silu) curve<Swish>(y, y, n);
}

/** dz = f′(z)·dy on n floats, z in dz. */
export function activateBack(activation: Activation, dz: usize, dy: usize, n: i32): void {
  if (activation === Activation.relu) clampBack(dz, dy, dz, n, 0);
  else if (activation === Activation.gelu) curveBack<GeluSlope>(dz, dy, dz, n);
  else curveBack<SwishSlope>(dz, dy, dz, n);
}

/** y = f((x − mean)·rstd·w + b) on n floats. The loop of the norm does ReLU too. */
export function normalizeActivated(
  activation: Activation,
  y: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  b: f64,
): void {
  if (activation === Activation.relu && tame(rstd)) {
    const high = <f32>mean;
    const shift = <f32>(b - (mean - <f64>high) * rstd * w);
    clampRun(y, x, n, high, <f32>(rstd * w), shift, 0);
    return;
  }
  const size = activation ? PIECE : n;
  for (let from = 0; from < n; from += size) {
    const o = (<usize>from) << 2;
    const count = min(size, n - from);
    normalizeRun(y + o, x + o, count, mean, rstd, w, b);
    activate(activation, y + o, count);
  }
}

/** dz = f′(z)·dy on n floats, z = (x − mean)·rstd·w + b. */
export function normalizeBack(
  activation: Activation,
  dz: usize,
  dy: usize,
  x: usize,
  n: i32,
  mean: f64,
  rstd: f64,
  w: f64,
  b: f64,
): void {
  for (let from = 0; from < n; from += PIECE) {
    const o = (<usize>from) << 2;
    const count = min(PIECE, n - from);
    normalizeRun(dz + o, x + o, count, mean, rstd, w, b);
    activateBack(activation, dz + o, dy + o, count);
  }
}
