import { log, logDouble, sinTurned, sinTurnedDouble } from "./math";

/**
 * Uniforms in [0, 1) become normals in place, in blocks of 16: u1 = 1 − data[j], u2 = data[j + 8] give
 * data[j] = √(−2 ln u1)·cos 2πu2 and data[j + 8] = √(−2 ln u1)·sin 2πu2 (Box & Muller 1958; PyTorch's order). Range: blocks.
 */
export function boxMuller(data: usize, begin: i32, end: i32): void {
  const twoPi = f32x4.splat(6.2831855);
  for (let block = begin; block < end; block++) {
    for (let half = 0; half < 2; half++) {
      const p = data + (((<usize>block) << 6) + ((<usize>half) << 4));
      const u1 = f32x4.sub(f32x4.splat(1), v128.load(p));
      const radius = f32x4.sqrt(f32x4.mul(f32x4.splat(-2), log(u1)));
      const theta = f32x4.mul(twoPi, v128.load(p, 32));
      v128.store(p, f32x4.mul(radius, sinTurned(theta, 1)));
      v128.store(p, f32x4.mul(radius, sinTurned(theta, 0)), 32);
    }
  }
}

/** The same on pairs of doubles (u1, u2) in [0, 1): √(−2 ln(1 − u2))·cos 2πu1, then ·sin 2πu1. Range: pairs. */
export function boxMullerDouble(data: usize, begin: i32, end: i32): void {
  for (let pair = begin; pair < end; pair++) {
    const p = data + ((<usize>pair) << 4);
    const radius = sqrt<f64>(-2 * logDouble(1 - load<f64>(p, 8)));
    const theta = 6.283185307179586 * load<f64>(p);
    store<f64>(p, radius * sinTurnedDouble(theta, 1));
    store<f64>(p, radius * sinTurnedDouble(theta, 0), 8);
  }
}
