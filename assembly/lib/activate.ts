// The activation behind a norm, on a run still in L1: 0 none, 1 ReLU, 2 GELU, 3 SiLU.
import { curve, curveBack, Gelu, GeluSlope, Relu, ReluSlope, Swish, SwishSlope } from "./curves";

/** y = f(y) on n floats. */
export function activate(activation: i32, y: usize, n: i32): void {
  if (activation === 1) curve<Relu>(y, y, n);
  else if (activation === 2) curve<Gelu>(y, y, n);
  else if (activation === 3) curve<Swish>(y, y, n);
}

/** dz = f′(z)·dy on n floats, z in dz. */
export function activateBack(activation: i32, dz: usize, dy: usize, n: i32): void {
  if (activation === 1) curveBack<ReluSlope>(dz, dy, dz, n);
  else if (activation === 2) curveBack<GeluSlope>(dz, dy, dz, n);
  else curveBack<SwishSlope>(dz, dy, dz, n);
}
