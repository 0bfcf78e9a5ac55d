// Elementwise functions of one tensor. A loop is written once and compiled per function: the type tag is a constant to
// the compiler, so each kernel below holds its own function and nothing of the others.

import { curve, Sigmoid, Tanh } from "../lib/curves";
import { exp, log, sinTurned } from "../lib/math";
import { loadTail, storeTail } from "../lib/simd";

class Negation {}
class Relu {}
class Exp {}
class Log {}
class Sqrt {}
class Sin {}

/** f(x) of the function named by the tag. */
function value<F>(x: v128): v128 {
  if (idof<F>() === idof<Negation>()) return f32x4.neg(x);
  if (idof<F>() === idof<Relu>()) return f32x4.max(x, f32x4.splat(0)); // NaN stays NaN
  if (idof<F>() === idof<Exp>()) return exp(x);
  if (idof<F>() === idof<Log>()) return log(x);
  if (idof<F>() === idof<Sqrt>()) return f32x4.sqrt(x);
  return sinTurned(x, idof<F>() === idof<Sin>() ? 0 : 1);
}

/** dx from dy and what the forward pass keeps: the output y, or the input x for the logarithm. */
function slope<F>(dy: v128, kept: v128): v128 {
  const one = f32x4.splat(1);
  if (idof<F>() === idof<Relu>()) return v128.andnot(dy, f32x4.le(kept, f32x4.splat(0))); // 0 at 0, dy at NaN
  if (idof<F>() === idof<Exp>()) return f32x4.mul(dy, kept);
  if (idof<F>() === idof<Log>()) return f32x4.div(dy, kept);
  if (idof<F>() === idof<Sqrt>()) return f32x4.div(dy, f32x4.add(kept, kept));
  if (idof<F>() === idof<Sigmoid>()) return f32x4.mul(dy, f32x4.mul(f32x4.sub(one, kept), kept));
  return f32x4.mul(dy, f32x4.sub(one, f32x4.mul(kept, kept)));
}

function map<F>(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  // y[i] = f(x[i]); the loop is left at its bottom, as in lib/curves.ts
  if (end - i >= 4) {
    do {
      const o = (<usize>i) << 2;
      v128.store(y + o, value<F>(v128.load(x + o)));
      i += 4;
    } while (i + 4 <= end);
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    storeTail(y + o, value<F>(loadTail(x + o, end - i)), end - i);
  }
}

function mapBack<F>(dx: usize, dy: usize, kept: usize, begin: i32, end: i32): void {
  let i = begin;
  // dx[i] = f'(x[i])·dy[i]
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(dx + o, slope<F>(v128.load(dy + o), v128.load(kept + o)));
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    const n = end - i;
    storeTail(dx + o, slope<F>(loadTail(dy + o, n), loadTail(kept + o, n)), n);
  }
}

export function negForward(y: usize, x: usize, begin: i32, end: i32): void {
  map<Negation>(y, x, begin, end);
}

export function reluForward(y: usize, x: usize, begin: i32, end: i32): void {
  map<Relu>(y, x, begin, end);
}

export function reluBackward(dx: usize, dy: usize, y: usize, begin: i32, end: i32): void {
  mapBack<Relu>(dx, dy, y, begin, end);
}

export function expForward(y: usize, x: usize, begin: i32, end: i32): void {
  map<Exp>(y, x, begin, end);
}

export function expBackward(dx: usize, dy: usize, y: usize, begin: i32, end: i32): void {
  mapBack<Exp>(dx, dy, y, begin, end);
}

export function logForward(y: usize, x: usize, begin: i32, end: i32): void {
  map<Log>(y, x, begin, end);
}

export function logBackward(dx: usize, dy: usize, x: usize, begin: i32, end: i32): void {
  mapBack<Log>(dx, dy, x, begin, end);
}

export function sqrtForward(y: usize, x: usize, begin: i32, end: i32): void {
  map<Sqrt>(y, x, begin, end);
}

export function sqrtBackward(dx: usize, dy: usize, y: usize, begin: i32, end: i32): void {
  mapBack<Sqrt>(dx, dy, y, begin, end);
}

export function sigmoidForward(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<Sigmoid>(y + o, x + o, end - begin, 1);
}

export function sigmoidBackward(dx: usize, dy: usize, y: usize, begin: i32, end: i32): void {
  mapBack<Sigmoid>(dx, dy, y, begin, end);
}

export function tanhForward(y: usize, x: usize, begin: i32, end: i32): void {
  const o = (<usize>begin) << 2;
  curve<Tanh>(y + o, x + o, end - begin, 1, -0.0); // x·1 − 0 keeps −0
}

export function tanhBackward(dx: usize, dy: usize, y: usize, begin: i32, end: i32): void {
  mapBack<Tanh>(dx, dy, y, begin, end);
}
