export interface ConvTransposeGeometry {
  /** [N, C, H, W] */
  input: readonly number[];
  /** [C, O / groups, kh, kw] */
  weight: readonly number[];
  stride?: readonly [number, number];
  padding?: readonly [number, number];
  outputPadding?: readonly [number, number];
  dilation?: readonly [number, number];
  groups?: number;
}

/** [N, O, H', W'] */
export function convTranspose2dShape(g: ConvTransposeGeometry): number[] {
  const { stride = [1, 1], padding = [0, 0], outputPadding = [0, 0], dilation = [1, 1] } = g;
  const side = (d: 0 | 1) =>
    (g.input[2 + d] - 1) * stride[d] -
    2 * padding[d] +
    dilation[d] * (g.weight[2 + d] - 1) +
    outputPadding[d] +
    1;
  return [g.input[0], g.weight[1] * (g.groups ?? 1), side(0), side(1)];
}

/**
 * Calls visit(output index, input index, weight index) for every product. Each input pixel adds a copy of the kernel to
 * the output.
 */
function products(
  g: ConvTransposeGeometry,
  visit: (y: number, x: number, w: number) => void,
): void {
  const { stride = [1, 1], padding = [0, 0], dilation = [1, 1], groups = 1 } = g;
  const [images, inputs, height, width] = g.input;
  const [, depth, kh, kw] = g.weight;
  const [, outputs, outHeight, outWidth] = convTranspose2dShape(g);
  let x = 0;
  for (let n = 0; n < images; n++)
    for (let c = 0; c < inputs; c++)
      for (let iy = 0; iy < height; iy++)
        for (let ix = 0; ix < width; ix++, x++)
          for (let o = 0; o < depth; o++)
            for (let ky = 0; ky < kh; ky++)
              for (let kx = 0; kx < kw; kx++) {
                const oy = iy * stride[0] - padding[0] + ky * dilation[0];
                const ox = ix * stride[1] - padding[1] + kx * dilation[1];
                if (oy < 0 || oy >= outHeight || ox < 0 || ox >= outWidth) continue;
                const channel = Math.floor(c / (inputs / groups)) * depth + o;
                visit(
                  ((n * outputs + channel) * outHeight + oy) * outWidth + ox,
                  x,
                  ((c * depth + o) * kh + ky) * kw + kx,
                );
              }
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A transposed convolution in float64, directly from the definition. */
export function convTranspose2d(
  g: ConvTransposeGeometry,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
  bias: ArrayLike<number>,
): Float64Array {
  const [, outputs, height, width] = convTranspose2dShape(g);
  const y = Float64Array.from(
    { length: size(convTranspose2dShape(g)) },
    (_, i) => bias[Math.floor(i / (height * width)) % outputs],
  );
  products(g, (i, j, k) => {
    y[i] += x[j] * weight[k];
  });
  return y;
}

export function convTranspose2dBackward(
  g: ConvTransposeGeometry,
  dy: ArrayLike<number>,
  x: ArrayLike<number>,
  weight: ArrayLike<number>,
): { dx: Float64Array; dWeight: Float64Array; dBias: Float64Array } {
  const [, outputs, height, width] = convTranspose2dShape(g);
  const dx = new Float64Array(size(g.input));
  const dWeight = new Float64Array(size(g.weight));
  const dBias = new Float64Array(outputs);
  for (let i = 0; i < dy.length; i++) dBias[Math.floor(i / (height * width)) % outputs] += dy[i];
  products(g, (i, j, k) => {
    dx[j] += dy[i] * weight[k];
    dWeight[k] += dy[i] * x[j];
  });
  return { dx, dWeight, dBias };
}
