// y = x·(1 + scale) + shift, element by element: SPADE (Park et al. 2019, arXiv 1903.07291). Range: elements.
import { loadTail, storeTail } from "../lib/simd";

function modulated(x: v128, scale: v128, shift: v128): v128 {
  return f32x4.add(f32x4.mul(x, f32x4.add(scale, f32x4.splat(1))), shift);
}

export function modulateForward(
  y: usize,
  x: usize,
  scale: usize,
  shift: usize,
  begin: i32,
  end: i32,
): void {
  let i = begin;
  // y[i] = x[i] * (1 + scale[i]) + shift[i]
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, modulated(v128.load(x + o), v128.load(scale + o), v128.load(shift + o)));
  }
  if (i === end) return;
  const o = (<usize>i) << 2;
  const n = end - i;
  storeTail(
    y + o,
    modulated(loadTail(x + o, n), loadTail(scale + o, n), loadTail(shift + o, n)),
    n,
  );
}

/** dx = dy·(1 + scale) and dscale = dy·x. The gradient of shift is dy. */
export function modulateBackward(
  dx: usize,
  dscale: usize,
  dy: usize,
  x: usize,
  scale: usize,
  begin: i32,
  end: i32,
): void {
  const zero = f32x4.splat(0);
  let i = begin;
  // dx[i] = dy[i] * (1 + scale[i]); dscale[i] = dy[i] * x[i]
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    const g = v128.load(dy + o);
    v128.store(dx + o, modulated(g, v128.load(scale + o), zero));
    v128.store(dscale + o, f32x4.mul(g, v128.load(x + o)));
  }
  if (i === end) return;
  const o = (<usize>i) << 2;
  const n = end - i;
  const g = loadTail(dy + o, n);
  storeTail(dx + o, modulated(g, loadTail(scale + o, n), zero), n);
  storeTail(dscale + o, f32x4.mul(g, loadTail(x + o, n)), n);
}
