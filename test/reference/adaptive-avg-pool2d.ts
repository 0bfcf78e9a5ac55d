/** The means of the windows ⌊i·n/out⌋ … ⌈(i + 1)·n/out⌉ of x [planes, h, w]. */
export function adaptiveAvgPool2d(
  x: ArrayLike<number>,
  planes: number,
  h: number,
  w: number,
  outH: number,
  outW: number,
): Float64Array {
  const y = new Float64Array(planes * outH * outW);
  for (let p = 0; p < planes; p++) {
    for (let i = 0; i < outH; i++) {
      for (let j = 0; j < outW; j++) {
        const [top, bottom] = [Math.floor((i * h) / outH), Math.ceil(((i + 1) * h) / outH)];
        const [left, right] = [Math.floor((j * w) / outW), Math.ceil(((j + 1) * w) / outW)];
        let sum = 0;
        for (let r = top; r < bottom; r++)
          for (let c = left; c < right; c++) sum += x[(p * h + r) * w + c];
        y[(p * outH + i) * outW + j] = sum / ((bottom - top) * (right - left));
      }
    }
  }
  return y;
}
