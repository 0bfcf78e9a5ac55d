import { addToWindow, windowSum } from "../lib/windows";

/**
 * The first row of window i, of `out` windows over n rows. The window ends before the ceiling (PyTorch's adaptive
 * windows).
 */
function windowStart(i: i32, n: i32, out: i32): i32 {
  return <i32>((<i64>i * n) / out);
}

function windowEnd(i: i32, n: i32, out: i32): i32 {
  return <i32>((<i64>(i + 1) * n + out - 1) / out);
}

/** y [planes, outH, outW] = means of the adaptive windows of x [planes, h, w], summed in float64. Range: planes. */
export function adaptiveAvgPool2dForward(
  y: usize,
  x: usize,
  h: i32,
  w: i32,
  outH: i32,
  outW: i32,
  begin: i32,
  end: i32,
): void {
  for (let plane = begin; plane < end; plane++) {
    const from = x + ((<usize>plane * h * w) << 2);
    let to = y + ((<usize>plane * outH * outW) << 2);
    for (let i = 0; i < outH; i++) {
      const top = windowStart(i, h, outH);
      const bottom = windowEnd(i, h, outH);
      for (let j = 0; j < outW; j++, to += 4) {
        const left = windowStart(j, w, outW);
        const right = windowEnd(j, w, outW);
        const sum = windowSum(from, w, top, bottom, left, right);
        store<f32>(to, <f32>(sum / <f64>((bottom - top) * (right - left))));
      }
    }
  }
}

/** dx[r][c] = Σ of dy / (size of the window) over the windows that hold (r, c). Range: planes. */
export function adaptiveAvgPool2dBackward(
  dx: usize,
  dy: usize,
  h: i32,
  w: i32,
  outH: i32,
  outW: i32,
  begin: i32,
  end: i32,
): void {
  for (let plane = begin; plane < end; plane++) {
    const to = dx + ((<usize>plane * h * w) << 2);
    let from = dy + ((<usize>plane * outH * outW) << 2);
    memory.fill(to, 0, (<usize>h * w) << 2);
    for (let i = 0; i < outH; i++) {
      const top = windowStart(i, h, outH);
      const bottom = windowEnd(i, h, outH);
      for (let j = 0; j < outW; j++, from += 4) {
        const left = windowStart(j, w, outW);
        const right = windowEnd(j, w, outW);
        const share = load<f32>(from) / <f32>((bottom - top) * (right - left));
        addToWindow(to, w, top, bottom, left, right, share);
      }
    }
  }
}
