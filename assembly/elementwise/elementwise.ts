// y = a ∘ b under NumPy broadcasting. `plan` is 0 when all three have one shape, else int32s made by
// src/ops/broadcast.ts:
//   run length · step of a and of b inside a run (0 or 1) · number of outer axes,
//   then per outer axis, the innermost first: length · stride of a · stride of b.
// As in activation.ts, a type tag names the operation at compile time.
import { high, low, narrow } from "../lib/quads";
import { loadTail, storeTail } from "../lib/simd";

class Add {}
class Sub {}
class Mul {}
class Div {}
class DivGradient {}

/** a ∘ b on n ≤ 4 lanes. y is where the result goes: DivGradient reads dy from there. */
function combine<F>(y: usize, a: v128, b: v128, n: i32): v128 {
  if (idof<F>() === idof<DivGradient>()) {
    const dy = n < 4 ? loadTail(y, n) : v128.load(y);
    return narrow(
      divGradientOf(low(dy), low(a), low(b)),
      divGradientOf(high(dy), high(a), high(b)),
    );
  }
  if (idof<F>() === idof<Add>()) return f32x4.add(a, b);
  if (idof<F>() === idof<Sub>()) return f32x4.sub(a, b);
  if (idof<F>() === idof<Mul>()) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

/** −dy·a/b² in float64: in float32 a factor may overflow, or become 0, where the result is an ordinary number. */
function divGradientOf(dy: v128, a: v128, b: v128): v128 {
  return f64x2.neg(f64x2.div(f64x2.mul(dy, a), f64x2.mul(b, b)));
}

/** One run of n: y[i] = a[i·stepA] ∘ b[i·stepB]. */
function run<F>(y: usize, a: usize, b: usize, stepA: i32, stepB: i32, n: i32): void {
  const oneA = v128.load32_splat(a);
  const oneB = v128.load32_splat(b);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const o = (<usize>i) << 2;
    const va = stepA !== 0 ? v128.load(a + o) : oneA;
    const vb = stepB !== 0 ? v128.load(b + o) : oneB;
    v128.store(y + o, combine<F>(y + o, va, vb, 4));
  }
  if (i < n) {
    const o = (<usize>i) << 2;
    const va = stepA !== 0 ? loadTail(a + o, n - i) : oneA;
    const vb = stepB !== 0 ? loadTail(b + o, n - i) : oneB;
    storeTail(y + o, combine<F>(y + o, va, vb, n - i), n - i);
  }
}

/** Writes elements begin … end of y, run by run. */
function broadcast<F>(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  if (plan === 0) {
    const o = (<usize>begin) << 2;
    run<F>(y + o, a + o, b + o, 1, 1, end - begin);
    return;
  }
  const length = load<i32>(plan);
  const stepA = load<i32>(plan, 4);
  const stepB = load<i32>(plan, 8);
  const axes = load<i32>(plan, 12);
  for (let i = begin; i < end; ) {
    let row = i / length;
    const column = i - row * length;
    let offsetA = column * stepA;
    let offsetB = column * stepB;
    for (let axis = 0; axis < axes; axis++) {
      const entry = plan + 16 + <usize>axis * 12;
      const size = load<i32>(entry);
      const next = row / size;
      const index = row - next * size;
      offsetA += index * load<i32>(entry, 4);
      offsetB += index * load<i32>(entry, 8);
      row = next;
    }
    const n = min(length - column, end - i);
    const fromA = a + ((<usize>offsetA) << 2);
    const fromB = b + ((<usize>offsetB) << 2);
    run<F>(y + ((<usize>i) << 2), fromA, fromB, stepA, stepB, n);
    i += n;
  }
}

/** y = a + b. Range: elements. */
export function add(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  broadcast<Add>(y, a, b, plan, begin, end);
}

/** y = a − b. Range: elements. */
export function sub(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  broadcast<Sub>(y, a, b, plan, begin, end);
}

/** y = a·b. Range: elements. */
export function mul(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  broadcast<Mul>(y, a, b, plan, begin, end);
}

/** y = a / b. Range: elements. */
export function div(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  broadcast<Div>(y, a, b, plan, begin, end);
}

/** y, which holds dy, = −dy·a / b²: the gradient to b of a / b. Range: elements. */
export function divGradient(y: usize, a: usize, b: usize, plan: usize, begin: i32, end: i32): void {
  broadcast<DivGradient>(y, a, b, plan, begin, end);
}
