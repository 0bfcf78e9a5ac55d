export interface ConvGeometry {
  /** [N, C, H, W] */
  input: readonly number[];
  /** [O, C / groups, kh, kw] */
  weight: readonly number[];
  stride?: readonly [number, number];
  padding?: readonly [number, number];
  dilation?: readonly [number, number];
  groups?: number;
}

/** [N, O, H', W'] */
export function conv2dShape({
  input,
  weight,
  stride = [1, 1],
  padding = [0, 0],
  dilation = [1, 1],
}: ConvGeometry): number[] {
  const side = (d: 0 | 1) =>
    Math.floor(
      (input[2 + d] + 2 * padding[d] - dilation[d] * (weight[2 + d] - 1) - 1) / stride[d],
    ) + 1;
  return [input[0], weight[0], side(0), side(1)];
}

/** Calls visit(output index, input index, weight index) for every product of a convolution. */
function products(g: ConvGeometry, visit: (y: number, x: number, w: number) => void): void {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 } = g;
  const [, channels, height, width] = g.input;
  const [, depth, kh, kw] = g.weight;
  const [images, rows, outHeight, outWidth] = conv2dShape(g);
  let y = 0;
  for (let n = 0; n < images; n++)
    for (let o = 0; o < rows; o++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++, y++)
          for (let c = 0; c < depth; c++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const iy = oy * stride[0] - padding[0] + ky * dilation[0];
                const ix = ox * stride[1] - padding[1] + kx * dilation[1];
                if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
                const channel = Math.floor(o / (rows / groups)) * depth + c;
                visit(
                  y,
                  ((n * channels + channel) * height + iy) * width + ix,
                  ((o * depth + c) * kh + ky) * kw + kx,
                );
              }
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A convolution in float64, directly from the definition. */
export function conv2d(
  g: ConvGeometry,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias?: ArrayLike<number> | null,
): Float64Array {
  const [, rows, height, width] = conv2dShape(g);
  const y = new Float64Array(size(conv2dShape(g)));
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[Math.floor(i / (height * width)) % rows];
  products(g, (i, j, k) => {
    y[i] += x[j] * weight[k];
  });
  return y;
}

export function conv2dBackward(
  g: ConvGeometry,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
): { dx: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const [, rows, height, width] = conv2dShape(g);
  const dx = new Float64Array(size(g.input));
  const dWeight = new Float64Array(size(g.weight));
  const dBias = new Float64Array(rows);
  for (let i = 0; i < dy.length; i++) dBias[Math.floor(i / (height * width)) % rows] += dy[i];
  products(g, (i, j, k) => {
    dx[j] += dy[i] * weight[k];
    dWeight[k] += dy[i] * x[j];
  });
  return { dx, dWeight, dBias };
}
