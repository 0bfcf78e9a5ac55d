import { loadTail, storeTail } from "../lib/simd";

/** y += x, elements begin … end. */
export function accumulate(y: usize, x: usize, begin: i32, end: i32): void {
  let i = begin;
  // y[i] = y[i] + x[i]
  for (; i + 4 <= end; i += 4) {
    const o = (<usize>i) << 2;
    v128.store(y + o, f32x4.add(v128.load(y + o), v128.load(x + o)));
  }
  if (i < end) {
    const o = (<usize>i) << 2;
    storeTail(y + o, f32x4.add(loadTail(y + o, end - i), loadTail(x + o, end - i)), end - i);
  }
}
