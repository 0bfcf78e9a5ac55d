// Functions of one variable on a run of floats. Each is called from one loop only, so that the compiler inlines it. The
// loop is left at its bottom: then V8 makes the constants once and not for every vector. A constant takes three
// instructions (without them tanh takes 1.3 ns an element instead of 2.2 ns).
import { erf, exp, exp2Low, logistic, sigmoid, tailLog2, tanh } from "./math";
import { loadTail, madd, storeTail } from "./simd";

export class Tanh {}
export class Erf {}
export class Sigmoid {}
export class Logistic {}
export class Gelu {}
export class GeluTanh {}
/** x/(1 + e^−ax). With a = 1 it is SiLU. */
export class Swish {}
// The slopes of Gelu, GeluTanh and Swish.
export class GeluSlope {}
export class GeluTanhSlope {}
export class SwishSlope {}

/** x, held between −bound and bound. NaN stays NaN. */
export function within(x: v128, bound: f32): v128 {
  return f32x4.pmin(f32x4.pmax(x, f32x4.splat(-bound)), f32x4.splat(bound));
}

/** Below this, the logistic function counts as 0, and so does x times it. */
const FLOOR: f32 = -87;
/** Beyond this, the tail of the normal distribution counts as 0. It is 1e-9 there. */
const END: f32 = 6;

/** x·P(z < x), as max(x, 0) − |x|·P(z > |x|): nothing cancels for negative x. */
function gelu(x: v128): v128 {
  const size = f32x4.abs(x);
  const a = f32x4.pmin(size, f32x4.splat(END));
  const rest = v128.and(f32x4.mul(a, exp2Low(tailLog2(a))), f32x4.lt(size, f32x4.splat(END)));
  return f32x4.sub(f32x4.pmax(x, f32x4.splat(0)), rest);
}

/** P(z < x) + x·φ(x); φ(15) is 0 in float32. */
function geluSlope(x: v128): v128 {
  const h = within(x, 15);
  const size = f32x4.abs(h);
  const a = f32x4.pmin(size, f32x4.splat(END));
  const tail = v128.and(exp2Low(tailLog2(a)), f32x4.lt(size, f32x4.splat(END)));
  const below = v128.bitselect(tail, f32x4.sub(f32x4.splat(1), tail), f32x4.lt(h, f32x4.splat(0)));
  const density = exp(f32x4.mul(f32x4.mul(h, h), f32x4.splat(-0.5)));
  return madd(f32x4.mul(h, f32x4.splat(0.39894228)), density, below);
}

/** x·1/(1 + e^−u). It is 0 where u is far below 0: that is the limit for x = −∞, which the product does not give. */
function gated(x: v128, u: v128): v128 {
  return v128.andnot(f32x4.mul(x, logistic(u)), f32x4.lt(u, f32x4.splat(FLOOR)));
}

/** x times the gate approximated by tanh: x/(1 + e^−u), u = √(8/π)·(x + 0.044715·x³). */
function geluTanh(x: v128): v128 {
  const cubic = madd(f32x4.mul(x, x), f32x4.splat(0.0713548163), f32x4.splat(1.59576912));
  return gated(x, f32x4.mul(x, cubic));
}

/** The slope of x·gate(u(x)), from u and x·u′(x). Neither may be +∞. */
function gatedSlope(u: v128, steep: v128): v128 {
  const gate = logistic(u);
  const slope = madd(f32x4.mul(gate, f32x4.sub(f32x4.splat(1), gate)), steep, gate);
  return v128.andnot(slope, f32x4.lt(u, f32x4.splat(FLOOR)));
}

function geluTanhSlope(x: v128): v128 {
  const h = f32x4.pmin(x, f32x4.splat(10));
  const z = f32x4.mul(h, h);
  const u = f32x4.mul(h, madd(z, f32x4.splat(0.0713548163), f32x4.splat(1.59576912)));
  return gatedSlope(u, f32x4.mul(h, madd(z, f32x4.splat(0.214064449), f32x4.splat(1.59576912))));
}

function swishSlope(x: v128): v128 {
  const h = f32x4.pmin(x, f32x4.splat(87));
  return gatedSlope(h, h);
}

function value<F>(x: v128, a: v128, s: v128): v128 {
  if (idof<F>() === idof<Tanh>()) return tanh(f32x4.add(f32x4.mul(x, a), s));
  if (idof<F>() === idof<Erf>()) return erf(f32x4.add(f32x4.mul(x, a), s));
  if (idof<F>() === idof<Sigmoid>()) return sigmoid(x);
  if (idof<F>() === idof<Logistic>()) return gated(f32x4.splat(1), f32x4.mul(x, a));
  if (idof<F>() === idof<Swish>()) return gated(x, f32x4.mul(x, a));
  if (idof<F>() === idof<Gelu>()) return gelu(x);
  if (idof<F>() === idof<GeluSlope>()) return geluSlope(x);
  if (idof<F>() === idof<GeluTanh>()) return geluTanh(x);
  if (idof<F>() === idof<GeluTanhSlope>()) return geluTanhSlope(x);
  return swishSlope(x);
}

/** y = f(x) on n floats. Tanh and Erf take a·x + s, Logistic and Swish the factor a alone. y may be x. */
export function curve<F>(y: usize, x: usize, n: i32, a: f32 = 1, s: f32 = 0): void {
  const slope = f32x4.splat(a);
  const shift = f32x4.splat(s);
  if (n <= 0) return;
  do {
    const v = value<F>(n >= 4 ? v128.load(x) : loadTail(x, n), slope, shift);
    if (n >= 4) v128.store(y, v);
    else storeTail(y, v, n);
    x += 16;
    y += 16;
    n -= 4;
  } while (n > 0);
}

/** dx = f′(x)·dy on n floats, one piece in L1 at a time; F is the slope f′. dx may be x, but not dy. */
export function curveBack<F>(dx: usize, dy: usize, x: usize, n: i32): void {
  for (let from = 0; from < n; from += 1024) {
    const o = (<usize>from) << 2;
    const count = min(1024, n - from);
    curve<F>(dx + o, x + o, count);
    multiply(dx + o, dy + o, count);
  }
}

/** y = y·x on n floats. */
function multiply(y: usize, x: usize, n: i32): void {
  const end = y + ((<usize>n) << 2);
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, f32x4.mul(v128.load(y), v128.load(x)));
  for (; y < end; y += 4, x += 4) store<f32>(y, load<f32>(y) * load<f32>(x));
}
